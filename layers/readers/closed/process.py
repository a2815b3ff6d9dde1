"""One request from standard input, one answer to standard output.

The request is JSON: `action` ("contents" or "read"), `format`, and `files`, each with its `path`, the tables
`wanted` (null: the only one) and the `encodings` its text may be in. The answer is a line of JSON, and after
it, for each table read, the lengths of its shapes (int32, -1 for none), its fields as JSON (by column, or a
list of rows), and its shapes as WKB; or the line `{"error": code, ...}` alone.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import struct
import sys
from dataclasses import asdict
from typing import Any

from . import features, geopackage, gml, markup
from .answers import Described, RefusedError, Rows, chosen
from .limits import CPU_SECONDS, GEOJSON_MEMORY_BYTES, MEMORY_BYTES, OPEN_FILES

# Written files: none. No process is started. (Root is not held to the number of processes.)
_LIMITS = {
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NOFILE: OPEN_FILES,
    resource.RLIMIT_NPROC: 0,
    resource.RLIMIT_CORE: 0,
}
_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000  # CLONE_NEWUSER | CLONE_NEWNET


def main() -> None:
    request = json.load(sys.stdin)
    confine(memory_bytes=GEOJSON_MEMORY_BYTES if request["format"] == "GeoJSON" else MEMORY_BYTES)
    gc.disable()  # millions of lists of two numbers each, no cycles among them, and a short life
    parts: list[bytes] = []
    header: dict[str, Any]
    try:
        if request["action"] == "contents":
            found = [_tables(request["format"], file) for file in request["files"]]
            header = {"files": [[asdict(table) for table in tables] for tables in found]}
        else:
            read = [_read(request["format"], file) for file in request["files"]]
            encoded = [[_encoded(rows) for rows in tables] for tables in read]
            header = {"files": [[told for told, _parts in tables] for tables in encoded]}
            parts = [part for tables in encoded for _told, parts in tables for part in parts]
    except RefusedError as refused:
        header = refused.answer
    except MemoryError:
        header = {"error": "resources"}
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
    for part in parts:
        sys.stdout.buffer.write(part)


def confine(*, memory_bytes: int = MEMORY_BYTES) -> None:
    """No network where the system lets us shut it off, and no more memory, time and files than needed."""
    # Refused in many containers: then the dead proxies and the one driver must do.
    ctypes.CDLL(None).unshare(_NEW_USER_AND_NETWORK)
    os.umask(0o077)
    for limit, value in {resource.RLIMIT_AS: memory_bytes, **_LIMITS}.items():
        resource.setrlimit(limit, (value, value))


def _encoded(rows: Rows) -> tuple[dict[str, Any], list[bytes]]:
    lengths = [-1 if shape is None else len(shape) for shape in rows.shapes]
    parts = [
        struct.pack(f"<{len(lengths)}i", *lengths),
        json.dumps(rows.columns if rows.records is None else rows.records).encode(),
        b"".join(shape for shape in rows.shapes if shape is not None),
    ]
    told = {
        "table": asdict(rows.table),
        "faults": rows.faults,
        "notes": rows.notes,
        "warnings": rows.warnings,
        "sizes": [len(part) for part in parts],
    }
    return told, parts


def _tables(form: str, file: dict[str, Any]) -> list[Described]:
    path = file["path"]
    if form == "GeoJSON":
        return [_geojson(path).table]
    if form == "GeoPackage":
        return geopackage.described(path)
    if form == "GML":
        return gml.described(path)
    if form == "KML":
        markup.surveyed(path)
    found = features.described(path, encodings=file["encodings"], is_kml=form == "KML")
    if form == "FlatGeobuf" and not found:  # what GDAL says of a header that it cannot make out
        raise RefusedError("damaged")
    return found


def _geojson(path: str) -> Rows:
    """Loads GEOS, which takes a third of a small file's time, and which the other formats do not need."""
    from . import geojson

    return geojson.rows(path)


def _read(form: str, file: dict[str, Any]) -> list[Rows]:
    path = file["path"]
    if form == "GeoJSON":
        return [_geojson(path)]
    if form == "GML":
        return gml.rows(path, wanted=file["wanted"])
    tables = _tables(form, file)
    return [
        features.rows(
            path,
            # Two folders of a KML file may have the same name: there the place counts.
            layer=tables[place].name if form == "GeoPackage" else place,
            table=tables[place],
            encodings=file["encodings"],
            is_kml=form == "KML",
        )
        for place in chosen(tables, wanted=file["wanted"])
    ]
