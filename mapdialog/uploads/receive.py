"""Taking a file in: counted while it comes, written where it will stay, named by us."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import transaction
from django.utils.translation import gettext as _

from layers import checksum
from layers.models import Layer
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.people.models import Municipality, User
from mapdialog.uploads import actions
from mapdialog.uploads.choices import ReadChoices
from mapdialog.uploads.file_name import shown_name, suffix_of
from mapdialog.uploads.models import Upload

# What the readers take (layers.readers.MAX_FILE_BYTES, which web workers do not load).
MOST_BYTES = 512 * 1024**2
# The form's other fields, and the lines between its parts.
FORM_BYTES = 256 * 1024
# So much stays free on the disk: the database may lie on it.
_LEFT_FREE_BYTES = 1024**3
_HALVES_KEPT = dt.timedelta(days=1)


class NotReceivedError(ValueError):
    """The file is not taken. The message says why; nothing was kept."""


class _Incoming(UploadedFile):  # type: ignore[type-arg] # generic for the type checker only
    """A file beside those that stay, so that keeping it is a rename; gone when closed, unless renamed."""

    def __init__(self, name: str, content_type: str, charset: str | None, extra: Any) -> None:
        # Closed by the request, which may be long after this.
        self._opened = tempfile.NamedTemporaryFile(suffix=".part", dir=incoming_folder())  # noqa: SIM115
        super().__init__(self._opened, name, content_type, 0, charset, extra)

    def temporary_file_path(self) -> str:
        return str(self._opened.name)

    def close(self) -> None:
        with suppress(FileNotFoundError):  # it was renamed, and stays
            self._opened.close()


class StraightToDisk(TemporaryFileUploadHandler):
    """However small, a file never lies in memory; it is written on the disk where it will stay."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.file = _Incoming(  # type: ignore[assignment] # Django's own lies elsewhere
            self.file_name or "", self.content_type or "", self.charset, self.content_type_extra
        )


def incoming_folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def drop_halves(*, at: dt.datetime) -> int:
    """Delete what came in part only, when its process ended half-way a day ago or more. Returns how many."""
    count = 0
    for path in incoming_folder().glob("*.part"):
        if path.stat().st_mtime < (at - _HALVES_KEPT).timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count


def check_room(announced_bytes: int) -> None:
    """Before the first byte is read. Raises NotReceivedError for too large a body, or too full a disk."""
    if announced_bytes > MOST_BYTES + FORM_BYTES:
        raise NotReceivedError(_too_large())
    if shutil.disk_usage(incoming_folder()).free - announced_bytes < _LEFT_FREE_BYTES:
        raise NotReceivedError(_("There is no room for this file on the server. Tell whoever runs it."))


def _too_large() -> str:
    return _("The file is larger than %(limit)d MB. Split it.") % {"limit": MOST_BYTES // 1024**2}


def receive(
    file: UploadedFile[bytes],
    *,
    municipality: Municipality,
    layer: Layer | None,
    choices: ReadChoices,
    by: User,
    at: dt.datetime,
) -> Upload:
    """Keep the file and ask for it to be read. Raises NotReceivedError for an empty or too large one."""
    size = file.size or 0
    if size > MOST_BYTES:
        raise NotReceivedError(_too_large())
    if size == 0:
        raise NotReceivedError(_("The file is empty. Export it again, and check that it is not empty."))
    name = shown_name(file.name or "")
    digest = checksum.of_file(file)
    identifier = uuid.uuid4()
    with transaction.atomic():
        upload = Upload(
            id=identifier,
            municipality=municipality,
            created_by=by,
            created_at=at,
            touched_at=at,
            file_name=name,
            bytes=size,
            sha256=digest,
            layer=layer,
        )
        upload.file.save(f"{identifier}{suffix_of(name)}", file, save=False)
        upload.save()
        record(Verb.UPLOAD_RECEIVED, subject=upload, by=by.audit_name, at=at, detail={"sha256": digest})
        actions.read(upload, choices=choices, reading=upload.reading, by=by, at=at)
    return upload
