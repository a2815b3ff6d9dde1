"""Vector tiles (MVT 2) of a layer's edition, made by the database from the stored EPSG:3857 shapes.

A tile is 256 pixels wide and 4096 units. Browsers draw all zooms beyond 13 from the tile of zoom 13, so from
there on nothing is left out unless the tile would be too heavy; farther out a pixel is as fine as it gets.

Close by almost every tile is light: one plain statement makes it, in the time of a bare ST_AsMVT. Only what
comes out too heavy, and what is far away, is made by the long one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Model

from layers.models import Area, Feature, Layer, Zone

MAX_ZOOM = 22
MAX_TILE_BYTES = 50_000
EXTENT = 4096
_PIXEL = EXTENT / 256
_BUFFER = 64
_WORLD_M = 40_075_016.685578488
_FINE_FROM_ZOOM = 13
# Only these of a source's other columns are in tiles: what else is in a file was not made to be published.
FEATURE_FIELDS = ("class", "kind", "type", "category", "number", "medium")


@dataclass(frozen=True, kw_only=True)
class _Detail:
    """What is left out at first: lengths in tile units, areas in square units.

    `clipped_too`: shapes that cross the tile's edge are simplified as well. Close by that costs more than it
    saves, as the database has to walk the whole of a large shape of which the tile shows a corner.
    """

    tolerance: float
    smallest: float
    clipped_too: bool


_FINE = _Detail(tolerance=1, smallest=0, clipped_too=False)
_FAR = _Detail(tolerance=_PIXEL / 2, smallest=4 * _PIXEL**2, clipped_too=True)
_MOST_FEATURES = 2_000  # more would be too heavy however rough they are
_MOST_STEPS = 6

_COLUMNS: dict[type[Model], tuple[str, ...]] = {
    Area: ("code", "name"),
    Zone: (
        "code",
        "nullif(name, '') AS name",
        "nullif(field, '') AS field",
        "vertical_level",
        "land_use_status AS status",
    ),
    Feature: (
        "nullif(code, '') AS code",
        "nullif(name, '') AS name",
        *(f"properties->>'{field}' AS {field}" for field in FEATURE_FIELDS),
    ),
}
_ORDER = {Area: "id", Zone: "vertical_level, id", Feature: "id"}
_TILE = "ST_MakeEnvelope(%(west)s, %(south)s, %(west)s + %(side)s, %(south)s + %(side)s, 3857)"
_AROUND = f"ST_Expand({_TILE}, %(buffer_m)s)"
# A shape that reaches far beyond the tile is not simplified: the whole of it would be walked for the corner
# that the tile shows. ST_AsMVT leaves out what ST_AsMVTGeom made NULL; a WHERE would have it all cut twice.
# One row more than may be drawn: so it is known that there are too many.
_PLAIN_STATEMENT = """
SELECT ST_AsMVT(feature, %(name)s, {extent}, 'geom', 'id'), count(*), count(geom) FROM (
    SELECT id, {columns}, ST_AsMVTGeom(
        CASE WHEN geom_3857 @ ST_Expand({tile}, %(side)s)
            THEN ST_Simplify(geom_3857, %(tolerance)s * %(unit_m)s, true) ELSE geom_3857 END,
        {tile}, {extent}, {buffer}, true) AS geom
    FROM {table} WHERE version_id = %(edition)s AND geom_3857 && {around}
    ORDER BY {order} LIMIT %(most)s + 1
) AS feature
"""
# The large shapes are read and simplified once. What is made of them is made again, rougher, while it is too
# heavy: twice as rough each time, and, where that alone will not do, only the largest shapes. Among points
# none is larger: a hash spreads those that are kept over the tile.
# box2d() reads a shape's first bytes, where ST_XMax(shape) reads it all. OFFSET 0: or else every shape is cut
# twice, for the tile, and to see that it is not NULL.
_STATEMENT = """
WITH RECURSIVE candidate AS MATERIALIZED (
    SELECT id, {columns}, geom_3857, box2d(geom_3857) AS box
    FROM {table} WHERE version_id = %(edition)s AND geom_3857 && {around}
), ranked AS (
    SELECT *, row_number() OVER (ORDER BY box_m2 DESC, hashint8(id)) AS rank FROM (
        SELECT *, (ST_XMax(box) - ST_XMin(box)) * (ST_YMax(box) - ST_YMin(box)) AS box_m2 FROM candidate
    ) AS measured
    WHERE box_m2 >= %(smallest_m2)s OR ST_Dimension(geom_3857) < 2
), light AS MATERIALIZED (
    SELECT id, {names}, rank, CASE WHEN %(clipped_too)s OR box::geometry @ {around}
        THEN ST_Simplify(geom_3857, %(tolerance)s * %(unit_m)s, true) ELSE geom_3857 END AS shape
    FROM ranked WHERE rank <= %(most)s
), step AS (
    SELECT 0 AS number, %(tolerance)s::float8 AS tolerance, %(clipped_too)s AS clipped_too, tile.*
    FROM (SELECT %(most)s::bigint AS most) AS choice, LATERAL ({drawn_as_is}) AS tile
    UNION ALL
    SELECT step.number + 1, choice.tolerance, true, tile.*
    FROM step, LATERAL (
        SELECT greatest(tolerance * 2, {pixel}) AS tolerance, CASE
            WHEN clipped_too AND (tolerance >= {pixel} OR size > 1.3 * {heaviest})
            THEN greatest(1, count * 0.9 * {heaviest} / size)::bigint ELSE %(most)s END AS most
    ) AS choice, LATERAL ({drawn_rougher}) AS tile
    WHERE step.size > {heaviest} AND step.number < {steps}
)
SELECT content, count FROM step ORDER BY number DESC LIMIT 1
"""
_TILE_STATEMENT = """
    SELECT ST_AsMVT(feature, %(name)s, {extent}, 'geom', 'id') AS content,
        length(ST_AsMVT(feature, %(name)s, {extent}, 'geom', 'id')) AS size, count(*) AS count
    FROM (
        SELECT id, {names}, ST_AsMVTGeom({shape}, {tile}, {extent}, {buffer}, true) AS geom
        FROM light WHERE rank <= choice.most ORDER BY {order} OFFSET 0
    ) AS feature WHERE geom IS NOT NULL
