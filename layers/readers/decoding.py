"""What a closed process has sent, as source layers and rows: shapes out of WKB, remarks out of codes."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from layers import crs
from layers.crs import CrsError
from layers.readers import systems
from layers.readers.pieces import Piece
from layers.readers.refusals import warning
from layers.readers.source_rows import SourceLayer, SourceRows

# A note in place of a shape, by the closed process's code.
_FAULTS = {
    "shape": "the geometry cannot be read",
    "number": "a coordinate is not a number",
    "odd": "a coordinate is missing",
    "arc": "an arc has fewer than three points",
    "unclosed": "unclosed ring",
}
_UNREADABLE = _FAULTS["shape"]
# One source layer each, called after the file.
_SINGLE = frozenset({"Shapefile", "FlatGeobuf", "GeoJSON"})


def source_layer(layer: Mapping[str, Any], *, piece: Piece) -> SourceLayer:
    """A source layer before it is read, under the name that people know it by."""
    return SourceLayer(
        name=_name(layer, piece=piece),
        rows=layer["rows"],
        geometry=layer["geometry"],
        srid=_srid_if_known(layer["crs"] or piece.crs, piece=piece),
        columns=tuple(layer["columns"]),
    )


def source_rows(body: memoryview, *, header: Mapping[str, Any], piece: Piece) -> SourceRows:
    """The rows that `header` describes, at the start of `body`. CrsError for a system not on the list."""
    layer = header["layer"]
    lengths_end, columns_end, shapes_end = np.cumsum(header["sizes"]).tolist()
    lengths = np.frombuffer(body[:lengths_end], dtype="<i4")
    geometries, notes, unreadable = _shapes(_split(body[columns_end:shapes_end], lengths))
    notes |= {int(row): _FAULTS[note] for row, note in header["notes"].items()}
    unreadable |= {int(row): _FAULTS[fault] for row, fault in header["faults"].items()}
    if piece.format == "GML":
        notes |= {
            row: "a ring runs the wrong way round" for row in _rows_turned(geometries) if row not in notes
        }
    return SourceRows(
        geometries=geometries,
        properties=_properties(json.loads(bytes(body[lengths_end:columns_end])), count=len(lengths)),
        srid=_srid(layer["crs"] or piece.crs, piece=piece),
        notes=notes,
        unreadable=unreadable,
        layers=[_name(layer, piece=piece)] * len(lengths),
        format=piece.format,
        warnings=[
            *(warning(remark) for remark in _remarks(header["warnings"], piece=piece)),
            *_unknown(piece),
        ],
        members=header["members"],
    )


def _name(layer: Mapping[str, Any], *, piece: Piece) -> str:
    return piece.name if piece.format in _SINGLE else unicodedata.normalize("NFC", layer["name"])


def _srid_if_known(text: str, *, piece: Piece) -> int | None:
    try:
        return _srid(text, piece=piece)
    except CrsError:
        return None


def _properties(columns: Any, *, count: int) -> list[dict[str, Any]]:
    if isinstance(columns, list):
        return columns
    if not columns:
        return [{} for _row in range(count)]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _srid(text: str, *, piece: Piece) -> int | None:
    return crs.srid_from(text) if piece.format == "GeoJSON" else systems.srid_of(text)


def _unknown(piece: Piece) -> list[str]:
    message = _("The coordinate system “%(name)s” is unknown.")
    return [message % {"name": name} for name in piece.unknown_systems]


def _remarks(remarks: Sequence[Mapping[str, Any]], *, piece: Piece) -> list[Mapping[str, Any]]:
    """What is doubtful: what the closed process says, beside what the file says of itself; columns twice."""
    named = piece.named_encoding
    doubtful = [
        {**remark, "named": named} if remark["warning"] == "encoding" else remark
        for remark in remarks
        if remark["warning"] != "encoding" or remark["encoding"] != named
    ]
    if piece.repeated_names:
        doubtful.append({"warning": "repeated", "names": ", ".join(piece.repeated_names)})
    return doubtful


def _split(wkb: memoryview, lengths: NDArray[np.int32]) -> NDArray[np.object_]:
    ends = np.cumsum(np.maximum(lengths, 0), dtype=np.int64)
    shapes = np.empty(len(lengths), dtype=object)
    for row, (end, length) in enumerate(zip(ends.tolist(), lengths.tolist(), strict=True)):
        shapes[row] = None if length < 0 else bytes(wkb[end - length : end])
    return shapes


def _shapes(wkb: NDArray[np.object_]) -> tuple[NDArray[np.object_], dict[int, str], dict[int, str]]:
    """The shapes; notes on those whose rings had to be closed; and why others are none."""
    with np.errstate(invalid="ignore"):  # NaN is looked for later, row by row
        geometries = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
        notes: dict[int, str] = {}
        unreadable: dict[int, str] = {}
        for row in np.flatnonzero(shapely.is_missing(geometries)).tolist():
            if wkb[row] is None:
                continue
            geometries[row] = shapely.from_wkb(wkb[row], on_invalid="fix")
            if geometries[row] is None:
                unreadable[row] = _UNREADABLE
            else:
                notes[row] = _FAULTS["unclosed"]
    return geometries, notes, unreadable


def _rows_turned(geometries: NDArray[np.object_]) -> list[int]:
    """Rows with an outer ring that runs clockwise, or a hole that does not: GML wants them so."""
    parts, rows = shapely.get_parts(geometries, return_index=True)
    is_polygon = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    parts, rows = parts[is_polygon], rows[is_polygon]
    outer = ~shapely.is_ccw(shapely.get_exterior_ring(parts))
    holes = [any(hole.is_ccw for hole in part.interiors) for part in parts]
    return sorted(set(rows[outer | np.array(holes, dtype=bool)].tolist()))
