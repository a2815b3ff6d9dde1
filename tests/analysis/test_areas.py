"""Assignment against geopandas.sjoin and the border rule."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapdialog.analysis.areas import assign_areas, count_by_area


def frame(geometries: list, **columns: list) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(geometries), crs=4326)


def by_sjoin(pins: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> list:
    joined = pins.reset_index(drop=True).sjoin(areas, predicate="intersects", how="left")
    joined = joined.sort_values("code", kind="stable")
    joined = joined[~joined.index.duplicated()].sort_index()
    return joined["code"].astype(object).where(joined["code"].notna(), None).to_list()


# four squares that share borders and corners, given in another order than their codes
SQUARES = frame(
    [
        shapely.box(10, 59, 11, 60),
        shapely.box(11, 59, 12, 60),
        shapely.box(10, 60, 11, 61),
        shapely.box(11, 60, 12, 61),
    ],
    code=["b", "a", "Z", "é"],
    name=["South-west", "South-east", "North-west", "North-east"],
)


def test_a_pin_on_a_border_has_the_area_whose_code_comes_first_by_code_point():
    pins = frame(shapely.points([[11, 59.5], [11, 60], [11.5, 60], [11, 60.5], [10.5, 60]]))
    assert assign_areas(pins, areas=SQUARES).to_list() == ["a", "Z", "a", "Z", "Z"]


def test_no_area_for_pins_outside_or_without_a_place():
    pins = frame([shapely.Point(9, 59.5), None, shapely.Point(), shapely.Point(10.5, 59.5)])
    assert assign_areas(pins, areas=SQUARES).to_list() == [None, None, None, "b"]


def test_the_index_is_kept():
    pins = frame(shapely.points([[10.5, 59.5], [11.5, 60.5]])).set_index(pd.Index(["x", "y"]))
    assert assign_areas(pins, areas=SQUARES).to_dict() == {"x": "b", "y": "é"}


def test_areas_without_geometry_hold_nothing():
    areas = frame([None, shapely.Polygon(), shapely.box(10, 59, 11, 60)], code=["0", "1", "2"])
    pins = frame([shapely.Point(10.5, 59.5)])
    assert assign_areas(pins, areas=areas).to_list() == ["2"]


def test_a_hole_and_a_second_part_count_as_they_should():
    ring = shapely.box(10, 59, 11, 60).difference(shapely.box(10.4, 59.4, 10.6, 59.6))
    areas = frame([shapely.MultiPolygon([ring, shapely.box(12, 59, 13, 60)])], code=["ring"])
    pins = frame(shapely.points([[10.5, 59.5], [10.4, 59.5], [10.1, 59.5], [12.5, 59.5], [11.5, 59.5]]))
    assert assign_areas(pins, areas=areas).to_list() == [None, "ring", "ring", "ring", None]


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40)).map(
            lambda xy: (9.5 + xy[0] / 16, 58.5 + xy[1] / 16)
        ),
        max_size=40,
    )
)
def test_agrees_with_sjoin_on_and_off_borders(xy: list[tuple[float, float]]):
    pins = frame(shapely.points(np.array(xy).reshape(-1, 2)))
    assert assign_areas(pins, areas=SQUARES).to_list() == by_sjoin(pins, SQUARES)


def test_real_pins_and_border_vertices_agree_with_sjoin(
    dc_pins: gpd.GeoDataFrame, dc_committees: gpd.GeoDataFrame
):
    vertices = frame(shapely.points(shapely.get_coordinates(dc_committees.geometry))[::7])
    for pins in (dc_pins, vertices):
        assert assign_areas(pins, areas=dc_committees).to_list() == by_sjoin(pins, dc_committees)


def test_counts_know_contributors_from_pins():
    pins = frame(
        shapely.points([[10.5, 59.5], [10.6, 59.5], [10.7, 59.5], [10.8, 59.5], [11.5, 59.5], [0, 0]]),
        contributor=["ann", "ann", None, "bo", "ann", None],
        theme=["light", "light", "road", None, "road", "light"],
    )
    south_west, south_east, north_west, _, outside = count_by_area(pins, areas=SQUARES)
    assert (south_west.n, south_west.n_contributors, south_west.n_unknown) == (4, 2, 1)
    assert list(south_west.by_theme.items()) == [("light", 2), ("road", 1)]
    assert (south_east.code, south_east.n, south_east.n_contributors) == ("a", 1, 1)
    assert (north_west.n, north_west.by_theme) == (0, {})
    assert (outside.code, outside.n, outside.n_contributors, outside.n_unknown) == (None, 1, 0, 1)


def test_no_pins_count_as_nothing():
    pins = frame([], contributor=[], theme=[])
    assert [counts.n for counts in count_by_area(pins, areas=SQUARES)] == [0] * 5


def test_another_crs_and_other_geometry_are_refused():
    pins = frame([shapely.Point(10.5, 59.5)])
    with pytest.raises(ValueError, match="EPSG:4326"):
        assign_areas(pins.to_crs(25832), areas=SQUARES)
    with pytest.raises(ValueError, match="EPSG:4326"):
        assign_areas(pins, areas=SQUARES.set_crs(None, allow_override=True))
    with pytest.raises(ValueError, match="points"):
        assign_areas(SQUARES, areas=SQUARES)
