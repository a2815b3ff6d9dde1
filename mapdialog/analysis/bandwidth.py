"""How wide a density is smoothed where nobody says: a rule from the number of spots and how far they lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_NORMAL_IQR = 1.34  # between the quartiles of a normal distribution, in standard deviations


@dataclass(frozen=True, kw_only=True)
class BandwidthParameters:
    """The rule's figures; nothing has a default."""

    factor: float  # 1.14
    least_m: float  # 100
    most_m: float  # 500


@dataclass(frozen=True)
class Bandwidth:
    """`bandwidth_m`: what is used, and what the legend says. `rule_m`: the same before it was limited."""

    bandwidth_m: float
    rule_m: float
    sigma_robust_m: float
    n: int


def rule_of_thumb(xy_m: npt.ArrayLike, *, parameters: BandwidthParameters) -> Bandwidth:
    """`factor` · n^(−1/6) · σ_robust, not below `least_m` nor above `most_m`.

    `xy_m`: (n, 2) metres of person-spots on the ground; pins abroad are left out before. σ_robust is the mean
    of the two axes' distances between the quartiles, over 1.34 (Davies & Hazelton 2010). For where nobody
    states a bandwidth: one that is stated is never replaced. Raises ValueError without any spot, for
    coordinates that are not finite, and for limits that contradict each other.
    Source of the form: Terrell 1990 (the widest smoothing that so much spread could need).
    """
    points = np.asarray(xy_m, dtype=np.float64).reshape(-1, 2)
    if not len(points) or not np.isfinite(points).all():
        raise ValueError("a bandwidth needs spots, and their coordinates must be finite")
    if not (parameters.factor > 0 and 0 < parameters.least_m <= parameters.most_m):
        raise ValueError("factor and least_m must be positive, and most_m at least least_m")
    low, high = np.quantile(points, [0.25, 0.75], axis=0)
    sigma_robust_m = float((high - low).mean() / _NORMAL_IQR)
    rule_m = float(parameters.factor * len(points) ** (-1 / 6) * sigma_robust_m)
    bandwidth_m = min(max(rule_m, parameters.least_m), parameters.most_m)
    return Bandwidth(bandwidth_m, rule_m, sigma_robust_m, len(points))
