"""What the closed process tells: the tables of a file, or why it refuses."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


class RefusedError(Exception):
    """What is wrong with the file, as a code and its values: the words are found outside."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.answer = {"error": code, **values}


@dataclass(frozen=True, kw_only=True)
class Described:
    """A table before it is read. `geometry` is "" for one without shapes; `crs` in the file's own words."""

    name: str
    rows: int
    geometry: str
    crs: str
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A table read: `shapes` are WKB or None; the fields are `columns`, or `records` where rows differ.

    By row, `faults` tells why there is no shape where the file has one, `notes` what was mended. `warnings`
    are about the file as a whole. All are codes.
    """

    table: Described
    shapes: list[bytes | None]
    columns: dict[str, list[Any]] = field(default_factory=dict)
    records: list[dict[str, Any]] | None = None
    faults: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def chosen(tables: Sequence[Described], *, wanted: Collection[str] | None) -> list[int]:
    """The places of the wanted tables; with none named, of the only one with shapes in it. RefusedError."""
    if wanted is None:
        with_shapes = [place for place, table in enumerate(tables) if table.geometry]
        if not with_shapes:
            raise RefusedError("no-table")
        places = [place for place in with_shapes if tables[place].rows] or with_shapes
        if len(places) == 1:
            return places
        raise RefusedError("choose", tables=[asdict(table) for table in tables])
    by_name = {_composed(table.name): place for place, table in enumerate(tables)}
    names = {_composed(name) for name in wanted}
    if not names <= set(by_name):
        raise RefusedError("choose", tables=[asdict(table) for table in tables])
    for name in names:
        if not tables[by_name[name]].geometry:
            raise RefusedError("no-shapes", name=name[:80])
    return sorted(by_name[name] for name in names)


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)
