"""Probabilities against SciPy (a development dependency only, by way of scikit-learn)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mapdialog.analysis.significance import (
    binomial_tail,
    false_discovery,
    poisson_head,
    poisson_tail,
    two_sided_p,
)


def test_two_sided_p_is_that_of_the_normal_distribution():
    z = np.array([[0.0, 1.96, -1.96], [8.0, -30.0, np.nan]])
    np.testing.assert_allclose(two_sided_p(z), 2 * stats.norm.sf(np.abs(z)), rtol=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_false_discovery_is_benjamini_hochberg(p: list[float]):
    np.testing.assert_allclose(false_discovery(p), stats.false_discovery_control(p), atol=1e-12)


def test_false_discovery_leaves_missing_ones_out():
    q = false_discovery([[0.01, np.nan], [0.04, 0.03]])
    np.testing.assert_allclose(q, [[0.03, np.nan], [0.04, 0.04]])
    assert false_discovery([]).size == 0
    with pytest.raises(ValueError, match="between"):
        false_discovery([1.2])


@given(n=st.integers(0, 3000), expected=st.floats(1e-6, 3000))
def test_poisson_tail(n: int, expected: float):
    assert poisson_tail(n, expected=expected) == pytest.approx(
        stats.poisson.sf(n - 1, expected), rel=1e-8, abs=1e-300
    )


def test_poisson_tail_at_its_ends():
    assert poisson_tail(0, expected=0) == 1
    assert poisson_tail(3, expected=0) == 0
    assert poisson_tail(1_000_000, expected=1_000_000) == pytest.approx(0.5, abs=1e-3)
    with pytest.raises(ValueError, match="finite"):
        poisson_tail(1, expected=float("nan"))


@settings(max_examples=40)
@given(n=st.integers(0, 3000), expected=st.floats(1e-6, 3000))
def test_poisson_head(n: int, expected: float):
    assert poisson_head(n, expected=expected) == pytest.approx(
        stats.poisson.cdf(n, expected), rel=1e-8, abs=1e-300
    )


@settings(max_examples=40)
@given(total=st.integers(0, 3000), part=st.floats(0, 1), share=st.floats(1e-4, 1 - 1e-4))
def test_binomial_tail(total: int, part: float, share: float):
    n = round(part * total)
    assert binomial_tail(n, total=total, share=share) == pytest.approx(
        stats.binom.sf(n - 1, total, share), rel=1e-8, abs=1e-300
    )


def test_heads_and_tails_at_their_ends():
    assert (poisson_head(-1, expected=2), poisson_head(0, expected=0)) == (0, 1)
    ends = [binomial_tail(n, total=3, share=0.5) for n in (-1, 0, 3, 4)]
    assert ends == pytest.approx([1, 1, 0.125, 0], rel=1e-12)
    with pytest.raises(ValueError, match="share"):
        binomial_tail(1, total=3, share=1.0)
