"""What a person does with an upload: read it (again), save it, discard it.

Every step names the reading it was decided on and locks the upload's row: of two windows, or of two clicks,
one does it and the other finds it done. The long part is a task; nothing here loads the readers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from layers.editions import life
from layers.editions.publishing import NO_CONSENT, Consent
from layers.models import Edition
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.jobs import actions as jobs
from mapdialog.jobs.models import Job
from mapdialog.people.models import User
from mapdialog.uploads.choices import EditionDescription, ReadChoices
from mapdialog.uploads.models import Upload

UNTOUCHED = dt.timedelta(days=14)
# For second thoughts; then the file goes.
DISCARDED_KEPT = dt.timedelta(days=1)


class UploadStateError(ValueError):
    """The step does not fit what the upload has become meanwhile. The message says so."""


@transaction.atomic
def read(upload: Upload, *, choices: ReadChoices, reading: int, by: User, at: dt.datetime) -> None:
    """Ask for the file to be read with these choices; a draft of an earlier reading goes.

    Also what gets an upload out of a reading that hangs. Raises UploadStateError for one that is saved or
    being saved, and from a page that shows an earlier reading.
    """
    upload = _locked(upload)
    if upload.state in (Upload.State.SAVED, Upload.State.SAVING):
        raise UploadStateError(_("This file is saved already."))
    _check_reading(upload, reading)
    if not upload.file:
        raise UploadStateError(_("The file is no longer kept. Upload it again."))
    _stop_job(upload, at=at)
    drop_draft(upload)
    upload.choices = {"reading": asdict(choices)}
    _set_to_work(upload, Upload.State.READING, task="uploads.read", by=by, at=at)


@transaction.atomic
def save(upload: Upload, *, description: EditionDescription, reading: int, by: User, at: dt.datetime) -> None:
    """Ask for the draft to be saved. A second click changes nothing. Raises UploadStateError."""
    # Asked before the row is locked: the worker keeps it locked for as long as saving takes.
    uploads = Upload.objects.filter(pk=upload.pk, reading=reading)
    if uploads.filter(state__in=(Upload.State.SAVED, Upload.State.SAVING)).exists():
        return
    upload = _locked(upload)
    if upload.state in (Upload.State.SAVED, Upload.State.SAVING) and upload.reading == reading:
        return
    _check_reading(upload, reading)
    if upload.state != Upload.State.READY or upload.draft is None:
        raise UploadStateError(_("There is nothing to save yet. Refresh the page."))
    upload.choices = {**upload.choices, "naming": description.as_json()}
    _set_to_work(upload, Upload.State.SAVING, task="uploads.save", by=by, at=at)


@transaction.atomic
def cancel(upload: Upload, *, at: dt.datetime) -> None:
    """Stop a reading, or a saving not begun: at once for the person, at its next step for the worker.

    Nothing happens to what is done already. Raises UploadStateError for a saving that goes on.
    """
    saving = Upload.objects.filter(pk=upload.pk, state=Upload.State.SAVING)
    if saving.filter(job__state=Job.State.RUNNING).exists():
        raise UploadStateError(_("It is being saved at the moment. It can be withdrawn afterwards."))
    upload = _locked(upload)
    if upload.state not in Upload.AT_WORK:
        return
    _stop_job(upload, at=at)
    if upload.state == Upload.State.READING:
        drop_draft(upload)
        # What the worker comes with now belongs to a reading that is no longer asked for.
        upload.reading += 1
        upload.state = Upload.State.FAILED
        upload.message = _("The reading was cancelled. The file is still here.")
    else:
        upload.state = Upload.State.READY
    upload.touched_at = at
    upload.save()


@transaction.atomic
def discard(upload: Upload, *, by: str, at: dt.datetime) -> None:
    """The draft goes at once, the file after a day (until then `read` brings all of it back).

    Nothing happens to one that is discarded already. Raises UploadStateError for one that is saved.
    """
    upload = _locked(upload)
    if upload.state == Upload.State.DISCARDED:
        return
    if upload.state in (Upload.State.SAVED, Upload.State.SAVING):
        raise UploadStateError(_("This file is saved already: the edition can be withdrawn."))
    _stop_job(upload, at=at)
    drop_draft(upload)
    upload.reading += 1
    upload.state = Upload.State.DISCARDED
    upload.message = ""
    upload.touched_at = at
    upload.save()
    record(Verb.UPLOAD_DISCARDED, subject=upload, by=by, at=at)


@transaction.atomic
def withdraw(
    upload: Upload, *, undo: bool, by: User, at: dt.datetime, consent: Consent = NO_CONSENT
) -> Edition:
    """Undo the saving, or with `undo` undo that. Raises UploadStateError, and EditionError, which may ask."""
    upload = _locked(upload)
    if upload.state != Upload.State.SAVED or upload.draft is None:
        raise UploadStateError(_("There is nothing to withdraw."))
    step = life.restore if undo else life.withdraw
    step(upload.draft, at=at, by=by.audit_name, consent=consent)
    return upload.draft


def expire(*, at: dt.datetime) -> int:
    """Discard what nobody touched for two weeks; drop the files of what is discarded. Returns how many."""
    forgotten = Upload.objects.unfinished().exclude(state=Upload.State.SAVING)
    count = 0
    for upload in forgotten.filter(touched_at__lte=at - UNTOUCHED):
        discard(upload, by="worker", at=at)
        count += 1
    discarded = Upload.objects.filter(state=Upload.State.DISCARDED, touched_at__lte=at - DISCARDED_KEPT)
    for upload in discarded.exclude(file=""):
        drop_file(upload)
        count += 1
    return count


def drop_file(upload: Upload) -> None:
    """Forget the file, and delete it once that is committed."""
    storage, name = upload.file.storage, upload.file.name
    Upload.objects.filter(pk=upload.pk).update(file="")
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _locked(upload: Upload) -> Upload:
    # "self" alone: the rows it refers to may be missing, and an outer join cannot be locked.
    uploads = Upload.objects.select_for_update(of=("self",)).select_related("draft", "job")
    return uploads.get(pk=upload.pk)


def _check_reading(upload: Upload, reading: int) -> None:
    if upload.reading != reading:
        raise UploadStateError(
            _("The file has been read again in the meantime, perhaps in another window. Check it first.")
        )


def _stop_job(upload: Upload, *, at: dt.datetime) -> None:
    if upload.job is not None:
        jobs.cancel(upload.job, at=at)


def drop_draft(upload: Upload) -> None:
    """Forget the draft and all that lies in it; in a transaction, with the upload's row locked."""
    draft, upload.draft = upload.draft, None
    if draft is not None:
        Upload.objects.filter(pk=upload.pk).update(draft=None)
        life.discard(draft)


def _set_to_work(upload: Upload, state: Upload.State, *, task: str, by: User, at: dt.datetime) -> None:
    upload.job = jobs.make(task, at=at, subject=str(upload.pk), by=by)
    if state == Upload.State.READING:
        upload.reading += 1
        upload.understood = {}
    upload.state = state
    upload.message = ""
    upload.touched_at = at
    upload.save()
    # In the same transaction: there is never one without the other.
    app.configure_task(task).defer(upload_id=str(upload.pk), reading=upload.reading)