"""


@dataclass(frozen=True)
class TiledEdition:
    """What a tile's address has to be checked against, and what its caches need to know."""

    pk: int
    kind: Layer.Kind
    owner: str
    published: bool
    imported_at: dt.datetime


# Not the ORM: it would take as long to write this as the database to answer it, for every tile on the screen.
_EDITION = """
SELECT v.id, l.kind, l.owner, v.published AND v.state = 'standing', v.imported_at
FROM layers_layerversion v JOIN layers_layer l ON l.id = v.layer_id WHERE v.id = %s
"""


def edition(edition: int) -> TiledEdition | None:
    """The layer's edition with that id, published or not."""
    with connection.cursor() as cursor:
        cursor.execute(_EDITION, [edition])
        row = cursor.fetchone()
    return TiledEdition(row[0], Layer.Kind(row[1]), *row[2:]) if row else None


def exists(*, z: int, x: int, y: int) -> bool:
    return 0 <= z <= MAX_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z


def tile(of: TiledEdition, *, z: int, x: int, y: int) -> bytes:
    """The tile's MVT, b"" where there is nothing. One layer in it, called by the kind of the layer.

    Features carry their id and `code`, `name`, for zones `field`, `vertical_level` and, if the plan has it,
    `status` (1 existing, 2 future), for the other kinds FEATURE_FIELDS. A tile over MAX_TILE_BYTES is made
    again, coarser, until it is not.
    """
    detail = _FINE if z >= _FINE_FROM_ZOOM else _FAR
    side_m = _WORLD_M / 2**z
    unit_m = side_m / EXTENT
    values = {
        "edition": of.pk,
        "name": of.kind.value,
        "west": x * side_m - _WORLD_M / 2,
        "south": _WORLD_M / 2 - (y + 1) * side_m,
        "side": side_m,
        "unit_m": unit_m,
        "buffer_m": _BUFFER * unit_m,
        "tolerance": detail.tolerance,
        "smallest_m2": detail.smallest * unit_m**2,
        "clipped_too": detail.clipped_too,
        "most": _MOST_FEATURES,
    }
    plain, rough = _STATEMENTS[of.kind]
    with connection.cursor() as cursor:
        if detail is _FINE:
            cursor.execute(plain, values)
            content, feature_count, n_drawn = cursor.fetchone()
            if feature_count <= _MOST_FEATURES and len(content) <= MAX_TILE_BYTES:
                return bytes(content) if n_drawn else b""
        cursor.execute(rough, values)
        content, n_drawn = cursor.fetchone()
    return bytes(content) if n_drawn else b""


def _statements(kind: Layer.Kind) -> tuple[str, str]:
    """The plain statement, and the one that makes a tile ever rougher until it is light enough."""
    model = {Layer.Kind.BOUNDARY: Area, Layer.Kind.ZONING: Zone}.get(kind, Feature)
    columns = _COLUMNS[model]
    frame = {"tile": _TILE, "around": _AROUND, "extent": EXTENT, "buffer": _BUFFER, "order": _ORDER[model]}
    names = ", ".join(column.rpartition(" AS ")[2].strip() for column in columns)
    rougher = "ST_Simplify(shape, choice.tolerance * %(unit_m)s, true)"
    plain = _PLAIN_STATEMENT.format(columns=", ".join(columns), table=model._meta.db_table, **frame)
    rough = _STATEMENT.format(
        columns=", ".join(columns),
        names=names,
        table=model._meta.db_table,
        pixel=_PIXEL,
        heaviest=MAX_TILE_BYTES,
        steps=_MOST_STEPS,
        drawn_as_is=_TILE_STATEMENT.format(names=names, shape="shape", **frame),
        drawn_rougher=_TILE_STATEMENT.format(names=names, shape=rougher, **frame),
        **frame,
    )
    return plain, rough


_STATEMENTS = {kind: _statements(kind) for kind in Layer.Kind}
