"""What must stay so after a backup is restored: erasures and decisions, in a file that no backup holds.

A database that is restored knows nothing of what was erased or taken from view since: the journal does. It
lies outside the database and the uploads, so that it is not restored with them, and `replay_journal` carries
it out again. One line of JSON each, added and never changed: what, the contribution's id, its version after
it, and when. No words, no places, no names.

What takes something from view is written **before** the COMMIT, what shows it **after** it. So whatever the
machine dies of, what was erased stays erased; at worst something is erased again whose author asked for it,
or waits to be read that was published.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

FILE_NAME = "decisions.jsonl"
ERASED, PUBLISHED = "erased", "published"
DECISIONS = frozenset({ERASED, PUBLISHED, "pending", "private", "rejected"})


class JournalError(Exception):
    """The journal cannot be written, and so nothing was changed. The message is for whoever asked for it."""

    def __init__(self) -> None:
        super().__init__(
            _("This cannot be recorded safely just now, so nothing was changed. Try again in a while.")
        )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`what` is the state after it. `version` is the contribution's version after it."""

    what: str
    id: UUID
    version: int
    at: dt.datetime

    def line(self) -> bytes:
        values = {"what": self.what, "id": str(self.id), "version": self.version, "at": self.at.isoformat()}
        return json.dumps(values).encode() + b"\n"

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
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(str(error)) from None
        if entry.what not in DECISIONS:
            raise ValueError(entry.what)
        return entry


def write(entry: Entry) -> None:
    """Adds an entry; it is on the disk when this returns. Raises JournalError.

    To be called as the last thing before the COMMIT. Several processes may write at once.
    """
    try:
        _make_our_folder()
        _append(entry.line())
    except OSError:
        raise JournalError from None


def _append(line: bytes) -> None:
    path = file()
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # ends with the process, however it ends
        size = os.fstat(descriptor).st_size
        # who was killed in the middle of a line must not take the next one with it
        is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        left = b"\n" + line if is_torn else line
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        _sync(path.parent)


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


def troubles() -> Iterator[str]:
    """Why erasures and decisions cannot be recorded now, in words for the operator; nothing when they can."""
    folder: Path = settings.JOURNAL
    if folder.is_relative_to(settings.MEDIA_ROOT):
        yield f"The journal's folder {folder} lies among the uploads, which a restore replaces."
    if settings.JOURNAL == settings.JOURNAL_DEFAULT and not folder.exists():
        folder = next(parent for parent in folder.parents if parent.exists())
    if not folder.is_dir():
        yield f"The journal's folder {settings.JOURNAL} does not exist. Is its disk mounted?"
    elif not os.access(folder, os.W_OK | os.X_OK) or (file().exists() and not os.access(file(), os.W_OK)):
        yield f"The journal in {settings.JOURNAL} cannot be written by this user."
