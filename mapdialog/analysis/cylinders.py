"""Cylinders: circles of cells times runs of whole steps of time, and what they hold.

Source: Kulldorff et al. 2005. Of N spots, n in a circle and m in a run expect n·m/N in both: a busy place
expects many on every day, a busy day many everywhere, and no population is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.circles import Circles
from mapdialog.analysis.scan import log_likelihood_ratio
from mapdialog.analysis.significance import TIE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

_FLOORS = 48  # whole LLR from 0, for each of which it is known which cylinders cannot reach it
_AT_ONCE = 64  # cylinders whose people are counted


@dataclass(frozen=True, kw_only=True)
class SpaceTimeParameters:
    """What is looked at; nothing has a default."""

    radii_m: tuple[float, ...]  # 50, 100, 150, 200, 300, 400, 500, 700, 1000
    least_people: int  # different persons in a cylinder; 5
    largest_share: float  # of all person-spots, in one circle; 0.5
    longest_steps: int  # of a run of steps; at most half of all


@dataclass(frozen=True)
class Cylinder:
    """A circle around a cell's centre, from step `first` to step `last`, both of them within.

    `n_people`: each person once; `llr` is of them. `expected`: person-spots, so where persons have several
    spots in the circle it is a little too many. `spots`: (n,) indexes of the person-spots in it.
    """

    row: int
    column: int
    radius: int  # number of the radius, from 0
    first: int
    last: int
    n_people: int
    expected: float
    llr: float
    spots: Ints

    @property
    def ratio(self) -> float:
        """How many times as many people as expected."""
        return self.n_people / self.expected


@dataclass(frozen=True)
class Cylinders:
    """The circles around cells that hold a spot, ready for any number of replicates.

    `person`: (spots,) from 0. `centre`: (centres,) cells. `spot`: (entries,) the spots near each centre,
    those of one together, the nearest first; `ring`: (entries,) centre * radii + the smallest circle that
    holds it. `zone`: (zones,) the same number, of the circles that are looked at: enough people, at most
    `largest_share`, other spots than in the next smaller one. `start`, `size`: (zones,) its first entry, and
    how many spots it holds. `limits`: (floors, spots + 1) the largest product of a circle's and a run's
    spots with which so many in both reach a whole LLR; -1 where none does.
    """

    parameters: SpaceTimeParameters
    person: Ints
    shape: tuple[int, int]
    cell_m: float
    n_steps: int
    centre: Ints
    spot: Ints
    ring: Ints
    zone: Ints
    start: Ints
    size: Ints
    limits: Counts | Ints

    @classmethod
    def of(
        cls,
        cell: Ints,
        *,
        sender: Ints,
        shape: tuple[int, int],
        cell_m: float,
        n_steps: int,
        parameters: SpaceTimeParameters,
    ) -> Cylinders:
        """`cell`, `sender`: (spots,), on a grid of rows and columns. Raises ValueError for too long runs."""
        if not 1 <= parameters.longest_steps <= n_steps / 2:
            raise ValueError("longest_steps must be at least 1 and at most half of all steps")
        _, person = np.unique(sender, return_inverse=True)
        centre = np.unique(cell)
        circles = Circles.of(parameters.radii_m, cell_m=cell_m)
        ring, spot = _near(cell, centre=centre, circles=circles, shape=shape)
        radii = len(parameters.radii_m)
        size = _within(ring, np.ones(len(ring), dtype=np.int64), radii=radii)
        repeats = _within(ring, _is_again(ring // radii, person[spot]), radii=radii)
        is_zone = np.diff(size.reshape(-1, radii), axis=1, prepend=0).ravel() > 0
        is_zone &= size - repeats >= parameters.least_people
        is_zone &= size <= parameters.largest_share * len(cell)
        zone = np.flatnonzero(is_zone).astype(np.int64)
        start = np.searchsorted(ring, zone - zone % radii).astype(np.int64)
        limits = _limits(len(cell), least=parameters.least_people)
        return cls(
            parameters, person, shape, cell_m, n_steps, centre, spot, ring, zone, start, size[zone], limits
        )

    def greatest(self, step: Ints) -> float:
        """The largest LLR of all cylinders; 0 if there is none. `step`: (spots,) of each."""
        steps = _Steps.of(step, cylinders=self)
        best = 0.0
        for length in range(1, self.parameters.longest_steps + 1):
            zone, first, bound = steps.above(length, floor=best)
            order = np.argsort(-bound, kind="stable")
            for some in np.split(order, range(_AT_ONCE, len(order), _AT_ONCE)):
                if bound[some].max(initial=0.0) <= best:
                    break
                best = max(best, float(steps.llr_of_people(zone[some], first[some], length).max()))
        return best

    def apart(self, step: Ints, *, above: float) -> list[Cylinder]:
        """Cylinders whose LLR is more than `above`, the largest first; of equals the shorter.

        No two circles that reach each other have a step in common. `step`: (spots,), from 0 to below
        `n_steps`.
        """
        steps = _Steps.of(step, cylinders=self)
        zone, first, length, llr = steps.all_above(above)
        strongest: list[Cylinder] = []
        while llr.max(initial=above) > above:
            number = int(np.argmax(llr))
            cylinder = steps.cylinder(int(zone[number]), int(first[number]), int(length[number]))
            if cylinder.llr < llr[number] - TIE:  # fewer people than spots
                llr[number] = cylinder.llr
                continue
            strongest.append(cylinder)
            is_later = (first > cylinder.last) | (first + length <= cylinder.first)
            keep = is_later | ~self._reaching(zone, int(self.zone[zone[number]]))
            zone, first, length, llr = zone[keep], first[keep], length[keep], llr[keep]
        return strongest

    def near(self, zone: Ints) -> tuple[Ints, Ints]:
        """(n,) the spots in circles that are looked at, and in which of these. `zone`: their numbers."""
        size = self.size[zone]
        which = np.repeat(np.arange(len(zone)), size)
        within = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)
        return self.spot[self.start[zone][which] + within], which

    def _reaching(self, zone: Ints, other: int) -> Bools:
        """Whether circles that are looked at, by their numbers among these, reach another one."""
        centre, radius = np.divmod(np.append(self.zone[zone], other), len(self.parameters.radii_m))
        row, column = np.divmod(self.centre[centre], self.shape[1])
        apart_m = np.hypot(row - row[-1], column - column[-1]) * self.cell_m
        radius_m = np.array(self.parameters.radii_m)[radius]
        return np.asarray(apart_m <= radius_m + radius_m[-1])[:-1]

    def fewest_people(self, step: Ints, *, critical: float) -> float:
        """So many in one cylinder exceed an LLR, in the rarest place and run that hold as many spots."""
        running = np.r_[0, np.cumsum(np.bincount(step, minlength=self.n_steps))]
        lengths = range(1, self.parameters.longest_steps + 1)
        runs = np.sort(np.concatenate([running[length:] - running[:-length] for length in lengths]))
        sizes = np.sort(self.size)
        for n in range(self.parameters.least_people, int(min(sizes.max(initial=0), runs[-1])) + 1):
            product = int(sizes[np.searchsorted(sizes, n)] * runs[np.searchsorted(runs, n)])
            if product < n * len(step) and _llr(n, product=product, total=len(step)) > critical:
                return float(n)
        return math.inf


@dataclass(frozen=True)
class _Steps:
    """When the spots were written. `of_zone`: (zones, steps + 1), `of_all`: (steps + 1,) running sums."""

    cylinders: Cylinders
    step: Ints
    of_zone: Counts
    of_all: Ints

    @classmethod
    def of(cls, step: Ints, *, cylinders: Cylinders) -> _Steps:
        steps, radii = cylinders.n_steps, len(cylinders.parameters.radii_m)
        key = cylinders.ring * steps + step[cylinders.spot]
        rings = int(cylinders.ring.max(initial=-1)) // radii * radii + radii
        each = np.bincount(key, minlength=rings * steps).reshape(-1, radii, steps)
        zones = np.cumsum(each, axis=1).reshape(-1, steps)[cylinders.zone]
        of_zone = np.zeros((len(zones), steps + 1), dtype=np.int32)
        np.cumsum(zones, axis=1, out=of_zone[:, 1:])
        return cls(cylinders, step, of_zone, np.r_[0, np.cumsum(np.bincount(step, minlength=steps))])

    def above(self, length: int, *, floor: float) -> tuple[Ints, Ints, Floats]:
        """Zone, first step and LLR of all spots, where that is more than a floor; of people it is no more."""
        n = self.of_zone[:, length:] - self.of_zone[:, :-length]
        runs = self.of_all[length:] - self.of_all[:-length]
        limits = self.cylinders.limits[min(int(floor), _FLOORS - 1)]
        product = self.cylinders.size.astype(limits.dtype)[:, None] * runs.astype(limits.dtype)
        hit = np.flatnonzero(product <= limits.take(n))
        llr = _llr(n.ravel()[hit], product=product.ravel()[hit], total=len(self.step))
        hit, llr = hit[llr > floor], llr[llr > floor]
        return hit // len(runs), hit % len(runs), llr

    def all_above(self, floor: float) -> tuple[Ints, Ints, Ints, Floats]:
        """Zone, first step, length and LLR of all spots, rounded, where it is more than a floor."""
        lengths = range(1, self.cylinders.parameters.longest_steps + 1)
        parts = [self.above(length, floor=floor) for length in lengths]
        each = np.repeat(lengths, [len(llr) for _, _, llr in parts])
        zone, first, llr = (np.concatenate(values) for values in zip(*parts, strict=True))
        return zone, first, each, np.round(llr, 9)

    def llr_of_people(self, zone: Ints, first: Ints, length: int) -> Floats:
        """(cylinders,) the LLR with each person once; 0 if they are too few, or fewer than expected."""
        cylinders, total = self.cylinders, len(self.step)
        spot, which = cylinders.near(zone)
        late = self.step[spot] - first[which]
        inside = (late >= 0) & (late < length)
        key = np.unique(which[inside] * (total + 1) + cylinders.person[spot[inside]])
        people = np.bincount(key // (total + 1), minlength=len(zone))
        product = cylinders.size[zone] * (self.of_all[first + length] - self.of_all[first])
        llr = _llr(people, product=product, total=total)
        return np.where(people >= cylinders.parameters.least_people, llr, 0.0)

    def cylinder(self, zone: int, first: int, length: int) -> Cylinder:
        """The cylinder over a circle that is looked at, by its number, from a step on for so many."""
        cylinders = self.cylinders
        near, _ = cylinders.near(np.array([zone]))
        spots = near[(self.step[near] >= first) & (self.step[near] < first + length)]
        run = self.of_all[first + length] - self.of_all[first]
        expected = float(cylinders.size[zone] * run / len(self.step))
        centre, radius = divmod(int(cylinders.zone[zone]), len(cylinders.parameters.radii_m))
        row, column = divmod(int(cylinders.centre[centre]), cylinders.shape[1])
        people = len(np.unique(cylinders.person[spots]))
        llr = float(self.llr_of_people(np.array([zone]), np.array([first]), length)[0])
        return Cylinder(row, column, radius, first, first + length - 1, people, expected, llr, np.sort(spots))


def _near(cell: Ints, *, centre: Ints, circles: Circles, shape: tuple[int, int]) -> tuple[Ints, Ints]:
    """(entries,) ring and spot, sorted by ring: see `Cylinders`."""
    rows, columns = shape
    radii = len(circles.radii_m)
    row, column = np.divmod(centre, columns)
    rings, others = [], []
    for up, right, radius in _offsets(circles):
        is_on_grid = (row + up >= 0) & (row + up < rows) & (column + right >= 0) & (column + right < columns)
        at = np.flatnonzero(is_on_grid)
        neighbour = (row[at] + up) * columns + column[at] + right
        other = np.minimum(np.searchsorted(centre, neighbour), len(centre) - 1)
        holds = centre[other] == neighbour
        rings.append(at[holds] * radii + radius)
        others.append(other[holds])
    ring, other = np.concatenate(rings), np.concatenate(others)
    by_cell = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[by_cell], centre)
    each = np.diff(np.append(starts, len(cell)))[other]
    within = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    spot = by_cell[np.repeat(starts[other], each) + within]
    ring = np.repeat(ring, each)
    order = np.lexsort((spot, ring))
    return ring[order], spot[order]


def _offsets(circles: Circles) -> Iterator[tuple[int, int, int]]:
    """Rows, columns from a centre, and the number of the smallest circle that holds such a cell."""
    reach = len(circles.half_widths[-1]) - 1
    for up in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            for radius, widths in enumerate(circles.half_widths):
                if abs(up) < len(widths) and abs(right) <= widths[abs(up)]:
                    yield up, right, radius
                    break


def _within(ring: Ints, weight: Ints, *, radii: int) -> Ints:
    """(centres * radii,) the weights in each circle."""
    centres = int(ring.max(initial=-1)) // radii + 1
    each = np.bincount(ring, weights=weight, minlength=centres * radii).reshape(centres, radii)
    return np.cumsum(each, axis=1).ravel().astype(np.int64)


def _is_again(centre: Ints, person: Ints) -> Ints:
    """(entries,) 1 where somebody has a spot nearer to the centre, or an earlier one as near; else 0."""
    again = np.ones(len(centre), dtype=np.int64)
    _, first = np.unique(centre * (int(person.max(initial=0)) + 1) + person, return_index=True)
    again[first] = 0
    return again


def _limits(total: int, *, least: int) -> Counts | Ints:
    """(floors, total + 1): see `Cylinders`. By halving, as the LLR falls with the product."""
    n = np.arange(total + 1)
    low = np.zeros((_FLOORS, total + 1), dtype=np.int64)  # reaches the floor, or nothing does
    high = np.broadcast_to(np.maximum(n * total, 1), low.shape).copy()  # expects as many: reaches none
    floors = np.arange(_FLOORS)[:, None]
    while (high - low > 1).any():
        middle = (low + high) // 2
        inside = np.maximum(middle, 1)
        reaches = (_llr(n, product=inside, total=total) >= floors - TIE) & (middle < n * total)
        low, high = np.where(reaches, middle, low), np.where(reaches, high, middle)
    low[:, :least] = 0
    low[low == 0] = -1
    return low.astype(np.int32) if total**2 < 2**31 else low  # half the memory to go through


def _llr(n: npt.ArrayLike, *, product: npt.ArrayLike, total: int) -> Floats:
    """`product`: of the spots in a circle and in a run, at least 1; their share of `total` is expected."""
    expected = np.asarray(product, dtype=np.float64) / total
    return log_likelihood_ratio(n, expected=expected, total=total)
