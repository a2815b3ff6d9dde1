"""Silent places: of all circles, in which have fewer people said something than chance explains.

Of each person one pin is taken, by lot (`people.one_by_lot`). Most people write about what is near their
home, so spots of one person are not independent, and people are.

The scan of `scan`, for O < E: the same circles, the same likelihood ratio (Kulldorff 1997), and p by the
largest value anywhere in the same replicates of a world without a hotspot. Silence is no proof of content.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.evidence import Maxima
from mapdialog.analysis.scan import Counts, Scanner, Window, terms_of_n
from mapdialog.analysis.spots import Spots

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_EVEN = 1e-9  # fewer than expected by less than this is rounding


@dataclass(frozen=True, kw_only=True)
class SilenceParameters:
    """What counts as a place that could be silent; nothing has a default."""

    least_expected: float  # people that a circle must expect; 5
    level: float  # 0.05


@dataclass(frozen=True)
class SilentPlace:
    """A circle with fewer than expected, and its p after looking everywhere.

    `window`: its `n` are people by lot. `n_people`: all who have a pin there, fewer than expected, too.
    """

    window: Window
    n_people: int
    p: float


@dataclass(frozen=True)
class Silence:
    """What was found; the first has the strongest evidence. `p`: of the strongest circle by lot, also where
    as many people have a pin as are expected, so that it is no place; 1 if there is none.

    `smallest_empty`: how many an *empty* circle must expect to be evidence; infinite where none does.
    """

    places: tuple[SilentPlace, ...]
    p: float
    smallest_empty: float


@dataclass(frozen=True)
class SilentScanner:
    """A scan for fewer than expected over the circles of another. `null_maxima` takes it as it takes that.

    What it is given holds one spot of each person; ValueError otherwise.
    """

    scanner: Scanner
    parameters: SilenceParameters

    def greatest(self, spots: Spots) -> float:
        """The largest LLR of all circles that expect enough; 0 if there is none."""
        return max((float(llr.max()) for _, _, llr in self._values(spots) if len(llr)), default=0.0)

    def windows(self, spots: Spots, *, above: float) -> list[Window]:
        """The circles whose LLR is more than `above`, the largest first; of equals the smaller, the first."""
        total = len(spots)
        columns = self.scanner.shape[1]
        windows = []
        for radius, (cells, ns, llrs) in enumerate(self._values(spots)):
            share = self.scanner.share[radius]
            for number in np.flatnonzero(llrs > above).tolist():
                row, column = divmod(int(cells[number]), columns)
                expected = total * float(share[cells[number]])
                windows.append(Window(row, column, radius, int(ns[number]), expected, float(llrs[number])))
        return sorted(windows, key=lambda each: (-round(each.llr, 9), each.radius, each.row, each.column))

    def _values(self, spots: Spots) -> Iterator[tuple[Ints, Counts, Floats]]:
        """For each radius: cells whose circle expects enough and holds fewer; how many; its LLR."""
        total = len(spots)
        if len(np.unique(spots.person)) < total:
            raise ValueError("a person has several spots: one of each, by lot")
        of_n = terms_of_n(total)
        grid = spots.counts(self.scanner.exposure.size).reshape(self.scanner.shape).astype(np.int32)
        for radius, sums in enumerate(self.scanner.circles.sums(grid)):
            expected = total * self.scanner.share[radius]
            is_fewer = (expected >= self.parameters.least_expected) & (sums.ravel() < expected - _EVEN)
            cells = np.flatnonzero(is_fewer).astype(np.int64)
            n = sums.ravel()[cells]
            yield cells, n, self.scanner.llr(radius, cells=cells, n=n, of_n=of_n)


def silent_places(spots: Spots, *, pins: Spots, scanner: SilentScanner, maxima: Maxima) -> Silence:
    """Circles with p ≤ level that do not overlap, the strongest first.

    `spots`: one pin of each person by lot; `pins`: all of them, so that no place is silent only because the
    lot fell on another pin of those who wrote there. `maxima`: by `null_maxima` of this scanner. Each is
    judged against the largest value anywhere, so p holds after looking at every place and size.
    """
    windows = scanner.windows(spots, above=0.0)
    taken: set[int] = set()
    places = []
    for window in windows:
        p = maxima.p(window.llr)
        if p > scanner.parameters.level:
            break
        cells = scanner.scanner.cells(window)
        n_people = len(np.unique(pins.person[np.isin(pins.cell, cells)]))
        if n_people < window.expected and taken.isdisjoint(cells.tolist()):
            taken.update(cells.tolist())
            places.append(SilentPlace(window, n_people, p))
    strongest = maxima.p(windows[0].llr) if windows else 1.0
    smallest = _smallest_empty(len(spots), scanner=scanner, maxima=maxima)
    return Silence(tuple(places), strongest, smallest)


def _smallest_empty(total: int, *, scanner: SilentScanner, maxima: Maxima) -> float:
    """The E at which an empty circle's LLR, N ln(N/(N−E)), is the critical one."""
    critical = maxima.critical(scanner.parameters.level)
    if total == 0 or math.isinf(critical):
        return math.inf
    least = max(-total * math.expm1(-critical / total), scanner.parameters.least_expected)
    largest = max(
        (total * float(np.nanmax(s)) for s in scanner.scanner.share if not np.isnan(s).all()), default=0.0
    )
    return least if least <= largest else math.inf
