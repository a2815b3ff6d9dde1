"""The grid map: against counting by hand, SciPy and Gi* as written out; what it marks, and what never."""

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mapdialog.analysis.evidence import EvidenceParameters, Maxima, null_maxima
from mapdialog.analysis.ground import GroundParameters, ground_of
from mapdialog.analysis.local_excess import LocalParameters, LocalWindows, local_excess
from mapdialog.analysis.null import SpotsWorld
from mapdialog.analysis.significance import poisson_mid_p

from .test_getis_ord import written_out
from .worlds import spots_of

LAKE = shapely.box(1000, 1000, 1700, 1500)
GROUND = ground_of(
    shapely.box(0, 0, 3000, 2500),
    water=LAKE,
    parameters=GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=10_000),
)
LAND = GROUND.is_land
SHARE = np.where(LAND, np.random.default_rng(3).gamma(1.0, size=LAND.shape), 0.0)
SHARE /= SHARE.sum()
PARAMETERS = LocalParameters(window_m=200.0, least_spots=5, small_expected=5.0, permutations=99, seed=5)
WINDOWS = LocalWindows.of(SHARE, is_land=LAND, cell_m=100.0, parameters=PARAMETERS)


def world(n: int = 400, *, copying: float = 0.0, unevenness: float = 0.0) -> SpotsWorld:
    return SpotsWorld(
        ground=GROUND,
        share=SHARE,
        anchors=np.ones(n, dtype=np.int64),
        copying=copying,
        link_m=500.0,
        unevenness=unevenness,
        reach_m=500.0,
    )


def maxima_of(world: SpotsWorld) -> Maxima:
    evidence = EvidenceParameters(level=0.05, replicates=99, stop_after=0, rescans=0, seed=5)
    return null_maxima(world, scanner=WINDOWS, parameters=evidence)


COUNTS = world().draw(np.random.default_rng(1)).counts(LAND.size)
MAXIMA = maxima_of(world())
CROWDED = COUNTS + np.bincount([7 * 30 + 22], minlength=COUNTS.size) * 40


