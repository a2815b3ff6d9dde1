"""Relative risk: where a theme's comments lie denser than what they are compared with, as one smooth map.

Source: Kelsall & Diggle 1995; Davies, Marshall & Hazelton 2018 (one bandwidth for both, tolerance contours).
A tolerance contour usually is of `p_here`, which holds for one cell chosen before looking: on a map without
anything going on some cells are always inside. What may be marked goes by `p_anywhere`, which holds after
looking at every cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.density import check_bandwidth, kernel_sums, on_land
from mapdialog.analysis.exposure import Exposure
from mapdialog.analysis.gaussian import between_cells
from mapdialog.analysis.ground import NO_CELL, Ground
from mapdialog.analysis.null import Draws
from mapdialog.analysis.significance import TIE
from mapdialog.analysis.spots import Spots

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_LEAST_VARIANCE = 1e-9  # of a logarithm: a cell that never varies is judged by hardly more than itself
_AROUND = 2.0  # bandwidths: a disc of this radius is what a Gaussian counts, (ΣK)²/ΣK²
_PILOT, _REPLICATE = 0, 1  # seeds of their own


@dataclass(frozen=True, kw_only=True)
class RiskParameters:
    """What is compared and how it is judged; nothing has a default."""

    bandwidth_m: float  # of both densities
    delta_share: float  # δ, as a share of the density of one spread evenly over the land; 0.1
    least_expected: float  # a cell is tested where the theme expects so many within two bandwidths; 5
    least_people: int  # a cell is marked where so many persons of the theme lie within two bandwidths; 5
    level: float  # 0.05
    pilots: int  # replicates that say how much each cell varies; 199
    replicates: int  # others, that give the p; 999
    seed: int


@dataclass(frozen=True)
class RelativeRisk:
    """All (rows, columns) of the ground.

    `log_ratio`: ln((f + δ)/(g + δ)) at the cells' centres, NaN in cells without land. `p_here`: of replicates
    with as much in this very cell; it says nothing about a cell that was picked because it is high.
    `p_anywhere`: of replicates with as much, for its cell, in any cell. Both NaN where too few are expected
    to be tested. `is_marked`: `p_anywhere` at most the level, and enough persons: the only tolerance contour
    that may be drawn around places found by looking at the map.
    """

    log_ratio: Floats
    p_here: Floats
    p_anywhere: Floats
    is_marked: Bools
    bandwidth_m: float
    n: int


@dataclass(frozen=True)
class CellKernel:
    """The kernel between cells: what lies in one is spread evenly in it, and weighs 1 over the land."""

    across: Floats  # (columns, columns) from the cell of the second index to the centre of the first
    along: Floats  # (rows, rows)
    mass: Floats  # (rows, columns) of a cell's kernel over the land; 1 without land, where nothing lies

    @classmethod
    def of(cls, ground: Ground, *, bandwidth_m: float) -> CellKernel:
        """Raises ValueError for a bandwidth below half a cell."""
        check_bandwidth(bandwidth_m, ground=ground)
        cell_m = ground.parameters.cell_m
        along, across = (
            between_cells(number, cell_m=cell_m, bandwidth_m=bandwidth_m) for number in ground.shape
        )
        mass = along.T @ ground.land_m2 @ across
        return cls(across, along, np.where(ground.is_land, mass, 1.0))

    def density(self, weight: Floats) -> Floats:
        """(rows, columns) per m² at the centres. `weight`: (rows, columns) of what lies in each cell."""
        return np.asarray(self.along @ (weight / self.mass) @ self.across.T)


@dataclass(frozen=True)
class RiskTest:
    """How a cell's log ratio is judged: by how much it varies in worlds without anything going on."""

    kernel: CellKernel
    is_tested: Bools
    delta: float  # per m²
    mean: Floats  # (tested,) of ln(f + δ) in the pilots
    deviation: Floats  # (tested,)

    @classmethod
    def of(
        cls, share: Floats, *, n: int, ground: Ground, world: Draws[Spots], parameters: RiskParameters
    ) -> RiskTest:
        """`share`: (rows, columns) of what is compared with, sums to 1. `n`: person-spots of the theme."""
        kernel = CellKernel.of(ground, bandwidth_m=parameters.bandwidth_m)
        disc_m2 = np.pi * (_AROUND * parameters.bandwidth_m) ** 2
        is_tested = ground.is_land & (n * kernel.density(share) * disc_m2 >= parameters.least_expected)
        unit = cls(kernel, is_tested, delta_of(ground, parameters=parameters), np.zeros(1), np.ones(1))
        total = squares = np.zeros(int(is_tested.sum()))
        for number in range(parameters.pilots):
            values = unit.standardised(world.draw(_rng(parameters, _PILOT, number)))
            total, squares = total + values, squares + values**2
        mean = total / parameters.pilots
        variance = np.maximum(squares / parameters.pilots - mean**2, _LEAST_VARIANCE)
        return cls(kernel, is_tested, unit.delta, mean, np.sqrt(variance))

    def standardised(self, spots: Spots) -> Floats:
        """(tested,) ln(f + δ) less its mean, in standard deviations."""
        counts = spots.counts(self.is_tested.size).reshape(self.is_tested.shape)
        density = self.kernel.density(counts / max(len(spots), 1))
        return np.asarray((np.log(density[self.is_tested] + self.delta) - self.mean) / self.deviation)

    def greatest(self, spots: Spots) -> float:
        """The largest of them; 0 if none is above its mean, or no cell is tested."""
        return float(self.standardised(spots).max(initial=0.0))


