"""Vector tiles (MVT 2) of a layer's edition, made by the database from the stored EPSG:3857 shapes.

A tile is 256 pixels wide and 4096 units. Browsers draw all zooms beyond 13 from the tile of zoom 13, so from
there on nothing is left out unless the tile would be too heavy; farther out a pixel is as fine as it gets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import connection

from layers.models import Area, Feature, Layer, LayerVersion, Zone

MAX_ZOOM = 22
MAX_TILE_BYTES = 50_000
EXTENT = 4096
_PIXEL = EXTENT / 256
_BUFFER = 64
_WORLD_M = 40_075_016.685578488
_FINE_FROM_ZOOM = 13
# Only these of a source's other fields are told: whatever else is in a file was not made to be published.
FEATURE_FIELDS = ("class", "kind", "type", "category", "number", "medium")


@dataclass(frozen=True, kw_only=True)
class _Detail:
    """How much is left out: lengths in tile units, areas in square units, `most` features, the largest first.

    `clipped_too`: shapes that cross the tile's edge are simplified as well. Mostly that costs more than it
    saves, as the database has to walk the whole of a large shape of which the tile shows a corner.
    """

    tolerance: float
    smallest: float
    clipped_too: bool = False
    most: int = 2_000  # more would be too heavy however rough they are

    def coarser(self, *, count: int, size: int) -> _Detail:
        """For a tile that came out with `count` features and `size` bytes: first rougher, then fewer too."""
        fewer = max(1, int(count * 0.9 * MAX_TILE_BYTES / size)) if self.clipped_too else self.most
        return replace(self, tolerance=max(self.tolerance * 2, _PIXEL), clipped_too=True, most=fewer)


_FINE = _Detail(tolerance=1, smallest=0)
_FAR = _Detail(tolerance=_PIXEL / 2, smallest=4 * _PIXEL**2)
_MOST_STEPS = 6

_COLUMNS = {
    Area: "code, name",
    Zone: "code, nullif(name, '') AS name, nullif(field, '') AS field, vertical_level",
    Feature: "nullif(code, '') AS code, nullif(name, '') AS name, "
    + ", ".join(f"properties->>'{field}' AS {field}" for field in FEATURE_FIELDS),
}
_ORDER = {Area: "id", Zone: "vertical_level, id", Feature: "id"}
_TILE = "ST_MakeEnvelope(%(west)s, %(south)s, %(west)s + %(side)s, %(south)s + %(side)s, 3857)"
_AROUND = f"ST_Expand({_TILE}, %(buffer_m)s)"
# Among points none is larger: a hash spreads those that are kept over the tile.
_STATEMENT = """
WITH chosen AS (
    SELECT * FROM (
        SELECT *, (ST_XMax(geom_3857) - ST_XMin(geom_3857)) * (ST_YMax(geom_3857) - ST_YMin(geom_3857))
            AS box_m2
        FROM {table} WHERE version_id = %(version)s AND geom_3857 && {around}
    ) AS found
    WHERE box_m2 >= %(smallest_m2)s OR ST_Dimension(geom_3857) < 2
    ORDER BY box_m2 DESC, hashint8(id) LIMIT %(most)s
), drawn AS MATERIALIZED ( -- or else every shape is cut twice: for the tile, and to see that it is not NULL
    SELECT id, {columns}, ST_AsMVTGeom(
        CASE WHEN ST_Dimension(geom_3857) > 0 AND (%(clipped_too)s OR geom_3857 @ {around})
            THEN ST_Simplify(geom_3857, %(tolerance_m)s, true) ELSE geom_3857 END,
        {tile}, {extent}, {buffer}, true
    ) AS geom
    FROM chosen ORDER BY {order}
)
SELECT ST_AsMVT(drawn, %(name)s, {extent}, 'geom', 'id'), count(*) FROM drawn WHERE geom IS NOT NULL
"""


def exists(*, z: int, x: int, y: int) -> bool:
    return 0 <= z <= MAX_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z


def tile(version: LayerVersion, *, z: int, x: int, y: int) -> bytes:
    """The tile's MVT, b"" where there is nothing. One layer in it, called by the kind of the layer.

    Features carry their id and `code`, `name`, for zones `field` and `vertical_level`, for the other kinds
    FEATURE_FIELDS. A tile over MAX_TILE_BYTES is made again, coarser, until it is not.
    """
    detail = _FINE if z >= _FINE_FROM_ZOOM else _FAR
    content, count = _tile(version, z=z, x=x, y=y, detail=detail)
    for _step in range(_MOST_STEPS):
        if len(content) <= MAX_TILE_BYTES:
            break
        detail = detail.coarser(count=count, size=len(content))
        content, count = _tile(version, z=z, x=x, y=y, detail=detail)
    return content


def _tile(version: LayerVersion, *, z: int, x: int, y: int, detail: _Detail) -> tuple[bytes, int]:
    """The tile's bytes, and how many features are in it."""
    side_m = _WORLD_M / 2**z
    unit_m = side_m / EXTENT
    values = {
        "version": version.pk,
        "name": version.layer.kind,
        "west": x * side_m - _WORLD_M / 2,
        "south": _WORLD_M / 2 - (y + 1) * side_m,
        "side": side_m,
        "buffer_m": _BUFFER * unit_m,
        "tolerance_m": detail.tolerance * unit_m,
        "smallest_m2": detail.smallest * unit_m**2,
        "clipped_too": detail.clipped_too,
        "most": detail.most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[Layer.Kind(version.layer.kind)], values)
        content, count = cursor.fetchone()
    return (bytes(content) if count else b""), count


def _statement(kind: Layer.Kind) -> str:
    model = {Layer.Kind.BOUNDARY: Area, Layer.Kind.ZONING: Zone}.get(kind, Feature)
    return _STATEMENT.format(
        columns=_COLUMNS[model],
        table=model._meta.db_table,
        order=_ORDER[model],
        tile=_TILE,
        around=_AROUND,
        extent=EXTENT,
        buffer=_BUFFER,
    )


_STATEMENTS = {kind: _statement(kind) for kind in Layer.Kind}
