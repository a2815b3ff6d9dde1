"""Zip archives taken apart with suspicion: their members' names, number and true size."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from layers.readers.table import ReadError

MAX_MEMBERS = 200
MAX_TOTAL_BYTES = 1024**3
# A .dbf padded with blanks packs well, but not a thousand times.
MAX_RATIO = 200
RATIO_FROM_BYTES = 8 * 1024**2
_CHUNK_BYTES = 1024**2


def members(archive: zipfile.ZipFile) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """The files in the archive by path. Raises ReadError for anything that an honest one does not have."""
    entries = archive.infolist()
    if len(entries) > MAX_MEMBERS:
        raise ReadError(_("The zip holds more than %(limit)d files.") % {"limit": MAX_MEMBERS})
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > MAX_TOTAL_BYTES or (total > RATIO_FROM_BYTES and total > MAX_RATIO * max(packed, 1)):
        raise ReadError(_("The zip unpacks to far more than it should."))
    found: dict[PurePosixPath, zipfile.ZipInfo] = {}
    for entry in entries:
        path = _checked_path(entry)
        if path in found:
            raise ReadError(_("The zip holds “%(name)s” twice.") % {"name": entry.filename[:80]})
        if not entry.is_dir():
            found[path] = entry
    return found


def unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, target: Path) -> None:
    """Write one member to `target`, counting: the size in its header may be a lie."""
    remaining = entry.file_size
    try:
        with archive.open(entry) as source, target.open("wb") as file:
            while chunk := source.read(_CHUNK_BYTES):
                remaining -= len(chunk)
                if remaining < 0:
                    raise ReadError(_("The zip unpacks to far more than it should."))
                file.write(chunk)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise ReadError(_("The zip is damaged, or packed in a way that cannot be read.")) from error


def _checked_path(entry: zipfile.ZipInfo) -> PurePosixPath:
    name = entry.filename
    path = PurePosixPath(name)
    if "\\" in name or ":" in name or "\x00" in name or path.is_absolute() or ".." in path.parts:
        raise ReadError(
            _("The zip holds a file with a path that leads out of it: “%(name)s”.") % {"name": name[:80]}
        )
    if entry.flag_bits & 0x1:
        raise ReadError(_("The zip has a password. Pack it without one."))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ReadError(_("The zip holds a link instead of a file: “%(name)s”.") % {"name": name[:80]})
    return path