def delta_of(ground: Ground, *, parameters: RiskParameters) -> float:
    """δ per m²: it keeps the ratio at 1 where nearly nobody is on either side."""
    if not parameters.delta_share > 0:
        raise ValueError("delta_share must be positive: where nothing lies the ratio would be of nothing")
    return parameters.delta_share / float(ground.land_m2.sum())


def theme_against_all(
    xy_m: Floats,
    *,
    is_theme: Bools,
    person: Ints,
    ground: Ground,
    world: Draws[Spots],
    parameters: RiskParameters,
) -> RelativeRisk:
    """f of the theme's person-spots, g of all: cancels where people are, and who takes part.

    `xy_m`: (spots, 2) metres, `is_theme`, `person`: (spots,) of all person-spots; those off the ground count
    nowhere. `world`: of those on the ground, see `null.LabelsWorld`.
    """
    pins = ground.cells_of(xy_m)
    counted = pins.cell != NO_CELL
    spots = on_land(np.asarray(xy_m, dtype=np.float64), pins=pins, ground=ground)
    n = len(spots)
    share = np.bincount(pins.cell[counted], minlength=ground.land_m2.size).reshape(ground.shape) / max(n, 1)
    everything = kernel_sums(spots, ground=ground, bandwidth_m=parameters.bandwidth_m) / max(n, 1)
    theme = _Theme(
        spots[is_theme[counted]], pins.cell[counted & is_theme], person[counted & is_theme], ground
    )
    return theme.compared(everything, share=share, world=world, parameters=parameters)


def against_exposure(
    xy_m: Floats,
    *,
    person: Ints,
    exposure: Exposure,
    ground: Ground,
    world: Draws[Spots] | None,
    parameters: RiskParameters,
) -> RelativeRisk:
    """f of person-spots, g of an exposure's share, smoothed as much.

    `xy_m`: (spots, 2) metres, `person`: (spots,). `world`: see `null.SpotsWorld`; without one there is a
    ratio and no p, and nothing is marked. Raises ValueError for one where the exposure may print no p, or a
    person has several spots: they are not independent, see `people.one_by_lot`.
    """
    if world is not None and not exposure.p_may_be_printed:
        raise ValueError(f"against {exposure.kind} there is a ratio and no p: give no world")
    if world is not None and len(np.unique(person)) < len(person):
        raise ValueError("a person has several spots: one of each, by lot, or no world")
    pins = ground.cells_of(xy_m)
    counted = pins.cell != NO_CELL
    spots = on_land(np.asarray(xy_m, dtype=np.float64), pins=pins, ground=ground)
    theme = _Theme(spots, pins.cell[counted], person[counted], ground)
    expected = CellKernel.of(ground, bandwidth_m=parameters.bandwidth_m).density(exposure.share)
    return theme.compared(expected, share=exposure.share, world=world, parameters=parameters)


@dataclass(frozen=True)
class _Theme:
    """Person-spots on the land."""

    spots: Floats
    cell: Ints
    person: Ints
    ground: Ground

    def compared(
        self, reference: Floats, *, share: Floats, world: Draws[Spots] | None, parameters: RiskParameters
    ) -> RelativeRisk:
        """`reference`: (rows, columns) g per m² at the centres; `share`: the same in cells, unsmoothed."""
        ground, n = self.ground, len(self.spots)
        delta = delta_of(ground, parameters=parameters)
        density = kernel_sums(self.spots, ground=ground, bandwidth_m=parameters.bandwidth_m) / max(n, 1)
        p_here, p_anywhere = (np.full(ground.shape, np.nan) for _ in range(2))
        if world is not None:
            test = RiskTest.of(share, n=n, ground=ground, world=world, parameters=parameters)
            p_here[test.is_tested], p_anywhere[test.is_tested] = _probabilities(
                Spots(self.cell, self.person), test, world=world, parameters=parameters
            )
        is_marked = p_anywhere <= parameters.level + TIE
        is_marked[is_marked] = self._people(is_marked, parameters) >= parameters.least_people
        log_ratio = np.log((density + delta) / (reference + delta))
        return RelativeRisk(log_ratio, p_here, p_anywhere, is_marked, parameters.bandwidth_m, n)

    def _people(self, cells: Bools, parameters: RiskParameters) -> Ints:
        """(cells,) different persons of the theme within two bandwidths of the centres."""
        row, column = np.nonzero(cells)
        if not len(row):
            return np.zeros(0, dtype=np.int64)
        centres = np.column_stack([self.ground.x_m[column], self.ground.y_m[row]])
        reach_m = _AROUND * parameters.bandwidth_m
        near = (np.hypot(*(self.spots - centre).T) <= reach_m for centre in centres)
        return np.array([len(np.unique(self.person[some])) for some in near], dtype=np.int64)


def _probabilities(
    spots: Spots, test: RiskTest, *, world: Draws[Spots], parameters: RiskParameters
) -> tuple[Floats, Floats]:
    """(tested,) twice: in this cell, and in any."""
    observed = test.standardised(spots)
    exceeding, greatest = np.zeros(len(observed)), np.zeros(parameters.replicates)
    for number in range(parameters.replicates):
        values = test.standardised(world.draw(_rng(parameters, _REPLICATE, number)))
        exceeding += values >= observed - TIE
        greatest[number] = values.max(initial=-np.inf)
    larger = parameters.replicates - np.searchsorted(np.sort(greatest), observed - TIE, side="left")
    n_worlds = parameters.replicates + 1
    return (1 + exceeding) / n_worlds, (1 + larger) / n_worlds


def _rng(parameters: RiskParameters, purpose: int, number: int) -> np.random.Generator:
    return np.random.default_rng([parameters.seed, purpose, number])
