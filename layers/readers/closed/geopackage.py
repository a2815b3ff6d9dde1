"""A GeoPackage, looked at by SQLite alone before GDAL opens it: nothing in the file is run.

With views, which are something to run, it is read by SQLite alone too (`geopackage_views`).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from . import features, geopackage_views
from .limits import MAX_COLUMNS, MAX_OBJECTS, MAX_TABLES
from .source_layer import RefusedError, Rows, SourceLayer

# What GeoPackage writers themselves put in. None can fire: the file is only read.
_USUAL_TRIGGER = re.compile(
    r"(rtree_.*_(insert|update\d|delete)|trigger_(insert|delete)_feature_count_.*|gpkg_.*)", re.S
)
# What every reader asks, so that nothing in the file may answer in its place.
_RESERVED = re.compile(r"(gpkg|sqlite|rtree|ogr)_", re.I)
_USUAL_VIRTUAL = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s+\S+\s+USING\s+rtree\s*\(", re.I)
# SQLite itself writes these words when it makes a table; what follows them is as its maker typed it, and may
# hold comments: whether a column is computed SQLite is asked.
_TABLE = re.compile(r"CREATE TABLE\b", re.I)
_COMPUTED = (
    "SELECT m.name FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c "
    "WHERE m.type = 'table' AND m.sql LIKE 'CREATE TABLE%' AND c.hidden IN (2, 3) LIMIT 1"
)
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


Objects = list[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class _Described:
    """The source layers, the column of shapes of each, "" for none; the views, and what these may ask for."""

    layers: list[SourceLayer]
    shapes: list[str]
    views: frozenset[str]
    readable: frozenset[str]


class GeoPackageFile:
    """Listed by SQLite, read by GDAL, which lists tables in another order: a layer is known by its name."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._described = _described(path)
        self.layers = self._described.layers

    def rows(self, numbers: Sequence[int]) -> list[Rows]:
        return [self._rows(number) for number in numbers]

    def _rows(self, number: int) -> Rows:
        layer = self.layers[number]
        if not self._described.views:
            return features.rows(self._path, name=layer.name, layer=layer)
        shape, readable = self._described.shapes[number], self._described.readable
        return geopackage_views.rows(self._path, layer=layer, shape=shape, readable=readable)


def _described(path: str) -> _Described:
    """What is in the GeoPackage. Raises RefusedError for a file that holds what would run by itself."""
    _check_closed(path)
    try:
        with closing(geopackage_views.connected(path)) as database:
            objects = database.execute(
                "SELECT type, name, coalesce(sql, '') FROM sqlite_master LIMIT ?", [MAX_OBJECTS + 1]
            ).fetchall()
            _check_objects(objects)
            _check_columns(database)
            listed = database.execute(_TABLES, [MAX_TABLES + 1]).fetchall()
            if len(listed) > MAX_TABLES:
                raise RefusedError("objects")
            views = frozenset(name for kind, name, _sql in objects if kind == "view")
            readable = _plain_tables(objects) | views
            described = [
                _layer(database, *row, is_view=row[0] in views) for row in listed if row[0] in readable
            ]
    except sqlite3.Error as error:
        raise RefusedError("damaged") from error
    if views and not described:
        raise RefusedError("view", name=min(views)[:80])
    return _Described(
        layers=[layer for layer, _shape in described],
        shapes=[shape for _layer, shape in described],
        views=views,
        readable=readable,
    )


def _plain_tables(objects: Objects) -> frozenset[str]:
    return frozenset(
        name
        for kind, name, sql in objects
        if kind == "table" and not _USUAL_VIRTUAL.match(sql) and not name.casefold().startswith("sqlite_")
    )


def _check_objects(objects: Objects) -> None:
    if len(objects) > MAX_OBJECTS:
        raise RefusedError("objects")
    for kind, name, sql in objects:
        if kind == "view" and _RESERVED.match(name):
            raise RefusedError("view", name=name[:80])
        if kind == "trigger" and not _USUAL_TRIGGER.fullmatch(name):
            raise RefusedError("trigger", name=name[:80])
        if kind == "table" and not _TABLE.match(sql) and not _USUAL_VIRTUAL.match(sql):
            raise RefusedError("virtual", name=name[:80])


def _check_columns(database: sqlite3.Connection) -> None:
    for (name,) in database.execute(_COMPUTED):
        raise RefusedError("computed", name=name[:80])


def _check_closed(path: str) -> None:
    """A database that is written through a log beside it (WAL): what is in the log is not in this file."""
    with open(path, "rb") as file:
        header = file.read(_HEADER_BYTES)
    if _WAL in header[_WRITE_VERSION_AT : _WRITE_VERSION_AT + 2]:
        raise RefusedError("open")


def _layer(
    database: sqlite3.Connection, name: str, shape: str, kind: str, crs: str, *, is_view: bool
) -> tuple[SourceLayer, str]:
    """The layer, and the column of its shapes. How many rows a view has is found out by running it: -1."""
    try:
        columns = geopackage_views.column_names(database, name)
    except sqlite3.Error as error:
        if not is_view:
            raise
        raise RefusedError("view-sql", name=name[:80]) from error
    if len(columns) > MAX_COLUMNS:
        raise RefusedError("columns")
    shape_column = next((column for column in columns if column.casefold() == shape.casefold()), "")
    if is_view and shape and not shape_column:
        raise RefusedError("damaged")
    quoted = name.replace('"', '""')
    count = -1 if is_view else database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608
    shape_name = columns.pop(shape_column, "")
    geometry = _type(kind) if shape else ""
    layer = SourceLayer(name=name, rows=count, geometry=geometry, crs=crs, columns=list(columns.values()))
    return layer, shape_name


def _type(kind: str) -> str:
    """`MULTIPOLYGON` as GDAL and everybody else writes it."""
    words = {"LINE": "Line", "STRING": "String", "MULTI": "Multi", "POLYGON": "Polygon", "POINT": "Point"}
    plain = kind.upper()
    for word, written in words.items():
        plain = plain.replace(word, written)
    return (
        plain if plain not in ("", "GEOMETRY") and plain[0].isupper() and not plain.isupper() else "Geometry"
    )
