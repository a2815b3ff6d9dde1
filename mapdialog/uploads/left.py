"""An upload whose worker was killed: made ready for another try, or ended with a message."""

from __future__ import annotations

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from mapdialog.jobs import actions as jobs
from mapdialog.jobs.models import Job
from mapdialog.uploads import actions
from mapdialog.uploads.choices import choices_of
from mapdialog.uploads.models import Upload


def read_again(*, upload_id: str, reading: int, at: dt.datetime) -> None:
    """The half-made draft goes; nothing happens to a reading that has ended, or is no longer asked for."""
    _end_cancelled(upload_id, at=at)
    upload = _locked(upload_id, reading=reading, state=Upload.State.READING)
    if upload is None or upload.job is None:
        return
    jobs.again(upload.job, at=at)
    actions.drop_draft(upload)


def reading_given_up(*, upload_id: str, reading: int, at: dt.datetime) -> None:
    _end_cancelled(upload_id, at=at)
    upload = _locked(upload_id, reading=reading, state=Upload.State.READING)
    if upload is None:
        return
    actions.drop_draft(upload)
    with translation.override(choices_of(upload).language):
        message = _(
            "The program that reads this file stopped again and again: the file may be too large or "
            "damaged. It is still here. Try a smaller part of it, or another format."
        )
        _end(upload, state=Upload.State.FAILED, message=message, at=at)


def save_again(*, upload_id: str, reading: int, at: dt.datetime) -> None:
    """Saving is one transaction: it is done, or not begun."""
    upload = _locked(upload_id, reading=reading, state=Upload.State.SAVING)
    if upload is not None and upload.job is not None:
        jobs.again(upload.job, at=at)


def saving_given_up(*, upload_id: str, reading: int, at: dt.datetime) -> None:
    upload = _locked(upload_id, reading=reading, state=Upload.State.SAVING)
    if upload is None:
        return
    with translation.override(choices_of(upload).language):
        message = _(
            "The program that saves stopped again and again. Nothing was changed. Try again later, or tell "
            "whoever runs the service."
        )
        _end(upload, state=Upload.State.READY, message=message, at=at)


def _end_cancelled(upload_id: str, *, at: dt.datetime) -> None:
    """A reading that somebody had cancelled is ended by its worker; this one cannot any more."""
    for job in Job.objects.filter(subject=upload_id, state=Job.State.RUNNING, cancel_requested=True):
        jobs.stopped(job, at=at)


def _locked(upload_id: str, *, reading: int, state: Upload.State) -> Upload | None:
    uploads = Upload.objects.filter(pk=upload_id, reading=reading, state=state)
    return uploads.select_for_update(of=("self",)).select_related("draft", "job").first()


def _end(upload: Upload, *, state: Upload.State, message: str, at: dt.datetime) -> None:
    upload.state, upload.message, upload.touched_at = state, message, at
    upload.save()
    if upload.job is not None:
        jobs.give_up(upload.job, at=at, message=message)
