"""Rates by area, against esda's figures, SciPy's laws and what must hold for any numbers."""

from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mapdialog.analysis.rates import (
    NO_RANK,
    RateParameters,
    Spread,
    funnel_limits,
    overdispersion_of,
    rank_interval,
    rates_by_area,
    spread_of,
)

PARAMETERS = RateParameters(
    per=1000, level=0.05, least_inhabitants=100, widest_clear=0.5, draws=500, seed=4,
    funnel_levels=(0.05, 0.002), winsorised=0.1,
)  # fmt: skip
PEOPLE = [3, 12, 0, 45, 7, 19, 2, 160]
INHABITANTS = [150, 900, 210, 2400, 1100, 650, 480, 5200]
# esda 2.9.0, Empirical_Bayes(np.array(PEOPLE), np.array(INHABITANTS)).r
ESDA = [
    0.021547765208005908, 0.015504679153103638, 0.012874633052746122, 0.019133402141006613,
    0.009655465129680492, 0.027137426146405425, 0.010944926714268012, 0.030332473413511068,
]  # fmt: skip
AREAS = st.lists(st.tuples(st.integers(0, 300), st.floats(1, 9000)), min_size=1, max_size=12)


def rates(people, inhabitants, **changed):
    return rates_by_area(people, inhabitants=inhabitants, parameters=replace(PARAMETERS, **changed))


def test_the_smoothed_rates_are_esdas():
    np.testing.assert_allclose(rates(PEOPLE, INHABITANTS).smoothed, np.array(ESDA) * 1000, rtol=1e-9)


def test_the_smoothed_rate_is_the_mean_of_the_law_whose_ranks_are_taken():
    spread = spread_of(PEOPLE, inhabitants=INHABITANTS)
    size = spread.mean / spread.variance
    mean = (np.array(PEOPLE) + spread.mean * size) / (np.array(INHABITANTS) + size)
    np.testing.assert_allclose(spread.smoothed(PEOPLE, inhabitants=INHABITANTS), mean, rtol=1e-12)


@settings(max_examples=30)
@given(AREAS)
def test_what_holds_for_any_numbers(areas):
    people, inhabitants = np.array(areas).T
    result = rates(people, inhabitants, draws=20)
    has_rate = inhabitants >= 100
    assert (np.isfinite(result.rate) == has_rate).all()
    rate, low, high = result.rate[has_rate], result.low[has_rate], result.high[has_rate]
    np.testing.assert_allclose(rate, people[has_rate] / inhabitants[has_rate] * 1000)
    assert ((low <= rate) & (rate <= high)).all()
    between = np.sort([rate, np.full(len(rate), result.overall)], axis=0)
    smoothed = result.smoothed[has_rate]
    assert ((between[0] - 1e-9 <= smoothed) & (smoothed <= between[1] + 1e-9)).all()
    assert sorted(result.order.tolist()) == list(range(len(areas)))
    assert (np.diff(result.low[result.order][: has_rate.sum()]) <= 0).all()
    assert not has_rate[result.order][has_rate.sum() :].any()
    ranks = np.array([result.rank_low, result.rank_high])[:, has_rate]
    assert ((ranks >= 1) & (ranks <= has_rate.sum())).all()
    assert (ranks[0] <= ranks[1]).all()
    assert (result.funnel_low[1] <= result.funnel_low[0])[has_rate].all()
    assert (result.funnel_high[1] >= result.funnel_high[0])[has_rate].all()


def test_sorting_is_by_the_lower_bound_not_by_the_rate():
    result = rates([4, 90, 300], [120, 3000, 30_000])
    assert result.rate.argmax() == 0
    assert result.order.tolist() == [1, 0, 2]
    assert rates([4, 90, 300], [121, 3000, 30_000], level=0.01).order.tolist() == [1, 2, 0]
    assert result.low[1] == pytest.approx(stats.chi2.ppf(0.025, 180) / 2 / 3)


def test_below_a_hundred_inhabitants_an_area_has_no_rate_and_takes_no_part():
    without = rates([5, 40, 10], [1000, 1000, 1000])
    result = rates([5, 40, 9, 10, 2], [1000, 1000, 99.9, 1000, 0])
    part = [0, 1, 3]
    for column in ("rate", "low", "high", "smoothed", "rank_low", "rank_high", "is_clear"):
        assert getattr(result, column)[part].tolist() == getattr(without, column).tolist()
    assert (result.overall, result.overdispersion) == (without.overall, without.overdispersion)
    assert np.isnan(result.rate[[2, 4]]).all()
    assert np.isnan(result.funnel_high[:, [2, 4]]).all()
    assert result.rank_high[[2, 4]].tolist() == [NO_RANK, NO_RANK]
    assert not result.is_clear[[2, 4]].any()
    assert result.order.tolist()[3:] == [2, 4]


def test_ranks_are_clear_where_rates_are_and_open_where_they_do_not_vary():
    apart = rates([10, 100, 1000, 4000], [100_000] * 4)
    assert apart.rank_low.tolist() == apart.rank_high.tolist() == [4, 3, 2, 1]
    assert apart.is_clear.all()
    alike = rates([9, 10, 11, 10], [1000] * 4)
    assert alike.rank_low.tolist() == [1] * 4
    assert alike.rank_high.tolist() == [4] * 4
    assert not alike.is_clear.any()
    assert alike.smoothed.tolist() == [10] * 4


