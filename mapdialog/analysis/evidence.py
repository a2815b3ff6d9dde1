"""What a scan is evidence of: p after looking everywhere, which circles are reported, what could be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import special

from mapdialog.analysis.null import Draws, World
from mapdialog.analysis.scan import Scanner, Window, log_likelihood_ratio
from mapdialog.analysis.significance import TIE
from mapdialog.analysis.spots import Spots

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Replicate = TypeVar("Replicate")
Sample = TypeVar("Sample", contravariant=True)

_EULER = 0.5772156649015329
_NOTHING = 1e-9  # expected: less is rounding
_ENOUGH = 10  # maxima at each end whose own p is too uncertain to judge a law by
_OFF, _STANDARD_ERRORS = 0.1, 3.0  # of counting: a law may be off by so much; by chance it seldom is


@dataclass(frozen=True, kw_only=True)
class EvidenceParameters:
    """How evidence is weighed; nothing has a default."""

    level: float  # 0.05
    replicates: int  # 999
    stop_after: int  # replicates that exceed the observed one, then p is known to be large; 0: never stop
    rescans: int  # how many hidden hotspots are looked for beside stronger ones
    seed: int


@dataclass(frozen=True)
class Maxima:
    """The largest LLR of each replicate. `stopped`: ended early, when enough exceeded the observed one."""

    values: Floats
    stopped: bool

    def p(self, llr: float) -> float:
        """The share of replicates with at least this much, the observed one among them.

        Source: Besag & Clifford 1991 where it was stopped: the exceeding ones of those drawn; of a larger one
        than it was stopped for only that p is no larger.
        """
        exceeding = int((self.values >= llr - TIE).sum())
        if self.stopped:
            return max(exceeding, 1) / len(self.values)
        return (1 + exceeding) / (len(self.values) + 1)

    def p_tail(self, llr: float) -> float:
        """The same from a Gumbel law with the maxima's moments, for p too small to count.

        Where they follow no such law (copied positions make a far heavier tail), p as it was counted.
        Source: Abrams, Kulldorff & Kleinman 2010.
        """
        return float(self._law(np.array([llr]))[0]) if self.follow_law else self.p(llr)

    @cached_property
    def follow_law(self) -> bool:
        """Whether the Gumbel law says what was counted, wherever enough exceed to tell."""
        values, n = np.sort(self.values), len(self.values)
        if n <= 2 * _ENOUGH or values[0] == values[-1]:
            return False
        judged = values[_ENOUGH:-_ENOUGH]
        tail = self._law(judged)
        at_least, more = (1 - np.searchsorted(values, judged, side=side) / n for side in ("left", "right"))
        off = np.maximum(tail - at_least, more - tail)  # values that tie are a step of what is counted
        allowed = np.maximum(_OFF * tail, _STANDARD_ERRORS * np.sqrt(tail * (1 - tail) / n))
        return bool((off <= allowed).all())

    def critical(self, level: float) -> float:
        """The LLR above which p is at most `level`; at it, and at what ties with it, p is larger."""
        if self.stopped:
            allowed = math.floor(level * len(self.values) + TIE)
        else:
            allowed = math.floor(level * (len(self.values) + 1) + TIE) - 1
        return float(np.sort(self.values)[::-1][allowed]) if allowed >= 0 else math.inf

    def _law(self, llr: Floats) -> Floats:
        """(n,) how often a Gumbel law with the maxima's mean and variance is larger."""
        scale = self.values.std() * math.sqrt(6) / math.pi
        mode = self.values.mean() - _EULER * scale
        return np.asarray(-np.expm1(-np.exp(-(llr - mode) / scale)))


@dataclass(frozen=True)
class Hotspot:
    """A circle with evidence. `step`: 0, or the number of the rescan that found it beside stronger ones."""

    window: Window
    p: float
    p_tail: float
    step: int


@dataclass(frozen=True)
class Evidence:
    """What was found; the first has the strongest evidence.

    `p`: of the strongest circle, hotspot or not; 1 if none holds enough. `smallest_ratio`: what would have
    been found with the `power` asked for, in the circle that expects most; infinite if nothing would.
    """

    hotspots: tuple[Hotspot, ...]
    p: float
    smallest_ratio: float


class Scans(Protocol[Sample]):
    """A scan whose largest value anywhere is looked for in replicates."""

    def greatest(self, replicate: Sample, /) -> float:
        """The largest LLR of all that is looked at in what a world draws; 0 if there is none."""
        ...


def null_maxima(
    world: Draws[Replicate],
    *,
    scanner: Scans[Replicate],
    parameters: EvidenceParameters,
    observed: float = math.inf,
) -> Maxima:
    """The maxima of seeded replicates; without `observed` all of them, to be kept under `World.key`."""
    values: list[float] = []
    exceeding = 0
    for number in range(parameters.replicates):
        rng = np.random.default_rng([parameters.seed, number])
        values.append(scanner.greatest(world.draw(rng)))
        exceeding += values[-1] >= observed - TIE
        if parameters.stop_after and exceeding >= parameters.stop_after:
            return Maxima(np.array(values), stopped=True)
    return Maxima(np.array(values), stopped=False)


