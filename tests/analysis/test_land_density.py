"""Density on the ground, against exact kernels and the land counted point by point."""

import functools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from mapdialog.analysis.density import land_density
from mapdialog.analysis.edge_correction import KernelMass
from mapdialog.analysis.ground import Ground, GroundParameters, ground_of

FINE_M = 2.5
ANGLE = np.linspace(0, 2 * np.pi, 30, endpoint=False)
LAKE = shapely.Polygon(
    np.column_stack(
        [
            2000 + 800 * np.cos(ANGLE) * (1 + 0.3 * np.sin(5 * ANGLE)),
            1400 + 700 * np.sin(ANGLE) * (1 + 0.3 * np.cos(3 * ANGLE)),
        ]
    )
)
ISLETS = [shapely.Point(2000, 1400).buffer(35), shapely.box(2225, 1225, 2375, 1300)]


def ground(*, cell_m: float = 100.0) -> Ground:
    return ground_of(
        shapely.box(0, 0, 3400, 2750),
        water=LAKE.difference(shapely.union_all(ISLETS)),
        parameters=GroundParameters(cell_m=cell_m, shore_m=50.0, max_cells=100_000),
    )


def kernel(points: np.ndarray, others: np.ndarray, *, bandwidth_m: float) -> np.ndarray:
    squared = ((points[:, None] - others[None]) ** 2).sum(axis=2)
    return np.exp(-squared / (2 * bandwidth_m**2)) / (2 * np.pi * bandwidth_m**2)


@functools.cache
def land_points() -> tuple[np.ndarray, np.ndarray]:
    """East and north of points on land, one in the middle of every square of FINE_M."""
    x, y = np.meshgrid(np.arange(FINE_M / 2, 3400, FINE_M), np.arange(FINE_M / 2, 2750, FINE_M))
    dry = shapely.contains_xy(ground().land, x, y)
    return x[dry], y[dry]


def exact(spots: np.ndarray, *, of: Ground, bandwidth_m: float) -> np.ndarray:
    """Diggle 1985 as it is written: ∫_land K is a sum over points on land."""
    x, y = land_points()
    on_land = []
    for spot in spots:
        near = (abs(x - spot[0]) < 6 * bandwidth_m) & (abs(y - spot[1]) < 6 * bandwidth_m)
        points = np.column_stack([x[near], y[near]])
        on_land.append(kernel(points, spot[None], bandwidth_m=bandwidth_m).sum() * FINE_M**2)
    centres = np.stack(np.meshgrid(of.x_m, of.y_m), axis=-1).reshape(-1, 2)
    values = kernel(centres, spots, bandwidth_m=bandwidth_m) / np.array(on_land)
    return values.sum(axis=1).reshape(of.shape) * 1e6


PINS = {
    "everywhere": np.random.default_rng(5).uniform([0, 0], [3400, 2750], (20, 2)),
    "a corner of the region": np.array([[1.0, 1.0], [3399.0, 2.0], [3399.0, 2.0]]),
    "an islet": np.array([[2010.0, 1395.0]]),
    "two islets": np.array([[2010.0, 1395.0], [2300.0, 1250.0]]),
    "one inland": np.array([[512.3, 2110.7]]),
}


@pytest.mark.parametrize(("cell_m", "bandwidth_m"), [(100.0, 100.0), (100.0, 250.0), (50.0, 500.0)])
@pytest.mark.parametrize("kind", PINS)
def test_within_one_percent_of_the_peak_on_shores_and_islets_too(kind, cell_m, bandwidth_m):
    here = ground(cell_m=cell_m)
    spots = PINS[kind][shapely.intersects_xy(here.land, *PINS[kind].T)]
    density = land_density(spots, ground=here, bandwidth_m=bandwidth_m)
    reference = exact(spots, of=here, bandwidth_m=bandwidth_m)
    off = np.abs(density.values - reference)[here.is_land].max()
    assert off <= 0.01 * reference[here.is_land].max()


def test_no_value_on_water_and_one_on_every_cell_with_land():
    here = ground()
    for spots in (PINS["everywhere"], np.empty((0, 2))):
        values = land_density(spots, ground=here, bandwidth_m=200.0).values
        assert (np.isnan(values) == ~here.is_land).all()
        assert (values[here.is_land] >= 0).all()
    assert not here.is_land.all()


def test_pins_on_water_and_abroad_change_nothing_and_are_said():
    here = ground()
    spots = PINS["one inland"]
    far = np.array([[1700.0, 1500.0], [9e6, -4e6], [np.nan, 1.0]])
    alone = land_density(spots, ground=here, bandwidth_m=200.0)
    among = land_density(np.r_[spots, far], ground=here, bandwidth_m=200.0)
    assert among.values.tobytes() == alone.values.tobytes()
    assert [int(state) for state in among.pins.state] == [0, 2, 3, 3]
    assert among.bandwidth_m == 200.0


def test_a_pin_just_off_the_land_counts_where_the_land_begins():
    island = ground_of(
        shapely.box(0, 0, 1000, 1000),
        water=shapely.box(1000, -1000, 3000, 2000),
        parameters=GroundParameters(cell_m=100, shore_m=50, max_cells=200),
    )
    near = land_density([[1040.0, 510.0]], ground=island, bandwidth_m=100.0)
    assert near.values == pytest.approx(
        land_density([[1000.0, 510.0]], ground=island, bandwidth_m=100.0).values, nan_ok=True
    )


@settings(max_examples=15)
@given(
    st.floats(0.0, 700.0), st.floats(0.0, 900.0), st.sampled_from([60.0, 150.0, 400.0]), st.floats(-2e5, 2e5)
)
def test_over_the_land_each_pin_weighs_one(x, y, bandwidth_m, west_m):
    """On a rectangle the mass is known: a product of normal probabilities; so is where it is largest."""
    west = np.floor(west_m)
    box = ground_of(
        shapely.box(west, 0, west + 700, 900),
        water=None,
        parameters=GroundParameters(cell_m=20, shore_m=50, max_cells=3000),
    )
    known = np.prod(
        [
            norm.cdf((side - at) / bandwidth_m) - norm.cdf(-at / bandwidth_m)
            for at, side in ((x, 700), (y, 900))
        ]
    )
    mass = KernelMass.of(box, bandwidth_m=bandwidth_m).at(np.array([[west + x, y]]))
    assert mass == pytest.approx(known, rel=1e-3)
    values = land_density([[west + x, y]], ground=box, bandwidth_m=bandwidth_m).values
    assert np.nansum(values * box.land_m2) / 1e6 == pytest.approx(1.0, abs=0.02)


def test_a_ground_counted_in_strips_has_the_same_density(monkeypatch):
    here, spots = ground(), np.array([[900.0, 590.0], [2900.0, 610.0], [3000.0, 2600.0]])
    whole = land_density(spots, ground=here, bandwidth_m=150.0).values
    monkeypatch.setattr("mapdialog.analysis.edge_correction._BINS_AT_ONCE", 10_000)
    monkeypatch.setattr("mapdialog.analysis.density._CELLS_AT_ONCE", 100)
    strips = land_density(spots, ground=here, bandwidth_m=150.0).values
    assert strips == pytest.approx(whole, abs=0.005 * np.nanmax(whole), nan_ok=True)


@pytest.mark.parametrize("bandwidth_m", [49.0, 0.0, -1.0, np.nan, np.inf])
def test_a_bandwidth_that_the_cells_cannot_show_is_refused_and_not_replaced(bandwidth_m):
    with pytest.raises(ValueError, match="at least 50 m"):
        land_density(PINS["one inland"], ground=ground(), bandwidth_m=bandwidth_m)
