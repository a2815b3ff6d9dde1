"""Our side of the closed process that files are read in, by GDAL or, GeoJSON, by ourselves."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from layers import crs
from layers.crs import CrsError
from layers.readers import systems
from layers.readers.closed import limits
from layers.readers.pieces import DRIVERS, Piece
from layers.readers.refusals import refusal, warning
from layers.readers.table import ChooseTableError, Contents, Table, TableInfo, joined

# Every format that pyogrio's GDAL can open: all but the one a file needs are switched off. Some of them read
# other local files or make web requests when the file at hand says so (a VRT named x.gpkg).
ALL_DRIVERS = (
    "MEM", "Memory", "PCIDSK", "PDS4", "VICAR", "PDF", "MBTiles", "EEDA", "OGCAPI", "GDALG", "ESRI Shapefile",
    "MapInfo File", "LVBAG", "S57", "DGN", "OGR_VRT", "CSV", "GML", "GPX", "LIBKML", "KML", "GeoJSON",
    "GeoJSONSeq", "ESRIJSON", "TopoJSON", "OGR_GMT", "GPKG", "SQLite", "WAsP", "OpenFileGDB", "DXF",
    "FlatGeobuf", "GeoRSS", "VFK", "PGDUMP", "OSM", "GPSBabel", "OGR_PDS", "WFS", "OAPIF", "EDIGEO", "Idrisi",
    "ODS", "XLSX", "Elasticsearch", "Carto", "AmigoCloud", "SXF", "Selafin", "JML", "PLSCENES", "CSW", "VDV",
    "MVT", "NGW", "MapML", "GTFS", "PMTiles", "JSONFG", "MiraMonVector", "ADBC", "AVCBin", "AVCE00", "XODR",
    "AIVector", "HTTP", "GMLAS", "Parquet", "Arrow", "PostgreSQL", "MySQL", "NAS", "ILI", "VRT", "GTI",
    "WMS",
)  # fmt: skip
_DEAD_END = "http://127.0.0.1:9"
_START = "import sys; sys.path.append(sys.argv[1]); from closed.process import main; main()"
# A note in place of a shape, by the closed process's code.
_FAULTS = {
    "shape": "the geometry cannot be read",
    "number": "a coordinate is not a number",
    "odd": "a coordinate is missing",
    "arc": "an arc has fewer than three points",
    "unclosed": "unclosed ring",
}
_UNREADABLE = _FAULTS["shape"]
# One table each, called after the file.
_SINGLE = frozenset({"Shapefile", "FlatGeobuf", "GeoJSON"})


def environment(driver: str) -> dict[str, str]:
    """What the process is started with: GDAL with one format (or none, ""), no network, one thread."""
    return {
        "GDAL_SKIP": ",".join(name for name in ALL_DRIVERS if name != driver),
        "GDAL_HTTP_PROXY": _DEAD_END,
        "GDAL_HTTPS_PROXY": _DEAD_END,
        "http_proxy": _DEAD_END,
        "https_proxy": _DEAD_END,
        "GDAL_HTTP_MAX_RETRY": "0",
        "GDAL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PROJ_NETWORK": "OFF",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GML_SKIP_CORRUPTED_FEATURES": "YES",
        "GML_SKIP_RESOLVE_ELEMS": "ALL",
        "GML_DOWNLOAD_SCHEMA": "NO",
        "LIBKML_RESOLVE_STYLE": "NO",
        "LC_ALL": "C.UTF-8",
    }


def contents(pieces: Sequence[Piece]) -> list[Contents]:
    """The tables of each piece; all pieces are of one format. Raises ReadError."""
    header, _body = _asked("contents", pieces, wanted=None)
    return [_contents(piece, found) for piece, found in zip(pieces, header["files"], strict=True)]


def read(piece: Piece, *, wanted: Collection[str]) -> Table:
    """The wanted tables of a piece (none: its only one with shapes) as one.

    Raises ReadError, and CrsError for a coordinate system that is not on the list.
    """
    is_single = piece.format in _SINGLE
    if is_single and wanted and set(wanted) != {piece.name}:
        raise ChooseTableError(contents([piece])[0])
    header, body = _asked("read", [piece], wanted=None if is_single else list(wanted) or None)
    tables = []
    for told in header["files"][0]:
        tables.append(_table(body, header=told, piece=piece))
        body = body[sum(told["sizes"]) :]
    return joined(tables)


def _asked(
    action: str, pieces: Sequence[Piece], *, wanted: Sequence[str] | None
) -> tuple[dict[str, Any], memoryview]:
    """The answer of a process of its own, with limits on memory, time and files."""
    request = {
        "action": action,
        "format": pieces[0].format,
        "files": [
            {"path": str(piece.path), "wanted": wanted, "encodings": piece.encodings} for piece in pieces
        ],
    }
    try:
        done = subprocess.run(  # noqa: S603 (our own script, no shell, paths of our own making)
            [sys.executable, "-I", "-c", _START, str(Path(__file__).parent)],
            env=environment(DRIVERS.get(pieces[0].format, "")),
            cwd=pieces[0].path.parent,
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=limits.WALL_CLOCK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refusal({"error": "resources"}) from None
    line, _newline, _rest = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line:
        raise refusal({"error": "resources" if done.returncode < 0 else "damaged"})
    header: dict[str, Any] = json.loads(line)
    if header.get("error") == "choose":
        raise ChooseTableError(_contents(pieces[0], header["tables"]))
    if "error" in header:
        raise refusal(header)
    return header, memoryview(done.stdout)[len(line) + 1 :]


def _contents(piece: Piece, tables: Sequence[Mapping[str, Any]]) -> Contents:
    return Contents(
        format=piece.format,
        tables=tuple(
            TableInfo(
                name=piece.name if piece.format in _SINGLE else unicodedata.normalize("NFC", table["name"]),
                rows=table["rows"],
                geometry=table["geometry"],
                srid=_srid_if_known(table["crs"] or piece.crs, piece=piece),
                fields=tuple(table["fields"]),
            )
            for table in tables
        ),
    )


def _srid_if_known(text: str, *, piece: Piece) -> int | None:
    try:
        return _srid(text, piece=piece)
    except CrsError:
        return None


def _table(body: memoryview, *, header: Mapping[str, Any], piece: Piece) -> Table:
    table = header["table"]
    lengths_end, fields_end, shapes_end = np.cumsum(header["sizes"]).tolist()
    lengths = np.frombuffer(body[:lengths_end], dtype="<i4")
    geometries, notes, unreadable = _shapes(_split(body[fields_end:shapes_end], lengths))
    notes |= {int(row): _FAULTS[note] for row, note in header["notes"].items()}
    unreadable |= {int(row): _FAULTS[fault] for row, fault in header["faults"].items()}
    if piece.format == "GML":
        notes |= {row: "a ring runs the wrong way round" for row in _turned(geometries) if row not in notes}
    name = piece.name if piece.format in _SINGLE else unicodedata.normalize("NFC", table["name"])
    return Table(
        geometries=geometries,
        properties=_properties(json.loads(bytes(body[lengths_end:fields_end])), count=len(lengths)),
        srid=_srid(table["crs"] or piece.crs, piece=piece),
        notes=notes,
        unreadable=unreadable,
        tables=[name] * len(lengths),
        format=piece.format,
        warnings=[*(warning(code) for code in header["warnings"]), *_unknown(piece)],
    )


def _properties(fields: Any, *, count: int) -> list[dict[str, Any]]:
    if isinstance(fields, list):
        return fields
    if not fields:
        return [{} for _row in range(count)]
    return [dict(zip(fields, row, strict=True)) for row in zip(*fields.values(), strict=True)]


def _srid(text: str, *, piece: Piece) -> int | None:
    return crs.srid_from(text) if piece.format == "GeoJSON" else systems.srid_of(text)


def _unknown(piece: Piece) -> list[str]:
    message = _("The coordinate system “%(name)s” is unknown. Name it with --crs, such as --crs EPSG:25832.")
    return [message % {"name": name} for name in piece.unknown_systems]


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


def _turned(geometries: NDArray[np.object_]) -> list[int]:
    """Rows with an outer ring that runs clockwise, or a hole that does not: GML wants them so."""
    parts, rows = shapely.get_parts(geometries, return_index=True)
    is_polygon = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    parts, rows = parts[is_polygon], rows[is_polygon]
    outer = ~shapely.is_ccw(shapely.get_exterior_ring(parts))
    holes = [any(hole.is_ccw for hole in part.interiors) for part in parts]
    return sorted(set(rows[outer | np.array(holes, dtype=bool)].tolist()))
