"""Cells and polygons, cells and lines: against shapely's own cutting, cell by cell."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapdialog.analysis.coverage import covered_area, crossed_length

GRID = {"west_m": -200.0, "south_m": -300.0, "cell_m": 50.0, "shape": (12, 9)}


def cells() -> np.ndarray:
    rows, columns = GRID["shape"]
    west = GRID["west_m"] + 50.0 * np.arange(columns)
    south = GRID["south_m"] + 50.0 * np.arange(rows)
    x, y = np.meshgrid(west, south)
    return shapely.box(x, y, x + 50, y + 50)


@st.composite
def polygons(draw) -> shapely.Geometry:
    """Discs, some with a hole, some on the grid's lines, some partly or wholly beyond it."""
    number = st.integers(-8, 8).map(lambda value: value * 37.5)
    discs = draw(st.lists(st.tuples(number, number, st.sampled_from([25.0, 80.0, 230.0, 900.0])), max_size=5))
    shape = shapely.union_all([shapely.Point(x, y).buffer(r, quad_segs=3) for x, y, r in discs])
    hole = shapely.box(*draw(st.sampled_from([(0, 0, 50, 50), (-70, -20, 33, 90)])))
    return shapely.difference(shape, hole)


@given(polygons())
def test_the_covered_area_is_that_of_cutting_each_cell(shape):
    expected = shapely.area(shapely.intersection(cells(), shape))
    assert np.abs(covered_area(shape, **GRID) - expected).max() < 1e-6


@given(polygons())
def test_the_length_is_that_of_cutting_each_line(shape):
    across = shapely.LineString([(-500, -499.9), (510, 523)])
    lines = np.array([across, *shapely.get_rings(shapely.get_parts(shape))], dtype=object)
    moved = shapely.transform(lines, lambda xy: xy + 0.0123)  # along a border shapely would count twice
    expected = sum(shapely.length(shapely.intersection(cells(), line)) for line in moved)
    assert np.abs(crossed_length(moved, **GRID) - expected).max() < 1e-6


def test_nothing_covers_nothing():
    assert covered_area(shapely.Polygon(), **GRID).sum() == 0
    assert crossed_length(np.array([], dtype=object), **GRID).sum() == 0
    whole = shapely.box(-1000, -1000, 1000, 1000)
    assert covered_area(whole, **GRID) == pytest.approx(np.full((12, 9), 2500.0))
