"""Workbooks (XLSX, ODS): looked at as an archive by us, then read in a closed process."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from layers.readers import zipped
from layers.readers.closed.limits import MAX_WORKBOOK_UNPACKED_BYTES
from layers.readers.conversation import Conversation
from layers.readers.refusals import refusal
from layers.readers.source_rows import ReadError
from layers.readers.warm_server import SERVER, WarmServer

FORMAT = "Workbook"  # as the closed process knows it
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet's cells as texts, "" for an empty one, row by row; `names` are all the sheets there are."""

    name: str
    names: list[str]
    cells: list[list[str]]


def is_workbook(path: Path) -> bool:
    """Is this zip an XLSX or ODS workbook? False for any other zip, and for what is none."""
    return bool(_suffix(path))


def read(path: Path, *, sheet: str | None = None, server: WarmServer = SERVER) -> Sheet:
    """The sheet called `sheet`, else the first visible one with anything in it. Raises ReadError."""
    _check_archive(path)
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        # Under a name of our own, as every file: its ending decides how it is read.
        copy = shutil.copyfile(path, Path(folder) / f"workbook{_suffix(path)}")
        question = {"format": FORMAT, "files": [{"path": str(copy)}], "sheet": sheet or ""}
        with Conversation(question, server=server) as conversation:
            answer = conversation.first
    return Sheet(name=answer["sheet"], names=answer["sheets"], cells=answer["cells"])


def _suffix(path: Path) -> str:
    """How the name of a workbook of its kind ends; "" for what is no workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                return ".xlsx"
            if "mimetype" not in names:
                return ""
            with archive.open("mimetype") as member:
                return ".ods" if member.read(200).strip() == _OPEN_DOCUMENT else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return ""


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = zipped.members(archive).values()
            if sum(entry.file_size for entry in entries) > MAX_WORKBOOK_UNPACKED_BYTES:
                raise ReadError(_("The zip unpacks to far more than it should."))
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, ReadError):
            raise
        raise refusal({"error": "damaged"}) from error