def weigh(
    spots: Spots,
    *,
    scanner: Scanner,
    world: World,
    maxima: Maxima,
    parameters: EvidenceParameters,
    power: float,
) -> Evidence:
    """The hotspots of person-spots on the ground, with their evidence.

    `world`: without a hotspot; `maxima`: its maxima.
    Circles with p ≤ level that do not overlap, those of the size that tells most apart (Gini); then, beside
    them, those that they hid: rescans of the rest, with Holm's correction. `power`: see `smallest_ratio`.
    """
    windows = scanner.windows(spots, above=0.0)
    critical = maxima.critical(parameters.level)
    above = [window for window in windows if window.llr > critical + TIE]
    hotspots = [
        Hotspot(window, maxima.p(window.llr), maxima.p_tail(window.llr), 0)
        for window in _chosen(above, scanner=scanner, total=len(spots))
    ]
    if hotspots:
        hotspots += _rescans(spots, scanner=scanner, hotspots=hotspots, world=world, parameters=parameters)
    p = maxima.p(windows[0].llr) if windows else 1.0
    smallest = smallest_ratio(len(spots), scanner=scanner, critical=critical, power=power)
    return Evidence(tuple(hotspots), p, smallest)


def smallest_ratio(total: int, *, scanner: Scanner, critical: float, power: float) -> float:
    """How many times as many as expected must come to a circle, on average, for it to be found so often.

    In the circle that expects most, where the least is enough. `power`: probability, between 0 and 1; 0.8.
    `critical`: the LLR above which there is evidence. Of `total` spots each lies in the circle with the same
    probability, apart from the others: binomial. Where persons have several spots near each other fewer
    people come, and it is too small; where positions are copied, or the exposure uneven, counts vary more.
    """
    largest = max(
        (float(np.nanmax(share)) for share in scanner.share if not np.isnan(share).all()), default=0.0
    )
    expected = total * largest
    least = max(scanner.parameters.least_people, math.ceil(expected))
    n = np.arange(least, total + 1)
    if expected <= 0 or len(n) == 0:
        return math.inf
    enough = log_likelihood_ratio(n, expected=expected, total=total) > critical + TIE
    if not enough.any():
        return math.inf
    needed = n[enough][0]  # P(O ≥ needed) rises with the share of all that lies there: a beta law's inverse
    return float(special.betaincinv(needed, total - needed + 1, power)) / largest


def _chosen(windows: list[Window], *, scanner: Scanner, total: int) -> list[Window]:
    """Of these circles, the strongest first, those apart, no larger than the size with the largest Gini."""
    sets = [
        _apart([window for window in windows if window.radius <= largest], scanner=scanner)
        for largest in range(len(scanner.parameters.radii_m))
    ]
    return max(sets, key=lambda apart: (round(gini(apart, total=total), 9), -len(apart)))


def _apart(windows: list[Window], *, scanner: Scanner) -> list[Window]:
    """Those that overlap none before them."""
    rows, columns = scanner.shape
    taken = np.zeros(rows * columns, dtype=np.bool_)
    apart = []
    for window in windows:
        if taken[window.row * columns + window.column]:
            continue
        cells = scanner.cells(window)
        if not taken[cells].any():
            taken[cells] = True
            apart.append(window)
    return apart


def _rescans(
    spots: Spots, *, scanner: Scanner, hotspots: list[Hotspot], world: World, parameters: EvidenceParameters
) -> list[Hotspot]:
    """One hidden hotspot after another, until one has no evidence; p by Holm over all that may be tried."""
    hidden: list[Hotspot] = []
    least_p = 0.0
    for step in range(1, parameters.rescans + 1):
        newest = hidden[-1:] or hotspots  # those before are left out already
        cells = np.unique(np.concatenate([scanner.cells(hotspot.window) for hotspot in newest]))
        spots, scanner, world = spots.outside(cells), scanner.without(cells), world.without(cells)
        windows = scanner.windows(spots, above=0.0)
        if not windows:
            break
        maxima = null_maxima(world, scanner=scanner, parameters=parameters, observed=windows[0].llr)
        least_p = max(least_p, min(1.0, maxima.p(windows[0].llr) * (parameters.rescans - step + 1)))
        if least_p > parameters.level:
            break
        hidden.append(Hotspot(windows[0], least_p, maxima.p_tail(windows[0].llr), step))
    return hidden


def gini(windows: list[Window], *, total: int) -> float:
    """How unevenly the spots lie over what is expected, if only these circles differ from the rest; 0 to 1.

    Source: Han et al. 2016.
    """
    n = np.array([window.n for window in windows] + [total - sum(window.n for window in windows)])
    expected = np.array([window.expected for window in windows])
    expected = np.append(expected, max(total - expected.sum(), 0.0))
    if total == 0:
        return 0.0
    order = np.argsort(n / np.maximum(expected, _NOTHING), kind="stable")
    x = np.r_[0.0, np.cumsum(expected[order]) / expected.sum()]
    y = np.r_[0.0, np.cumsum(n[order]) / total]
    return float(1.0 - (np.diff(x) * (y[1:] + y[:-1])).sum())
