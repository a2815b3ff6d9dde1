"""How far the work on an upload is, in words and percent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from mapdialog.planner.layers.upload import words
from mapdialog.uploads.models import Upload

# A worker takes a job up within a second; after so long it is probably not running.
_PATIENCE = dt.timedelta(seconds=10)


def progress_of(upload: Upload, *, at: dt.datetime) -> dict[str, Any]:
    """How far the work is, in words and percent; what the page asks for again and again."""
    job = upload.job
    if upload.state not in Upload.AT_WORK or job is None:
        return {"state": upload.state, "reading": upload.reading}
    is_late = job.started_at is None and at - job.created_at > _PATIENCE
    percent = 100 * job.done // job.total if job.total else None
    return {
        "state": upload.state,
        "reading": upload.reading,
        "percent": percent,
        "words": _words(upload, percent=percent),
        "late": _late(job.created_at, upload) if is_late else "",
    }


def _words(upload: Upload, *, percent: int | None) -> str:
    job = upload.job
    if job is None or job.started_at is None:
        return _("In the queue")
    if upload.state == Upload.State.SAVING:
        return _("Saving")
    phase = words.phase(job.message)
    return f"{phase}, {percent} %" if percent else phase


def _late(since: dt.datetime, upload: Upload) -> str:
    clock = since.astimezone(upload.municipality.zone).strftime("%H:%M:%S")
    message = _(
        "Waiting for the background worker since %(clock)s. If nothing happens, ask whoever runs the service "
        "whether it is running. You may close this page: nothing is lost."
    )
    return message % {"clock": clock}
