"""One ground for all methods: its land, its cells, and which pins it counts."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapdialog.analysis.ground import NO_CELL, GroundError, GroundParameters, PinState, ground_of
from mapdialog.analysis.project import metric_geometries

PARAMETERS = GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=10_000)
REGION = shapely.box(0, 0, 1000, 1000)
LAKE = shapely.box(400, 0, 1000, 500)


def test_the_land_is_the_region_without_its_water():
    ground = ground_of(REGION, water=LAKE, parameters=PARAMETERS)
    assert ground.land_m2.sum() == pytest.approx(1000 * 1000 - 600 * 500)
    assert ground.shape == (10, 10)
    assert ground.land_share[0, 3] == pytest.approx(1)
    assert not ground.is_land[0, 4]
    assert (ground.x_m[0], ground.y_m[-1]) == (50, 950)


def test_a_pin_counts_on_land_or_near_it_and_is_said_where_it_does_not():
    ground = ground_of(REGION, water=LAKE, parameters=PARAMETERS)
    pins = [[350, 250], [449, 250], [451, 250], [700, 100], [1049, 700], [1051, 700], [np.nan, 1], [9e7, 9e7]]
    cells = ground.cells_of(pins)
    assert [PinState(state) for state in cells.state] == [
        *(PinState.ON_LAND, PinState.MOVED, PinState.ON_WATER, PinState.ON_WATER),
        *(PinState.OUTSIDE, PinState.OUTSIDE, PinState.OUTSIDE, PinState.OUTSIDE),
    ]
    assert cells.cell.tolist() == [23, 23, NO_CELL, NO_CELL, NO_CELL, NO_CELL, NO_CELL, NO_CELL]
    assert (cells.n(PinState.MOVED), cells.n(PinState.OUTSIDE)) == (1, 4)


def test_just_beyond_the_border_a_pin_counts_on_water_and_not_on_a_neighbours_land():
    sea = shapely.union(LAKE, shapely.box(1000, 500, 3000, 1000))
    ground = ground_of(REGION, water=sea, parameters=PARAMETERS)
    cells = ground.cells_of([[1049, 700], [1051, 700], [1049, 300]])
    states = [PinState(state) for state in cells.state]
    assert states == [PinState.MOVED, PinState.OUTSIDE, PinState.OUTSIDE]
    assert cells.cell.tolist() == [79, NO_CELL, NO_CELL]


@given(st.lists(st.tuples(st.floats(-300, 1300), st.floats(-300, 1300)), min_size=1, max_size=30))
def test_who_counts_counts_in_a_cell_with_land_within_reach(pins):
    triangle = shapely.Polygon([(0, 0), (950, 40), (130, 770)])
    ground = ground_of(triangle, water=LAKE, parameters=PARAMETERS)
    result = ground.cells_of(pins)
    counts = result.state <= PinState.MOVED
    assert ground.is_land.ravel()[result.cell[counts]].all()
    assert (result.cell[~counts] == NO_CELL).all()
    points = shapely.points(np.array(pins))
    near = shapely.distance(ground.land, points) <= 50
    assert (counts == near & shapely.intersects(shapely.union(triangle, LAKE), points)).all()


def test_a_pin_far_away_changes_no_cell():
    ground = ground_of(REGION, water=None, parameters=PARAMETERS)
    near = ground.cells_of([[50, 50], [950, 950]]).cell
    assert ground.cells_of([[50, 50], [950, 950], [4e6, -3e6]]).cell[:2].tolist() == near.tolist()


def test_two_regions_of_one_municipality_share_their_cells():
    part = ground_of(shapely.box(333, 120, 777, 480), water=None, parameters=PARAMETERS)
    assert (part.west_m, part.south_m, part.shape) == (300, 100, (4, 5))


def test_what_cannot_be_a_ground_is_an_error_and_nothing_is_replaced():
    with pytest.raises(GroundError, match="no land"):
        ground_of(LAKE, water=REGION, parameters=PARAMETERS)
    with pytest.raises(GroundError, match="at least 200 m"):
        ground_of(shapely.box(0, 0, 20_000, 20_000), water=None, parameters=PARAMETERS)
    with pytest.raises(GroundError, match="positive"):
        ground_of(REGION, water=None, parameters=GroundParameters(cell_m=0, shore_m=50, max_cells=10))


def test_a_broken_outline_still_has_its_land():
    bow = shapely.Polygon([(0, 0), (400, 400), (400, 0), (0, 400)])
    assert ground_of(bow, water=None, parameters=PARAMETERS).land_m2.sum() == pytest.approx(2 * 400 * 200 / 2)


def test_a_whole_city_has_its_area(dc_committees):
    areas = metric_geometries(np.array(dc_committees.geometry, dtype=object), metric_srid=32618)
    city = shapely.union_all(shapely.make_valid(areas))
    ground = ground_of(
        city, water=None, parameters=GroundParameters(cell_m=100, shore_m=50, max_cells=100_000)
    )
    assert ground.land_m2.sum() == pytest.approx(shapely.area(city), rel=1e-9)
