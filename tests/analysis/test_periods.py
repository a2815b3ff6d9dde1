"""Two periods compared, against SciPy's binomial law."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mapdialog.analysis.periods import PeriodParameters, compare_periods

PARAMETERS = PeriodParameters(level=0.05)
COUNTS = st.integers(0, 400)
DAYS = st.floats(1, 400)


def change(before, after, *, days=(30.0, 30.0), level=0.05):
    return compare_periods(
        before, after=after, exposure_before=days[0], exposure_after=days[1],
        parameters=PeriodParameters(level=level),
    )  # fmt: skip


@settings(max_examples=30)
@given(before=COUNTS, after=COUNTS, days=st.tuples(DAYS, DAYS))
def test_p_and_interval_are_scipys_and_never_contradict_each_other(before, after, days):
    result = change([before], [after], days=days)
    if before + after == 0:
        assert np.isnan([result.ratio[0], result.p[0]]).all()
        assert (result.low[0], result.high[0]) == (0, np.inf)
        return
    share = days[1] / (days[0] + days[1])
    sides = [
        stats.binomtest(after, before + after, share, alternative=side).pvalue for side in ("less", "greater")
    ]
    assert result.p[0] == pytest.approx(min(1.0, 2 * min(sides)), rel=1e-7)
    shares = stats.binomtest(after, before + after, share).proportion_ci(0.95, method="exact")
    assert result.low[0] == pytest.approx(shares.low / (1 - shares.low) * days[0] / days[1], rel=1e-7)
    if before:
        assert result.ratio[0] == pytest.approx(after / days[1] / (before / days[0]))
        assert result.low[0] <= result.ratio[0] <= result.high[0]
    if abs(result.p[0] - 0.05) > 1e-9:
        assert (result.p[0] < 0.05) == (not result.low[0] <= 1 <= result.high[0])


@settings(max_examples=20)
@given(before=COUNTS, after=COUNTS, days=st.tuples(DAYS, DAYS))
def test_backwards_the_ratio_is_turned_over(before, after, days):
    there, back = change([before], [after], days=days), change([after], [before], days=days[::-1])
    np.testing.assert_allclose(there.p, back.p, rtol=1e-9)
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(there.low, 1 / back.high, rtol=1e-9)


@pytest.mark.parametrize(("total", "share"), [(7, 0.5), (40, 0.5), (40, 0.1), (300, 0.9)])
def test_where_nothing_changed_a_small_p_is_as_rare_as_it_says(total, share):
    """Added up from the binomial law, not simulated."""
    after = np.arange(total + 1)
    p = change(total - after, after, days=(1 - share, share)).p
    chance = stats.binom.pmf(after, total, share)
    for level in (0.01, 0.05, 0.2):
        assert chance[p <= level].sum() <= level


def test_q_is_after_looking_at_all_areas_that_have_anybody():
    result = change([10, 10, 0, 50], [30, 12, 0, 50])
    known = ~np.isnan(result.p)
    assert known.tolist() == [True, True, False, True]
    np.testing.assert_allclose(result.q[known], stats.false_discovery_control(result.p[known]))
    assert np.isnan(result.q[2])


def test_from_none_to_some_is_no_number_but_has_a_lowest():
    result = change([0, 12], [12, 0])
    assert result.ratio.tolist() == [np.inf, 0]
    assert result.low[0] > 1 > result.high[1] > 0
    assert (result.high[0], result.low[1]) == (np.inf, 0)


def test_exposure_may_be_each_areas_own_and_no_area_is_no_error():
    result = compare_periods(
        [10, 10], after=[20, 20], exposure_before=[1, 1], exposure_after=[2.0, 1.0], parameters=PARAMETERS
    )
    assert result.ratio.tolist() == [1, 2]
    assert all(len(column) == 0 for column in astuple(change([], [])))


def test_what_is_no_count_or_exposure_is_refused():
    for before, after in (([-1], [1]), ([1], [np.nan]), ([1.5], [1]), ([1, 2], [1])):
        with pytest.raises(ValueError, match=r"before|after"):
            change(before, after)
    for days in ((0, 1), (1, -1), (np.nan, 1), (1, np.inf), (np.ones(3), 1)):
        with pytest.raises(ValueError, match="exposures"):
            change([1], [1], days=days)
    with pytest.raises(ValueError, match="level"):
        change([1], [1], level=1)
