"""What the worker does for contributions by itself."""

from __future__ import annotations

from django.utils import timezone

from mapdialog.contributions import limits
from mapdialog.jobs.queues import Queue
from mapdialog.jobs.work import task


@task("contributions.forget_buckets", queue=Queue.SHORT, cron="17 3 * * *")
def forget_buckets(timestamp: int) -> int:
    """Every night: keyed hashes of devices and addresses not seen for 30 days. Returns how many went."""
    return limits.forget_old(at=timezone.now())