def test_areas_where_nobody_took_part_are_not_ranked_by_their_order():
    """Where one area has all, the others' rates are so small that a computer takes them for 0."""
    people = np.zeros(60, dtype=int)
    people[7] = 90
    result = rates(people, np.full(60, 1000))
    assert (result.rank_low[7], result.rank_high[7]) == (1, 1)
    assert not np.delete(result.is_clear, 7).any()


def test_ranks_of_two_areas_are_as_sure_as_one_law_lies_above_the_other():
    """By quadrature: the chance that the second of two posterior rates is the larger one."""
    parameters = replace(PARAMETERS, draws=20_000)
    spread = Spread(0.01, 0.01**2 / 4)
    rate = np.linspace(0, 0.05, 20_001)
    first, second = (stats.gamma(4 + n, scale=1 / (1000 + 400)) for n in (8, 12))
    chance = float(np.trapezoid(first.pdf(rate) * second.sf(rate), rate))
    for level, sure in ((2 * (1 - chance) * 1.1, True), (2 * (1 - chance) * 0.9, False)):
        low, high = rank_interval(
            [8, 12], inhabitants=[1000, 1000], spread=spread, parameters=replace(parameters, level=level)
        )
        assert (low.tolist(), high.tolist()) == (([2, 1], [2, 1]) if sure else ([1, 1], [2, 2]))


def test_the_funnel_is_exact_and_between_whole_numbers():
    expected = np.array([0.3, 2.0, 17.5, 400.0])
    low, high = funnel_limits(expected, level=0.05, overdispersion=1)
    for limit, probability in ((low, 0.025), (high, 0.975)):
        n = stats.poisson.ppf(probability, expected)
        above = stats.poisson.cdf(n, expected) - probability
        exact = np.maximum(n - above / stats.poisson.pmf(n, expected), 0)
        np.testing.assert_allclose(limit, exact, rtol=1e-9)
    wide_low, wide_high = funnel_limits(expected, level=0.05, overdispersion=4)
    np.testing.assert_allclose(wide_high - expected, 2 * (high - expected))
    assert wide_low.tolist() == np.maximum(expected + 2 * (low - expected), 0).tolist()


def test_overdispersion_is_measured_without_the_outliers_and_never_narrows():
    expected = np.full(40, 100.0)
    twice = 100 + 20 * stats.norm.ppf((np.arange(40) + 0.5) / 40)
    assert overdispersion_of(twice, expected=expected, winsorised=0.0) == pytest.approx(4, rel=0.05)
    outlier = np.r_[np.full(39, 100.0), 900]
    assert overdispersion_of(outlier, expected=expected, winsorised=0.1) == 1
    assert overdispersion_of(outlier, expected=expected, winsorised=0.0) > 100
    assert overdispersion_of(expected, expected=expected, winsorised=0.1) == 1


def test_one_area_nobody_and_nothing_are_no_errors():
    single = rates([12], [1000])
    assert (single.rate[0], single.smoothed[0], single.overall) == (12, 12, 12)
    assert (single.rank_low[0], single.rank_high[0], single.is_clear[0]) == (1, 1, False)
    nobody = rates([0, 0, 0], [100, 500, 900])
    assert nobody.rate.tolist() == nobody.smoothed.tolist() == nobody.low.tolist() == [0, 0, 0]
    assert nobody.high[0] == pytest.approx(-np.log(0.025) * 10)
    assert not nobody.is_clear.any()
    for people, inhabitants in (([], []), ([3], [20])):
        none = rates(people, inhabitants)
        assert np.isnan(none.overall)
        assert none.funnel_low.shape == (2, len(people))


def test_the_same_seed_gives_the_same_figures():
    once, again = (astuple(rates(PEOPLE, INHABITANTS)) for _ in range(2))
    for column, same in zip(once, again, strict=True):
        np.testing.assert_array_equal(column, same)


def test_what_is_no_count_of_people_or_inhabitants_is_refused():
    for people in ([-1], [np.nan], [0.5], [np.inf]):
        with pytest.raises(ValueError, match="people"):
            rates(people, [1000])
    for inhabitants in ([-1], [np.nan], [np.inf], [1000, 1000]):
        with pytest.raises(ValueError, match="inhabitants"):
            rates([1], inhabitants)
    with pytest.raises(ValueError, match="inhabitants"):
        spread_of([1], inhabitants=[0])
    for wrong in (
        {"level": 0}, {"per": 0}, {"least_inhabitants": 0}, {"draws": 0}, {"winsorised": 0.5},
        {"widest_clear": 2}, {"funnel_levels": (1,)},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=next(iter(wrong)).removeprefix("funnel_").removesuffix("s")):
            rates([1], [1000], **wrong)


def test_where_all_rates_are_equal_a_clear_rank_is_rare():
    rng = np.random.default_rng(5)
    parameters = replace(PARAMETERS, draws=200)
    clear = 0
    for _ in range(100):
        inhabitants = np.exp(rng.normal(7.5, 0.8, 16)) + 100
        people = rng.poisson(0.01 * inhabitants)
        spread = spread_of(people, inhabitants=inhabitants)
        low, high = rank_interval(people, inhabitants=inhabitants, spread=spread, parameters=parameters)
        clear += (high - low + 1 <= 8).any()
    assert 0 < clear <= 8
