"""Rates: how many people of an area took part, per 1,000 inhabitants, and what may be read from that.

A small area has an extreme rate by chance more easily than a large one. So a rate never stands alone: its
interval, a figure drawn towards the rest, the ranks it may have, and the funnel stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.intervals import checked_level, garwood, whole_counts
from mapdialog.analysis.significance import poisson_term

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NO_RANK = 0


@dataclass(frozen=True, kw_only=True)
class RateParameters:
    """What rates are made with; nothing has a default."""

    per: float  # inhabitants that a rate is per; 1,000
    level: float  # share of intervals that may miss; 0.05
    least_inhabitants: float  # below it no rate; 100
    widest_clear: float  # share of all ranks that a clear one's interval spans at most; 0.5
    draws: int  # of all rates together, to rank them; 4,000
    seed: int
    funnel_levels: tuple[float, ...]  # share of like areas outside each pair of limits; 0.05 and 0.002
    winsorised: float  # share of areas at either end that is pulled in before the overdispersion; 0.1


@dataclass(frozen=True)
class Spread:
    """How the areas' true rates differ, per inhabitant: their mean and variance (Marshall 1991)."""

    mean: float
    variance: float

    def smoothed(self, people: npt.ArrayLike, *, inhabitants: npt.ArrayLike) -> Floats:
        """(areas,) each rate per inhabitant, drawn to the mean the more, the fewer inhabitants it has."""
        n, size = np.asarray(people, dtype=np.float64), np.asarray(inhabitants, dtype=np.float64)
        if self.variance == 0:
            return np.full(size.shape, self.mean)
        weight = self.variance / (self.variance + self.mean / size)
        return np.asarray(self.mean + weight * (n / size - self.mean))


@dataclass(frozen=True)
class AreaRates:
    """Rates per `per` inhabitants. All are (areas,) unless said; NaN where an area has no rate.

    `low`, `high`: exact interval of the raw `rate`. `smoothed`: empirical Bayes, beside it. `rank_low`,
    `rank_high`: 1 is the highest rate; NO_RANK without a rate. `is_clear`: its ranks span at most
    `widest_clear` of all; the others are not to be told apart. `order`: indexes, highest lower bound first,
    those without a rate last. `overall`: of all areas that have a rate, NaN if none has. `funnel_low`,
    `funnel_high`: (levels, areas) around it; `overdispersion`: they are wider by its square root.
    """

    rate: Floats
    low: Floats
    high: Floats
    smoothed: Floats
    rank_low: Ints
    rank_high: Ints
    is_clear: Bools
    order: Ints
    overall: float
    funnel_low: Floats
    funnel_high: Floats
    overdispersion: float


def rates_by_area(
    people: npt.ArrayLike, *, inhabitants: npt.ArrayLike, parameters: RateParameters
) -> AreaRates:
    """People per inhabitants of each area, with what keeps a reader from seeing more in it than there is.

    `people`: (areas,) different persons, each counted once in an area, never comments. `inhabitants`:
    (areas,) finite, not negative, need not be whole. Areas with too few inhabitants take no part in anything.
    Raises ValueError for what is negative, NaN or of another shape, and for parameters that mean nothing.
    """
    n, size = _checked(people, inhabitants=inhabitants)
    _check(parameters)
    part = size >= parameters.least_inhabitants
    n, size = n[part], size[part]
    per = parameters.per
    low, high = garwood(n, level=parameters.level)
    spread = spread_of(n, inhabitants=size)
    ranks = rank_interval(n, inhabitants=size, spread=spread, parameters=parameters)
    rank_low, rank_high = (_among_all(rank, part, NO_RANK).astype(np.int64) for rank in ranks)
    lower = _among_all(low / size * per, part)
    limits, overdispersion = _funnel(n, expected=spread.mean * size, parameters=parameters)
    return AreaRates(
        rate=_among_all(n / size * per, part),
        low=lower,
        high=_among_all(high / size * per, part),
        smoothed=_among_all(spread.smoothed(n, inhabitants=size) * per, part),
        rank_low=rank_low,
        rank_high=rank_high,
        is_clear=part & (rank_high - rank_low + 1 <= parameters.widest_clear * len(n)),
        order=np.argsort(-lower, kind="stable").astype(np.int64),  # NaN sorts last
        overall=spread.mean * per,
        funnel_low=_among_all(limits[:, 0] / size * per, part),
        funnel_high=_among_all(limits[:, 1] / size * per, part),
        overdispersion=overdispersion,
    )


def spread_of(people: npt.ArrayLike, *, inhabitants: npt.ArrayLike) -> Spread:
    """The mean and variance of the areas' true rates, from what they vary beyond chance; 0 if they do not.

    `people`, `inhabitants`: (areas,), more than 0 inhabitants. With r the raw rates, P the inhabitants:
    m = Σn/ΣP, variance = Σ P (r − m)²/ΣP − m/mean(P). Source: Marshall 1991. Agrees with esda's
    `Empirical_Bayes` to 1e-9 where that is positive; where it is not, esda goes on with a negative variance.
    """
    n, size = _checked(people, inhabitants=inhabitants)
    if not len(n):
        return Spread(np.nan, 0.0)
    if not (size > 0).all():
        raise ValueError("each area needs inhabitants")
    mean = float(n.sum() / size.sum())
    between = float((size * (n / size - mean) ** 2).sum() / size.sum())
    return Spread(mean, max(between - mean / float(size.mean()), 0.0))


