"""What every reader gives: shapes and their properties, row by row, and the coordinate system if named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from layers.option_error import OptionError


class ReadError(OptionError):
    """The file cannot be read. The message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class SourceLayer:
    """A part of a file that has rows of its own, before it is read: a table, a sheet, a feature type.

    `rows` is -1 where the file does not say; `geometry` "Polygon", "MultiPolygon" and so on, "Geometry" for
    several kinds, "" for none; `srid` None when the system is not named or not known. Of GML a few of the
    `columns` may be missing, or more, once it is read.
    """

    name: str
    rows: int
    geometry: str
    srid: int | None
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a file is ("GeoPackage") and which source layers it holds, those without shapes too."""

    format: str
    layers: tuple[SourceLayer, ...]

    def with_shapes(self) -> tuple[SourceLayer, ...]:
        """Those that can be loaded as a layer."""
        return tuple(layer for layer in self.layers if layer.geometry)


class ChooseLayerError(ReadError):
    """Of the source layers in `contents` none was named, or one that is not there."""

    def __init__(self, contents: Contents) -> None:
        names = ", ".join(layer.name[:60] for layer in contents.with_shapes()[:200])
        super().__init__(
            _("Choose one of the layers in the file: %(names)s.") % {"names": names}, option="--layer"
        )
        self.contents = contents


@dataclass(frozen=True, kw_only=True)
class SourceRows:
    """Feature `i` of the file has shape `geometries[i]` (None if it has none) and values `properties[i]`.

    `layers[i]` is the name of the source layer it comes from, where several are read as one. `srid` is None
    when the file does not say. By row, `notes` holds what was mended or is doubtful, `unreadable` why there
    is no shape where the file has one. `warnings` are about the file as a whole; `members` are the texts and
    numbers that a GeoJSON collection says of itself beside its features (several as one: the first's).
    """

    geometries: NDArray[np.object_]
    properties: list[dict[str, Any]]
    srid: int | None
    notes: dict[int, str] = field(default_factory=dict)
    unreadable: dict[int, str] = field(default_factory=dict)
    layers: list[str] = field(default_factory=list)
    format: str = ""
    warnings: list[str] = field(default_factory=list)
    members: Mapping[str, Any] = field(default_factory=dict)

    def column_names(self) -> list[str]:
        """Every column that any row has, in the order of first appearance."""
        return list(dict.fromkeys(name for row in self.properties for name in row))


def joined(parts: Sequence[SourceRows]) -> SourceRows:
    """Several source layers as one, row after row. Raises ReadError when they are in different systems."""
    if len(parts) == 1:
        return parts[0]
    systems = {part.srid for part in parts}
    if len(systems) > 1:
        listed = ", ".join(sorted(f"EPSG:{srid}" if srid else "–" for srid in systems))
        message = _("The layers are in different coordinate systems (%(systems)s). Read them one by one.")
        raise ReadError(message % {"systems": listed})
    starts = np.cumsum([0, *(len(part.geometries) for part in parts)]).tolist()
    return SourceRows(
        geometries=np.concatenate([part.geometries for part in parts]),
        properties=[row for part in parts for row in part.properties],
        srid=parts[0].srid,
        notes=_shifted([part.notes for part in parts], starts),
        unreadable=_shifted([part.unreadable for part in parts], starts),
        layers=[name for part in parts for name in part.layers],
        format=", ".join(dict.fromkeys(part.format for part in parts)),
        warnings=list(dict.fromkeys(text for part in parts for text in part.warnings)),
        members=parts[0].members,
    )


def _shifted(remarks: Sequence[dict[int, str]], starts: Sequence[int]) -> dict[int, str]:
    return {
        row + start: why
        for by_row, start in zip(remarks, starts, strict=False)
        for row, why in by_row.items()
    }
