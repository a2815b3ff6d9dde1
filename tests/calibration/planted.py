"""Hotspots that are planted: how often they are evidence, and how far off the circle is that says so."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mapdialog.analysis.circles import Circles
from mapdialog.analysis.evidence import EvidenceParameters, null_maxima, weigh
from mapdialog.analysis.ground import Ground
from mapdialog.analysis.null import SpotsWorld
from mapdialog.analysis.people import person_spots
from mapdialog.analysis.scan import Scanner, Window
from mapdialog.analysis.spots import Spots

from .consultations import HABITS, consultation
from .towns import ground_and_shares
from .trial import LEVEL, PEOPLE, REPLICATES, STOP_AFTER, Cell, scanner_of, world_of

DISC_M = 150.0
_POWER = 0.8  # of what is said where nothing is found; nothing here asks for it


@dataclass(frozen=True)
class Disc:
    """Where a hotspot is planted, around a cell's centre. `expected`: in the cells of a circle as large."""

    x_m: float
    y_m: float
    expected: float

    @classmethod
    def by_lot(
        cls, ground: Ground, *, share: np.ndarray, n: int, least: float, rng: np.random.Generator
    ) -> Disc:
        """One of those that expect from `least` to half more than that of n. `share`: (rows, columns)."""
        circles = Circles.of((DISC_M,), cell_m=ground.parameters.cell_m)
        expected = n * next(circles.sums(share)).ravel()
        near = np.flatnonzero((expected >= least) & (expected <= 1.5 * least) & ground.is_land.ravel())
        cell = int(rng.choice(near))
        row, column = divmod(cell, ground.shape[1])
        return cls(float(ground.x_m[column]), float(ground.y_m[row]), float(expected[cell]))

    def more(self, ratio: float, *, rng: np.random.Generator) -> np.ndarray:
        """(people, 2) metres, evenly over the disc: with them it holds `ratio` times what is expected."""
        people = int(rng.poisson((ratio - 1) * self.expected))
        angle, radius = 2 * np.pi * rng.random(people), DISC_M * np.sqrt(rng.random(people))
        return np.array([self.x_m, self.y_m]) + (radius * np.array([np.cos(angle), np.sin(angle)])).T

    def metres_off(self, window: Window, *, ground: Ground) -> float:
        """From centre to centre."""
        return math.hypot(ground.x_m[window.column] - self.x_m, ground.y_m[window.row] - self.y_m)

    def overlaps(self, window: Window, *, scanner: Scanner, ground: Ground) -> bool:
        reach = DISC_M + scanner.parameters.radii_m[window.radius]
        return self.metres_off(window, ground=ground) < reach


def metres_off(cell: Cell, *, seed: int, run: int) -> float | None:
    """How many metres the strongest hotspot is off in a consultation with a planted one; None: none found.

    Of a placebo, where nobody is added, only circles count that overlap the disc: what is wrongly said of it.
    """
    rng = np.random.default_rng([seed, run, cell.n])
    ground, _ = ground_and_shares(cell.town)
    disc, spots, world = consultation_with(cell, rng=rng)
    scanner = scanner_of(cell.town, cell.kind)
    windows = scanner.windows(spots, above=0.0)
    if cell.is_placebo:
        windows = [each for each in windows if disc.overlaps(each, scanner=scanner, ground=ground)]
    if not windows:
        return None
    parameters = EvidenceParameters(
        level=LEVEL, replicates=REPLICATES, stop_after=STOP_AFTER, rescans=0, seed=int(rng.integers(2**31))
    )
    maxima = null_maxima(world, scanner=scanner, parameters=parameters, observed=windows[0].llr)
    if maxima.p(windows[0].llr) > LEVEL:
        return None
    if cell.is_placebo:
        return disc.metres_off(windows[0], ground=ground)
    evidence = weigh(spots, scanner=scanner, world=world, maxima=maxima, parameters=parameters, power=_POWER)
    return disc.metres_off(evidence.hotspots[0].window, ground=ground)


def consultation_with(cell: Cell, *, rng: np.random.Generator) -> tuple[Disc, Spots, SpotsWorld]:
    """The disc; the spots of a consultation with it; and the world without."""
    assert cell.planted
    ratio, least = cell.planted
    ground, shares = ground_and_shares(cell.town)
    share = shares[cell.kind]
    xy, person = consultation(ground, share=share, habits=HABITS[cell.habits], n=cell.n, rng=rng)
    disc = Disc.by_lot(ground, share=share, n=cell.n, least=least, rng=rng)
    more = disc.more(ratio, rng=rng)
    xy, person = np.r_[xy, more], np.r_[person, person.max() + 1 + np.arange(len(more))]
    on_cell = ground.cells_of(xy).cell
    xy, person, on_cell = (values[on_cell >= 0] for values in (xy, person, on_cell))
    spots = person_spots(xy, sender=person, parameters=PEOPLE)
    at = on_cell[spots.pin]
    scanner = scanner_of(cell.town, cell.kind)
    world = world_of(cell, at=at, xy=xy, spots=spots, scanner=scanner, rng=rng)
    return disc, Spots(at, spots.sender), world
