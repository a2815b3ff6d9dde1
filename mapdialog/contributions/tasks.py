"""What the worker does for contributions by itself."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from mapdialog.contributions import limits


@app.periodic(cron="17 3 * * *")
@app.task(name="contributions.forget_buckets", queueing_lock="contributions.forget_buckets")
def forget_buckets(timestamp: int) -> int:
    """Every night: keyed hashes of devices and addresses not seen for 30 days. Returns how many went."""
    return limits.forget_old(at=timezone.now())
