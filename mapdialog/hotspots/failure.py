"""A calculation that failed, or killed its worker every time: said on the page, not begun again at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import F, Q, QuerySet

from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots.models import RunFailure

# With the same data it fails again, unless the fault was the machine's; with other data it may not.
_WAITS_FOR_DATA = dt.timedelta(hours=1)
_WAITS_FOR_THE_MACHINE = dt.timedelta(days=1)


@contextmanager
def remembered(consultation: Consultation, *, at: dt.datetime) -> Iterator[None]:
    """Around a calculation: what it raises is remembered and raised; one that succeeds clears the memory."""
    try:
        yield
    except Exception:
        _remember(consultation, at=at)
        raise
    RunFailure.objects.filter(consultation=consultation).delete()


def given_up(*, consultation_id: int, at: dt.datetime) -> None:
    """The calculation killed its worker every time."""
    consultation = Consultation.objects.select_related("data_version").filter(pk=consultation_id).first()
    if consultation is not None:
        _remember(consultation, at=at)


def without_hopeless(consultations: QuerySet[Consultation], *, at: dt.datetime) -> QuerySet[Consultation]:
    """Those whose calculation has not failed within the hour, or within the day with the same data."""
    of_the_same = Q(run_failure__data_version=F("data_version__number"))
    return consultations.exclude(run_failure__failed_at__gt=at - _WAITS_FOR_DATA).exclude(
        of_the_same, run_failure__failed_at__gt=at - _WAITS_FOR_THE_MACHINE
    )


def _remember(consultation: Consultation, *, at: dt.datetime) -> None:
    number = Consultation.objects.values_list("data_version__number", flat=True).get(pk=consultation.pk)
    RunFailure.objects.update_or_create(
        consultation=consultation, defaults={"data_version": number, "failed_at": at}
    )
