"""Relative risk, against its formula written out; and that it calls nothing where nothing is going on."""

import dataclasses

import numpy as np
import pytest
import shapely
from scipy.stats import norm

from mapdialog.analysis.exposure import Exposure, ExposureParameters, Kind, Null, even_land
from mapdialog.analysis.ground import GroundParameters, ground_of
from mapdialog.analysis.null import LabelsWorld
from mapdialog.analysis.relative_risk import RiskParameters, RiskTest, against_exposure, theme_against_all
from mapdialog.analysis.spots import Spots

from .test_land_density import exact
from .test_land_density import ground as shore
from .worlds import one_spot_each

PARAMETERS = RiskParameters(
    bandwidth_m=200.0,
    delta_share=0.1,
    least_expected=3.0,
    least_people=5,
    level=0.05,
    pilots=39,
    replicates=99,
    seed=7,
)
SQUARE = ground_of(
    shapely.box(0, 0, 2000, 1500),
    water=shapely.box(1600, 0, 2000, 500),
    parameters=GroundParameters(cell_m=100, shore_m=50, max_cells=1000),
)
N_CELLS = SQUARE.land_m2.size


def spots(n: int, *, seed: int) -> np.ndarray:
    xy = np.random.default_rng(seed).uniform([0, 0], [2000, 1500], (3 * n, 2))
    return xy[shapely.intersects_xy(SQUARE.land, *xy.T)][:n]


def compared(xy, *, is_theme, person, parameters=PARAMETERS):
    world = LabelsWorld(Spots(SQUARE.cells_of(xy).cell, person), is_theme)
    return theme_against_all(
        xy, is_theme=is_theme, person=person, ground=SQUARE, world=world, parameters=parameters
    )


def test_it_is_the_logarithm_of_two_edge_corrected_densities():
    here = shore()
    xy = np.random.default_rng(1).uniform([0, 0], [3400, 2750], (60, 2))
    xy = xy[shapely.intersects_xy(here.land, *xy.T)]
    is_theme = np.arange(len(xy)) % 3 == 0
    world = one_spot_each(here.cells_of(xy).cell, n=int(is_theme.sum()))
    few = dataclasses.replace(PARAMETERS, pilots=2, replicates=1)
    risk = theme_against_all(
        xy, is_theme=is_theme, person=np.arange(len(xy)), ground=here, world=world, parameters=few
    )
    delta = 0.1 / here.land_m2.sum() * 1e6
    f, g = (exact(some, of=here, bandwidth_m=200.0) / len(some) for some in (xy[is_theme], xy))
    reference = np.where(here.is_land, np.log((f + delta) / (g + delta)), np.nan)
    assert risk.log_ratio == pytest.approx(reference, abs=0.01, nan_ok=True)


def test_both_p_are_counts_of_the_replicates_drawn():
    """Independent: kernels from every cell to every other, all replicates kept, ranks counted."""
    xy = spots(120, seed=2)
    is_theme, person = np.arange(120) % 2 == 0, np.arange(120)
    few = dataclasses.replace(PARAMETERS, pilots=9, replicates=19)
    risk = compared(xy, is_theme=is_theme, person=person, parameters=few)
    cell = SQUARE.cells_of(xy).cell
    row, column = np.divmod(np.arange(N_CELLS), SQUARE.shape[1])
    kernel = np.ones((N_CELLS, N_CELLS))
    for axis in (row, column):
        steps = axis[:, None] - axis[None]
        kernel *= (norm.cdf((steps + 0.5) / 2) - norm.cdf((steps - 0.5) / 2)) / 100
    land = SQUARE.land_m2.ravel()
    kernel = kernel / np.where(land > 0, land @ kernel, 1.0)

    def logarithm(counts):
        return np.log(kernel @ (counts / counts.sum()) + 0.1 / land.sum())

    world = LabelsWorld(Spots(cell, person), is_theme)

    def drawn(purpose, number):
        return logarithm(world.draw(np.random.default_rng([7, purpose, number])).counts(N_CELLS))

    expects = 60 * (kernel @ np.bincount(cell, minlength=N_CELLS) / 120) * np.pi * 400**2
    tested = (land > 0) & (expects >= 3)
    pilots = np.array([drawn(0, number) for number in range(9)])
    centre, width = pilots.mean(axis=0), pilots.std(axis=0)
    observed = logarithm(np.bincount(cell[is_theme], minlength=N_CELLS))
    worlds = np.array([drawn(1, number) for number in range(19)])
    p_here = (1 + (worlds >= observed - 1e-9).sum(axis=0)) / 20
    largest = ((worlds - centre) / width)[:, tested].max(axis=1)
    p_anywhere = [(1 + (largest >= value - 1e-9).sum()) / 20 for value in (observed - centre) / width]
    assert 0 < tested.sum() < N_CELLS
    for ours, theirs in ((risk.p_here, p_here), (risk.p_anywhere, p_anywhere)):
        assert ours.ravel() == pytest.approx(np.where(tested, theirs, np.nan), nan_ok=True)


