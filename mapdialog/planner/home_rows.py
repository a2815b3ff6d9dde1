"""The lines of the planner's first page, and what there is for those whose role is no planner's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.demo_note import demo_note
from mapdialog.dialogue.models import Consultation, ConsultationHolder, Reader
from mapdialog.dialogue.texts import language_of, translated
from mapdialog.people.models import Membership


@dataclass(frozen=True)
class HomeRow:
    consultation: Consultation
    title: str
    title_language: str
    demo_note: str
    is_open: bool
    n_received: int
    n_waiting: int


@dataclass(frozen=True)
class OpenToRead:
    """A consultation that somebody's municipality holds, whose public pages are theirs to read."""

    consultation: Consultation
    title: str
    title_language: str
    is_open: bool


def roles_without_a_desk(reader: Reader) -> QuerySet[Membership]:
    """The roles of elected and committee members: they read and write where residents do."""
    if not reader.is_authenticated:
        return Membership.objects.none()
    roles = Membership.objects.filter(user=reader).exclude(role__in=Membership.OFFICIALS)
    return roles.select_related("municipality").order_by("municipality__name", "role", "committee_code")


def open_to_read(
    roles: QuerySet[Membership], *, reader: Reader, at: dt.datetime, language: str
) -> list[OpenToRead]:
    """What those roles' municipalities hold, alone or with others, if it is public. Open ones first."""
    municipalities = roles.order_by().values("municipality")
    shared = ConsultationHolder.objects.filter(municipality__in=municipalities).values("consultation")
    consultations = (
        Consultation.objects.filter(status=Consultation.Status.PUBLISHED)
        .filter(Q(municipality__in=municipalities) | Q(pk__in=shared))
        .exclude(pk__in=Consultation.objects.worked_on_by(reader).values("pk"))
        .select_related("municipality")
        .order_by("-opens_at", "slug")
    )
    rows = [
        OpenToRead(
            consultation=row,
            title=translated(row.title, language) or row.slug,
            title_language=language_of(row.title, language),
            is_open=row.is_open(at=at),
        )
        for row in consultations
    ]
    return sorted(rows, key=lambda row: not row.is_open)


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
