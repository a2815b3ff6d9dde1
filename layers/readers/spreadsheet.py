"""Workbooks (XLSX, ODS): looked at as an archive by us, then read in a closed process."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from layers.readers import zipped
from layers.readers.source_rows import ReadError

MAX_ROWS = 200_000
MAX_COLUMNS = 2_000
# Unpacked. A workbook of a country's statistical units has 20 MB of it.
MAX_UNPACKED_BYTES = 200 * 1024**2
WALL_CLOCK_SECONDS = 60
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet's cells as texts, "" for an empty one, row by row; `names` are all the sheets there are."""

    name: str
    names: list[str]
    cells: list[list[str]]


def is_workbook(path: Path) -> bool:
    """Is this zip an XLSX or ODS workbook? False for any other zip, and for what is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                return True
            if "mimetype" not in names:
                return False
            with archive.open("mimetype") as member:
                return member.read(200).strip() == _OPEN_DOCUMENT
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return False


def read(path: Path, *, sheet: str | None = None) -> Sheet:
    """The sheet called `sheet`, else the first visible one with anything in it. Raises ReadError."""
    _check_archive(path)
    script = Path(__file__).with_name("spreadsheet_process.py")
    try:
        done = subprocess.run(  # noqa: S603 (our own script, no shell)
            [sys.executable, "-I", str(script), str(path), sheet or "", str(MAX_ROWS), str(MAX_COLUMNS)],
            env={"LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WALL_CLOCK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refusal({"error": "resources"}) from None
    if done.returncode != 0 or not done.stdout:
        raise _refusal({"error": "resources" if done.returncode < 0 else "damaged"})
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise _refusal(answer)
    return Sheet(name=answer["sheet"], names=answer["sheets"], cells=answer["cells"])


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = zipped.members(archive).values()
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise ReadError(_("The zip unpacks to far more than it should."))
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, ReadError):
            raise
        raise _refusal({"error": "damaged"}) from error


def _refusal(answer: dict[str, Any]) -> ReadError:
    messages = {
        "damaged": _("The file is damaged, or is not what it says it is."),
        "resources": _("Reading the file takes more memory or time than is allowed. Split or simplify it."),
        "password": _("The workbook has a password. Save it without one."),
        "empty": _("The workbook is empty."),
        "no-sheet": _("The workbook has no sheet called “%(name)s”. It has: %(names)s."),
        "size": _("The sheet “%(name)s” has more than %(rows)d rows or %(columns)d columns."),
    }
    values = {
        "name": answer.get("name", ""),
        "names": ", ".join(answer.get("names", ())),
        "rows": MAX_ROWS,
        "columns": MAX_COLUMNS,
    }
    return ReadError(messages[answer["error"]] % values)
