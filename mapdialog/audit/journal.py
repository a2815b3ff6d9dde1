"""What must stay so after a backup is restored: erasures and decisions, in a file that no backup holds.

A database that is restored knows nothing of what was erased or taken from view since: the journal does. It
lies outside the database and the uploads, so that it is not restored with them, and `replay_journal` carries
it out again. One line of JSON each, added and never changed: what, the contribution's id, its version after
it, and when. No words, no places, no names.

What takes something from view is written **before** the COMMIT, what shows it **after** it. So whatever the
machine dies of, what was erased stays erased; at worst something is erased again whose author asked for it,
or waits to be read that was published.

The database remembers the first journal it wrote to by its first line (`JournalMark`): a folder that was
mounted wrongly, or a journal begun anew, is noticed. So the first line stays for ever.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import ProgrammingError, transaction
from django.utils.translation import gettext as _

from mapdialog.audit.models import JournalMark

FILE_NAME = "decisions.jsonl"
ERASED, PUBLISHED = "erased", "published"
_LONGEST = 1_000  # bytes: no line of ours is half as long
_BEGINNING = b'{"what": "'
DECISIONS = frozenset({ERASED, PUBLISHED, "pending", "private", "rejected"})


class JournalError(Exception):
    """The journal cannot be written, and so nothing was changed. The message is for whoever asked for it."""

    def __init__(self) -> None:
        super().__init__(
            _("This cannot be recorded safely at the moment, so nothing was changed. Try again in a while.")
        )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`what` is the state after it. `version` is the contribution's version after it.

    `by_edit`: the author's own edit led to that state, so that the words are others than before.
    """

    what: str
    id: UUID
    version: int
    at: dt.datetime
    by_edit: bool = False

    def line(self) -> bytes:
        values = {"what": self.what, "id": str(self.id), "version": self.version, "at": self.at.isoformat()}
        return json.dumps(values | ({"by_edit": True} if self.by_edit else {})).encode() + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Entry:
        """Raises ValueError for what is no entry."""
        values = json.loads(line)
        try:
            entry = cls(
                what=values["what"],
                id=UUID(values["id"]),
                version=int(values["version"]),
                at=dt.datetime.fromisoformat(values["at"]),
                by_edit=values.get("by_edit", False) is True,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(str(error)) from None
        if entry.what not in DECISIONS:
            raise ValueError(entry.what)
        return entry


def write(*entries: Entry) -> None:
    """Adds entries, all or none; they are on the disk when this returns. Raises JournalError.

    To be called as the last thing before the COMMIT. Several processes may write at once.
    """
    try:
        _make_our_folder()
        append(*entries)
        first_line = _first_line()
    except OSError:
        raise JournalError from None
    if first_line is not None:
        JournalMark.objects.bulk_create([JournalMark(first_line=first_line)], ignore_conflicts=True)


def append(*entries: Entry) -> None:
    """The file's part of `write`: whole and on the disk when this returns. Raises OSError: then not in it."""
    path = file()
    is_new = not path.exists()
    descriptor = _open()
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # ends with the process, however it ends
        _write_whole(descriptor, b"".join(entry.line() for entry in entries), after=_end_of_lines(descriptor))
    finally:
        os.close(descriptor)
    if is_new:
        _sync(path.parent)


def _open(*, may_make: bool = True) -> int:
    """A descriptor to add to the file. Raises OSError, also for what is no file: a device, a pipe, a folder.

    A link that leads nowhere is not filled: what it leads to is a disk that is not mounted.
    """
    path = file()
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe is not waited for
    if may_make and not path.is_symlink():
        flags |= os.O_CREAT
    descriptor = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file")
    return descriptor


def _write_whole(descriptor: int, lines: bytes, *, after: int) -> None:
    """All of the lines or, where the disk is full, nothing of them: whoever asked is told it was not done."""
    left = lines
    try:
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, after)
        raise


