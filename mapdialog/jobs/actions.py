"""A job's life: made, started, stepping on, and ended in one of three ways.

Each step is one UPDATE that names the state it starts from, so that two workers with the same job, or a
worker and a person who cancels it, never overwrite each other.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet

from mapdialog.jobs.models import Job

RESULT_KEPT = dt.timedelta(days=7)


class JobCancelledError(Exception):
    """Somebody asked for the job to stop. The worker answers with `stopped`."""


class JobStateError(Exception):
    """The job is not in a state that allows this; it was ended or taken by another worker meanwhile."""


def make(kind: str, *, at: dt.datetime, subject: str = "", by: AbstractBaseUser | None = None) -> Job:
    """A job that waits for a worker."""
    maker = by.pk if by else None
    return Job.objects.create(kind=kind, subject=subject, created_by_id=maker, created_at=at)


def start(job: Job, *, at: dt.datetime, total: int | None = None) -> None:
    """The worker begins. Raises JobCancelledError when it was cancelled while waiting, JobStateError."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.WAITING, tries=job.tries)
    if not waiting.filter(cancel_requested=False).update(
        state=Job.State.RUNNING, started_at=at, total=total, tries=job.tries + 1
    ):
        _reread(job)
        raise JobCancelledError if job.cancel_requested else JobStateError(f"{job} cannot start.")
    job.tries += 1
    _reread(job)


def again(job: Job, *, at: dt.datetime) -> None:
    """The worker was killed: the job waits for another, or is cancelled if somebody had asked for that."""
    running = _running(job)
    running.filter(cancel_requested=True).update(state=Job.State.CANCELLED, ended_at=at)
    running.filter(cancel_requested=False).update(
        state=Job.State.WAITING, started_at=None, done=0, message=""
    )
    _reread(job)


def give_up(job: Job, *, at: dt.datetime, message: str) -> None:
    """No more tries, wherever the last one ended; nothing happens to a job that has ended by itself."""
    _open(job).update(state=Job.State.FAILED, ended_at=at, message=message)
    _reread(job)


def progress(job: Job, *, done: int, message: str = "") -> None:
    """So far. Raises JobCancelledError when somebody asked to stop; call it between steps, not per row."""
    if not _running(job).filter(cancel_requested=False).update(done=done, message=message):
        _reread(job)
        raise JobCancelledError if job.cancel_requested else JobStateError(f"{job} is not running.")
    job.done, job.message = done, message


def finish(
    job: Job,
    *,
    at: dt.datetime,
    result: dict[str, Any] | None = None,
    file: Path | None = None,
    message: str = "",
    keep_for: dt.timedelta | None = RESULT_KEPT,
) -> None:
    """Done, with its result; a file is copied into the store and goes after `keep_for` (None: never)."""
    with transaction.atomic():
        expires_at = at + keep_for if keep_for else None
        values: dict[str, Any] = {"message": message, "result": result or {}, "expires_at": expires_at}
        if job.total is not None:
            values["done"] = job.total
        _end(job, Job.State.DONE, at=at, **values)
        if file is not None:
            with file.open("rb") as opened:
                job.result_file.save(f"{job.pk}{file.suffix}", File(opened))


def fail(job: Job, *, at: dt.datetime, message: str) -> None:
    """Ended by a fault; the message is one sentence for the person who waits."""
    _end(job, Job.State.FAILED, at=at, message=message)


def cancel(job: Job, *, at: dt.datetime) -> None:
    """Ask the job to stop: at once when it waits, at its next step when it runs, nothing when it ended."""
    if not Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(
        state=Job.State.CANCELLED, cancel_requested=True, ended_at=at
    ):
        _open(job).update(cancel_requested=True)
    _reread(job)


def stopped(job: Job, *, at: dt.datetime) -> None:
    """The worker heard that it was cancelled, and stopped."""
    _end(job, Job.State.CANCELLED, at=at)


def _running(job: Job) -> QuerySet[Job]:
    """The job's row, as long as it is in the try that this `job` was read in."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, tries=job.tries)


def _reread(job: Job) -> None:
    """As the row is now, but for the try: a worker thought dead must not take the next one's for its own."""
    fields = [field.attname for field in Job._meta.concrete_fields if field.name not in ("id", "tries")]
    job.refresh_from_db(fields=fields)


def _open(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, ended_at=None)


def _end(job: Job, state: Job.State, *, at: dt.datetime, **values: Any) -> None:
    if not _running(job).update(state=state, ended_at=at, **values):
        raise JobStateError(f"{job} is not running.")
    _reread(job)


def expire(*, at: dt.datetime) -> int:
    """Delete ended jobs whose result is no longer kept, files included. Running it twice does no harm."""
    old = Job.objects.filter(ended_at__isnull=False, expires_at__lte=at)
    count = 0
    for job in old.iterator():
        if job.result_file:
            job.result_file.delete(save=False)
        job.delete()
        count += 1
    return count