def around(values: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[: LAND.shape[0], : LAND.shape[1]] * 100.0
    near = np.hypot(y[..., None, None] - y, x[..., None, None] - x) <= 200.0
    return (near * values.reshape(LAND.shape)).sum(axis=(2, 3))


def test_each_window_is_counted_as_by_hand():
    result = local_excess(spots_of(COUNTS), windows=WINDOWS, maxima=MAXIMA)
    assert (result.n == np.where(LAND, around(COUNTS), 0)).all()
    np.testing.assert_allclose(result.expected[LAND], 400 * around(SHARE)[LAND], rtol=1e-12)
    np.testing.assert_allclose(result.ratio[LAND], around(COUNTS)[LAND] / result.expected[LAND])
    occupied = LAND & (COUNTS.reshape(LAND.shape) > 0)
    n, mean = result.n[occupied], result.expected[occupied]
    p = stats.poisson.sf(n, mean) + stats.poisson.pmf(n, mean) / 2
    np.testing.assert_allclose(result.p_if_exact[occupied], p, rtol=1e-9)
    np.testing.assert_allclose(result.q_if_exact[occupied], stats.false_discovery_control(p), rtol=1e-9)


def test_gi_is_fed_what_is_beyond_the_expected_and_never_raw_counts():
    mean = np.where(LAND, 400 * SHARE, 1.0)
    values = (COUNTS.reshape(LAND.shape) - mean) / np.sqrt(mean)
    expected = written_out(values, radius_cells=2.0, mask=LAND)
    result = local_excess(spots_of(COUNTS), windows=WINDOWS, maxima=MAXIMA)
    np.testing.assert_allclose(result.gi, expected, atol=1e-9)
    exactly = local_excess(spots_of(np.where(LAND, 1, 0).ravel()), windows=even_windows(), maxima=MAXIMA)
    assert not exactly.gi[LAND].any()  # as many as expected everywhere: nothing is high


def even_windows() -> LocalWindows:
    return LocalWindows.of(LAND / LAND.sum(), is_land=LAND, cell_m=100.0, parameters=PARAMETERS)


def test_where_little_is_expected_the_p_of_gi_is_a_conditional_permutation_s():
    """Against permuting all other cells anew for one cell after the other: equal but for chance."""
    parameters = LocalParameters(window_m=200.0, least_spots=5, small_expected=5.0, permutations=999, seed=5)
    windows = LocalWindows.of(SHARE, is_land=LAND, cell_m=100.0, parameters=parameters)
    result = local_excess(spots_of(COUNTS), windows=windows, maxima=MAXIMA)
    mean = np.where(LAND, 400 * SHARE, 1.0)
    values = np.where(LAND, (COUNTS.reshape(LAND.shape) - mean) / np.sqrt(mean), 0.0)
    rng, land = np.random.default_rng(8), np.flatnonzero(LAND)
    small = np.flatnonzero((COUNTS > 0) & (result.expected.ravel() < 5))
    for cell in small[:: len(small) // 5]:
        others = land[land != cell]
        size = round(around(LAND).ravel()[cell]) - 1
        observed = around(values).ravel()[cell] - values.ravel()[cell]
        dealt = [values.ravel()[rng.choice(others, size, replace=False)].sum() for _ in range(200)]
        share = np.mean(np.array(dealt) >= observed)
        assert result.p_gi.ravel()[cell] == pytest.approx(share, abs=0.14)  # four deviations
    large = (COUNTS.reshape(LAND.shape) > 0) & (result.expected >= 5)
    np.testing.assert_allclose(result.p_gi[large], stats.norm.sf(result.gi[large]), rtol=1e-9)


def test_a_cell_keeps_its_own_value_when_the_others_are_dealt_out():
    """On so few cells that every way of dealing can be counted."""
    parameters = LocalParameters(window_m=100.0, least_spots=5, small_expected=99.0, permutations=999, seed=2)
    share = np.array([[1.0, 2, 3, 2], [2, 1, 2, 3]]) / 16
    windows = LocalWindows.of(share, is_land=share > 0, cell_m=100.0, parameters=parameters)
    counts = np.array([9, 1, 2, 1, 1, 2, 1, 3])
    result = local_excess(spots_of(counts), windows=windows, maxima=MAXIMA)
    values = (counts - 20 * share.ravel()) / np.sqrt(20 * share.ravel())
    row, column = np.divmod(np.arange(8), 4)
    for cell in range(8):
        near = (abs(row - row[cell]) + abs(column - column[cell]) == 1).nonzero()[0]
        ways = [values[list(way)].sum() for way in combinations(sorted({*range(8)} - {cell}), len(near))]
        share_as_high = np.mean(np.array(ways) >= values[near].sum() - 1e-9)
        assert result.p_gi.ravel()[cell] == pytest.approx(share_as_high, abs=0.07)  # four deviations


def test_nothing_is_said_of_water():
    result = local_excess(spots_of(CROWDED), windows=WINDOWS, maxima=MAXIMA)
    assert not LAND.all()
    for values in (
        result.expected,
        result.ratio,
        result.gi,
        result.p_gi,
        result.p_if_exact,
        result.p_anywhere,
    ):
        assert np.isnan(values[~LAND]).all()
    assert not result.n[~LAND].any()
    assert not result.marked(1.0)[~LAND].any()


def test_a_crowd_is_marked_where_it_is_and_nothing_else():
    marked = np.argwhere(local_excess(spots_of(CROWDED), windows=WINDOWS, maxima=MAXIMA).marked(0.05))
    assert len(marked) >= 1
    assert (np.hypot(*(marked - [7, 22]).T) <= 2).all()
    assert not local_excess(spots_of(COUNTS), windows=WINDOWS, maxima=MAXIMA).marked(0.05).any()


def test_one_person_is_never_marked_however_little_is_expected_there():
    lonely = int(np.argmin(np.where(LAND, SHARE, np.inf)))
    counts = np.bincount([lonely], minlength=LAND.size)
    result = local_excess(spots_of(counts), windows=WINDOWS, maxima=maxima_of(world(1)))
    assert result.p_if_exact.ravel()[lonely] < 0.05
    assert result.p_anywhere.ravel()[lonely] == 1


def test_against_even_land_there_is_a_ratio_and_no_probability():
    result = local_excess(spots_of(COUNTS), windows=WINDOWS, maxima=None)
    assert np.isfinite(result.ratio[LAND]).all()
    for values in (result.gi, result.p_gi, result.p_if_exact, result.q_if_exact, result.p_anywhere):
        assert np.isnan(values).all()
    assert not result.marked(1.0).any()


@pytest.mark.parametrize("habits", [{"copying": 0.15}, {"unevenness": 0.6}], ids=str)
def test_what_is_uneven_or_copied_as_the_world_is_looks_like_evidence_only_to_a_poisson_law(habits):
    maxima = maxima_of(world(**habits))
    towns = [world(**habits).draw(np.random.default_rng([77, number])) for number in range(40)]
    results = [local_excess(spots, windows=WINDOWS, maxima=maxima) for spots in towns]
    assert sum((result.q_if_exact <= 0.05).any() for result in results) >= 12
    assert sum(result.marked(0.05).any() for result in results) <= 6  # binomial(40, 0.05): 0.3 %


def test_the_same_seed_gives_the_same_map():
    assert (maxima_of(world()).values == MAXIMA.values).all()
    twice = [local_excess(spots_of(COUNTS), windows=WINDOWS, maxima=MAXIMA).p_gi for _ in range(2)]
    np.testing.assert_array_equal(*twice)


def test_nobody_is_an_error():
    with pytest.raises(ValueError, match="no spot"):
        local_excess(spots_of(np.zeros(LAND.size, dtype=np.int64)), windows=WINDOWS, maxima=MAXIMA)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 600), st.floats(1e-6, 600)), min_size=1, max_size=8))
def test_mid_p_is_scipys(pairs):
    n, mean = np.array(pairs).T
    expected = stats.poisson.sf(n, mean) + stats.poisson.pmf(n, mean) / 2
    np.testing.assert_allclose(poisson_mid_p(n.astype(int), expected=mean), expected, rtol=1e-8, atol=1e-300)


def test_mid_p_of_nonsense_is_refused():
    for n, mean in (([-1], [1.0]), ([1], [0.0]), ([1], [np.nan]), ([1, 2], [1.0])):
        with pytest.raises(ValueError, match="same shape"):
            poisson_mid_p(n, expected=mean)
