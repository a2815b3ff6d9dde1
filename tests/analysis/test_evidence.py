"""Evidence: p after looking everywhere, and which circles are reported."""

import dataclasses
import math

import numpy as np
import pytest
import shapely
from scipy import stats

from mapdialog.analysis.evidence import (
    EvidenceParameters,
    Maxima,
    gini,
    null_maxima,
    smallest_ratio,
    weigh,
)
from mapdialog.analysis.ground import GroundParameters, ground_of
from mapdialog.analysis.null import SpotsWorld
from mapdialog.analysis.scan import Scanner, ScanParameters, Window, log_likelihood_ratio
from mapdialog.analysis.spots import Spots

from .worlds import one_spot_each

GROUND = ground_of(
    shapely.box(0, 0, 3000, 3000),
    water=None,
    parameters=GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=10_000),
)
SHARE = GROUND.land_m2 / GROUND.land_m2.sum()
SCAN = ScanParameters(radii_m=(50.0, 100.0, 200.0, 400.0), least_people=5, largest_share=0.25)
SCANNER = Scanner.of(SHARE, is_land=GROUND.is_land, cell_m=100.0, parameters=SCAN)
PARAMETERS = EvidenceParameters(level=0.05, replicates=99, stop_after=0, rescans=3, seed=11)
WORLD = SpotsWorld(
    ground=GROUND,
    share=SHARE,
    anchors=np.ones(300, dtype=np.int64),
    copying=0.0,
    link_m=500.0,
    unevenness=0.0,
    reach_m=500.0,
)


@pytest.fixture(scope="module")
def maxima() -> Maxima:
    return null_maxima(WORLD, scanner=SCANNER, parameters=PARAMETERS)


def background(n: int, *, seed: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 900, n)


def evidence(cell: np.ndarray, *, maxima: Maxima, sender: np.ndarray | None = None):
    return weigh(
        Spots.one_each(cell) if sender is None else Spots(cell, sender),
        scanner=SCANNER,
        world=WORLD,
        maxima=maxima,
        parameters=PARAMETERS,
        power=0.8,
    )


def test_p_counts_the_observed_one_and_has_no_zero():
    some = Maxima(np.array([3.0, 5.0, 4.0, 9.0]), stopped=False)
    assert [some.p(llr) for llr in (9.5, 9.0, 4.5, 0.0)] == [1 / 5, 2 / 5, 3 / 5, 1]
    stopped = Maxima(np.array([3.0, 5.0, 4.0, 9.0]), stopped=True)
    assert (stopped.p(4.5), stopped.p(9.5)) == (2 / 4, 1 / 4)


def test_what_exceeds_the_critical_value_has_a_small_enough_p():
    values = np.random.default_rng(1).gumbel(6, 1.3, 99)
    some = Maxima(values, stopped=False)
    critical = some.critical(0.05)
    assert some.p(critical + 1e-6) <= 0.05 < some.p(critical - 1e-6)
    assert Maxima(values[:10], stopped=False).critical(0.05) == math.inf


def test_the_tail_is_a_gumbel_laws_with_the_same_moments():
    some = Maxima(np.random.default_rng(1).gumbel(6, 1.3, 9999), stopped=False)
    assert some.p_tail(15.0) == pytest.approx(stats.gumbel_r.sf(15.0, 6, 1.3), rel=0.1)
    assert 0 < some.p_tail(60.0) < 1e-15


def test_a_tail_that_is_no_gumbel_laws_is_counted():
    """Two in a hundred replicates with a crowd of copies."""
    values = np.random.default_rng(1).gumbel(6, 1.3, 999)
    mixed = np.r_[values[:-20], np.linspace(18, 40, 20)]
    assert not Maxima(mixed, stopped=False).follow_law
    assert Maxima(mixed, stopped=False).p_tail(20.0) == Maxima(mixed, stopped=False).p(20.0) > 0.015
    assert Maxima(np.full(999, 3.0), stopped=False).p_tail(4.0) == 0.001
    assert Maxima(values[:15], stopped=False).p_tail(40.0) == 1 / 16


def test_a_gumbel_law_is_seldom_taken_for_none():
    rng = np.random.default_rng(2)
    kept = [Maxima(rng.gumbel(6, 1.3, 999), stopped=False).follow_law for _ in range(300)]
    assert sum(kept) >= 294


def test_stopping_early_only_shortens_what_is_no_evidence(maxima):
    early = EvidenceParameters(level=0.05, replicates=99, stop_after=10, rescans=0, seed=11)
    weak = float(np.median(maxima.values))
    stopped = null_maxima(WORLD, scanner=SCANNER, parameters=early, observed=weak)
    assert stopped.stopped
    assert stopped.values.tolist() == maxima.values[: len(stopped.values)].tolist()
    assert stopped.p(weak) == pytest.approx(maxima.p(weak), abs=0.2)
    strong = null_maxima(WORLD, scanner=SCANNER, parameters=early, observed=float(maxima.values.max()) + 1)
    assert strong.values.tolist() == maxima.values.tolist()


def test_a_planted_hotspot_is_reported_where_it_is_with_its_people(maxima):
    crowd = np.repeat([15 * 30 + 15, 15 * 30 + 16], 12)
    result = evidence(np.r_[background(276), crowd], maxima=maxima)
    first = result.hotspots[0]
    assert abs(first.window.row - 15) + abs(first.window.column - 15.5) < 2
    assert (first.p, result.p, first.step) == (0.01, 0.01, 0)
    assert first.p_tail < 1e-4
    assert first.window.n >= 24


