"""The lines of the planner's first page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.demo_note import demo_note
from mapdialog.dialogue.models import Consultation
from mapdialog.dialogue.texts import language_of, translated


@dataclass(frozen=True)
class HomeRow:
    consultation: Consultation
    title: str
    title_language: str
    demo_note: str
    is_open: bool
    n_received: int
    n_waiting: int


def home_rows(consultations: QuerySet[Consultation], *, at: dt.datetime, language: str) -> list[HomeRow]:
    """Open ones first, then the newest. One query."""
    counted = consultations.annotate(
        n_received=Count("contributions", filter=~Q(contributions__state=Contribution.State.ERASED)),
        n_waiting=Count("contributions", filter=Q(contributions__state=Contribution.State.PENDING)),
    )
    rows = [
        HomeRow(
            consultation=row,
            title=translated(row.title, language) or row.slug,
            title_language=language_of(row.title, language),
            demo_note=demo_note(row),
            is_open=row.is_open(at=at),
            n_received=row.n_received,
            n_waiting=row.n_waiting,
        )
        for row in counted
    ]
    return sorted(rows, key=lambda row: (not row.is_open, -row.consultation.opens_at.timestamp()))
