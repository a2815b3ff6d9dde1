"""What belongs to a plan beside its map: its documents, and its provisions as they were decided."""

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
class ListedDocument:
    """A PDF to be fetched. `type` is its kind in the reader's language."""

    title: Words
    type: str
    url: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class PlanDocuments:
    """`provisions` are (field name, text as decided), of the fields that have one."""

    plan: Words
    documents: list[ListedDocument] = field(default_factory=list)
    provisions: list[tuple[str, str]] = field(default_factory=list)


def documents_of(plans: Sequence[PlanView], *, on: dt.date) -> list[PlanDocuments]:
    """For each plan that has any. Two queries."""
    editions = [plan.edition for plan in plans]
    listed: dict[int, list[ListedDocument]] = defaultdict(list)
    for document in documents.in_force_on(on).filter(edition__in=editions).order_by("added_at", "pk"):
        listed[document.edition_id].append(_document(document))
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    decided = Zone.objects.filter(edition__in=editions).exclude(field="").exclude(legal_text="")
    for edition, name, text in decided.order_by("field", "pk").values_list("edition", "field", "legal_text"):
        texts[edition].setdefault(name, text)
    return [
        PlanDocuments(
            plan=plan.name, documents=listed[plan.edition], provisions=list(texts[plan.edition].items())
        )
        for plan in plans
        if listed[plan.edition] or texts[plan.edition]
    ]


def _document(document: LayerDocument) -> ListedDocument:
    type_words = translated(documents.types().get(document.type, {}), get_language())
    title = words(document.titles) or Words(text=document.file_name, lang="")
    url = reverse("opendata:layer-document", args=[document.pk, document.file_name])
    return ListedDocument(title=title, type=type_words, url=url, bytes=document.bytes)
