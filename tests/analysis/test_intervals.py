"""Exact intervals against SciPy (a development dependency only), and how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mapdialog.analysis.intervals import clopper_pearson_odds, garwood

COUNTS = np.r_[np.arange(340), 1_000, 20_000]


@pytest.mark.parametrize("level", [0.5, 0.05, 0.002])
def test_garwoods_interval_is_scipys(level):
    low, high = garwood(COUNTS, level=level)
    below = np.r_[0.0, stats.chi2.ppf(level / 2, 2 * COUNTS[1:]) / 2]
    np.testing.assert_allclose(low, below, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(high, stats.chi2.isf(level / 2, 2 * COUNTS + 2) / 2, rtol=1e-10)


def test_garwoods_interval_holds_the_truth_as_often_as_it_says():
    """Added up from the Poisson law, not simulated: on a fine row, and where an interval just ends."""
    n = np.arange(340)
    low, high = garwood(n, level=0.05)
    ends = np.r_[low, high]
    truths = np.r_[np.geomspace(0.5, 200, 300), ends - 1e-9, ends + 1e-9]
    truths = truths[(truths >= 0.5) & (truths <= 200)]
    holds = (low <= truths[:, None]) & (truths[:, None] <= high)
    coverage = (stats.poisson.pmf(n, truths[:, None]) * holds).sum(axis=1)
    assert len(truths) > 600
    assert coverage.min() >= 0.95 - 1e-12
    assert coverage.min() < 0.96  # and says no more than it must


@settings(max_examples=30)
@given(total=st.integers(0, 3000), part=st.floats(0, 1), level=st.sampled_from([0.3, 0.05, 0.001]))
def test_the_odds_are_scipys_exact_shares(total: int, part: float, level: float):
    n = round(part * total)
    low, high = clopper_pearson_odds([n], totals=[total], level=level)
    share_low = stats.beta.ppf(level / 2, n, total - n + 1) if n else 0.0
    rest_low = stats.beta.ppf(level / 2, total - n, n + 1) if n < total else 0.0
    assert low[0] / (1 + low[0]) == pytest.approx(share_low, rel=1e-10)
    assert 1 / (1 + high[0]) == pytest.approx(rest_low, rel=1e-10)


def test_what_is_no_count_is_refused():
    for counts in ([-1], [0.5], [np.nan], [np.inf], [[1]], 3):
        with pytest.raises(ValueError, match="counts must be"):
            garwood(counts, level=0.05)
    with pytest.raises(ValueError, match="level"):
        garwood([1], level=5)
    with pytest.raises(ValueError, match="total"):
        clopper_pearson_odds([3], totals=[2], level=0.05)
    assert [end.tolist() for end in garwood([], level=0.05)] == [[], []]
