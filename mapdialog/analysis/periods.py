"""Two periods compared: where more or fewer people take part than before, and where that may be chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.intervals import checked_level, clopper_pearson_odds, whole_counts
from mapdialog.analysis.significance import binomial_tail, false_discovery

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class PeriodParameters:
    """How two periods are compared; nothing has a default."""

    level: float  # share of intervals that may miss; 0.05


@dataclass(frozen=True)
class Change:
    """(areas,) each. `ratio`: rate after / rate before; infinite from none to some, NaN where nobody was.

    `low`, `high`: its exact interval, 0 to infinity where nothing is known. `p`: two-sided, exact, NaN where
    nobody took part; below the level where the interval leaves 1 out. `q`: after looking at all areas.
    """

    ratio: Floats
    low: Floats
    high: Floats
    p: Floats
    q: Floats


def compare_periods(
    before: npt.ArrayLike,
    *,
    after: npt.ArrayLike,
    exposure_before: npt.ArrayLike,
    exposure_after: npt.ArrayLike,
    parameters: PeriodParameters,
) -> Change:
    """How the rate of people taking part changed in each area.

    `before`, `after`: (areas,) different persons in each period. `exposure_*`: of each area or one number
    for all, finite and more than 0: days open, or days times inhabitants, in the same unit for both; known,
    not counted from other comments. Given how many took part in both, those after are binomial with share
    exposure_after/(both) if nothing changed. p is twice the smaller tail, at most 1.
    Raises ValueError for counts that are none, or exposures that are not finite and more than 0.
    Source: Przyborowski & Wilenski 1940; interval: Clopper & Pearson 1934; q: Benjamini & Hochberg 1995.
    """
    first, second = whole_counts(before, name="before"), whole_counts(after, name="after")
    if first.shape != second.shape:
        raise ValueError("each area needs its people before and after")
    odds = _exposure(exposure_after, first) / _exposure(exposure_before, first)
    total = first + second
    low, high = clopper_pearson_odds(second, totals=total, level=checked_level(parameters.level))
    p = np.array(
        [_two_sided(*area) for area in zip(second.tolist(), total.tolist(), odds.tolist(), strict=True)]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = second / first / odds
    return Change(ratio, low / odds, high / odds, p.reshape(-1), false_discovery(p.reshape(-1)))


def _exposure(values: npt.ArrayLike, counts: Ints) -> Floats:
    exposure = np.asarray(values, dtype=np.float64)
    if exposure.shape not in ((), counts.shape) or not (np.isfinite(exposure) & (exposure > 0)).all():
        raise ValueError("exposures must be finite and more than 0, one for all areas or one for each")
    return np.broadcast_to(exposure, counts.shape)


def _two_sided(n: int, total: int, odds: float) -> float:
    if total == 0:
        return float("nan")
    many = binomial_tail(n, total=total, share=odds / (1 + odds))
    few = binomial_tail(total - n, total=total, share=1 / (1 + odds))
    return min(1.0, 2 * min(many, few))