def test_a_theme_that_gathers_is_marked_there_and_nowhere_far():
    xy = np.r_[spots(300, seed=3), np.random.default_rng(3).normal([500, 1000], 80, (25, 2))]
    is_theme = np.r_[np.random.default_rng(4).random(300) < 0.2, np.ones(25, dtype=bool)]
    risk = compared(xy, is_theme=is_theme, person=np.arange(325))
    row, column = np.nonzero(risk.is_marked)
    assert len(row) > 0
    assert (np.hypot(SQUARE.x_m[column] - 500, SQUARE.y_m[row] - 1000) <= 500).all()
    assert (risk.p_anywhere >= risk.p_here)[~np.isnan(risk.p_here)].mean() > 0.9
    share = SQUARE.land_m2 / SQUARE.land_m2.sum()
    exposure = Exposure(share, Kind.RESIDENTS, Null.SPOTS, {}, 0.0, 0.0)
    cells = np.repeat(np.arange(N_CELLS), (share * 30_000).astype(int).ravel())
    again = against_exposure(
        xy,
        person=np.arange(325),
        exposure=exposure,
        ground=SQUARE,
        world=one_spot_each(cells, n=325),
        parameters=PARAMETERS,
    )
    assert again.is_marked[10, 5]
    assert np.exp(again.log_ratio[10, 5]) > 1.5


def test_against_even_land_there_is_a_ratio_and_no_p():
    xy = np.r_[spots(100, seed=3), np.random.default_rng(3).normal([500, 1000], 80, (25, 2))]
    even = even_land(SQUARE, parameters=ExposureParameters(even_share=0.005))
    figures = {"person": np.arange(125), "exposure": even, "ground": SQUARE, "parameters": PARAMETERS}
    risk = against_exposure(xy, world=None, **figures)
    assert np.exp(risk.log_ratio[10, 5]) > 2
    assert np.isnan(risk.p_here).all()
    assert not risk.is_marked.any()
    with pytest.raises(ValueError, match="no p"):
        against_exposure(xy, world=one_spot_each(np.arange(300), n=125), **figures)


