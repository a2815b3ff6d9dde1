"""The release ledger: which numbers of a consultation may be published beside all that already are.

Tables that are each safe give small groups away together: another division, another period, an edition of
the areas later. So a consultation has one ledger; a table is offered to it, and what it publishes it
remembers. `docs/methods/disclosure.md` says what this protects against and what not.
"""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from numbers import Integral
from typing import Any, NamedTuple, Self

_VERSION = 1  # of the stored form
_MOST_COMMENTS = 1_000_000  # of one person in one atom


class Audience(Enum):
    """Who reads a table. Staff read exact numbers, and nothing of theirs is in the ledger."""

    OPEN = "open"
    COMMITTEE = "committee"


class Wrote(NamedTuple):
    """How many comments a person wrote in one atom. `person`: any number that is the same all the time."""

    person: int
    piece: str
    theme: str
    month: str
    comments: int


@dataclass(frozen=True)
class Cell:
    """A sum over atoms: all of these pieces, themes and months together."""

    pieces: frozenset[str]
    themes: frozenset[str]
    months: frozenset[str]

    def axes(self) -> tuple[frozenset[str], ...]:
        return self.pieces, self.themes, self.months


@dataclass(frozen=True)
class Entry:
    """What readers know of a cell. `comments`: None where it is hidden; then that it is at `least` so many.

    `people`: different people; None where that is not shown.
    """

    cell: Cell
    audience: Audience
    comments: int | None
    people: int | None
    least: int


