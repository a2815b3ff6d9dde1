"""What the worker does for jobs on its own."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from mapdialog.jobs import actions


@app.periodic(cron="17 * * * *")
@app.task(name="jobs.expire", queueing_lock="jobs.expire")
def expire(timestamp: int) -> int:
    """Every hour: results that are no longer kept go. Returns how many."""
    return actions.expire(at=timezone.now())
