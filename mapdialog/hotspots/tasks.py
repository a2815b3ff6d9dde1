"""Kept up to date by looking, not by being told: intake enqueues nothing.

`tasks.py` is loaded in every process, the web's too, so pandas is imported inside the work.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from procrastinate.contrib.django import app

from layers.models import LayerVersion
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots import density
from mapdialog.hotspots.models import Run
from mapdialog.hotspots.requests import ask_for_run


def behind_their_data(*, on: dt.date) -> QuerySet[Consultation]:
    """Consultations whose last run no longer holds.

    Something was said, edited or moderated after it began to read, or its boundaries are no longer in force
    on that day.
    """
    newest = Run.objects.filter(
        consultation=OuterRef("pk"), boundary_version__layer=OuterRef("boundary_layer")
    ) | Run.objects.filter(
        consultation=OuterRef("pk"), boundary_version=None, consultation__boundary_layer=None
    )
    newest = newest.order_by("-finished_at", "-id")
    last = Consultation.objects.annotate(
        run_version=Subquery(newest.values("data_version")[:1]),
        run_until=Subquery(newest.values("boundary_version__valid_to")[:1]),
        run_state=Subquery(newest.values("boundary_version__state")[:1]),
    )
    return last.filter(
        Q(run_version__isnull=True, data_version__number__gt=0)
        | Q(run_version__lt=F("data_version__number"))
        | Q(run_until__lte=on)
        | Q(run_state=LayerVersion.State.WITHDRAWN)
    )


@app.periodic(cron="* * * * *")
@app.task(name="hotspots.refresh_heat", queueing_lock="hotspots.refresh_heat", pass_context=False)
def refresh_heat(timestamp: int) -> int:
    """Every minute: heat cells of the consultations whose data changed. Returns how many."""
    behind = Consultation.objects.select_related("data_version").filter(
        Q(density_state__isnull=True, data_version__number__gt=0)
        | Q(density_state__data_version__lt=F("data_version__number"))
    )
    refreshed = 0
    for consultation in behind:
        density.refresh(consultation, at=timezone.now())
        refreshed += 1
    return refreshed


@app.periodic(cron="* * * * *")
@app.task(name="hotspots.look", queueing_lock="hotspots.look")
def look(timestamp: int) -> int:
    """Every minute: enqueue a run for each consultation ahead of its last one. Returns how many."""
    behind = list(behind_their_data(on=timezone.now().date()))
    return sum(ask_for_run(consultation) for consultation in behind)


@app.task(name="hotspots.run")
def run(consultation_id: int) -> int | None:
    """Run one consultation's hotspots as of today. Returns the run's id, None if there was nothing to do."""
    from mapdialog.analysis.parameters import HotspotParameters
    from mapdialog.hotspots.run import boundaries, calculate

    at = timezone.now()
    behind = behind_their_data(on=at.date()).select_related("municipality", "boundary_layer")
    consultation = behind.filter(pk=consultation_id).first()
    if consultation is None:
        return None  # another run was quicker, or the task came twice
    on = today_in(consultation, at=at)
    outcome = calculate(
        consultation,
        at=at,
        on=on,
        boundary=boundaries(consultation, on=on),
        parameters=HotspotParameters(metric_srid=consultation.municipality.metric_srid),
    )
    return outcome.run.pk


def today_in(consultation: Consultation, *, at: dt.datetime) -> dt.date:
    """The day it is in the consultation's municipality."""
    return at.astimezone(ZoneInfo(consultation.municipality.time_zone)).date()
