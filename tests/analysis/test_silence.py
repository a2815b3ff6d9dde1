"""Silent places: against an independent scan, and what may be said of a place where nobody writes."""

import math

import numpy as np
import pytest
import shapely
from scipy.special import xlogy

from mapdialog.analysis.evidence import EvidenceParameters, Maxima, null_maxima
from mapdialog.analysis.ground import GroundParameters, ground_of
from mapdialog.analysis.null import SpotsWorld
from mapdialog.analysis.scan import Scanner, ScanParameters
from mapdialog.analysis.silence import Silence, SilenceParameters, SilentScanner, silent_places
from mapdialog.analysis.spots import Spots

from .worlds import spots_of

GROUND = ground_of(
    shapely.box(0, 0, 2400, 2000),
    water=shapely.box(1000, 800, 1500, 1200),
    parameters=GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=10_000),
)
LAND = GROUND.is_land
SHARE = np.where(LAND, np.random.default_rng(3).gamma(4.0, size=LAND.shape), 0.0)
SHARE /= SHARE.sum()
RADII_M = (100.0, 200.0, 400.0)
SCAN = ScanParameters(radii_m=RADII_M, least_people=5, largest_share=0.25)
SCANNER = SilentScanner(
    Scanner.of(SHARE, is_land=LAND, cell_m=100.0, parameters=SCAN),
    SilenceParameters(least_expected=5.0, level=0.05),
)
PARAMETERS = EvidenceParameters(level=0.05, replicates=99, stop_after=0, rescans=0, seed=2)


def world(*, unevenness: float = 0.0) -> SpotsWorld:
    return SpotsWorld(
        ground=GROUND,
        share=SHARE,
        anchors=np.ones(600, dtype=np.int64),
        copying=0.0,
        link_m=500.0,
        unevenness=unevenness,
        reach_m=500.0,
    )


COUNTS = world().draw(np.random.default_rng(1)).counts(LAND.size)


@pytest.fixture(scope="module")
def maxima() -> Maxima:
    return null_maxima(world(), scanner=SCANNER, parameters=PARAMETERS)


def places_of(counts: np.ndarray, *, maxima: Maxima) -> Silence:
    """With one pin of everybody."""
    spots = spots_of(counts)
    return silent_places(spots, pins=spots, scanner=SCANNER, maxima=maxima)


def silenced(counts: np.ndarray, *, row: int, column: int, cells: float) -> np.ndarray:
    """The same with nobody around a cell."""
    y, x = np.mgrid[: LAND.shape[0], : LAND.shape[1]]
    return np.where(np.hypot(y - row, x - column).ravel() <= cells, 0, counts)


def by_hand(counts: np.ndarray) -> dict[tuple[int, int, int], tuple[int, float, float]]:
    """{(radius, row, column): (n, expected, llr)} of each circle with fewer than expected, in plain loops."""
    total, grid = counts.sum(), counts.reshape(LAND.shape)
    y, x = np.mgrid[: LAND.shape[0], : LAND.shape[1]] * 100.0
    circles = {}
    for number, radius in enumerate(RADII_M):
        for row, column in np.argwhere(LAND).tolist():
            near = np.hypot(y - row * 100.0, x - column * 100.0) <= radius
            n, mean = int(grid[near].sum()), total * SHARE[near].sum()
            if 5 <= mean <= total / 4 and n < mean:
                llr = xlogy(n, n / mean) + xlogy(total - n, (total - n) / (total - mean))
                circles[number, row, column] = (n, mean, llr)
    return circles


def test_windows_and_llr_are_those_of_an_independent_scan():
    counts = silenced(COUNTS, row=5, column=18, cells=2)
    expected = by_hand(counts)
    windows = SCANNER.windows(spots_of(counts), above=0.0)
    assert len(windows) == len(expected) > 100
    for each in windows:
        n, mean, llr = expected[each.radius, each.row, each.column]
        assert (each.n, each.expected, each.llr) == pytest.approx((n, mean, llr), abs=1e-9)
    greatest = SCANNER.greatest(spots_of(counts))
    assert greatest == pytest.approx(max(llr for _, _, llr in expected.values()), abs=1e-9)
    assert windows[0].llr == greatest


def test_a_place_where_nobody_writes_is_found_where_it_is(maxima):
    result = places_of(silenced(COUNTS, row=5, column=18, cells=4), maxima=maxima)
    first = result.places[0]
    assert math.hypot(first.window.row - 5, first.window.column - 18) <= 2
    assert (first.p, result.p) == (0.01, 0.01)
    assert first.window.ratio < 0.2


def test_two_silent_places_do_not_overlap_and_none_has_its_centre_on_water(maxima):
    counts = silenced(silenced(COUNTS, row=4, column=4, cells=4), row=15, column=19, cells=4)
    places = places_of(counts, maxima=maxima).places
    cells = [set(SCANNER.scanner.cells(each.window).tolist()) for each in places]
    assert len(places) >= 2
    assert sum(map(len, cells)) == len(set().union(*cells))
    assert all(LAND[each.row, each.column] for each in SCANNER.windows(spots_of(counts), above=0.0))


def test_silence_is_called_no_more_often_than_claimed_where_the_exposure_is_off():
    """The exposure is off by half: a null that takes it as exact calls silence, a widened one does not."""
    wide = null_maxima(world(unevenness=0.5), scanner=SCANNER, parameters=PARAMETERS)
    exact = null_maxima(world(), scanner=SCANNER, parameters=PARAMETERS)
    towns = [world(unevenness=0.5).draw(np.random.default_rng([9, number])) for number in range(40)]
    alarms = [
        sum(silent_places(spots, pins=spots, scanner=SCANNER, maxima=maxima).p <= 0.05 for spots in towns)
        for maxima in (wide, exact)
    ]
    assert alarms[0] <= 6 < 20 <= alarms[1]


def test_nothing_found_says_how_many_an_empty_place_must_expect(maxima):
    result = places_of(COUNTS, maxima=maxima)
    assert result.places == ()
    assert result.p > 0.05
    critical, mean = maxima.critical(0.05), result.smallest_empty
    assert 600 * math.log(600 / (600 - mean)) == pytest.approx(critical)
    few = Maxima(np.full(99, 500.0), stopped=False)
    assert places_of(COUNTS, maxima=few).smallest_empty == math.inf


def test_where_hardly_anything_is_expected_nothing_is_silent(maxima):
    few = COUNTS * 0
    few[[3, 40, 200]] = 1
    assert places_of(few, maxima=maxima) == places_of(few * 0, maxima=maxima)
    assert places_of(few, maxima=maxima).p == 1


def test_a_place_is_not_silent_because_the_lot_fell_elsewhere(maxima):
    """Everybody near the cell wrote twice, and of each the pin far away was taken."""
    spots = spots_of(silenced(COUNTS, row=5, column=18, cells=4))
    (silent, *_) = silent_places(spots, pins=spots, scanner=SCANNER, maxima=maxima).places
    assert silent.n_people == silent.window.n
    middle = silent.window.row * LAND.shape[1] + silent.window.column
    for writers, is_silent in ((round(silent.window.expected) + 1, False), (2, True)):
        pins = Spots(np.r_[spots.cell, np.full(writers, middle)], np.r_[spots.person, np.arange(writers)])
        places = silent_places(spots, pins=pins, scanner=SCANNER, maxima=maxima).places
        assert (silent.window in [each.window for each in places]) == is_silent


def test_a_person_is_asked_for_one_pin_only():
    with pytest.raises(ValueError, match="one of each"):
        SCANNER.greatest(Spots(np.array([3, 40, 200]), np.array([0, 1, 1])))
