"""Where people write who write around home."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from mapdialog.analysis.attention import around_on_land
from mapdialog.analysis.exposure import ExposureError
from mapdialog.analysis.gaussian import moved_by
from mapdialog.analysis.ground import GroundParameters, ground_of

PARAMETERS = GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=10_000)
BAY = shapely.Polygon([(250, 0), (260, 520), (620, 480), (730, 0)])
SHORE = ground_of(shapely.box(0, 0, 1000, 900), water=BAY, parameters=PARAMETERS)
INLAND = ground_of(shapely.box(0, 0, 2100, 2100), water=None, parameters=PARAMETERS)


def people_on(ground, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.where(ground.is_land, rng.exponential(50.0, ground.shape) * (rng.random(ground.shape) < 0.3), 0)


def brought(steps: int, *, attention_m: float) -> float:
    """Of what lies evenly in one cell, the share that comes to lie so many cells on; along one axis."""
    at = np.array([-0.5, 0.5]) + steps
    edge = attention_m / 100.0
    inside = lambda home: float(np.diff(norm.cdf((at - home) / edge))[0])  # noqa: E731
    return quad(inside, -0.5, 0.5, epsabs=1e-13, limit=200, points=[0.0])[0]


@pytest.mark.parametrize("attention_m", [20.0, 75.0, 300.0, 5000.0])
def test_people_are_where_a_sum_over_every_pair_of_cells_puts_them(attention_m):
    people, land = people_on(SHORE, 4), SHORE.land_share
    shares = [brought(steps, attention_m=attention_m) for steps in range(10)]
    expected = np.zeros(SHORE.shape)
    for row, column in zip(*np.nonzero(people), strict=True):
        there = np.array(
            [[shares[abs(r - row)] * shares[abs(c - column)] for c in range(10)] for r in range(9)]
        )
        expected += people[row, column] * there * land / (there * land).sum()
    result = around_on_land(people, ground=SHORE, attention_m=attention_m)
    np.testing.assert_allclose(result, expected, rtol=1e-8, atol=1e-7)


def test_people_are_where_pins_thrown_until_they_lie_on_land_lie():
    """By a bay, σ little more than a cell: what is even in a cell and divided by as a whole costs 6 %."""
    rng = np.random.default_rng(2)
    people = np.zeros(SHORE.shape)
    people[3, 1] = 100_000
    xy = np.full((100_000, 2), np.nan)
    home = np.array([100.0, 300.0]) + 100 * rng.random(xy.shape)
    astray = np.arange(len(xy))
    while len(astray):
        xy[astray] = home[astray] + rng.normal(0, 120, (len(astray), 2))
        astray = astray[~shapely.intersects_xy(SHORE.land, *xy[astray].T)]
    thrown = np.bincount(SHORE.cells_of(xy).cell, minlength=people.size).reshape(people.shape)
    result = around_on_land(people, ground=SHORE, attention_m=120.0)
    assert np.abs(result - thrown).max() < 0.06 * thrown.max()


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.5, 3000.0), st.booleans())
def test_nobody_is_lost_and_nobody_writes_on_water(seed, attention_m, inland):
    ground = INLAND if inland else SHORE
    people = people_on(ground, seed)
    result = around_on_land(people, ground=ground, attention_m=attention_m)
    assert result.sum() == pytest.approx(people.sum(), rel=1e-12)
    assert (result >= 0).all()
    assert not result[~ground.is_land].any()


def test_at_home_exactly_changes_nothing_to_the_bit():
    people = people_on(SHORE, 7)
    assert around_on_land(people, ground=SHORE, attention_m=0.0).tobytes() == people.tobytes()


def test_the_variance_is_the_attention_s_and_that_of_two_cells():
    people = np.zeros(INLAND.shape)
    people[10, 10] = 1.0
    along = around_on_land(people, ground=INLAND, attention_m=170.0).sum(axis=0)
    assert (along * (INLAND.x_m - 1050) ** 2).sum() == pytest.approx(170**2 + 2 * 100**2 / 12, rel=1e-6)


def test_people_who_write_anywhere_write_evenly_over_the_land_and_a_row_of_cells_is_a_ground():
    far = around_on_land(people_on(SHORE, 1), ground=SHORE, attention_m=1e6)
    assert far / far.sum() == pytest.approx(SHORE.land_m2 / SHORE.land_m2.sum(), rel=1e-5)
    row = ground_of(shapely.box(0, 0, 500, 100), water=None, parameters=PARAMETERS)
    alone = around_on_land(np.array([[0.0, 0, 8, 0, 0]]), ground=row, attention_m=100.0)
    assert alone.sum() == pytest.approx(8)
    assert moved_by(1, cell_m=100.0, bandwidth_m=100.0).shape == (1,)


@pytest.mark.parametrize("attention_m", [-1.0, np.nan, np.inf])
def test_an_attention_that_is_no_distance_is_an_error_and_not_a_town_without_people(attention_m):
    with pytest.raises(ValueError, match="attention_m") as error:
        around_on_land(people_on(SHORE, 1), ground=SHORE, attention_m=attention_m)
    assert not isinstance(error.value, ExposureError)
