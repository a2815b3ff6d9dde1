"""Vector tiles: what is in them, how heavy they may be, and that the index finds it."""

import math
from typing import Any

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from layers.models import Edition, Feature, Zone
from layers.questions import tiles
from tests import factories
from tests.layers import mvt

pytestmark = pytest.mark.django_db


def tile_at(lon: float, lat: float, z: int) -> dict[str, int]:
    side = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return {"z": z, "x": int((lon + 180) / 360 * side), "y": int(y * side)}


def made(edition: Edition, **tile: int) -> bytes:
    tiled = tiles.edition(edition.pk)
    assert tiled
    return tiles.tile(tiled, **tile)


@pytest.fixture
def plan() -> Edition:
    edition = factories.edition(of=factories.layer(kind="zoning"))
    factories.zone(of=edition, i=0, code="1110", properties={"secret": "x"})
    factories.zone(of=edition, i=1, code="2015", field="", vertical_level=3)
    return Edition.objects.select_related("layer").get(pk=edition.pk)


def test_a_tile_holds_zones_with_code_field_and_level_and_nothing_else(plan: Edition) -> None:
    (layer,) = mvt.layers(made(plan, **tile_at(*factories.middle(), 13)))
    assert (layer.name, layer.extent) == ("zoning", 4096)
    assert layer.features == [
        {"code": "1110", "field": "B1", "vertical_level": 2},
        {"code": "2015", "vertical_level": 3},
    ]


def test_existing_and_future_are_in_tiles_where_the_plan_says(plan: Edition) -> None:
    factories.zone(of=plan, code="1110", land_use_status=2, field="")
    (layer,) = mvt.layers(made(plan, **tile_at(*factories.middle(), 13)))
    assert {"code": "1110", "vertical_level": 2, "status": 2} in layer.features
    assert [row.get("status") for row in layer.features].count(None) == 2


# What a tile needs at the least: the stored shapes, cut to the tile, with nothing left out.
RAW = """
SELECT ST_AsMVT(tile, 'zoning', 4096, 'geom', 'id') FROM (
    SELECT id, code, ST_AsMVTGeom(geom_3857, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM layers_zone WHERE version_id = %(edition)s
        AND geom_3857 && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096)
) AS tile
"""


