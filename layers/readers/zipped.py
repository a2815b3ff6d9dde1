"""Zip archives taken apart with suspicion: their members' names, number, places and true size."""

from __future__ import annotations

import stat
import unicodedata
import zipfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from layers.figure import Figure
from layers.readers.closed.limits import (
    MAX_DIRECTORY_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_FROM_BYTES,
)
from layers.readers.source_rows import ReadError

_CHUNK_BYTES = 1024**2
_LOCAL_HEADER_BYTES = 30
# The record at the end of an archive, with the size of its list of members, and its like for large archives.
_END = b"PK\x05\x06"
_LARGE_END = b"PK\x06\x06"
_END_WITHIN_BYTES = 65_536 + 22 + 20 + 56
_JUNK = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
# zipfile's own errors, and what its decoders raise on damaged data.
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError, ValueError)


def opened(path: Path) -> zipfile.ZipFile:
    """The archive. Raises ReadError when it is not whole, or its list of members alone is too long."""
    try:
        _check_directory(path)
        return zipfile.ZipFile(path)
    except _DAMAGED as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError(_("The file is not a whole zip archive.")) from error


def members(archive: zipfile.ZipFile) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """The files in the archive by path, without what file managers leave there.

    Raises ReadError for anything that an honest archive does not have.
    """
    entries = archive.infolist()
    if len(entries) > MAX_MEMBERS:
        raise _too_many()
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > MAX_UNPACKED_BYTES or (total > RATIO_FROM_BYTES and total > MAX_RATIO * max(packed, 1)):
        raise ReadError(_("The zip unpacks to far more than it should."))
    _check_overlap(entries)
    by_path: dict[PurePosixPath, zipfile.ZipInfo] = {}
    for entry in entries:
        path = _checked_path(entry)
        if path in by_path:
            raise ReadError(_("The zip holds “%(name)s” twice.") % {"name": entry.filename[:80]})
        if not entry.is_dir():
            by_path[path] = entry
    return {path: entry for path, entry in by_path.items() if not _is_junk(path)}


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
    except _DAMAGED as error:
        raise _damaged(error) from error


def start_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, size: int) -> bytes:
    """The first bytes of a member. Raises ReadError."""
    try:
        with archive.open(entry) as source:
            return source.read(size)
    except _DAMAGED as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> ReadError:
    if isinstance(error, ReadError):
        return error
    return ReadError(_("The zip is damaged, or packed in a way that cannot be read."))


def _too_many() -> ReadError:
    return ReadError(_("The zip holds more than %(limit)s files.") % {"limit": Figure(MAX_MEMBERS)})


def _check_directory(path: Path) -> None:
    """Before zipfile makes an object of each of a million members."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_WITHIN_BYTES))
        end = file.read()
    large, plain = end.rfind(_LARGE_END), end.rfind(_END)
    if plain < 0:
        raise zipfile.BadZipFile
    sizes = [int.from_bytes(end[plain + 12 : plain + 16], "little")]
    if large >= 0:
        sizes = [int.from_bytes(end[large + 40 : large + 48], "little")]
    if max(sizes) > MAX_DIRECTORY_BYTES:
        raise _too_many()


def _check_overlap(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Members that lie over one another unpack to many times the archive: no honest archive has them."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, after in pairwise(ordered):
        if entry.header_offset + _LOCAL_HEADER_BYTES + entry.compress_size > after.header_offset:
            raise ReadError(_("The zip unpacks to far more than it should."))


def _checked_path(entry: zipfile.ZipInfo) -> PurePosixPath:
    # What comes after a NUL, zipfile has cut off: the full name is kept beside.
    name = unicodedata.normalize("NFC", entry.filename)
    path = PurePosixPath(name)
    is_doubtful = "\\" in entry.orig_filename or ":" in name or "\x00" in entry.orig_filename
    if is_doubtful or path.is_absolute() or ".." in path.parts:
        raise ReadError(
            _("The zip holds a file with a path that leads out of it: “%(name)s”.") % {"name": name[:80]}
        )
    if entry.flag_bits & 0x1:
        raise ReadError(_("The zip has a password. Pack it without one."))
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ReadError(_("The zip holds a link instead of a file: “%(name)s”.") % {"name": name[:80]})
    return path


def _is_junk(path: PurePosixPath) -> bool:
    return not _JUNK.isdisjoint(path.parts) or path.name.startswith("._")