def test_fewer_than_five_people_are_no_hotspot(maxima):
    elsewhere = background(276)
    elsewhere = elsewhere[elsewhere % 30 > 12]
    for people, expected in ((4, 0), (5, 1)):
        sender = np.r_[np.arange(len(elsewhere)), 1000 + np.arange(24) % people]
        cell = np.r_[elsewhere, np.full(24, 2 * 30 + 2)]
        hotspots = evidence(cell, maxima=maxima, sender=sender).hotspots
        there = [hotspot for hotspot in hotspots if 62 in SCANNER.cells(hotspot.window)]
        assert len(there) == expected


def test_two_hotspots_are_two_and_do_not_overlap(maxima):
    crowd = np.r_[np.full(20, 8 * 30 + 8), np.full(16, 8 * 30 + 12)]
    hotspots = evidence(np.r_[background(264), crowd], maxima=maxima).hotspots
    cells = [set(SCANNER.cells(hotspot.window).tolist()) for hotspot in hotspots]
    assert len(hotspots) >= 2
    assert sum(map(len, cells)) == len(set().union(*cells))
    assert {8 * 30 + 8, 8 * 30 + 12} <= set().union(*cells)


def test_nothing_found_says_what_could_have_been(maxima):
    result = evidence(background(300), maxima=maxima)
    assert result.hotspots == ()
    assert result.p > 0.05
    critical = maxima.critical(0.05)
    assert result.smallest_ratio == smallest_ratio(300, scanner=SCANNER, critical=critical, power=0.8)
    assert smallest_ratio(4, scanner=SCANNER, critical=critical, power=0.8) == math.inf
    assert smallest_ratio(300, scanner=SCANNER, critical=math.inf, power=0.8) == math.inf


@pytest.mark.parametrize(("total", "power"), [(60, 0.8), (300, 0.5), (300, 0.8), (5000, 0.95)])
def test_the_smallest_ratio_is_found_as_often_as_it_says(total, power):
    """Against consultations of people who throw themselves, in which so many more come to a circle."""
    critical = 6.5
    radius, cell = max(np.ndindex(4, 900), key=lambda each: np.nan_to_num(SCANNER.share[each[0]][each[1]]))
    inside = SCANNER.circles.cells(radius, row=cell // 30, column=cell % 30, shape=SCANNER.shape)
    largest = SHARE.ravel()[inside].sum()
    ratio = smallest_ratio(total, scanner=SCANNER, critical=critical, power=power)
    n = np.arange(math.ceil(total * largest), total)
    needed = n[log_likelihood_ratio(n, expected=total * largest, total=total) > critical][0]
    assert stats.binom.sf(needed - 1, total, ratio * largest) == pytest.approx(power, rel=1e-9)
    rng, towns = np.random.default_rng(3), 4000
    powers = []
    for true in (ratio, 0.9 * ratio):
        share = SHARE.ravel() * (1 - true * largest) / (1 - largest)
        share[inside] = SHARE.ravel()[inside] * true
        n = rng.multinomial(total, share, size=towns)[:, inside].sum(axis=1)
        powers.append((log_likelihood_ratio(n, expected=total * largest, total=total) > critical).mean())
    assert powers[0] == pytest.approx(power, abs=4 * math.sqrt(power * (1 - power) / towns))
    assert powers[1] < power - 0.05


@pytest.mark.parametrize("people", [5, 200])
@pytest.mark.parametrize("stop_after", [0, 10])
def test_what_ties_with_most_replicates_is_no_hotspot(people, stop_after):
    """All at one place, where copies make all of a replicate lie at one place too."""
    parameters = dataclasses.replace(PARAMETERS, stop_after=stop_after)
    world = dataclasses.replace(WORLD, anchors=np.ones(people, dtype=np.int64), copying=1.0)
    cell = np.full(people, 465)
    observed = SCANNER.greatest(Spots.one_each(cell))
    tied = null_maxima(world, scanner=SCANNER, parameters=parameters, observed=observed)
    result = weigh(
        Spots.one_each(cell),
        scanner=SCANNER,
        world=world,
        maxima=tied,
        parameters=parameters,
        power=0.8,
    )
    assert result.p > 0.05
    assert result.hotspots == ()


def test_nobody_is_no_evidence(maxima):
    assert evidence(np.zeros(0, dtype=np.int64), maxima=maxima).p == 1


def test_the_gini_of_apart_circles_is_that_of_the_lorenz_curve():
    windows = [Window(0, 0, 0, n=30, expected=10.0, llr=1.0), Window(9, 9, 0, n=20, expected=10.0, llr=1.0)]
    x, y = [0, 0.8, 0.9, 1.0], [0, 0.5, 0.7, 1.0]
    assert gini(windows, total=100) == pytest.approx(1 - 2 * np.trapezoid(y, x))
    assert gini([], total=100) == pytest.approx(0)


def test_a_theme_that_lies_like_all_comments_is_no_hotspot_however_they_crowd():
    """The labels' world: whatever draws people to a spot draws both."""
    cell = np.r_[background(310), np.full(90, 465)]
    theme = np.random.default_rng(8).permutation(400) < 100
    world = one_spot_each(cell, n=100)
    share = 0.995 * np.bincount(cell, minlength=900).reshape(30, 30) / 400 + 0.005 * SHARE
    scanner = Scanner.of(share, is_land=GROUND.is_land, cell_m=100.0, parameters=SCAN)
    labels = null_maxima(world, scanner=scanner, parameters=PARAMETERS)
    for is_theme, small in ((theme, False), (np.arange(400) >= 300, True)):
        result = weigh(
            Spots.one_each(cell).some(is_theme), scanner=scanner, world=world,
            maxima=labels, parameters=PARAMETERS, power=0.8,
        )  # fmt: skip
        assert (result.p <= 0.05) == small
