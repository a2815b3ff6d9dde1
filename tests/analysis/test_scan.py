"""The scan: against an independent one on real towns, and published figures."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapdialog.analysis.circles import Circles
from mapdialog.analysis.ground import Ground
from mapdialog.analysis.people import PeopleParameters, person_spots
from mapdialog.analysis.project import metric_coordinates
from mapdialog.analysis.scan import Scanner, ScanParameters, log_likelihood_ratio
from mapdialog.analysis.spots import Spots, people_in_circles
from tests.calibration.towns import ground_and_shares

from .brute_force import brute_force
from .conftest import FIXTURES

RADII_M = (50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0, 700.0, 1000.0)
SCAN = ScanParameters(radii_m=RADII_M, least_people=5, largest_share=0.25)
LIMITS = {"radii_m": RADII_M, "least_people": 5, "largest_share": 0.25}
PEOPLE = PeopleParameters(link_m=500.0, same_sending_m=10.0, same_sending_s=600.0, same_position_m=0.01)


@pytest.fixture(scope="module")
def washington(dc_pins):
    ground, shares = ground_and_shares("Washington")
    xy = metric_coordinates(shapely.get_coordinates(np.array(dc_pins.geometry)), metric_srid=32618)
    return ground, shares["population"], ground.cells_of(xy).cell


@pytest.fixture(scope="module")
def bamble():
    ground, shares = ground_and_shares("Bamble")
    table = pd.read_csv(FIXTURES / "bamble" / "contributions.csv", sep=";")
    xy = metric_coordinates(table[["lon", "lat"]].dropna().to_numpy(float), metric_srid=25832)
    return ground, shares["population"], ground.cells_of(xy).cell


def scanner(ground: Ground, share: np.ndarray) -> Scanner:
    return Scanner.of(share, is_land=ground.is_land, cell_m=ground.parameters.cell_m, parameters=SCAN)


@pytest.mark.parametrize("name", ["washington", "bamble"])
def test_windows_and_llr_are_those_of_an_independent_scan(name, request):
    ground, share, cell = request.getfixturevalue(name)
    cell = cell[cell >= 0][:1500]
    limits = {"share": share, "is_land": ground.is_land, "cell_m": 100.0, **LIMITS}
    expected = sorted(brute_force(cell, **limits), reverse=True)
    windows = scanner(ground, share).windows(Spots.one_each(cell), above=0.0)
    assert len(windows) == len(expected) > 100
    ours = {(RADII_M[each.radius], each.row, each.column): (each.llr, each.expected) for each in windows}
    for llr, radius, row, column, mean in expected:
        assert ours[radius, row, column] == pytest.approx((llr, mean), abs=1e-9)
    best = windows[0]
    assert (best.llr, RADII_M[best.radius]) == pytest.approx(expected[0][:2], abs=1e-9)
    assert scanner(ground, share).greatest(Spots.one_each(cell)) == pytest.approx(expected[0][0], abs=1e-9)


def test_the_likelihood_ratio_is_satscans_for_new_york():
    """Leukaemia in upstate New York: SaTScan's figures, as CRAN smerc's tests of scan.test state them.

    552 cases among 1,057,673 people; cases and population of three clusters and their LLR.
    """
    cases, people = np.array([85, 38, 11]), np.array([95_249, 34_083, 8_839])
    expected = 552 * people / 1_057_673
    assert expected.round(2).tolist() == [49.71, 17.79, 4.61]
    llr = log_likelihood_ratio(cases, expected=expected, total=552)
    assert llr.round(6).tolist() == [11.577255, 9.019716, 3.209485]


def test_fewer_than_expected_are_no_hotspot():
    llr = log_likelihood_ratio([0, 3, 10, 20], expected=[1.0, 3, 19, 10], total=20)
    assert llr == pytest.approx([0, 0, 0, 20 * np.log(2)])
    with pytest.raises(ValueError, match="between 0 and the total"):
        log_likelihood_ratio(1, expected=0, total=3)


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(1, 14), st.integers(1, 14))
def test_sums_over_circles_are_those_of_adding_each_cell(seed, rows, columns):
    values = np.random.default_rng(seed).integers(0, 9, (rows, columns)).astype(np.int32)
    radii = (50.0, 100.0, 141.5, 223.7, 500.0)
    circles = Circles.of(radii, cell_m=100.0)
    y, x = np.mgrid[:rows, :columns] * 100.0
    for number, sums in enumerate(circles.sums(values)):
        near = np.hypot(y[..., None, None] - y, x[..., None, None] - x) <= radii[number]
        assert (sums == (near * values).sum(axis=(2, 3))).all()
        cells = circles.cells(number, row=rows // 2, column=columns // 2, shape=(rows, columns))
        assert sorted(cells) == np.flatnonzero(near[rows // 2, columns // 2]).tolist()


def test_circles_have_rising_radii():
    with pytest.raises(ValueError, match="larger than the one before"):
        Circles.of((100.0, 50.0), cell_m=100.0)


def test_no_circle_has_its_centre_on_water_or_expects_too_much(bamble):
    ground, share, cell = bamble
    spots = Spots.one_each(cell[cell >= 0])
    windows = scanner(ground, share).windows(spots, above=0.0)
    assert all(ground.is_land[each.row, each.column] for each in windows)
    assert max(each.expected for each in windows) <= len(spots) / 4
    assert min(each.n for each in windows) >= 5


def test_one_author_is_no_hotspot_however_many_pins(bamble):
    ground, share, _ = bamble
    rng = np.random.default_rng(4)
    home = np.array([ground.x_m[130], ground.y_m[100]]) + rng.normal(0, 30, (3000, 2))
    spots = person_spots(home, sender=np.zeros(3000, dtype=int), parameters=PEOPLE)
    assert len(spots.pin) == 1
    cell = ground.cells_of(home[spots.pin]).cell
    assert scanner(ground, share).greatest(Spots(cell[cell >= 0], spots.sender[cell >= 0])) == 0


def test_a_rescan_beside_a_hotspot_knows_only_the_rest(bamble):
    ground, share, cell = bamble
    spots = Spots.one_each(cell[cell >= 0])
    whole = scanner(ground, share)
    first = whole.windows(spots, above=0.0)[0]
    cells = whole.cells(first)
    rest = whole.without(cells)
    assert rest.exposure.sum() == pytest.approx(1)
    assert rest.exposure.ravel()[cells].sum() == 0
    windows = rest.windows(spots.outside(cells), above=0.0)
    assert all(each.row * ground.shape[1] + each.column not in set(cells) for each in windows)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 25), st.integers(1, 25), st.integers(1, 12))
def test_a_person_counts_once_in_each_circle_however_many_spots(seed, rows, columns, persons):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 80))
    spots = Spots(rng.integers(0, rows * columns, n), rng.integers(0, persons, n))
    circles = Circles.of((50.0, 150.0, 223.7, 500.0, 1000.0), cell_m=100.0)
    y, x = np.divmod(np.arange(rows * columns), columns)
    apart_m = 100.0 * np.hypot(y[:, None] - y[spots.cell], x[:, None] - x[spots.cell])
    for radius_m, people in zip(
        circles.radii_m, people_in_circles(spots, circles=circles, shape=(rows, columns)), strict=True
    ):
        different = [len(set(spots.person[near].tolist())) for near in apart_m <= radius_m]
        assert people.ravel().tolist() == different


def test_people_with_several_spots_near_home_are_no_crowd():
    """Everybody has four pins around home. Counted by spots, half of such towns have a hotspot."""
    rng = np.random.default_rng(3)
    share = np.full((60, 60), 1 / 3600)
    whole = Scanner.of(share, is_land=share > 0, cell_m=100.0, parameters=SCAN)
    by_people, by_spots = [], []
    for _ in range(20):
        home = rng.uniform(0, 60, (600, 1, 2))
        pins = np.floor((home + rng.normal(0, 4, (600, 4, 2))) % 60).astype(np.int64)  # the edges joined
        cell = (pins[..., 1] * 60 + pins[..., 0]).ravel()
        by_people.append(whole.greatest(Spots(cell, np.repeat(np.arange(600), 4))))
        by_spots.append(whole.greatest(Spots.one_each(cell)))
    chance = [whole.greatest(Spots.one_each(rng.integers(0, 3600, 2400))) for _ in range(99)]
    critical = np.sort(chance)[-5]
    assert np.sum(np.array(by_people) > critical) <= 4
    assert np.sum(np.array(by_spots) > critical) >= 8