def neighbours(edition: Edition) -> None:
    """Sixty-four wavy zones that lie beside one another, over several tiles of zoom 14."""
    turns = [2 * math.pi * k / 120 for k in range(120)]
    wavy = [(0.004 * math.cos(t), (0.002 + 2e-4 * math.sin(9 * t)) * math.sin(t)) for t in turns]
    middles = [(factories.WEST + (i % 8) * 0.006, factories.SOUTH + (i // 8) * 0.003) for i in range(64)]
    rings = [[(lon + x, lat + y) for x, y in wavy] for lon, lat in middles]
    many(edition, [shapely.MultiPolygon([shapely.Polygon(ring)]) for ring in rings])


@pytest.mark.parametrize("z", [13, 14, 15, 16])
def test_close_by_a_tile_has_what_the_bare_statement_has(z: int) -> None:
    edition = factories.edition(of=factories.layer(kind="zoning"))
    neighbours(edition)
    tile = tile_at(factories.WEST + 0.02, factories.SOUTH + 0.01, z)
    with connection.cursor() as cursor:
        cursor.execute(RAW, {"edition": edition.pk, **tile})
        (raw,) = mvt.layers(bytes(cursor.fetchone()[0]))
    (ours,) = mvt.layers(made(edition, **tile))
    assert sorted(ours.ids) == sorted(raw.ids)
    rings = dict(zip(raw.ids, raw.paths, strict=True))
    for zone, paths in zip(ours.ids, ours.paths, strict=True):
        drawn = shapely.union_all([shapely.Polygon(ring).buffer(0) for ring in paths])
        bare = shapely.union_all([shapely.Polygon(ring).buffer(0) for ring in rings[zone]])
        # to a quarter of a pixel, which is 4 of the tile's units
        assert shapely.hausdorff_distance(drawn.boundary, bare.boundary) <= 4


def test_tiles_beside_one_another_share_what_lies_across_their_edge() -> None:
    edition = factories.edition(of=factories.layer(kind="zoning"))
    neighbours(edition)
    tile = tile_at(factories.WEST + 0.02, factories.SOUTH + 0.01, 14)
    (west,) = mvt.layers(made(edition, **tile))
    (east,) = mvt.layers(made(edition, **{**tile, "x": tile["x"] + 1}))
    across = {
        zone
        for zone, paths in zip(west.ids, west.paths, strict=True)
        if max(x for path in paths for x, _y in path) > west.extent
    }
    assert across
    assert across <= set(east.ids)
    reach = [x for paths in west.paths for path in paths for x, _y in path]
    assert max(reach) <= west.extent + 64


def test_a_zone_far_larger_than_the_tile_fills_it_to_the_edge_and_beyond() -> None:
    edition = factories.edition(of=factories.layer(kind="zoning"))
    factories.zone(of=edition, code="large", geom=factories.square(0, side=1.0))
    (layer,) = mvt.layers(made(edition, **tile_at(factories.WEST + 0.3, factories.SOUTH + 0.3, 15)))
    (ring,) = layer.paths[0]
    assert shapely.Polygon(ring).bounds == (-64, -64, layer.extent + 64, layer.extent + 64)


def test_too_many_points_for_a_tile_are_spread_over_it() -> None:
    edition = factories.edition(of=factories.layer(kind="light"))
    lon, lat = factories.middle()
    Feature.objects.bulk_create(
        Feature(edition=edition, geom=factories.point(lon + (i % 70) * 1e-5, lat + (i // 70) * 1e-5))
        for i in range(4900)
    )
    content = made(edition, **tile_at(lon, lat, 14))
    (layer,) = mvt.layers(content)
    assert len(content) <= tiles.MAX_TILE_BYTES
    assert 500 < len(layer.ids) <= 2000
    xs = sorted(x for paths in layer.paths for path in paths for x, _y in path)
    assert xs[-1] - xs[0] > 0.9 * 70e-5 / 360 * 2**14 * layer.extent


def test_a_tile_where_the_layer_is_not_is_empty(plan: Edition) -> None:
    assert made(plan, **tile_at(5, 60, 13)) == b""


def test_another_edition_of_the_layer_is_another_tile(plan: Edition) -> None:
    Edition.objects.filter(pk=plan.pk).update(valid_to=factories.NOON.date())
    newer = factories.edition(of=plan.layer, valid_from=factories.NOON.date())
    assert made(newer, **tile_at(*factories.middle(), 13)) == b""


def test_specks_are_left_out_far_away_and_drawn_close_by(plan: Edition) -> None:
    factories.zone(of=plan, code="9999", geom=factories.square(0, side=0.0001))
    far = mvt.layers(made(plan, **tile_at(*factories.middle(), 11)))
    near = mvt.layers(made(plan, **tile_at(*factories.middle(), 13)))
    assert "9999" not in [row["code"] for row in far[0].features]
    assert "9999" in [row["code"] for row in near[0].features]


def test_tiles_hold_only_the_values_of_features_that_are_meant_for_them() -> None:
    edition = factories.edition(of=factories.layer(kind="place"))
    lon, lat = factories.middle()
    Feature.objects.create(
        edition=edition,
        name="Skolen",
        geom=factories.point(lon, lat),
        properties={"type": "school", "owner_phone": "99999999"},
    )
    (layer,) = mvt.layers(made(edition, **tile_at(lon, lat, 13)))
    assert (layer.name, layer.features) == ("place", [{"name": "Skolen", "type": "school"}])


def many(edition: Edition, shapes: list[Any]) -> None:
    Zone.objects.bulk_create(
        Zone(
            edition=edition,
            code=str(1000 + i),
            field=f"B{i}",
            geom=GEOSGeometry(memoryview(shape.wkb), srid=4326),
        )
        for i, shape in enumerate(shapes)
    )


@pytest.mark.parametrize("z", [10, 12, 13, 14])
def test_no_tile_is_heavier_than_the_limit_and_the_largest_zones_stay(z: int) -> None:
    edition = factories.edition(of=factories.layer(kind="zoning"))
    west, south = factories.WEST, factories.SOUTH
    turns = [2 * math.pi * k / 60 for k in range(60)]
    shapes = []
    for i in range(2500):
        x, y = west + (i % 50) * 0.0006, south + (i // 50) * 0.0003
        wave = [(x + 0.0002 * math.cos(t), y + 0.0001 * math.sin(t)) for t in turns]
        shapes.append(shapely.MultiPolygon([shapely.Polygon(wave)]))
    many(edition, shapes)
    factories.zone(of=edition, code="large", geom=factories.square(0))
    content = made(edition, **tile_at(west + 0.005, south + 0.005, z))
    assert 0 < len(content) <= tiles.MAX_TILE_BYTES
    assert "large" in [row["code"] for row in mvt.layers(content)[0].features]


def test_one_shape_of_very_many_vertices_is_made_lighter() -> None:
    edition = factories.edition(of=factories.layer(kind="zoning"))
    lon, lat = factories.middle()
    ring = [
        (
            lon + (0.02 + 0.003 * (k % 2)) * math.cos(k / 5000),
            lat + (0.01 + 0.002 * (k % 2)) * math.sin(k / 5000),
        )
        for k in range(31_400)
    ]
    many(edition, [shapely.MultiPolygon([shapely.Polygon(ring).buffer(0)])])
    assert len(made(edition, **tile_at(lon, lat, 12))) <= tiles.MAX_TILE_BYTES


def test_a_tile_is_one_query_that_uses_the_index(plan: Edition) -> None:
    many(
        plan,
        [shapely.MultiPolygon([shapely.box(n % 40, n // 40, n % 40 + 1, n // 40 + 1)]) for n in range(2000)],
    )
    edition = tiles.edition(plan.pk)
    assert edition
    with CaptureQueriesContext(connection) as queries:
        tiles.tile(edition, **tile_at(*factories.middle(), 13))
    assert len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE layers_zone")
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan_of_query = "\n".join(row[0] for row in cursor.fetchall())
    assert "zone_geom_3857_gist" in plan_of_query


@pytest.mark.parametrize(
    ("z", "x", "y", "there"),
    [
        (0, 0, 0, True),
        (1, 1, 1, True),
        (1, 2, 0, False),
        (1, 0, 2, False),
        (22, 0, 0, True),
        (23, 0, 0, False),
    ],
)
def test_the_pyramid_has_an_end(z: int, x: int, y: int, there: bool) -> None:
    assert tiles.exists(z=z, x=x, y=y) is there
