"""The worker's part of files brought in. Every process loads this module: the readers are imported inside."""

from __future__ import annotations

import uuid

from django.utils import timezone
from procrastinate.contrib.django import app

from mapdialog.deliveries import actions, receive


@app.task(name="deliveries.read")
def read(upload_id: str, reading: int) -> None:
    """Read a file into a draft, as its upload's choices say."""
    from mapdialog.deliveries.reading import read_upload

    read_upload(uuid.UUID(upload_id), reading=reading)


@app.task(name="deliveries.save")
def save(upload_id: str, reading: int) -> None:
    """Put an upload's draft into service."""
    from mapdialog.deliveries.saving import save_upload

    save_upload(uuid.UUID(upload_id), reading=reading)


@app.periodic(cron="37 3 * * *")
@app.task(name="deliveries.expire", queueing_lock="deliveries.expire")
def expire(timestamp: int) -> int:
    """Every night: what nobody touched for two weeks goes, and halves of files. Returns how many."""
    at = timezone.now()
    return actions.expire(at=at) + receive.drop_halves(at=at)
