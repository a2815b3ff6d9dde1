"""What every reader gives: shapes and their fields, row by row, and the coordinate system if told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray


class ReadError(ValueError):
    """The file cannot be read. The message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class TableInfo:
    """A table of a file, before it is read.

    `rows` is -1 where the file does not say; `geometry` "Polygon", "MultiPolygon" and so on, "Geometry" for
    several kinds, "" for none; `srid` None when the system is not told or not known. Of GML a few of the
    `fields` may be missing, or more, once the table is read.
    """

    name: str
    rows: int
    geometry: str
    srid: int | None
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a file is ("GeoPackage") and which tables it holds, those without shapes too."""

    format: str
    tables: tuple[TableInfo, ...]

    def with_shapes(self) -> tuple[TableInfo, ...]:
        """Those that can be loaded as a layer."""
        return tuple(table for table in self.tables if table.geometry)


class ChooseTableError(ReadError):
    """The file has several tables and none, or one that is not there, was named. `contents` are they."""

    def __init__(self, contents: Contents) -> None:
        names = ", ".join(table.name[:60] for table in contents.with_shapes()[:200])
        super().__init__(
            _("Choose one of the layers in the file with --layer: %(names)s.") % {"names": names}
        )
        self.contents = contents


@dataclass(frozen=True, kw_only=True)
class Table:
    """Feature `i` of the file has shape `geometries[i]` (None if it has none) and fields `properties[i]`.

    `tables[i]` is the name of the table it comes from, where several are read as one. `srid` is None when the
    file does not say. By row, `notes` holds what was mended or is odd, and `unreadable` why there is no
    shape where the file has one. `warnings` are about the file as a whole.
    """

    geometries: NDArray[np.object_]
    properties: list[dict[str, Any]]
    srid: int | None
    notes: dict[int, str] = field(default_factory=dict)
    unreadable: dict[int, str] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    format: str = ""
    warnings: list[str] = field(default_factory=list)

    def field_names(self) -> list[str]:
        """Every field that any row has, in the order of first appearance."""
        return list(dict.fromkeys(name for row in self.properties for name in row))


def joined(tables: Sequence[Table]) -> Table:
    """Several tables as one, row after row. Raises ReadError when they are in different systems."""
    if len(tables) == 1:
        return tables[0]
    systems = {table.srid for table in tables}
    if len(systems) > 1:
        listed = ", ".join(sorted(f"EPSG:{srid}" if srid else "–" for srid in systems))
        message = _("The layers are in different coordinate systems (%(systems)s). Read them one by one.")
        raise ReadError(message % {"systems": listed})
    starts = np.cumsum([0, *(len(table.geometries) for table in tables)]).tolist()
    return Table(
        geometries=np.concatenate([table.geometries for table in tables]),
        properties=[row for table in tables for row in table.properties],
        srid=tables[0].srid,
        notes=_shifted([table.notes for table in tables], starts),
        unreadable=_shifted([table.unreadable for table in tables], starts),
        tables=[name for table in tables for name in table.tables],
        format=", ".join(dict.fromkeys(table.format for table in tables)),
        warnings=list(dict.fromkeys(text for table in tables for text in table.warnings)),
    )


def _shifted(remarks: Sequence[dict[int, str]], starts: Sequence[int]) -> dict[int, str]:
    return {
        row + start: why for found, start in zip(remarks, starts, strict=False) for row, why in found.items()
    }
