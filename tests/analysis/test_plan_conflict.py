"""Purposes and themes: against SciPy and by hand, and how seldom anything is called where nothing is."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import expected_freq

from mapdialog.analysis.ground import GroundParameters, ground_of
from mapdialog.analysis.null import SpotsWorld
from mapdialog.analysis.people import UNKNOWN, PeopleParameters, person_spots
from mapdialog.analysis.plan_conflict import (
    Comments,
    ConflictParameters,
    against_all,
    against_share,
    dealt_worlds,
    moved_worlds,
    one_of_each_theme,
    plan_conflict,
)
from mapdialog.analysis.plan_rows import NO_PURPOSE, NO_ZONE, Plan, exposed_share

GROUND = ground_of(
    shapely.box(0, 0, 3000, 2000),
    water=shapely.box(1330, 900, 1570, 1110),
    parameters=GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=10_000),
)
ZONES = np.array(
    [
        shapely.box(0, 0, 1000, 1000),
        shapely.box(1000, 0, 2000, 1000),  # beside it, of the same purpose
        shapely.box(0, 1000, 2000, 2000),
        shapely.box(2000, 0, 2500, 2000),
        shapely.box(2500, 0, 2700, 2000),  # no purpose known
        shapely.Polygon(),
    ],
    dtype=object,
)
PURPOSE = np.array([0, 0, 1, 2, NO_PURPOSE, 1])
PLAN = Plan.of(ZONES, purpose=PURPOSE, n_purposes=3)
EVEN = GROUND.land_m2 / GROUND.land_m2.sum()
PARAMETERS = ConflictParameters(least_people=5, least_expected=5.0, replicates=99, seed=3)
PEOPLE = PeopleParameters(link_m=500.0, same_sending_m=10.0, same_sending_s=600.0, same_position_m=0.01)
N_THEMES = 4


def comments_of(xy, sender, theme, accuracy_m=10.0):
    return Comments(
        xy_m=np.asarray(xy, dtype=float),
        accuracy_m=np.full(len(xy), accuracy_m),
        sender=np.asarray(sender),
        theme=np.asarray(theme, dtype=np.int64),
        n_themes=N_THEMES,
    )


def town(seed, *, persons=150, each=3, spread_m=150.0):
    """Persons with a favourite theme write around their homes, which lie evenly: nothing is going on."""
    rng = np.random.default_rng(seed)
    sender = np.repeat(np.arange(persons), each)
    home = rng.random((persons, 2)) * [3000, 2000]
    xy = home[sender] + rng.normal(0, spread_m, (len(sender), 2))
    favourite = rng.choice(N_THEMES, persons, p=[0.5, 0.3, 0.15, 0.05])[sender]
    theme = np.where(rng.random(len(sender)) < 0.8, favourite, rng.integers(0, N_THEMES, len(sender)))
    on_land = shapely.intersects_xy(GROUND.land, *xy.T)
    return comments_of(xy[on_land], sender[on_land], theme[on_land])


def world_of(comments):
    spots = person_spots(comments.xy_m, sender=comments.sender, parameters=PEOPLE)
    each, _ = spots.each()
    world = SpotsWorld(
        ground=GROUND, share=EVEN, anchors=each, copying=0.0, link_m=500.0, unevenness=0.0, reach_m=500.0
    )
    return spots, world


def by_exposure(comments, parameters=PARAMETERS):
    comments = one_of_each_theme(comments, pin=np.arange(len(comments.theme)), seed=5)
    spots, world = world_of(comments)
    share = exposed_share(
        EVEN, accuracy_m=comments.accuracy_m, ground=GROUND, plan=PLAN, sample=20_000, seed=1
    )
    worlds = moved_worlds(comments, spots=spots, world=world, ground=GROUND, plan=PLAN, parameters=parameters)
    return plan_conflict(comments, plan=PLAN, share=share, worlds=worlds, parameters=parameters)


def by_all(comments, parameters=PARAMETERS):
    worlds = dealt_worlds(comments, plan=PLAN, parameters=parameters)
    return plan_conflict(comments, plan=PLAN, share=None, worlds=worlds, parameters=parameters)


def test_near_a_border_between_purposes_nobody_says_on_which_side_a_comment_is_meant():
    xy = np.array([[500, 500], [500, 980], [500, 995], [1000, 500], [2600, 500], [2510, 500], [1995, 1995]])
    at = PLAN.rows(xy, accuracy_m=np.array([15.0, 15, 15, 15, 15, 15, 0]))
    border, outside = PLAN.border, PLAN.outside
    assert at.row.tolist() == [0, 0, border, 0, outside, border, 1]
    assert (at.zone == NO_ZONE).tolist() == [False, False, True, False, True, True, False]
    exact = PLAN.rows(np.array([[500.0, 1000.0]]), accuracy_m=np.zeros(1))
    assert exact.row.tolist() == [border]


def test_in_zones_of_two_purposes_is_a_border_too():
    over = Plan.of(
        np.append(ZONES, shapely.box(400, 400, 600, 600)), purpose=np.append(PURPOSE, 2), n_purposes=3
    )
    assert over.rows(np.array([[500.0, 500.0]]), accuracy_m=np.ones(1)).row.tolist() == [over.border]


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.floats(0, 80))
def test_rows_are_those_of_distances_measured_one_by_one(seed, accuracy_m):
    rng = np.random.default_rng(seed)
    xy = rng.random((40, 2)) * [3200, 2200] - 100
    areas = [shapely.union_all(ZONES[each]) for each in ([0, 1], [2], [3])]
    rows = PLAN.rows(xy, accuracy_m=np.full(40, accuracy_m)).row
    for point, row in zip(shapely.points(xy), rows.tolist(), strict=True):
        distance = min(area.boundary.distance(point) for area in areas)
        inside = [number for number, area in enumerate(areas) if area.intersects(point)]
        assert row == (PLAN.border if distance <= accuracy_m else inside[0] if inside else PLAN.outside)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(2, 6))
def test_expected_and_adjusted_residuals_are_scipys(seed, rows, columns):
    people = np.random.default_rng(seed).integers(1, 30, (rows, columns))
    expected, residual = against_all(people)
    np.testing.assert_allclose(expected, expected_freq(people), rtol=1e-12)
    n = people.sum()
    r, c = people.sum(axis=1, keepdims=True) / n, people.sum(axis=0, keepdims=True) / n
    by_hand = (people - expected_freq(people)) / np.sqrt(expected_freq(people) * (1 - r) * (1 - c))
    np.testing.assert_allclose(residual, by_hand, rtol=1e-9, atol=1e-12)
    if (rows, columns) == (2, 2):  # there the square of each is Pearson's chi-square
        chi2 = stats.chi2_contingency(people, correction=False).statistic
        np.testing.assert_allclose(residual**2, chi2, rtol=1e-9, atol=1e-12)


def test_against_an_exposure_a_residual_is_that_of_a_binomial_share():
    people = np.array([[7, 0], [3, 20], [0, 5], [0, 0], [1, 1]])
    share = np.array([0.2, 0.5, 0.1, 0.0, 0.2])
    expected, residual = against_share(people, share=share)
    for row, column in np.argwhere(expected > 0):
        law = stats.binom(people.sum(axis=0)[column], share[row])
        assert expected[row, column] == pytest.approx(law.mean())
        assert residual[row, column] == pytest.approx((people[row, column] - law.mean()) / law.std())
    assert np.isnan(residual[3]).all()


def test_a_person_counts_once_in_a_cell_and_zones_are_counted():
    xy = [[100, 100], [300, 300], [1500, 300], [100, 1500], [200, 200]]
    result = by_all(comments_of(xy, [0, 0, 0, 0, 1], [2, 2, 2, 2, 2]))
    assert result.people[:2, 2].tolist() == [2, 1]
    assert result.n_zones[:2, 2].tolist() == [2, 1]
    assert result.people.sum() == 3
    assert result.n_sparse == result.people.size


@pytest.mark.parametrize("share", [None, np.array([0.3, 0.4, 0.1, 0.1, 0.1])])
def test_exact_p_is_scipys_and_q_is_over_the_whole_table(share):
    everything = town(4)
    comments = one_of_each_theme(everything, pin=np.arange(len(everything.theme)), seed=1)
    worlds = dealt_worlds(comments, plan=PLAN, parameters=PARAMETERS)
    result = plan_conflict(comments, plan=PLAN, share=share, worlds=worlds, parameters=PARAMETERS)
    people = result.people
    for row, column in np.argwhere(~np.isnan(result.p_if_independent)):
        n, of_theme = people[row, column], people[:, column].sum()
        law = stats.binom(of_theme, 0.5 if share is None else share[row])
        if share is None:
            law = stats.hypergeom(people.sum(), people[row].sum(), of_theme)
        both = min(1.0, 2 * min(law.sf(n - 1), law.cdf(n)))
        assert result.p_if_independent[row, column] == pytest.approx(both, rel=1e-7)
    known = result.p_if_independent[~np.isnan(result.p_if_independent)]
    q = result.q_if_independent[~np.isnan(result.p_if_independent)]
    np.testing.assert_allclose(q, stats.false_discovery_control(known))


def test_the_share_of_an_exposure_is_its_area_less_what_lies_at_the_borders():
    accuracy = np.full(7, 20.0)
    share = exposed_share(EVEN, accuracy_m=accuracy, ground=GROUND, plan=PLAN, sample=40_000, seed=1)
    area = [shapely.union_all(ZONES[each]) for each in ([0, 1], [2], [3])]
    borders = shapely.union_all([shapely.boundary(each) for each in area]).buffer(20.0)
    parts = [shapely.difference(each, borders) for each in area]
    parts += [borders, shapely.difference(GROUND.region, shapely.union_all([*area, borders]))]
    expected = np.array([shapely.area(shapely.intersection(part, GROUND.land)) for part in parts])
    np.testing.assert_allclose(share, expected / GROUND.land.area, atol=0.003)
    assert share.sum() == pytest.approx(1)


def test_what_is_planted_is_found_in_its_purpose_and_theme():
    base = town(6)
    rng = np.random.default_rng(6)
    more = rng.random((40, 2)) * [450, 1900] + [2025, 50]
    comments = comments_of(
        np.r_[base.xy_m, more], np.r_[base.sender, 1000 + np.arange(40)], np.r_[base.theme, np.full(40, 3)]
    )
    for result in (by_exposure(comments), by_all(comments)):
        assert result.p_anywhere[2, 3] == 0.01
        assert result.residual[2, 3] == np.nanmax(result.residual)
        assert result.ratio[2, 3] > 2
        assert result.n_zones[2, 3] == 1


@pytest.mark.parametrize("by", [by_all, by_exposure])
def test_where_nothing_is_going_on_nothing_is_called_more_often_than_claimed(by):
    """People who write six comments each about one thing are no six people: a q believes they are."""
    few = ConflictParameters(least_people=5, least_expected=5.0, replicates=39, seed=3)
    results = [by(town([7, seed], persons=80, each=6, spread_m=500.0), few) for seed in range(20)]
    assert sum(np.nanmin(result.p_anywhere) <= 0.05 for result in results) <= 4


def test_a_person_moves_with_all_comments_as_they_lie():
    """Two comments 300 m apart over stripes of 300 m: wherever they go, they lie in two purposes."""
    stripes = np.array([shapely.box(300 * each, 0, 300 * each + 300, 2000) for each in range(10)])
    plan = Plan.of(stripes, purpose=np.arange(10) % 2, n_purposes=2)
    left = np.random.default_rng(1).random((40, 2)) * [2600, 900]
    comments = comments_of(
        np.r_[left, left + np.array([300, 0])], np.tile(np.arange(40), 2), np.zeros(80), 0.0
    )
    spots, world = world_of(comments)
    assert len(spots.pin) == 40
    worlds = moved_worlds(comments, spots=spots, world=world, ground=GROUND, plan=plan, parameters=PARAMETERS)
    assert 74 < worlds.sum(axis=(1, 2)).mean() < 79  # at the edge or the water a comment joins the other
    assert (worlds.sum(axis=2)[:, :2] > 25).all()


def test_one_author_is_never_called():
    base = town(6, persons=60, each=1)
    rng = np.random.default_rng(1)
    own = rng.random((300, 2)) * [450, 1900] + [2025, 50]
    comments = comments_of(
        np.r_[base.xy_m, own], np.r_[base.sender, np.full(300, 999)], np.r_[base.theme, np.full(300, 3)]
    )
    for result in (by_exposure(comments), by_all(comments)):
        assert result.people[2, 3] <= 3
        assert result.p_anywhere[:, 3].min() > 0.05


def test_against_an_exposure_a_person_says_one_thing_on_a_theme_once():
    comments = town(6)
    kept = one_of_each_theme(comments, pin=np.arange(len(comments.theme)), seed=1)
    voices = set(zip(comments.sender.tolist(), comments.theme.tolist(), strict=True))
    assert sorted(zip(kept.sender.tolist(), kept.theme.tolist(), strict=True)) == sorted(voices)
    everywhere = np.zeros((9, PLAN.n_rows, N_THEMES), dtype=np.int64)
    figures = {"plan": PLAN, "share": np.full(PLAN.n_rows, 1 / PLAN.n_rows), "parameters": PARAMETERS}
    with pytest.raises(ValueError, match="several comments on one theme"):
        plan_conflict(comments, worlds=everywhere, **figures)
    assert plan_conflict(kept, worlds=everywhere, **figures).people.sum() == len(voices)


def test_all_whom_nobody_knows_are_one_person():
    comments = town(6)
    nobody = comments_of(comments.xy_m, np.full(len(comments.theme), UNKNOWN), comments.theme)
    for result in (by_exposure(nobody), by_all(nobody)):
        assert result.people.max() == 1
        assert result.p_anywhere.min() == 1


def test_without_a_world_there_is_a_ratio_and_no_p():
    comments = town(2)
    share = exposed_share(
        EVEN, accuracy_m=comments.accuracy_m, ground=GROUND, plan=PLAN, sample=5_000, seed=1
    )
    result = plan_conflict(comments, plan=PLAN, share=share, worlds=None, parameters=PARAMETERS)
    assert np.isfinite(result.ratio).all()
    for values in (result.p_if_independent, result.q_if_independent, result.p_anywhere):
        assert np.isnan(values).all()


def test_what_is_no_purpose_or_no_accuracy_is_refused():
    for purpose, zones in ((np.array([3]), ZONES[:1]), (np.array([NO_PURPOSE]), ZONES[:1])):
        with pytest.raises(ValueError, match="purpose"):
            Plan.of(zones, purpose=purpose, n_purposes=3)
    for accuracy in (np.nan, -1.0):
        with pytest.raises(ValueError, match="accuracy"):
            PLAN.rows(np.zeros((1, 2)), accuracy_m=np.array([accuracy]))
