"""The closed process that GDAL runs in: one file of one format in, its rows to standard output.

Run as a script, outside Django, by `gdal.py`, which sets the environment before this starts (GDAL reads it
when it is loaded, not later). Answers one line of JSON, then the lengths of the shapes (int32, -1 for none),
the fields as JSON, and the shapes as WKB; or `{"error": code, ...}` alone.
"""

from __future__ import annotations

import json
import re
import resource
import sqlite3
import sys
from typing import Any

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 90
# Written files: none. Open ones: the Shapefile's four and the libraries.
LIMITS = {
    resource.RLIMIT_AS: MEMORY_BYTES,
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NOFILE: 64,
    resource.RLIMIT_CORE: 0,
}
MAX_OBJECTS = 5_000
MAX_FIELDS = 500
# What GeoPackage writers themselves put in. None can fire: the file is only read.
_USUAL_TRIGGER = re.compile(
    r"(rtree_.*_(insert|update\d|delete)|trigger_(insert|delete)_feature_count_.*|gpkg_.*)", re.S
)
_USUAL_VIRTUAL = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s+\S+\s+USING\s+rtree\s*\(", re.I)
_COMPUTED = re.compile(r"\bGENERATED\s+ALWAYS\b|\bAS\s*\(", re.I)


class RefusedError(Exception):
    """What is wrong with the file, as a code and its values: the words are found outside."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.answer = {"error": code, **values}


def main(path: str, driver: str, table: str) -> None:
    for limit, value in LIMITS.items():
        resource.setrlimit(limit, (value, value))
    try:
        srid = None
        if driver == "GPKG":
            table, srid = inspected(path, wanted=table)
        header, *parts = rows(path, table=table)
        header["srid"] = srid
    except RefusedError as refused:
        header, parts = refused.answer, []
    except MemoryError:
        header, parts = {"error": "resources"}, []
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
    for part in parts:
        sys.stdout.buffer.write(part)


def inspected(path: str, *, wanted: str) -> tuple[str, int | None]:
    """The feature table to read and its EPSG number. Nothing in the file is run: no view, no trigger."""
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        objects = database.execute(
            "SELECT type, name, coalesce(sql, '') FROM sqlite_master LIMIT ?", [MAX_OBJECTS + 1]
        ).fetchall()
        _check_objects(objects)
        table = _chosen(database, wanted)
        return table, _epsg(database, table)
    except sqlite3.Error as error:
        raise RefusedError("damaged") from error
    finally:
        database.close()


def _check_objects(objects: list[tuple[str, str, str]]) -> None:
    if len(objects) > MAX_OBJECTS:
        raise RefusedError("objects")
    for kind, name, sql in objects:
        if kind == "view":
            raise RefusedError("view", name=name[:80])
        if kind == "trigger" and not _USUAL_TRIGGER.fullmatch(name):
            raise RefusedError("trigger", name=name[:80])
        if kind == "table" and re.match(r"\s*CREATE\s+VIRTUAL", sql, re.I):
            if not _USUAL_VIRTUAL.match(sql):
                raise RefusedError("virtual", name=name[:80])
        elif kind == "table" and _COMPUTED.search(sql):
            raise RefusedError("computed", name=name[:80])


def _chosen(database: sqlite3.Connection, wanted: str) -> str:
    found = database.execute(
        "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY 1 LIMIT 200"
    )
    names = [str(name) for (name,) in found]
    chosen = [name for name in names if wanted in ("", name)]
    if not names:
        raise RefusedError("no-table")
    if len(chosen) != 1:
        raise RefusedError("choose", names=[name[:60] for name in names])
    fields = database.execute("SELECT count(*) FROM pragma_table_info(?)", chosen).fetchone()[0]
    if fields > MAX_FIELDS:
        raise RefusedError("fields")
    return chosen[0]


def _epsg(database: sqlite3.Connection, table: str) -> int | None:
    row = database.execute(
        "SELECT upper(s.organization), s.organization_coordsys_id FROM gpkg_geometry_columns AS g "
        "JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id WHERE g.table_name = ?",
        [table],
    ).fetchone()
    return row[1] if row and row[0] == "EPSG" and isinstance(row[1], int) else None


def rows(path: str, *, table: str) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    """Header, lengths, fields and shapes of every row, read through GDAL."""
    # pyogrio would import these, which are neither needed nor small.
    sys.modules["pandas"] = sys.modules["geopandas"] = sys.modules["pyarrow"] = None  # type: ignore[assignment]
    import numpy as np
    import pyogrio

    try:
        meta, _fids, shapes, columns = pyogrio.raw.read(
            path, layer=table, force_2d=True, datetime_as_string=True
        )
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
    ) as error:
        raise RefusedError("damaged") from error
    except (RuntimeError, ValueError, UnicodeDecodeError) as error:
        raise RefusedError("damaged") from error
    if shapes is None:
        raise RefusedError("no-table")
    names = [str(name) for name in meta["fields"]]
    if len(names) > MAX_FIELDS:
        raise RefusedError("fields")
    values = [[_plain(value) for value in column.tolist()] for column in columns]
    records = [dict(zip(names, record, strict=True)) for record in zip(*values, strict=True)] or [
        {} for _ in shapes
    ]
    lengths = np.array([-1 if shape is None else len(shape) for shape in shapes], dtype="<i4")
    fields = json.dumps(records).encode()
    wkb = b"".join(shape for shape in shapes if shape is not None)
    return {"count": len(shapes), "fields_bytes": len(fields)}, lengths.tobytes(), fields, wkb


def _plain(value: Any) -> Any:
    """A value that JSON can hold. A whole-number column with gaps arrives as floats with NaN."""
    if isinstance(value, float):
        return None if value != value or value in (float("inf"), float("-inf")) else value
    if isinstance(value, bytes):
        return None
    return value if value is None or isinstance(value, str | int | bool) else str(value)


if __name__ == "__main__":
    main(*sys.argv[1:])
