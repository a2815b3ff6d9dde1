"""The worker's part of uploads. Every process loads this module: the readers are imported inside."""

from __future__ import annotations

import uuid

from django.utils import timezone

from mapdialog.jobs.queues import Queue
from mapdialog.jobs.work import task
from mapdialog.uploads import actions, left, receive


@task(
    "uploads.read",
    queue=Queue.IMPORTS,
    again=left.read_again,
    given_up=left.reading_given_up,
    formerly="deliveries.read",
)
def read(upload_id: str, reading: int) -> None:
    """Read a file into a draft, as its upload's choices say."""
    from mapdialog.uploads.reading import read_upload

    read_upload(uuid.UUID(upload_id), reading=reading)


@task(
    "uploads.save",
    queue=Queue.IMPORTS,
    again=left.save_again,
    given_up=left.saving_given_up,
    formerly="deliveries.save",
)
def save(upload_id: str, reading: int) -> None:
    """Save an upload's draft."""
    from mapdialog.uploads.saving import save_upload

    save_upload(uuid.UUID(upload_id), reading=reading)


@task("uploads.expire", queue=Queue.SHORT, cron="37 3 * * *", formerly="deliveries.expire")
def expire(timestamp: int) -> int:
    """Every night: what nobody touched for two weeks goes, and halves of files. Returns how many."""
    at = timezone.now()
    return actions.expire(at=at) + receive.drop_halves(at=at)