@dataclass(frozen=True)
class Ledger:
    """A value: what was counted, and what was published of it.

    `pieces`: the areas of all editions intersected, and what lies in none. `secret`: what lots are cast with;
    whoever knows it knows which cells were hidden by lot. `least_people`: what few was to each audience in
    the offers so far, and is for ever; empty before the first.
    """

    pieces: tuple[str, ...]
    themes: tuple[str, ...]
    months: tuple[str, ...]  # the closed ones
    wrote: tuple[Wrote, ...] = field(repr=False)
    entries: tuple[Entry, ...]
    secret: bytes = field(repr=False)
    least_people: Mapping[Audience, int] = field(default_factory=dict)

    @classmethod
    def empty(cls, pieces: Iterable[str], *, themes: Iterable[str], secret: bytes) -> Self:
        """A ledger before the first month is closed. `secret`: 16 to 64 bytes that nobody can guess."""
        if not 16 <= len(secret) <= 64:
            raise ValueError("a secret has 16 to 64 bytes")
        names = tuple(pieces), tuple(themes)
        if any(len(set(each)) < len(each) for each in names):
            raise ValueError("pieces and themes have different names")
        return cls(*names, (), (), (), secret)

    def with_month(self, month: str, *, wrote: Iterable[Wrote]) -> Ledger:
        """The ledger after a month was closed. What was counted in it is never counted anew.

        A comment that is withdrawn later stays counted: a table that leaves it out would name it by
        subtraction. Raises ValueError if the month is closed already, or for atoms that are none.
        """
        if month in self.months:
            raise ValueError(f"{month} is closed: what was counted in it stays as it is")
        counted = _checked(wrote, pieces=self.pieces, themes=self.themes, months=(month,))
        return replace(self, months=(*self.months, month), wrote=self.wrote + counted)

    def with_parts(self, parts: Mapping[str, Collection[str]], *, wrote: Iterable[Wrote]) -> Ledger:
        """The ledger with pieces cut by an edition of the areas that came later.

        `parts`: for each piece the new ones that it falls into (itself, if it is not cut). `wrote`: all that
        was counted, in the new pieces. Raises ValueError if a person's comments in a piece are not those of
        its parts: what was counted stays, wherever in the piece it is put now.
        """
        piece_of = {part: piece for piece, names in parts.items() for part in names}
        if set(parts) != set(piece_of.values()) or set(parts) != set(self.pieces):
            raise ValueError("each piece needs its parts")
        if len(piece_of) < sum(map(len, parts.values())):
            raise ValueError("a part belongs to one piece")
        counted = _checked(wrote, pieces=piece_of, themes=self.themes, months=self.months)
        after = Counter[Any]()
        for each in counted:
            after[each.person, piece_of[each.piece], each.theme, each.month] += each.comments
        if after != Counter({each[:4]: each.comments for each in self.wrote}):
            raise ValueError("what was counted in a piece must be what is counted in its parts")
        entries = tuple(
            replace(entry, cell=replace(entry.cell, pieces=frozenset(_parts(entry.cell.pieces, parts))))
            for entry in self.entries
        )
        return replace(self, pieces=tuple(piece_of), wrote=counted, entries=entries)

    def as_json(self) -> dict[str, Any]:
        """For storing, in plain lists and texts. It says who wrote where: it is as secret as the comments."""
        stored = self._plain()
        return {**stored, "seal": _seal(stored, secret=self.secret)}

    def _plain(self) -> dict[str, Any]:
        return {
            "version": _VERSION,
            "least_people": {audience.value: least for audience, least in self.least_people.items()},
            "pieces": list(self.pieces),
            "themes": list(self.themes),
            "months": list(self.months),
            "wrote": [list(each) for each in self.wrote],
            "entries": [
                {
                    "pieces": sorted(entry.cell.pieces),
                    "themes": sorted(entry.cell.themes),
                    "months": sorted(entry.cell.months),
                    "audience": entry.audience.value,
                    "comments": entry.comments,
                    "people": entry.people,
                    "least": entry.least,
                }
                for entry in self.entries
            ],
            "secret": self.secret.hex(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Ledger:
        """The ledger that `as_json` gave.

        Raises ValueError for what was changed since: who takes a row out, as an erasure may think it must,
        makes the next table name what is missing by subtraction.
        """
        plain = {key: value for key, value in stored.items() if key != "seal"}
        secret = bytes.fromhex(stored["secret"])
        if stored.get("version") != _VERSION:
            raise ValueError("a ledger of another version")
        if not hmac.compare_digest(str(stored.get("seal")), _seal(plain, secret=secret)):
            raise ValueError("the ledger was changed after it was stored")
        return cls(
            pieces=tuple(stored["pieces"]),
            themes=tuple(stored["themes"]),
            months=tuple(stored["months"]),
            wrote=tuple(Wrote(*each) for each in stored["wrote"]),
            entries=tuple(
                Entry(
                    Cell(*(frozenset(each[axis]) for axis in ("pieces", "themes", "months"))),
                    Audience(each["audience"]),
                    each["comments"],
                    each["people"],
                    each["least"],
                )
                for each in stored["entries"]
            ),
            secret=secret,
            least_people={Audience(name): least for name, least in stored["least_people"].items()},
        )


def _seal(plain: Mapping[str, Any], *, secret: bytes) -> str:
    """Of all that is stored: a mistake is seen by it, not somebody who can read the secret."""
    return hmac.new(secret, json.dumps(plain, sort_keys=True).encode(), "sha256").hexdigest()


def _checked(
    wrote: Iterable[Wrote], *, pieces: Collection[str], themes: Collection[str], months: Collection[str]
) -> tuple[Wrote, ...]:
    rows = tuple(wrote)
    for each in rows:
        if each.piece not in pieces or each.theme not in themes or each.month not in months:
            raise ValueError("a row is of no piece, theme or month that is to be counted")
        if not isinstance(each.comments, Integral) or not 1 <= each.comments <= _MOST_COMMENTS:
            raise ValueError("who wrote has a whole number of comments, one or more")
    counted = tuple(each._replace(comments=int(each.comments)) for each in rows)
    if len({each[:4] for each in counted}) < len(counted):
        raise ValueError("a person is in an atom once, with all comments there")
    return counted


def _parts(pieces: Iterable[str], parts: Mapping[str, Collection[str]]) -> Iterable[str]:
    return (part for piece in pieces for part in parts[piece])
