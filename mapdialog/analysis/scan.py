"""The scan: of all circles, in which have more people said something than chance explains.

A person counts once in each circle, however many spots he or she has there: most people write about what is
near their home, so spots of one person are not independent, and people are.

Source: Kulldorff 1997 (Poisson model). Chance is judged by the largest value anywhere in replicates of a
world without a hotspot, so a p holds after looking at every place and every size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.circles import Circles
from mapdialog.analysis.spots import Spots, people_in_circles

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

_EVEN = 1e-9  # more than expected by less than this is rounding


@dataclass(frozen=True, kw_only=True)
class ScanParameters:
    """What is looked at; nothing has a default."""

    radii_m: tuple[float, ...]  # 50, 100, 150, 200, 300, 400, 500, 700, 1000
    least_people: int  # different persons in a circle; 5
    largest_share: float  # of all that is expected, in one circle; 0.25


@dataclass(frozen=True)
class Window:
    """A circle around a cell's centre. `n`: people in it; `llr`: log of the likelihood ratio.

    `expected`: person-spots, so where persons have several in the circle it is too many.
    """

    row: int
    column: int
    radius: int  # number of the radius, from 0
    n: int
    expected: float
    llr: float

    @property
    def ratio(self) -> float:
        """How many times as many as expected."""
        return self.n / self.expected


def log_likelihood_ratio(n: npt.ArrayLike, *, expected: npt.ArrayLike, total: int) -> Floats:
    """O ln(O/E) + (N−O) ln((N−O)/(N−E)) where there are more than expected, else 0.

    `n`, `expected`: of one shape; 0 < expected < total and 0 ≤ n ≤ total. Raises ValueError otherwise.
    """
    inside = np.asarray(n, dtype=np.float64)
    mean = np.asarray(expected, dtype=np.float64)
    if not ((mean > 0) & (mean < total) & (inside >= 0) & (inside <= total)).all():
        raise ValueError("expected must lie between 0 and the total, n from 0 to the total")
    outside = total - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        within = np.where(inside > 0, inside * np.log(inside / mean), 0.0)
        beyond = np.where(outside > 0, outside * np.log(outside / (total - mean)), 0.0)
    return np.where(inside > mean, np.maximum(within + beyond, 0.0), 0.0)


@dataclass(frozen=True)
class Scanner:
    """The circles of a ground with what each expects, ready for any number of replicates.

    For each radius: `share` (cells,) of all that is expected in the circle around the cell, NaN where the
    cell has no land or the circle expects more than `largest_share`; `log_odds`, `log_rest` (cells,) of it.
    """

    parameters: ScanParameters
    circles: Circles
    exposure: Floats  # (rows, columns) of all that is expected
    is_land: Bools
    cell_m: float
    share: tuple[Floats, ...]
    log_odds: tuple[Floats, ...]
    log_rest: tuple[Floats, ...]

    @classmethod
    def of(cls, share: Floats, *, is_land: Bools, cell_m: float, parameters: ScanParameters) -> Scanner:
        """`share`: (rows, columns) of an exposure, sums to 1. `is_land`: (rows, columns) may be centres."""
        circles = Circles.of(parameters.radii_m, cell_m=cell_m)
        shares = []
        for sums in circles.sums(share):
            looked_at = is_land & (sums > 0) & (sums <= parameters.largest_share)
            shares.append(np.where(looked_at, sums, np.nan).ravel())
        rest = [np.log1p(-values) for values in shares]
        odds = [np.log(values) - beyond for values, beyond in zip(shares, rest, strict=True)]
        return cls(parameters, circles, share, is_land, cell_m, tuple(shares), tuple(odds), tuple(rest))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        rows, columns = self.exposure.shape
        return rows, columns

    def without(self, cells: Ints) -> Scanner:
        """The same over the rest of the ground. `cells`: (cells,) flat indexes to leave out."""
        share = self.exposure.copy()
        share.ravel()[cells] = 0.0
        is_land = self.is_land & (share > 0)
        return Scanner.of(
            share / share.sum(), is_land=is_land, cell_m=self.cell_m, parameters=self.parameters
        )

    def greatest(self, spots: Spots) -> float:
        """The largest LLR of all circles with enough people; 0 if there is none."""
        return max((float(llr.max()) for _, _, llr in self._values(spots) if len(llr)), default=0.0)

    def windows(self, spots: Spots, *, above: float) -> list[Window]:
        """The circles whose LLR is more than `above`, the largest first; of equals the smaller, the first."""
        total = len(spots)
        columns = self.shape[1]
        windows = [
            Window(cell // columns, cell % columns, radius, n, total * float(self.share[radius][cell]), llr)
            for radius, (cells, ns, llrs) in enumerate(self._values(spots))
            for cell, n, llr in zip(cells.tolist(), ns.tolist(), llrs.tolist(), strict=True)
            if llr > above
        ]
        return sorted(windows, key=lambda each: (-round(each.llr, 9), each.radius, each.row, each.column))

    def cells(self, window: Window) -> Ints:
        """(cells,) flat indexes of a window's cells on the grid."""
        return self.circles.cells(window.radius, row=window.row, column=window.column, shape=self.shape)

    def llr(self, radius: int, *, cells: Ints, n: Counts, of_n: Floats) -> Floats:
        """(cells,) the LLR of circles of one radius, more or fewer than expected. `of_n`: `terms_of_n(N)`.

        With S the share of all N that a circle expects: LLR = O ln O + (N−O) ln(N−O) − N ln N −
        O ln(S/(1−S)) − N ln(1−S). The first three depend on O alone, the rest on the circle alone.
        """
        total = len(of_n) - 1
        return np.asarray(of_n[n] - n * self.log_odds[radius][cells] - total * self.log_rest[radius][cells])

    def _values(self, spots: Spots) -> Iterator[tuple[Ints, Counts, Floats]]:
        """For each radius: cells whose circle holds more than expected and enough; how many; its LLR."""
        total = len(spots)
        of_n = terms_of_n(total)
        for radius, people in enumerate(people_in_circles(spots, circles=self.circles, shape=self.shape)):
            flat = people.ravel()
            cells = np.flatnonzero(flat >= self.parameters.least_people).astype(np.int64)
            n, share = flat[cells], self.share[radius][cells]
            more = n > total * share + _EVEN  # never where the share is NaN
            cells, n = cells[more], n[more]
            yield cells, n, self.llr(radius, cells=cells, n=n, of_n=of_n)


def terms_of_n(total: int) -> Floats:
    """(total + 1,) O ln O + (N−O) ln(N−O) − N ln N for O from 0 to N: see `Scanner.llr`."""
    n = np.arange(total + 1, dtype=np.float64)
    each = n * np.log(np.maximum(n, 1.0))
    return np.asarray(each + each[::-1] - each[-1])
