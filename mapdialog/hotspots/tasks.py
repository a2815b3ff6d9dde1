"""Kept up to date by looking, not by being told: intake enqueues nothing.

`tasks.py` is loaded in every process, the web's too, so pandas is imported inside the work.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from layers.days import day_in
from layers.models import Edition
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots import density, failure
from mapdialog.hotspots.models import Run
from mapdialog.hotspots.requests import ask_for_run
from mapdialog.jobs.queues import Queue
from mapdialog.jobs.work import task
from mapdialog.people.models import Municipality

_log = logging.getLogger(__name__)


def behind_their_data(*, at: dt.datetime) -> QuerySet[Consultation]:
    """Consultations whose last run is no longer up to date.

    Something was said, edited or moderated after it began to read, or its boundaries are no longer in force
    on the municipality's day.
    """
    newest = Run.objects.filter(
        consultation=OuterRef("pk"), boundary_edition__layer=OuterRef("boundary_layer")
    ) | Run.objects.filter(
        consultation=OuterRef("pk"), boundary_edition=None, consultation__boundary_layer=None
    )
    newest = newest.order_by("-finished_at", "-id")
    last = Consultation.objects.annotate(
        run_version=Subquery(newest.values("data_version")[:1]),
        run_until=Subquery(newest.values("boundary_edition__valid_to")[:1]),
        run_state=Subquery(newest.values("boundary_edition__state")[:1]),
    )
    return last.filter(
        Q(run_version__isnull=True, data_version__number__gt=0)
        | Q(run_version__lt=F("data_version__number"))
        | _ended_by(at)
        | Q(run_state=Edition.State.WITHDRAWN)
    )


def _ended_by(at: dt.datetime) -> Q:
    """The last run's boundaries ended: in each time zone by the day it is there."""
    ended = Q(pk__in=[])
    for zone in Municipality.objects.values_list("time_zone", flat=True).order_by("time_zone").distinct():
        ended |= Q(municipality__time_zone=zone, run_until__lte=day_in(zone, at=at))
    return ended


@task("hotspots.refresh_heat", queue=Queue.SHORT, cron="* * * * *")
def refresh_heat(timestamp: int) -> int:
    """Every minute: heat cells of the consultations whose data changed. Returns how many.

    One that fails holds up no other.
    """
    behind = Consultation.objects.select_related("data_version").filter(
        Q(density_state__isnull=True, data_version__number__gt=0)
        | Q(density_state__data_version__lt=F("data_version__number"))
    )
    refreshed = 0
    for consultation in behind:
        try:
            density.refresh(consultation, at=timezone.now())
        except Exception:
            _log.exception("The heat of %s could not be counted", consultation.slug)
        else:
            refreshed += 1
    return refreshed


@task("hotspots.look", queue=Queue.SHORT, cron="* * * * *")
def look(timestamp: int) -> int:
    """Every minute: enqueue a run for each consultation ahead of its last one. Returns how many."""
    at = timezone.now()
    behind = list(failure.without_hopeless(behind_their_data(at=at), at=at))
    return sum(ask_for_run(consultation) for consultation in behind)


@task("hotspots.run", queue=Queue.HOTSPOTS, given_up=failure.given_up)
def run(consultation_id: int) -> int | None:
    """Run one consultation's hotspots as of today. Returns the run's id, None if there was nothing to do."""
    from mapdialog.analysis.parameters import HotspotParameters
    from mapdialog.hotspots.run import boundaries, calculate

    at = timezone.now()
    behind = behind_their_data(at=at).select_related("municipality", "boundary_layer")
    consultation = behind.filter(pk=consultation_id).first()
    if consultation is None:
        return None  # another run was quicker, or the task came twice
    on = consultation.municipality.day(at)
    boundary = boundaries(consultation, on=on)
    with failure.remembered(consultation, at=at):
        outcome = calculate(
            consultation,
            at=at,
            on=on,
            boundary=boundary,
            parameters=HotspotParameters(metric_srid=consultation.municipality.metric_srid),
        )
    return outcome.run.pk
