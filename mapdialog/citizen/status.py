"""What has become of a contribution, asked for with the code on its receipt.

The code is eight characters and gets read aloud, written on paper and mailed about: it shows a state and a
number, never what was written. Guessing is slowed down by address, and every miss looks the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from mapdialog.citizen.presentation import Words, in_words, words
from mapdialog.contributions import keys, limits, public_view
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.receipt import normalised
from mapdialog.dialogue.models import Consultation, Reader
from mapdialog.web.client_address import network_of

# A person looks at a few codes; a million guesses would find one, and take two years at this rate.
CAPACITY = 60
PER_HOUR = 60

EXPLAINED = {
    Contribution.State.PENDING: _("We have received it. Somebody reads it before it is shown to others."),
    Contribution.State.PUBLISHED: _("We have received it, and it can be read by everyone."),
    Contribution.State.PRIVATE: _(
        "We have received it. It is read by those who work on the plan and not shown to others."
    ),
    Contribution.State.REJECTED: _(
        "It is not shown to others, because it does not follow the rules for comments."
    ),
    Contribution.State.ERASED: _("It has been deleted by the person who sent it."),
}


@dataclass(frozen=True, kw_only=True)
class Status:
    id: UUID
    code: str
    number: int | None  # of the whole service's: beside others' it says when, where only the day is public
    state: str
    label: str
    explained: str
    theme: Words
    received: str  # the day only where the moment is not for everyone: the code is public

    @classmethod
    def of(cls, contribution: Contribution) -> Status:
        """What whoever has the code may know."""
        consultation = contribution.consultation
        is_coarse = public_view.is_coarse(consultation)
        return cls(
            id=contribution.pk,
            code=contribution.code,
            number=None if is_coarse else contribution.submission_id,
            state=contribution.state,
            label=contribution.get_state_display(),
            explained=str(EXPLAINED[Contribution.State(contribution.state)]),
            theme=words(contribution.theme.name if contribution.theme else None),
            received=_received(contribution, is_coarse=is_coarse),
        )


def _received(contribution: Contribution, *, is_coarse: bool) -> str:
    if not contribution.is_dated:
        return str(contribution.get_arrival_display())
    return _day_of(contribution) if is_coarse else _moment_of(contribution)


def _day_of(contribution: Contribution) -> str:
    return date_format(public_view.day_of(contribution.received_at, of=contribution.consultation))


def _moment_of(contribution: Contribution) -> str:
    zone = ZoneInfo(contribution.consultation.municipality.time_zone)
    return in_words(contribution.received_at, zone=zone)


def find(*, code: str, reader: Reader, address: str, at: dt.datetime) -> str:
    """The address of the page behind a code, of whatever consultation the reader may see.

    Raises Http404, and limits.TooManyError for guessers.
    """
    limits.take([_bucket(address)], at=at)
    slug_and_code = (
        Contribution.objects.filter(
            code=normalised(code) or "", consultation__in=Consultation.objects.visible_to(reader)
        )
        .values_list("consultation__slug", "code")
        .first()
    )
    if slug_and_code is None:
        raise Http404
    return reverse("citizen:receipt", args=slug_and_code)


def look_up(consultation: Consultation, *, code: str, address: str, at: dt.datetime) -> Status:
    """The status of the contribution with this code. Raises Http404, and limits.TooManyError for guessers."""
    limits.take([_bucket(address)], at=at)
    contribution = (
        Contribution.objects.filter(consultation=consultation, code=normalised(code) or "")
        .select_related("theme")
        .defer("geom", "geom_public", "text")
        .first()
    )
    if contribution is None:
        raise Http404
    contribution.consultation = consultation
    return Status.of(contribution)


def of_received(identifier: UUID) -> Status:
    """The status of a contribution for its sender, who has just been given its receipt."""
    received = Contribution.objects.select_related("theme", "consultation__municipality")
    return Status.of(received.defer("geom", "geom_public", "text").get(pk=identifier))


def _bucket(address: str) -> limits.Bucket:
    key = keys.keyed("receipt", network_of(address))
    return limits.Bucket(key=key, capacity=CAPACITY, per_second=PER_HOUR / 3600)
