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
    held = _locked(upload)
    if held.state in (Upload.State.SAVED, Upload.State.SAVING):
        raise UploadStateError(_("This file is saved already."))
    _check_reading(held, reading)
    if not held.file:
        raise UploadStateError(_("The file is no longer kept. Upload it again."))
    _stop_job(held, at=at)
    drop_draft(held)
    held.choices = {"reading": asdict(choices)}
    _set_to_work(held, Upload.State.READING, task="uploads.read", by=by, at=at)


@transaction.atomic
def save(upload: Upload, *, description: EditionDescription, reading: int, by: User, at: dt.datetime) -> None:
    """Ask for the draft to be saved. A second click changes nothing. Raises UploadStateError."""
    # Asked before the row is locked: the worker keeps it locked for as long as saving takes.
    asked = Upload.objects.filter(pk=upload.pk, reading=reading)
    if asked.filter(state__in=(Upload.State.SAVED, Upload.State.SAVING)).exists():
        return
    held = _locked(upload)
    if held.state in (Upload.State.SAVED, Upload.State.SAVING) and held.reading == reading:
        return
    _check_reading(held, reading)
    if held.state != Upload.State.READY or held.draft is None:
        raise UploadStateError(_("There is nothing to save yet. Refresh the page."))
    held.choices = {**held.choices, "naming": description.as_json()}
    _set_to_work(held, Upload.State.SAVING, task="uploads.save", by=by, at=at)


@transaction.atomic
def cancel(upload: Upload, *, at: dt.datetime) -> None:
    """Stop a reading, or a saving not begun: at once for the person, at its next step for the worker.

    Nothing happens to what is done already. Raises UploadStateError for a saving that goes on.
    """
    saving = Upload.objects.filter(pk=upload.pk, state=Upload.State.SAVING)
    if saving.filter(job__state=Job.State.RUNNING).exists():
        raise UploadStateError(_("It is being saved at the moment. It can be withdrawn afterwards."))
    held = _locked(upload)
    if held.state not in Upload.AT_WORK:
        return
    _stop_job(held, at=at)
    if held.state == Upload.State.READING:
        drop_draft(held)
        # What the worker comes with now belongs to a reading that is no longer asked for.
        held.reading += 1
        held.state = Upload.State.FAILED
        held.message = _("The reading was cancelled. The file is still here.")
    else:
        held.state = Upload.State.READY
    held.touched_at = at
    held.save()


@transaction.atomic
def discard(upload: Upload, *, by: str, at: dt.datetime) -> None:
    """The draft goes at once, the file after a day (until then `read` brings all of it back).

    Nothing happens to one that is discarded already. Raises UploadStateError for one that is saved.
    """
    held = _locked(upload)
    if held.state == Upload.State.DISCARDED:
        return
    if held.state in (Upload.State.SAVED, Upload.State.SAVING):
        raise UploadStateError(_("This file is saved already: the edition can be withdrawn."))
    _stop_job(held, at=at)
    drop_draft(held)
    held.reading += 1
    held.state = Upload.State.DISCARDED
    held.message = ""
    held.touched_at = at
    held.save()
    record(Verb.UPLOAD_DISCARDED, subject=held, by=by, at=at)


@transaction.atomic
def withdraw(upload: Upload, *, undo: bool, by: User, at: dt.datetime) -> Edition:
    """Undo the saving, or with `undo` undo that. Raises UploadStateError, and editions.EditionError."""
    held = _locked(upload)
    if held.state != Upload.State.SAVED or held.draft is None:
        raise UploadStateError(_("There is nothing to withdraw."))
    step = life.restore if undo else life.withdraw
    step(held.draft, at=at, by=by.audit_name)
    return held.draft


def expire(*, at: dt.datetime) -> int:
    """Discard what nobody touched for two weeks; drop the files of what is discarded. Returns how many."""
    forgotten = Upload.objects.unfinished().exclude(state=Upload.State.SAVING)
    count = 0
    for upload in forgotten.filter(touched_at__lte=at - UNTOUCHED):
        discard(upload, by="worker", at=at)
        count += 1
    gone = Upload.objects.filter(state=Upload.State.DISCARDED, touched_at__lte=at - DISCARDED_KEPT)
    for upload in gone.exclude(file=""):
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
    held = Upload.objects.select_for_update(of=("self",)).select_related("draft", "job")
    return held.get(pk=upload.pk)


def _check_reading(held: Upload, reading: int) -> None:
    if held.reading != reading:
        raise UploadStateError(
            _("The file has been read again in the meantime, perhaps in another window. Check it first.")
        )


def _stop_job(held: Upload, *, at: dt.datetime) -> None:
    if held.job is not None:
        jobs.cancel(held.job, at=at)


def drop_draft(held: Upload) -> None:
    """Forget the draft and all that lies in it; in a transaction, with the upload's row locked."""
    draft, held.draft = held.draft, None
    if draft is not None:
        Upload.objects.filter(pk=held.pk).update(draft=None)
        life.discard(draft)


def _set_to_work(held: Upload, state: Upload.State, *, task: str, by: User, at: dt.datetime) -> None:
    held.job = jobs.make(task, at=at, subject=str(held.pk), by=by)
    if state == Upload.State.READING:
        held.reading += 1
        held.understood = {}
    held.state = state
    held.message = ""
    held.touched_at = at
    held.save()
    # In the same transaction: there is never one without the other.
    app.configure_task(task).defer(upload_id=str(held.pk), reading=held.reading)
