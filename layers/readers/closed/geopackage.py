"""A GeoPackage, looked at by SQLite alone before GDAL opens it: nothing in the file is run."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Sequence

from . import features
from .limits import MAX_COLUMNS, MAX_OBJECTS, MAX_TABLES
from .source_layer import RefusedError, Rows, SourceLayer

# What GeoPackage writers themselves put in. None can fire: the file is only read.
_USUAL_TRIGGER = re.compile(
    r"(rtree_.*_(insert|update\d|delete)|trigger_(insert|delete)_feature_count_.*|gpkg_.*)", re.S
)
_USUAL_VIRTUAL = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s+\S+\s+USING\s+rtree\s*\(", re.I)
_COMPUTED = re.compile(r"\bGENERATED\s+ALWAYS\b|\bAS\s*\(", re.I)
# Of SQLite's header: the versions of writing and of reading, 1 for a rollback journal, 2 for a log.
_HEADER_BYTES = 100
_WRITE_VERSION_AT = 18
_WAL = 2
_TABLES = (
    "SELECT c.table_name, coalesce(g.column_name, ''), coalesce(g.geometry_type_name, ''), "
    "CASE WHEN upper(s.organization) = 'EPSG' THEN 'EPSG:' || s.organization_coordsys_id ELSE '' END "
    "FROM gpkg_contents AS c "
    "LEFT JOIN gpkg_geometry_columns AS g ON g.table_name = c.table_name AND c.data_type = 'features' "
    "LEFT JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id "
    "WHERE c.data_type IN ('features', 'attributes') ORDER BY 1 LIMIT ?"
)


class GeoPackageFile:
    """Listed by SQLite, read by GDAL, which lists tables in another order: a layer is known by its name."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.layers = described(path)

    def rows(self, numbers: Sequence[int]) -> list[Rows]:
        layers = [self.layers[number] for number in numbers]
        return [features.rows(self._path, name=layer.name, layer=layer) for layer in layers]


def described(path: str) -> list[SourceLayer]:
    """The source layers of the GeoPackage. Raises RefusedError for a file that holds what could run."""
    _check_closed(path)
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        objects = database.execute(
            "SELECT type, name, coalesce(sql, '') FROM sqlite_master LIMIT ?", [MAX_OBJECTS + 1]
        ).fetchall()
        _check_objects(objects)
        tables = {name for kind, name, _sql in objects if kind == "table"}
        listed = database.execute(_TABLES, [MAX_TABLES + 1]).fetchall()
        if len(listed) > MAX_TABLES:
            raise RefusedError("objects")
        return [_layer(database, *row) for row in listed if row[0] in tables]
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


def _check_closed(path: str) -> None:
    """A database that is written through a log beside it (WAL): what is in the log is not in this file."""
    with open(path, "rb") as file:
        header = file.read(_HEADER_BYTES)
    if _WAL in header[_WRITE_VERSION_AT : _WRITE_VERSION_AT + 2]:
        raise RefusedError("open")


def _layer(database: sqlite3.Connection, name: str, shape: str, kind: str, crs: str) -> SourceLayer:
    columns = database.execute("SELECT name, pk FROM pragma_table_info(?)", [name]).fetchall()
    if len(columns) > MAX_COLUMNS:
        raise RefusedError("columns")
    quoted = name.replace('"', '""')
    count = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608 (quoted)
    names = [unicodedata.normalize("NFC", column) for column, key in columns if column != shape and not key]
    return SourceLayer(name=name, rows=count, geometry=_type(kind) if shape else "", crs=crs, columns=names)


def _type(kind: str) -> str:
    """`MULTIPOLYGON` as GDAL and everybody else writes it."""
    words = {"LINE": "Line", "STRING": "String", "MULTI": "Multi", "POLYGON": "Polygon", "POINT": "Point"}
    plain = kind.upper()
    for word, written in words.items():
        plain = plain.replace(word, written)
    return (
        plain if plain not in ("", "GEOMETRY") and plain[0].isupper() and not plain.isupper() else "Geometry"
    )
