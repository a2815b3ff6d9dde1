"""A draft becomes the layer's newest edition; the worker's part of saving."""

from __future__ import annotations

import logging
import uuid

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from layers.editions.life import EditionError
from layers.importing import import_file
from layers.importing.request import ImportRefusedError
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.jobs import actions as jobs
from mapdialog.jobs.models import Job
from mapdialog.uploads import actions
from mapdialog.uploads.choices import choices_of, description_of
from mapdialog.uploads.import_request import import_request_of
from mapdialog.uploads.models import Upload

_log = logging.getLogger(__name__)


def save_upload(identifier: uuid.UUID, *, reading: int) -> None:
    """Save the draft of this reading; nothing happens when that is no longer asked for, or done."""
    uploads = Upload.objects.filter(pk=identifier, reading=reading, state=Upload.State.SAVING)
    upload = uploads.select_related("job").first()
    if upload is None or upload.job is None:
        return
    job = upload.job
    with translation.override(choices_of(upload).language):
        try:
            jobs.start(job, at=timezone.now())
            _save(identifier, reading=reading, job=job)
        except (jobs.JobCancelledError, jobs.JobStateError):
            return  # taken back, or another worker has it
        except (ImportRefusedError, EditionError) as error:
            _back(upload, job=job, message=str(error))
        except Exception:
            _log.exception("Upload %s could not be saved", identifier)
            _back(upload, job=job, message=_("Saving failed on our side. Nothing was changed. Try again."))


@transaction.atomic
def _save(identifier: uuid.UUID, *, reading: int, job: Job) -> None:
    uploads = Upload.objects.select_for_update(of=("self",)).select_related("draft__layer", "municipality")
    upload = uploads.get(pk=identifier)
    draft, at = upload.draft, timezone.now()
    if upload.state != Upload.State.SAVING or upload.reading != reading or draft is None:
        raise jobs.JobStateError(f"{upload} is no longer to be saved.")
    by = f"user:{job.created_by_id}"
    import_file.save(
        draft, request=import_request_of(upload, description=description_of(upload)), at=at, by=by
    )
    upload.state = Upload.State.SAVED
    upload.layer = draft.layer
    upload.touched_at = at
    upload.save()
    # The edition keeps the file as it came.
    actions.drop_file(upload)
    record(Verb.UPLOAD_SAVED, subject=upload, by=by, at=at, detail={"edition": draft.pk})
    jobs.finish(job, at=at)


@transaction.atomic
def _back(upload: Upload, *, job: Job, message: str) -> None:
    """The draft is still there, and can be saved otherwise."""
    try:
        jobs.fail(job, at=timezone.now(), message=message)
    except jobs.JobStateError:
        return  # another worker has it
    still = Upload.objects.filter(pk=upload.pk, reading=upload.reading, state=Upload.State.SAVING)
    still.update(state=Upload.State.READY, message=message)