def _end_of_lines(descriptor: int) -> int:
    """Makes the next line begin on a line of its own; returns the file's size then.

    Whoever was killed in the middle of a line had done nothing yet: the beginning of a line of ours goes.
    What may be something else stays, and is reported as a line that cannot be read.
    """
    size = os.fstat(descriptor).st_size
    start = max(0, size - _LONGEST)
    before, newline, tail = os.pread(descriptor, _LONGEST, start).rpartition(b"\n")
    if not tail:
        return size
    if (newline or start == 0) and _is_beginning_of_ours(tail):
        end = start + len(before) + len(newline)
        os.ftruncate(descriptor, end)
        return end
    os.write(descriptor, b"\n")
    return size + 1


def _is_beginning_of_ours(tail: bytes) -> bool:
    try:
        Entry.of(tail)
    except ValueError:
        return tail.startswith(_BEGINNING) or _BEGINNING.startswith(tail)
    return False


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_our_folder() -> None:
    """Only the one in the checkout: an operator's folder that is missing is a disk that is not mounted."""
    if settings.JOURNAL == settings.JOURNAL_DEFAULT:
        settings.JOURNAL.mkdir(mode=0o700, parents=True, exist_ok=True)


def file() -> Path:
    folder: Path = settings.JOURNAL
    return folder / FILE_NAME


@dataclass(frozen=True, kw_only=True)
class Journal:
    """All entries in their order; `damaged` counts lines that cannot be read."""

    entries: tuple[Entry, ...]
    damaged: int = 0

    def by_contribution(self) -> dict[UUID, list[Entry]]:
        grouped: dict[UUID, list[Entry]] = {}
        for entry in self.entries:
            grouped.setdefault(entry.id, []).append(entry)
        return grouped


def read() -> Journal:
    """The whole journal; empty where nothing was ever decided. Raises OSError."""
    if not file().exists() and settings.JOURNAL.is_dir():
        return Journal(entries=())
    with file().open("rb") as lines:
        return _read(lines)


def _read(lines: Iterable[bytes]) -> Journal:
    entries: list[Entry] = []
    damaged = 0
    for line in lines:
        try:
            entries.append(Entry.of(line))
        except ValueError:
            damaged += 1
    return Journal(entries=tuple(entries), damaged=damaged)


def _first_line() -> str | None:
    """What a journal is known by, its first line's SHA-256; None where there is none. Raises OSError."""
    try:
        with file().open("rb") as lines:
            line = lines.readline()
    except FileNotFoundError:
        return None
    return hashlib.sha256(line).hexdigest() if line.endswith(b"\n") else None


def strangeness() -> Iterator[str]:
    """That the journal is not the one this database wrote to, in words for the operator; else nothing.

    One query. Nothing too where the database has never written to one. Raises OSError.
    """
    try:
        mark = JournalMark.objects.first()
    except ProgrammingError:  # before the migration that brings the table
        return
    if mark is None:
        return
    first_line = _first_line()
    if first_line is None:
        yield f"The journal is missing: this database has written to one; there is none in {file().parent}."
    elif first_line != mark.first_line:
        yield f"{file()} is another journal than the one that this database has written to."


@transaction.atomic
def adopt() -> None:
    """From now on this journal is the database's. Raises OSError."""
    JournalMark.objects.all().delete()
    first_line = _first_line()
    if first_line is not None:
        JournalMark.objects.create(first_line=first_line)


def troubles() -> Iterator[str]:
    """Why erasures and decisions cannot be recorded now, in words for the operator; nothing when they can."""
    folder: Path = settings.JOURNAL
    if folder.is_relative_to(settings.MEDIA_ROOT):
        yield f"The journal's folder {folder} lies among the uploads, which a restore replaces."
    if settings.JOURNAL == settings.JOURNAL_DEFAULT and not folder.exists():
        folder = next(parent for parent in folder.parents if parent.exists())
    if not folder.is_dir():
        yield f"The journal's folder {settings.JOURNAL} does not exist. Is its disk mounted?"
    else:
        try:
            _try_to_add(folder)
        except OSError as error:
            yield f"The journal {file()} cannot be written: {error.strerror}."


def _try_to_add(folder: Path) -> None:
    """All that an entry needs but the writing of one. Raises OSError for what stands in its way."""
    path = file()
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, f"this user may not write in {folder}")
    is_there = path.exists() or path.is_symlink()
    if is_there:
        os.close(_open(may_make=False))
    disk = os.statvfs(path if is_there else folder)
    if disk.f_blocks and not disk.f_bavail:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
