"""Hotspots: from pins to what a planner asks of each cluster."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from mapdialog.analysis.hotspots import HotspotResult, find_hotspots
from mapdialog.analysis.project import lonlat_geometries, metric_geometries

SRID = 25832
EAST, NORTH = 540_000.0, 6_540_000.0  # a corner in Bamble


def lonlat(xy_m: np.ndarray) -> np.ndarray:
    points = shapely.points(np.asarray(xy_m, dtype=float) + np.array([EAST, NORTH]))
    return lonlat_geometries(points, metric_srid=SRID)


def pins_at(
    xy_m: np.ndarray, *, contributor: list | None = None, theme: list | None = None
) -> gpd.GeoDataFrame:
    n = len(xy_m)
    return gpd.GeoDataFrame(
        {"id": range(n), "contributor": contributor or [None] * n, "theme": theme or ["light"] * n},
        geometry=lonlat(xy_m),
        crs=4326,
    )


def areas_of(*boxes: shapely.Polygon) -> gpd.GeoDataFrame:
    shifted = [shapely.segmentize(shapely.affinity.translate(box, EAST, NORTH), 50) for box in boxes]
    return gpd.GeoDataFrame(
        {
            "code": [f"B{row + 1}" for row in range(len(boxes))],
            "name": [f"Area {row + 1}" for row in range(len(boxes))],
        },
        geometry=list(lonlat_geometries(np.array(shifted, dtype=object), metric_srid=SRID)),
        crs=4326,
    )


TWO_AREAS = areas_of(shapely.box(0, 0, 2000, 2000), shapely.box(2000, 0, 4000, 2000))


@pytest.fixture
def pair() -> HotspotResult:
    """Eight pins across the border, four on each side; six alone in the west; one far out at sea."""
    across = [[1980 + 5 * step, 1000] for step in range(4)] + [[2005 + 5 * step, 1000] for step in range(4)]
    west = [[500, 500 + 10 * step] for step in range(6)]
    contributor = [None] * 8 + ["ann", "ann", "bo", "cy", None, "dee"] + ["eve"]
    theme = ["light"] * 8 + ["road", "light", "road", "school", "walk", "walk"] + ["sea"]
    pins = pins_at(np.array([*across, *west, [-9000, -9000]]), contributor=contributor, theme=theme)
    return find_hotspots(pins, areas=TWO_AREAS, metric_srid=SRID, distance_m=50, minimum=4)


def test_clusters_stay_inside_their_area(pair: HotspotResult):
    assert [(hotspot.area, hotspot.n) for hotspot in pair.hotspots] == [("B1", 6), ("B1", 4), ("B2", 4)]
    assert pair.labels.to_list() == [1] * 4 + [2] * 4 + [0] * 6 + [-1]
    assert pair.assigned.to_list() == ["B1"] * 4 + ["B2"] * 4 + ["B1"] * 6 + [None]


def test_a_hotspot_knows_its_pins(pair: HotspotResult):
    west = pair.hotspots[0]
    assert west.member_ids == [8, 9, 10, 11, 12, 13]
    assert west.core_ids == west.member_ids
    assert (west.n_contributors, west.n_unknown) == (4, 1)
    assert list(west.themes.items()) == [("road", 2), ("walk", 2), ("light", 1)]
    assert west.centre_id in {10, 11}
    assert west.radius_m == pytest.approx(50)


def test_area_summaries_add_up(pair: HotspotResult):
    first, second, outside = pair.areas
    assert [row.n for row in pair.areas] == [10, 4, 1]
    assert (first.code, first.name, first.n_contributors, first.n_unknown) == ("B1", "Area 1", 4, 5)
    assert sum(row.share for row in pair.areas) == pytest.approx(1)
    assert first.land_km2 == pytest.approx(4, rel=0.002)
    assert second.n_per_km2 == pytest.approx(1, rel=0.002)
    assert (outside.code, outside.name, outside.land_km2, outside.n_per_km2) == (None, None, None, None)


def test_the_comparison_with_an_even_spread(pair: HotspotResult):
    west = pair.hotspots[0]
    share = np.pi * 50**2 / 2000**2
    assert (west.in_disc, west.expected) == (6, pytest.approx(10 * share, rel=0.01))
    assert west.ratio == pytest.approx(6 / (10 * share), rel=0.01)
    assert west.p_even_spread < 1e-9
    assert west.q_even_spread >= west.p_even_spread
    assert west.p_even_spread_contributors is not None
    nobody_known = pair.hotspots[2]
    assert (nobody_known.p_even_spread_contributors, nobody_known.q_even_spread_contributors) == (None, None)


def test_water_makes_the_land_smaller():
    pins = pins_at(np.array([[500, 500 + 10 * step] for step in range(6)]))
    lake = areas_of(shapely.box(0, 1000, 2000, 2000)).geometry.iloc[0]
    dry = find_hotspots(pins, areas=TWO_AREAS, metric_srid=SRID)
    wet = find_hotspots(pins, areas=TWO_AREAS, metric_srid=SRID, water=lake)
    assert wet.areas[0].land_km2 == pytest.approx(dry.areas[0].land_km2 / 2, rel=0.02)
    assert wet.hotspots[0].expected == pytest.approx(dry.hotspots[0].expected * 2, rel=0.02)


def test_an_area_without_land_is_not_compared():
    pins = pins_at(np.array([[500, 500 + 10 * step] for step in range(6)]))
    flooded = areas_of(shapely.box(-100, -100, 5000, 3000)).geometry.iloc[0]
    result = find_hotspots(pins, areas=TWO_AREAS, metric_srid=SRID, water=flooded)
    assert (result.hotspots[0].area, result.hotspots[0].p_even_spread) == ("B1", None)
    assert (result.areas[0].land_km2, result.areas[0].n_per_km2) == (0, None)


def test_outside_all_areas_is_a_group_without_comparison():
    pins = pins_at(np.array([[-5000, 10 * step] for step in range(5)]))
    (hotspot,) = find_hotspots(pins, areas=TWO_AREAS, metric_srid=SRID).hotspots
    assert (hotspot.area, hotspot.n) == (None, 5)
    assert (hotspot.expected, hotspot.ratio, hotspot.p_even_spread, hotspot.q_even_spread) == (None,) * 4


@pytest.mark.parametrize("shape", ["one spot", "line", "cloud", "ring"])
def test_the_outline_is_a_polygon_that_holds_every_member(shape: str):
    random = np.random.default_rng(4)
    angle = np.linspace(0, 2 * np.pi, 200)
    xy_m = {
        "one spot": np.full((6, 2), 700.0),
        "line": np.column_stack([np.linspace(100, 1900, 60), np.full(60, 900.0)]),
        "cloud": random.normal(1000, 90, (400, 2)),
        "ring": 1000 + 700 * np.column_stack([np.cos(angle), np.sin(angle)]),
    }[shape]
    pins = pins_at(xy_m)
    result = find_hotspots(pins, areas=TWO_AREAS, metric_srid=SRID)
    assert result.hotspots
    for hotspot in result.hotspots:
        members = pins.geometry[pins["id"].isin(hotspot.member_ids)]
        assert hotspot.geometry.geom_type == "Polygon"
        assert hotspot.geometry.is_valid
        assert not hotspot.geometry.interiors
        assert members.intersects(hotspot.geometry).all()
        area_m2 = shapely.area(metric_geometries(np.array([hotspot.geometry]), metric_srid=SRID))[0]
        assert area_m2 >= 7_500  # a person sees 100 m across


def test_the_order_of_rows_does_not_matter(dc_pins, dc_committees):
    first = find_hotspots(dc_pins, areas=dc_committees, metric_srid=26918)
    shuffled = dc_pins.sample(frac=1, random_state=2)
    again = find_hotspots(shuffled, areas=dc_committees.sample(frac=1, random_state=2), metric_srid=26918)
    assert [h.member_ids for h in again.hotspots] == [h.member_ids for h in first.hotspots]
    assert again.labels.index.equals(shuffled.index)
    assert again.labels.sort_index().equals(first.labels.sort_index())


def test_pins_without_a_place_are_counted_and_left_out():
    pins = pins_at(np.array([[500, 500 + step] for step in range(5)]))
    pins.loc[5] = {"id": 5, "contributor": None, "theme": None, "geometry": None}
    result = find_hotspots(pins, areas=TWO_AREAS, metric_srid=SRID)
    assert (result.n_without_place, result.hotspots[0].n, result.areas[-1].n) == (1, 5, 1)
    assert result.labels.to_list() == [0, 0, 0, 0, 0, -1]


def test_no_pins_no_hotspots():
    result = find_hotspots(pins_at(np.empty((0, 2))), areas=TWO_AREAS, metric_srid=SRID)
    assert result.hotspots == []
    assert [row.n for row in result.areas] == [0, 0, 0]
    assert result.areas[0].share == 0
