"""The grid map: around each cell, how many times as many person-spots as expected, and what is evidence.

A Poisson p takes the exposure as exact and people as independent, and neither is so. It is there to read, and
named so. What may be marked is judged as a scan is: by the smallest such p anywhere in replicates of a world
without a hotspot, as uneven and as copied as the data (see `null`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.circles import Circles
from mapdialog.analysis.evidence import Maxima
from mapdialog.analysis.getis_ord import gi_star
from mapdialog.analysis.significance import TIE, false_discovery, poisson_mid_p, two_sided_p
from mapdialog.analysis.spots import Spots

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_SMALLEST = 1e-300  # a smaller p is this one


@dataclass(frozen=True, kw_only=True)
class LocalParameters:
    """What is looked at; nothing has a default."""

    window_m: float  # radius around each cell's centre; 200
    least_spots: int  # person-spots in a window that may be marked; 5
    small_expected: float  # where a window expects less, the p of Gi* is permuted; 5
    permutations: int  # of the values of the other cells; 999
    seed: int  # of the permutations


@dataclass(frozen=True)
class LocalExcess:
    """(rows, columns) each; NaN (`n`: 0) on water. p and q only on land cells that hold a spot, else NaN.

    `n`, `expected`: person-spots in the window around the cell. `gi`: z of Gi* fed with (O−E)/√E of cells,
    `p_gi` its upper tail. `p_if_exact`, `q_if_exact`: mid-p Poisson and its Benjamini–Hochberg, true only if
    the exposure is exact and nobody stands where another one does: never a reason to mark a cell.
    `p_anywhere`: the share of worlds without a hotspot that have a cell as unusual anywhere; 1 where
    the window holds too few. Without a world every p, q and `gi` is NaN.
    """

    n: Ints
    expected: Floats
    gi: Floats
    p_gi: Floats
    p_if_exact: Floats
    q_if_exact: Floats
    p_anywhere: Floats

    @property
    def ratio(self) -> Floats:
        """How many times as many as expected; NaN on water."""
        return self.n / self.expected

    def marked(self, level: float) -> Bools:
        """(rows, columns) cells that may be marked; in at most `level` of towns without a hotspot is any."""
        return np.asarray(self.p_anywhere <= level)


@dataclass(frozen=True)
class LocalWindows:
    """The windows of a ground with what each expects. `share`: (rows, columns) of all; NaN on water."""

    parameters: LocalParameters
    circles: Circles
    exposure: Floats  # (rows, columns) of all that is expected
    is_land: Bools
    cell_m: float
    share: Floats

    @classmethod
    def of(
        cls, exposure: Floats, *, is_land: Bools, cell_m: float, parameters: LocalParameters
    ) -> LocalWindows:
        """`exposure`: (rows, columns) shares of an `Exposure`, above 0 on land; its sum is 1."""
        circles = Circles.of((parameters.window_m,), cell_m=cell_m)
        (sums,) = circles.sums(exposure)
        return cls(parameters, circles, exposure, is_land, cell_m, np.where(is_land, sums, np.nan))

    def counts(self, counts: Ints) -> Ints:
        """(rows, columns) spots in each window; 0 on water. `counts`: (cells,) spots in each cell."""
        (sums,) = self.circles.sums(counts.reshape(self.share.shape).astype(np.int32))
        return np.where(self.is_land, sums, 0).astype(np.int64)

    def p_if_exact(self, counts: Ints) -> Floats:
        """(rows, columns) mid-p Poisson of the windows around land cells that hold a spot; elsewhere NaN."""
        p = np.full(self.share.shape, np.nan)
        occupied = self.occupied(counts)
        expected = int(counts.sum()) * self.share[occupied]
        p[occupied] = poisson_mid_p(self.counts(counts)[occupied], expected=expected)
        return p

    def greatest(self, spots: Spots) -> float:
        """The largest −ln p of windows with enough spots of cells that hold one; 0 if there is none."""
        counts = spots.counts(self.share.size)
        surprise = _surprise(self.p_if_exact(counts)[self.may_be_marked(counts)])
        return float(surprise.max(initial=0.0))

    def may_be_marked(self, counts: Ints) -> Bools:
        """(rows, columns) land cells that hold a spot and have enough in their window."""
        return self.occupied(counts) & (self.counts(counts) >= self.parameters.least_spots)

    def occupied(self, counts: Ints) -> Bools:
        """(rows, columns) land cells that hold a spot."""
        return np.asarray(self.is_land & (counts.reshape(self.share.shape) > 0))


def local_excess(spots: Spots, *, windows: LocalWindows, maxima: Maxima | None) -> LocalExcess:
    """The grid map. `spots`: on the ground, at least one.

    `maxima`: by `null_maxima` of these windows; None where no probability may be printed (even land). Raises
    ValueError without any spot: then there is nothing to expect.
    """
    counts, total = spots.counts(windows.share.size), len(spots)
    if total == 0:
        raise ValueError("there is no spot on the ground")
    n, expected = windows.counts(counts), total * windows.share
    nothing = np.full(expected.shape, np.nan)
    if maxima is None:
        return LocalExcess(n, expected, nothing, nothing, nothing, nothing, nothing)
    p = windows.p_if_exact(counts)
    p_anywhere = np.where(np.isnan(p), np.nan, 1.0)
    may_be_marked = windows.may_be_marked(counts)
    p_anywhere[may_be_marked] = [maxima.p(value) for value in _surprise(p[may_be_marked]).tolist()]
    gi, p_gi = _gi(counts, windows=windows, expected=expected)
    return LocalExcess(n, expected, gi, p_gi, p, false_discovery(p), p_anywhere)


def _surprise(p: Floats) -> Floats:
    return np.asarray(-np.log(np.maximum(p, _SMALLEST)))


def _gi(counts: Ints, *, windows: LocalWindows, expected: Floats) -> tuple[Floats, Floats]:
    """Gi* of (O−E)/√E, never of raw counts, and its upper tail on land cells that hold a spot."""
    land, parameters = windows.is_land, windows.parameters
    mean = np.where(land, counts.sum() * windows.exposure, 1.0)
    values = np.where(land, (counts.reshape(land.shape) - mean) / np.sqrt(mean), 0.0)
    gi = gi_star(values, radius_cells=parameters.window_m / windows.cell_m, mask=land)
    occupied = windows.occupied(counts)
    upper = np.where(gi > 0, two_sided_p(gi) / 2, 1 - two_sided_p(gi) / 2)
    p = np.where(occupied, upper, np.nan)
    permuted = occupied & (expected < parameters.small_expected)
    p[permuted] = _permuted_p(values, windows=windows, at=np.flatnonzero(permuted))
    return gi, p


def _permuted_p(values: Floats, *, windows: LocalWindows, at: Ints) -> Floats:
    """(cells,) how often the other cells' values, dealt out anew, sum up as high around each cell.

    The cell keeps its own value (conditional permutation). Each of the seeded permutations is the beginning
    of one order of all land cells, from which a cell takes the first ones that are not itself.
    """
    land = np.flatnonzero(windows.is_land)
    (sums,), (sizes,) = windows.circles.sums(values), windows.circles.sums(windows.is_land.astype(np.int32))
    neighbours = sizes.ravel()[at].astype(np.int64) - 1
    longest = int(neighbours.max(initial=0)) + 1
    rng = np.random.default_rng(windows.parameters.seed)
    orders = [_some(land, longest, rng=rng) for _ in range(windows.parameters.permutations)]
    dealt = np.array(orders, dtype=np.int64).reshape(len(orders), -1)
    running = np.c_[np.zeros(len(dealt)), np.cumsum(values.ravel()[dealt], axis=1)]
    p = np.empty(len(at))
    for number, (cell, size) in enumerate(zip(at.tolist(), neighbours.tolist(), strict=True)):
        own = values.ravel()[cell]
        is_dealt = (dealt[:, :size] == cell).any(axis=1)
        others = np.where(is_dealt, running[:, min(size + 1, dealt.shape[1])] - own, running[:, size])
        as_high = int((others >= sums.ravel()[cell] - own - TIE).sum())
        p[number] = (1 + as_high) / (len(dealt) + 1)
    return p


def _some(land: Ints, n: int, *, rng: np.random.Generator) -> Ints:
    """(n,) different cells in random order, or all of them where there are fewer."""
    return rng.choice(land, min(n, len(land)), replace=False, shuffle=True)
