"""Probabilities without SciPy, and what is left of them when many are looked at together."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TIE = 1e-9  # two measures of evidence that differ by less are equal

_LAST_DIGIT = 1e-17  # of a sum: what adds less changes nothing

_erfc = np.frompyfunc(math.erfc, 1, 1)


def two_sided_p(z: npt.ArrayLike) -> Floats:
    """The probability that a standard normal value lies at least as far from 0 as z; NaN stays NaN."""
    return np.asarray(_erfc(np.abs(np.asarray(z, dtype=np.float64)) / math.sqrt(2)), dtype=np.float64)


def false_discovery(p: npt.ArrayLike) -> Floats:
    """Benjamini–Hochberg q-values: of the results with q ≤ 0.05, at most 5 % are expected to be false.

    Same shape as `p`; NaN takes no part and stays NaN. Raises ValueError for p outside 0..1.
    """
    probabilities = np.asarray(p, dtype=np.float64)
    values = probabilities[~np.isnan(probabilities)]
    if ((values < 0) | (values > 1)).any():
        raise ValueError("p must lie between 0 and 1")
    q = np.full(probabilities.shape, np.nan)
    order = np.argsort(values, kind="stable")[::-1]
    rank = np.arange(len(values), 0, -1)
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum.accumulate(np.minimum(values[order] * len(values) / rank, 1.0))
    q[~np.isnan(probabilities)] = adjusted
    return q


def poisson_tail(n: int, *, expected: float) -> float:
    """The probability of `n` or more when `expected` are expected, Poisson distributed.

    Summed from the side that has the smaller terms, so small tails keep their digits.
    """
    _check_expected(expected)
    if n <= 0:
        return 1.0
    if expected == 0:
        return 0.0
    if n > expected:
        k = np.arange(n, n + _span(expected + n))
        return min(1.0, poisson_term(n, expected=expected) * _series(expected / (k + 1)))
    return max(0.0, 1.0 - _poisson_below(n - 1, expected))


def poisson_head(n: int, *, expected: float) -> float:
    """The probability of `n` or fewer when `expected` are expected; small ones keep their digits."""
    _check_expected(expected)
    if n < 0:
        return 0.0
    if n >= expected:
        return 1.0 - poisson_tail(n + 1, expected=expected)
    return min(1.0, _poisson_below(n, expected))


def poisson_term(n: int, *, expected: float) -> float:
    """The probability of exactly `n` when `expected` (more than 0) are expected."""
    return math.exp(n * math.log(expected) - expected - math.lgamma(n + 1))


def binomial_tail(n: int, *, total: int, share: float) -> float:
    """The probability that `n` or more of `total` fall to a side that each falls to with probability `share`.

    Small ones keep their digits. Raises ValueError for a share outside 0..1, its ends among them.
    """
    if not 0 < share < 1:
        raise ValueError("share must lie between 0 and 1")
    if n <= 0 or n > total:
        return float(n <= 0)
    span = _span(total)
    odds = share / (1 - share)
    if n > total * share:
        k = np.arange(n, min(total, n + span))
        return min(1.0, binomial_term(n, total=total, share=share) * _series((total - k) / (k + 1) * odds))
    k = np.arange(n - 1, max(n - 1 - span, 0), -1)
    below = binomial_term(n - 1, total=total, share=share) * _series(k / (total - k + 1) / odds)
    return max(0.0, 1.0 - below)


def poisson_mid_p(n: npt.ArrayLike, *, expected: npt.ArrayLike) -> Floats:
    """P(X > n) + P(X = n)/2 of Poisson variables, elementwise: no larger on average than chance has it.

    `n`: whole numbers from 0; `expected`: above 0, of the same shape. Raises ValueError otherwise. Summed
    from the side that has the smaller terms, so small values keep their digits. Source: Lancaster 1961.
    """
    counts, mean = np.asarray(n, dtype=np.int64), np.asarray(expected, dtype=np.float64)
    if counts.shape != mean.shape or not ((counts >= 0) & (mean > 0) & np.isfinite(mean)).all():
        raise ValueError("n must not be negative, expected must be finite and above 0, of the same shape")
    log_factorial = np.r_[0.0, np.cumsum(np.log(np.arange(1, counts.max(initial=0) + 1)))]
    here = np.exp(counts * np.log(mean) - mean - log_factorial[counts])
    is_high = counts > mean
    beyond = np.zeros(mean.shape)
    term, k = np.ones(mean.shape), counts.astype(np.float64)
    while (term > _LAST_DIGIT * beyond).any():
        term = term * np.where(is_high, mean, k) / np.where(is_high, k + 1, mean)
        k = k + np.where(is_high, 1, -1)
        beyond += term
    half = here * (beyond + 0.5)
    return np.asarray(np.clip(np.where(is_high, half, 1.0 - half), 0.0, 1.0))


def binomial_term(n: int, *, total: int, share: float) -> float:
    """The probability that exactly `n` of `total` do; 0 < share < 1, 0 ≤ n ≤ total."""
    ways = math.lgamma(total + 1) - math.lgamma(n + 1) - math.lgamma(total - n + 1)
    return math.exp(ways + n * math.log(share) + (total - n) * math.log1p(-share))


def _check_expected(expected: float) -> None:
    if expected < 0 or not math.isfinite(expected):
        raise ValueError("expected must be finite and not negative")


def _poisson_below(n: int, expected: float) -> float:
    k = np.arange(n, max(n - _span(expected + n), 0), -1)
    return poisson_term(n, expected=expected) * _series(k / expected)


def _span(size: float) -> int:
    """How many terms are summed: those beyond are below the last digit."""
    return int(12 * math.sqrt(size)) + 60


def _series(ratios: Floats) -> float:
    """1 + r₁ + r₁r₂ + …: the terms of a sum, each by its ratio to the one before, in parts of the first."""
    return float(1.0 + np.cumprod(ratios).sum())