def test_against_an_exposure_a_person_with_several_spots_is_refused():
    exposure = Exposure(SQUARE.land_m2 / SQUARE.land_m2.sum(), Kind.RESIDENTS, Null.SPOTS, {}, 0.0, 0.0)
    figures = {"exposure": exposure, "ground": SQUARE, "parameters": PARAMETERS}
    world = one_spot_each(np.arange(300), n=20)
    with pytest.raises(ValueError, match="several spots"):
        against_exposure(spots(20, seed=3), person=np.arange(20) // 2, world=world, **figures)
    ratio = against_exposure(spots(20, seed=3), person=np.arange(20) // 2, world=None, **figures)
    assert np.isfinite(ratio.log_ratio[SQUARE.is_land]).all()


def test_one_person_s_spots_are_never_marked_however_many():
    xy = np.r_[spots(200, seed=5), np.random.default_rng(5).normal([500, 1000], 80, (40, 2))]
    person = np.r_[np.arange(200), np.full(40, 999)]
    risk = compared(xy, is_theme=person == 999, person=person)
    assert np.nanmin(risk.p_anywhere) == 1.0  # there is no other way of dealing
    of_one = np.isin(person, [999, *range(20)])
    assert not compared(xy, is_theme=of_one, person=person).is_marked.any()
    by_spot = theme_against_all(
        xy,
        is_theme=of_one,
        person=person,
        ground=SQUARE,
        world=one_spot_each(SQUARE.cells_of(xy).cell, n=int(of_one.sum())),
        parameters=PARAMETERS,
    )
    assert np.nanmin(by_spot.p_anywhere) == 0.01  # dealt out spot by spot it would look like evidence
    assert by_spot.n == 60


def test_fewer_than_five_people_are_not_marked():
    xy = np.r_[spots(300, seed=6), np.random.default_rng(6).normal([500, 1000], 20, (24, 2))]
    is_theme = np.r_[np.arange(300) % 10 == 0, np.ones(24, dtype=bool)]
    is_theme[:300] &= np.hypot(*(xy[:300] - [500, 1000]).T) > 500
    person = np.r_[np.arange(300), 300 + np.arange(24) // 6]
    world = one_spot_each(SQUARE.cells_of(xy).cell, n=int(is_theme.sum()))
    marked = [
        theme_against_all(
            xy, is_theme=is_theme, person=each, ground=SQUARE, world=world, parameters=PARAMETERS
        ).is_marked[10, 5]
        for each in (np.arange(324), person)
    ]
    assert marked == [True, False]


def test_where_too_few_are_expected_nothing_is_tested():
    xy = spots(40, seed=8)
    risk = compared(xy, is_theme=np.arange(40) < 2, person=np.arange(40))
    assert np.isnan(risk.p_here).all()
    assert np.isnan(risk.p_anywhere).all()
    assert not risk.is_marked.any()
    assert (np.isnan(risk.log_ratio) == ~SQUARE.is_land).all()


def test_where_nothing_is_going_on_p_anywhere_is_as_small_as_it_says_and_p_here_far_more_often():
    here = anywhere = 0
    for run in range(120):
        rng = np.random.default_rng([9, run])
        is_theme = rng.random(150) < 0.3
        few = dataclasses.replace(PARAMETERS, pilots=19, replicates=19, seed=run)
        risk = compared(spots(150, seed=run), is_theme=is_theme, person=np.arange(150), parameters=few)
        anywhere += np.nanmin(risk.p_anywhere) <= 0.2
        here += np.nanmin(risk.p_here) <= 0.2
    assert 12 <= anywhere <= 36  # binomial, 24 expected
    assert here >= 110


def test_persons_swap_labels_only_with_persons_of_equally_many_spots():
    rng = np.random.default_rng(10)
    person = np.r_[np.arange(30), np.repeat(np.arange(30, 40), 3), np.full(7, 40)]
    is_theme = np.r_[rng.random(30) < 0.3, np.repeat(rng.random(10) < 0.5, 3), np.ones(7, dtype=bool)]
    order = rng.permutation(len(person))
    world = LabelsWorld(Spots(order, person[order]), is_theme[order])
    draws = np.array(
        [world.draw(rng).counts(len(person)) for _ in range(400)]
    )  # every spot is a cell of its own
    assert (draws[:, 60:] == 1).all()  # nobody else has seven
    threes = draws[:, 30:60].reshape(400, 10, 3).sum(axis=2)
    assert set(threes.ravel()) == {0, 3}
    assert (threes.sum(axis=1) == is_theme[30:60].sum()).all()
    assert (draws[:, :30].sum(axis=1) == is_theme[:30].sum()).all()
    assert draws[:, :30].mean(axis=0) == pytest.approx(is_theme[:30].mean(), abs=0.1)


def test_the_largest_value_is_what_a_calibration_asks_for():
    cell = SQUARE.cells_of(spots(200, seed=11)).cell
    world = one_spot_each(cell, n=60)
    share = np.bincount(cell, minlength=N_CELLS).reshape(SQUARE.shape) / 200
    test = RiskTest.of(share, n=60, ground=SQUARE, world=world, parameters=PARAMETERS)
    drawn = world.draw(np.random.default_rng(0))
    assert test.greatest(drawn) == test.standardised(drawn).max()
    none = RiskTest.of(share, n=1, ground=SQUARE, world=world, parameters=PARAMETERS)
    assert none.greatest(drawn) == 0.0


def test_a_ratio_of_nothing_to_nothing_is_refused():
    bare = dataclasses.replace(PARAMETERS, delta_share=0.0)
    with pytest.raises(ValueError, match="delta_share"):
        compared(spots(20, seed=1), is_theme=np.arange(20) < 9, person=np.arange(20), parameters=bare)
