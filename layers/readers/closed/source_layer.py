"""What the closed process says: the source layers of a file, their rows, or why it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class RefusedError(Exception):
    """What is wrong with the file, as a code and its values: the words are found outside."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.answer = {"error": code, **values}


@dataclass(frozen=True, kw_only=True)
class SourceLayer:
    """One before it is read. `geometry` is "" for one without shapes; `crs` in the file's own words."""

    name: str
    rows: int
    geometry: str
    crs: str
    columns: list[str]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A source layer read: `shapes` are WKB or None; their values `columns`, or `records` if rows differ.

    By row, `faults` says why there is no shape where the file has one, `notes` what was mended. `warnings`
    are about the file as a whole, each with its values. All are codes. `members` are what a GeoJSON
    collection says of itself beside its features.
    """

    layer: SourceLayer
    shapes: list[bytes | None]
    columns: dict[str, list[Any]] = field(default_factory=dict)
    records: list[dict[str, Any]] | None = None
    faults: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)
    members: dict[str, Any] = field(default_factory=dict)
