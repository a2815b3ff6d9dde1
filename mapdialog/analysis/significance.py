"""Probabilities without SciPy, and what is left of them when many are looked at together."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

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
    if expected < 0 or not math.isfinite(expected):
        raise ValueError("expected must be finite and not negative")
    if n <= 0:
        return 1.0
    if expected == 0:
        return 0.0
    span = int(12 * math.sqrt(expected + n)) + 60  # beyond it the terms are below the last digit
    if n > expected:
        k = np.arange(n, n + span)
        return float(min(1.0, _term(n, expected) * (1.0 + np.cumprod(expected / (k + 1)).sum())))
    k = np.arange(n - 1, max(n - 1 - span, 0), -1)
    return float(max(0.0, 1.0 - _term(n - 1, expected) * (1.0 + np.cumprod(k / expected).sum())))


def _term(k: int, expected: float) -> float:
    return math.exp(k * math.log(expected) - expected - math.lgamma(k + 1))
