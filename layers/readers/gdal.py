"""Our side of the closed process that GDAL reads files in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from layers import crs
from layers.readers.table import MAX_FIELDS, ReadError, Table

WALL_CLOCK_SECONDS = 120
# Every format that pyogrio's GDAL can open: all but the one a file needs are switched off. Some of them read
# other local files or make web requests when the file at hand says so (a VRT named x.gpkg).
DRIVERS = (
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


def environment(driver: str) -> dict[str, str]:
    """What the process is started with: one format, no network, one thread."""
    return {
        "GDAL_SKIP": ",".join(name for name in DRIVERS if name != driver),
        "GDAL_HTTP_PROXY": _DEAD_END,
        "GDAL_HTTPS_PROXY": _DEAD_END,
        "http_proxy": _DEAD_END,
        "https_proxy": _DEAD_END,
        "GDAL_HTTP_MAX_RETRY": "0",
        "GDAL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PROJ_NETWORK": "OFF",
        "LC_ALL": "C.UTF-8",
    }


def read(path: Path, *, driver: str, table: str | None, srid: int | None) -> Table:
    """The rows of `path`, read by GDAL's `driver` in a process with limits on memory, time and files.

    `srid` is used when the file's own is not told by the process. Raises ReadError.
    """
    script = Path(__file__).with_name("gdal_process.py")
    try:
        done = subprocess.run(  # noqa: S603 (our own script, no shell, a path of our own making)
            [sys.executable, "-I", str(script), str(path), driver, table or ""],
            env=environment(driver),
            cwd=path.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WALL_CLOCK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refusal({"error": "resources"}) from None
    line, _newline, body = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line:
        raise _refusal({"error": "resources" if done.returncode < 0 else "damaged"})
    header: dict[str, Any] = json.loads(line)
    if "error" in header:
        raise _refusal(header)
    found = header["srid"] if header["srid"] is not None else srid
    return _table(body, header=header, srid=None if found is None else crs.known(found))


def _table(body: bytes, *, header: dict[str, Any], srid: int | None) -> Table:
    count = header["count"]
    lengths = np.frombuffer(body, dtype="<i4", count=count)
    fields_end = lengths.nbytes + header["fields_bytes"]
    shapes = _split(body[fields_end:], lengths)
    with np.errstate(invalid="ignore"):  # NaN is looked for later, row by row
        geometries = np.asarray(shapely.from_wkb(shapes, on_invalid="ignore"), dtype=object)
    unreadable = {
        row: "the geometry cannot be read"
        for row in range(count)
        if shapes[row] is not None and geometries[row] is None
    }
    properties = json.loads(body[lengths.nbytes : fields_end])
    return Table(geometries=geometries, properties=properties, srid=srid, unreadable=unreadable)


def _split(wkb: bytes, lengths: NDArray[np.int32]) -> NDArray[np.object_]:
    ends = np.cumsum(np.maximum(lengths, 0))
    shapes = np.empty(len(lengths), dtype=object)
    for row, (end, length) in enumerate(zip(ends.tolist(), lengths.tolist(), strict=True)):
        shapes[row] = None if length < 0 else wkb[end - length : end]
    return shapes


def _refusal(answer: dict[str, Any]) -> ReadError:
    name = answer.get("name", "")
    messages = {
        "damaged": _("The file is damaged, or is not what it says it is."),
        "resources": _("Reading the file takes more memory or time than is allowed. Split or simplify it."),
        "objects": _("The GeoPackage holds too many tables."),
        "view": _("The GeoPackage holds a view, “%(name)s”. Save the layer as a plain table."),
        "trigger": _(
            "The GeoPackage holds a trigger that does not belong there, “%(name)s”. Save the layer anew."
        ),
        "virtual": _(
            "The GeoPackage holds a table that is computed, “%(name)s”. Save the layer as a plain table."
        ),
        "computed": _(
            "The GeoPackage holds a table with computed columns, “%(name)s”. Save it as a plain table."
        ),
        "no-table": _("The file holds no layer with geometry."),
        "choose": _("Choose one of the layers in the file with --layer: %(names)s."),
        "fields": _("The file has more than %(limit)d different fields."),
    }
    values = {"name": name, "names": ", ".join(answer.get("names", ())), "limit": MAX_FIELDS}
    return ReadError(messages[answer["error"]] % values)