def rank_interval(
    people: npt.ArrayLike, *, inhabitants: npt.ArrayLike, spread: Spread, parameters: RateParameters
) -> tuple[Ints, Ints]:
    """The lowest and highest rank, of 1 to areas, that each true rate may have; (areas,) both.

    The true rates are taken as a gamma law with the spread's mean and variance, which is why each one's
    posterior has the smoothed rate as its mean. Seeded draws of all posteriors together are ranked. Where
    the rates do not vary beyond chance every rank is open to all.
    """
    n, size = _checked(people, inhabitants=inhabitants)
    areas = len(n)
    if spread.variance == 0:
        return np.ones(areas, dtype=np.int64), np.full(areas, areas, dtype=np.int64)
    rng = np.random.default_rng(parameters.seed)
    prior_size = spread.mean / spread.variance
    shape = n + spread.mean * prior_size
    # the logarithm of a gamma value by way of shape + 1: of small shapes the value itself is often 0
    logs = np.log(rng.gamma(shape + 1, size=(parameters.draws, areas)))
    logs -= rng.exponential(size=logs.shape) / shape + np.log(size + prior_size)
    ranks = (-logs).argsort(axis=1).argsort(axis=1) + 1
    half = parameters.level / 2
    low = np.quantile(ranks, half, axis=0, method="lower")
    high = np.quantile(ranks, 1 - half, axis=0, method="higher")
    return low.astype(np.int64), high.astype(np.int64)


def overdispersion_of(people: npt.ArrayLike, *, expected: npt.ArrayLike, winsorised: float) -> float:
    """How many times as much as by chance the areas vary around what is expected of them; at least 1.

    The mean square of z = (n − E)/√E, after the most extreme share `winsorised` at either end was pulled in,
    so that a few true outliers do not hide themselves. Source: Spiegelhalter 2005.
    """
    n, mean = np.asarray(people, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if not len(n) or not (mean > 0).all():
        return 1.0
    z = (n - mean) / np.sqrt(mean)
    low, high = np.quantile(z, [winsorised, 1 - winsorised])
    return max(1.0, float((np.clip(z, low, high) ** 2).mean()))


def funnel_limits(expected: npt.ArrayLike, *, level: float, overdispersion: float) -> tuple[Floats, Floats]:
    """How few and how many people an area like all others has but for a share `level`; (areas,) both.

    Exact Poisson limits, between whole numbers as Spiegelhalter 2005 does it, moved away from `expected` by
    the square root of the overdispersion, never below 0. Raises ValueError for a level outside 0..1.
    """
    half = checked_level(level) / 2
    mean = np.asarray(expected, dtype=np.float64)
    low = np.array([_quantile(each, half) for each in mean.tolist()])
    high = np.array([_quantile(each, 1 - half) for each in mean.tolist()])
    wider = np.sqrt(overdispersion)
    return np.maximum(mean + (low - mean) * wider, 0.0), mean + (high - mean) * wider


def _funnel(n: Ints, *, expected: Floats, parameters: RateParameters) -> tuple[Floats, float]:
    """(levels, 2, areas) low and high, in people; and by how much the areas vary more than by chance."""
    overdispersion = overdispersion_of(n, expected=expected, winsorised=parameters.winsorised)
    limits = [
        funnel_limits(expected, level=level, overdispersion=overdispersion)
        for level in parameters.funnel_levels
    ]
    return np.array(limits).reshape(len(limits), 2, len(n)), overdispersion


def _quantile(expected: float, probability: float) -> float:
    """Between the whole number that first reaches the probability and the one before it."""
    if expected == 0:
        return 0.0
    span = 12 * np.sqrt(expected) + 60  # beyond it the terms are below the last digit
    first = max(int(expected - span), 0)
    start = poisson_term(first, expected=expected)
    k = np.arange(first + 1, int(expected + span) + 1)
    terms = np.cumprod(np.r_[start, expected / k])
    reached = np.cumsum(terms)
    index = int(np.searchsorted(reached, probability))
    return max(first + index - float((reached[index] - probability) / terms[index]), 0.0)


def _checked(people: npt.ArrayLike, *, inhabitants: npt.ArrayLike) -> tuple[Ints, Floats]:
    n = whole_counts(people, name="people")
    size = np.asarray(inhabitants, dtype=np.float64)
    if size.shape != n.shape or not (np.isfinite(size) & (size >= 0)).all():
        raise ValueError("each area needs its inhabitants, finite and not negative")
    return n, size


def _check(parameters: RateParameters) -> None:
    if not (parameters.per > 0 and parameters.least_inhabitants > 0 and parameters.draws > 0):
        raise ValueError("per, least_inhabitants and draws must be more than 0")
    if not (0 <= parameters.winsorised < 0.5 and 0 <= parameters.widest_clear <= 1):
        raise ValueError("winsorised must lie below one half, widest_clear between 0 and 1")


def _among_all(values: Floats | Ints, part: Bools, missing: float = np.nan) -> Floats:
    """The values of the areas that take part, among all areas, which are the last axis."""
    full = np.full((*values.shape[:-1], len(part)), missing)
    full[..., part] = values
    return full
