"""A file becomes a draft, or a question: the worker's part of reading."""

from __future__ import annotations

import json
import logging
import uuid
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from layers.control_characters import storable
from layers.crs import CrsError
from layers.editions import life
from layers.importing import import_file
from layers.importing.recognition import row
from layers.importing.recognition.columns import ColumnError
from layers.importing.recognition.proposal import propose
from layers.importing.request import ImportRefusedError
from layers.models import Edition
from layers.readers.read_file import ChooseLayerError, Contents, ReadError, SourceRows
from mapdialog.jobs import actions as jobs
from mapdialog.jobs.models import Job
from mapdialog.uploads import understanding
from mapdialog.uploads.choices import choices_of
from mapdialog.uploads.comparison import compared
from mapdialog.uploads.import_request import import_request_of
from mapdialog.uploads.models import Upload
from mapdialog.uploads.steps import TOTAL, Step, reporting

_log = logging.getLogger(__name__)
# They hold one source layer as a rule: nothing to choose among.
_SINGLE = ("GeoJSON", "KML")


def read_upload(identifier: uuid.UUID, *, reading: int) -> None:
    """Read the file into a draft; nothing happens when this reading is no longer asked for.

    Whatever stops it is said on the upload, in the language of whoever asked, with what was understood by
    then. Cancelling, a fault and a newer reading leave no draft.
    """
    uploads = Upload.objects.filter(pk=identifier, reading=reading, state=Upload.State.READING)
    upload = uploads.select_related("job", "layer", "municipality").first()
    if upload is None or upload.job is None:
        return
    begun = _Reading(upload, job=upload.job)
    with translation.override(choices_of(upload).language):
        try:
            jobs.start(upload.job, at=timezone.now(), total=TOTAL)
            begun.run()
        except jobs.JobStateError:
            return  # another worker has it
        except jobs.JobCancelledError:
            _stopped(upload.job)
        except Exception:
            _log.exception("Upload %s could not be read", identifier)
            message = _("Reading failed on our side. The reason is in the service's log.")
            with suppress(jobs.JobStateError):
                begun.end(Upload.State.FAILED, message=message)


def _stopped(job: Job) -> None:
    with suppress(jobs.JobStateError):  # it has ended, or another worker has it
        jobs.stopped(job, at=timezone.now())


class _Reading:
    """One reading of one upload; `understood` grows while it goes on."""

    def __init__(self, upload: Upload, *, job: Job) -> None:
        self.upload = upload
        self.job = job
        self.understood: dict[str, Any] = {}

    def run(self) -> None:
        try:
            with reporting(self.job) as report:
                self._draft(report=report)
        except ChooseLayerError as error:
            self.understood |= understanding.of_contents(error.contents)
            self._ask("tables", error)
        except CrsError as error:
            if error.candidates:
                likely = [asdict(candidate) for candidate in error.candidates]
                self.understood["place"] = {**self.understood.get("place", {}), "candidates": likely}
            self._ask("crs", error)
        except ColumnError as error:
            self._ask("fields", error)
        except (ReadError, ImportRefusedError) as error:
            self.end(Upload.State.FAILED, message=str(error))
        else:
            self.end(Upload.State.READY)

    def _draft(self, *, report: Step) -> None:
        self.understood["systems"] = understanding.known_systems()
        draft = import_file.stage(
            import_request_of(self.upload),
            at=timezone.now(),
            by=f"user:{self.job.created_by_id}",
            progress=report,
            look=self._look,
            keep=self._attach,
        ).edition
        report("comparing", 0, 1)
        before = life.newest(draft.layer)
        if before is not None:
            self.understood["comparison"] = compared(draft, before=before)

    def _look(self, contents: Contents, rows: SourceRows) -> None:
        """What can be said of the rows, whatever comes of them."""
        choices, owner = choices_of(self.upload), self.upload.municipality.code
        self.understood["format"] = rows.format
        if rows.format not in _SINGLE:
            layer_names = list(dict.fromkeys(rows.layers))
            self.understood |= {**understanding.of_contents(contents), "taken": layer_names}
        self.understood["place"] = understanding.of_coordinates(rows, owner=owner)
        proposal = propose(
            rows, kind=choices.kind, owner=owner, roles=choices.roles, source=choices.source or None
        )
        self.understood |= understanding.of_proposal(proposal)

    def _attach(self, draft: Edition) -> None:
        """The draft is the upload's in the transaction that makes it: no kill can leave it behind."""
        Edition.objects.filter(pk=draft.pk).update(file_name=self.upload.file_name)
        if not self._current().update(draft=draft):
            raise jobs.JobCancelledError

    def _ask(self, question: str, error: ValueError) -> None:
        self.understood["ask"] = question
        self.end(Upload.State.ASKING, message=str(error))

    @transaction.atomic
    def end(self, state: Upload.State, *, message: str = "") -> None:
        """The outcome, unless nobody waits for this reading any more."""
        at = timezone.now()
        upload = self._current().select_for_update(of=("self",)).select_related("draft").first()
        if upload is None:
            _stopped(self.job)
            return
        draft = upload.draft
        upload.state, upload.message, upload.touched_at = state, storable(message), at
        # Names of fields and source layers are a stranger's: what the database cannot store is left out.
        upload.understood = json.loads(row.as_json(self.understood))
        if draft is not None and state != Upload.State.READY:
            upload.draft = None
        upload.save()
        if draft is not None and upload.draft is None:
            life.discard(draft)
        jobs.finish(self.job, at=at)

    def _current(self) -> QuerySet[Upload]:
        return Upload.objects.filter(
            pk=self.upload.pk,
            reading=self.upload.reading,
            state=Upload.State.READING,
            job=self.job,
            job__tries=self.job.tries,
        )
