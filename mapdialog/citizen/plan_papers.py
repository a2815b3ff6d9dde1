"""What belongs to a plan beside its map: its papers, and its provisions as they were decided."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import get_language

from layers.editions import documents
from layers.models import LayerDocument, Zone
from mapdialog.citizen.plan_map import PlanView
from mapdialog.citizen.presentation import Words, words
from mapdialog.dialogue.texts import translated


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A PDF to be fetched. `type` is its kind in the reader's language."""

    title: Words
    type: str
    url: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class PlanPapers:
    """`provisions` are (field name, text as decided), of the fields that have one."""

    plan: Words
    papers: list[Paper] = field(default_factory=list)
    provisions: list[tuple[str, str]] = field(default_factory=list)


def papers_of(plans: Sequence[PlanView], *, on: dt.date) -> list[PlanPapers]:
    """For each plan that has any. Two queries."""
    editions = [plan.edition for plan in plans]
    papers: dict[int, list[Paper]] = defaultdict(list)
    for document in documents.in_force_on(on).filter(edition__in=editions).order_by("added_at", "pk"):
        papers[document.edition_id].append(_paper(document))
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    decided = Zone.objects.filter(edition__in=editions).exclude(field="").exclude(legal_text="")
    for edition, name, text in decided.order_by("field", "pk").values_list("edition", "field", "legal_text"):
        texts[edition].setdefault(name, text)
    return [
        PlanPapers(plan=plan.name, papers=papers[plan.edition], provisions=list(texts[plan.edition].items()))
        for plan in plans
        if papers[plan.edition] or texts[plan.edition]
    ]


def _paper(document: LayerDocument) -> Paper:
    type_words = translated(documents.types().get(document.type, {}), get_language())
    title = words(document.titles) or Words(text=document.file_name, lang="")
    url = reverse("opendata:layer-document", args=[document.pk, document.file_name])
    return Paper(title=title, type=type_words, url=url, bytes=document.bytes)
