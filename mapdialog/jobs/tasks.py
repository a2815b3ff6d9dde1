"""What the worker does for jobs and for its own tasks."""

from __future__ import annotations

from django.utils import timezone

from mapdialog.jobs import actions, release, sweep
from mapdialog.jobs.queues import Queue
from mapdialog.jobs.work import task

_KEPT_DAYS = 30


@task("jobs.release", queue=Queue.SHORT, cron="* * * * *")
def release_stalled(timestamp: int) -> int:
    """Every minute: tasks whose worker was killed are put back or given up. Returns how many."""
    return release.release_stalled()


@task("jobs.expire", queue=Queue.SHORT, cron="17 * * * *")
def expire(timestamp: int) -> int:
    """Every hour: results that are no longer kept go, and what the queue remembers. Returns how many."""
    return actions.expire(at=timezone.now()) + release.forget_ended(days=_KEPT_DAYS)


@task("jobs.sweep", queue=Queue.SHORT, cron="47 3 * * *")
def sweep_files(timestamp: int) -> int:
    """Every night: files that no row names, left by processes that were killed. Returns how many."""
    return sweep.unnamed_files(at=timezone.now())
