"""The ground: one grid over the land of the study region, which every method of hotspots shares.

The region is the consultation's area, or the municipality, or the union of its committees; never what the
pins happen to span: a pin abroad changes neither a cell nor its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import shapely

from mapdialog.analysis.coverage import covered_area

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NO_CELL = -1
_CELL_TOUCHED = 1e-9  # of a cell: less land than this is rounding


class GroundError(ValueError):
    """There is no ground to count on: the message says what to change."""


@dataclass(frozen=True, kw_only=True)
class GroundParameters:
    """What a ground is made with; nothing here has a default, and nothing is replaced."""

    cell_m: float  # side of a cell; 100, or 50 in town
    shore_m: float  # a pin at most so far off the land belongs to the nearest land cell
    max_cells: int  # of the grid's rectangle; a region that needs more is an error


class PinState(IntEnum):
    """Where a pin lies as seen from the ground; only the first two are counted."""

    ON_LAND = 0
    MOVED = 1  # on water, but near the land: counted in the nearest land cell
    ON_WATER = 2  # in the region, too far from its land
    OUTSIDE = 3  # off the region, or without coordinates


@dataclass(frozen=True)
class PinCells:
    """Which cell each of n pins counts in. `cell`: (n,) flat index, NO_CELL where it does not count."""

    cell: Ints
    state: npt.NDArray[np.int8]  # (n,) of PinState

    def n(self, state: PinState) -> int:
        """How many pins are in this state."""
        return int((self.state == state).sum())


@dataclass(frozen=True)
class Ground:
    """Square cells over a region; row 0 lies in the south, a flat index is row * columns + column.

    `land_m2`: (rows, columns) the land in each cell. `region`, `land` and the `water` that is
    known, in the region and beside it, are in the metric CRS of the grid.
    """

    land_m2: Floats
    west_m: float
    south_m: float
    parameters: GroundParameters
    region: shapely.Geometry
    land: shapely.Geometry
    water: shapely.Geometry | None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        rows, columns = self.land_m2.shape
        return rows, columns

    @property
    def is_land(self) -> Bools:
        """(rows, columns) cells with any land."""
        return self.land_m2 > 0

    @property
    def land_share(self) -> Floats:
        """(rows, columns) 0 to 1."""
        return self.land_m2 / self.parameters.cell_m**2

    @property
    def x_m(self) -> Floats:
        """(columns,) the cells' centres from west to east."""
        return np.asarray(self.west_m + self.parameters.cell_m * (np.arange(self.shape[1]) + 0.5))

    @property
    def y_m(self) -> Floats:
        """(rows,) the cells' centres from south to north."""
        return np.asarray(self.south_m + self.parameters.cell_m * (np.arange(self.shape[0]) + 0.5))

    def cells_of(self, xy_m: npt.ArrayLike) -> PinCells:
        """The cell of each pin. `xy_m`: (n, 2) metres; what is not finite lies outside.

        A pin on land counts in the cell it lies in. One on water within `shore_m` of the land counts in the
        nearest cell with land (of equally near ones the one with the lowest index). The others count nowhere:
        just across the border others write, of whom nobody is expected here.
        """
        points = np.asarray(xy_m, dtype=np.float64).reshape(-1, 2)
        state = self._states(points)
        cell = np.full(len(points), NO_CELL, dtype=np.int64)
        counts = state <= PinState.MOVED
        cell[counts] = self._nearest_land_cell(points[counts])
        return PinCells(cell, state)

    def _states(self, points: Floats) -> npt.NDArray[np.int8]:
        state = np.full(len(points), PinState.OUTSIDE, dtype=np.int8)
        finite = np.flatnonzero(np.isfinite(points).all(axis=1))
        x, y = points[finite].T
        state[finite[shapely.intersects_xy(self.region, x, y)]] = PinState.ON_WATER
        on_land = shapely.intersects_xy(self.land, x, y)
        state[finite[on_land]] = PinState.ON_LAND
        on_water = state[finite] == PinState.ON_WATER
        if self.water is not None:
            on_water |= ~on_land & shapely.intersects_xy(self.water, x, y)
        others = finite[on_water]
        near = shapely.dwithin(self.land, shapely.points(points[others]), self.parameters.shore_m)
        state[others[near]] = PinState.MOVED
        return state

    def _nearest_land_cell(self, points: Floats) -> Ints:
        side = self.parameters.cell_m
        at = (points - [self.west_m, self.south_m]) / side  # in cells
        rows, columns = self.shape
        column = np.clip(np.floor(at[:, 0]).astype(np.int64), 0, columns - 1)
        row = np.clip(np.floor(at[:, 1]).astype(np.int64), 0, rows - 1)
        cell = row * columns + column
        astray = np.flatnonzero(~self.is_land.ravel()[cell])
        if len(astray):
            cell[astray] = self._nearest_of_window(at[astray], row[astray], column[astray])
        return cell

    def _nearest_of_window(self, at: Floats, row: Ints, column: Ints) -> Ints:
        reach = int(np.ceil(self.parameters.shore_m / self.parameters.cell_m)) + 1
        steps = np.arange(-reach, reach + 1)
        up, right = (step.ravel() for step in np.meshgrid(steps, steps, indexing="ij"))
        rows, columns = self.shape
        r, c = row[:, None] + up, column[:, None] + right
        is_inside = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
        flat = np.where(is_inside, r * columns + c, 0)
        across = np.maximum(np.abs(at[:, :1] - (c + 0.5)) - 0.5, 0.0)
        along = np.maximum(np.abs(at[:, 1:] - (r + 0.5)) - 0.5, 0.0)
        squared = np.where(is_inside & self.is_land.ravel()[flat], across**2 + along**2, np.inf)
        return np.asarray(flat[np.arange(len(at)), squared.argmin(axis=1)], dtype=np.int64)


def ground_of(
    region: shapely.Geometry, *, water: shapely.Geometry | None, parameters: GroundParameters
) -> Ground:
    """The grid over a region less the water, both in one metric CRS.

    Its cells begin at whole multiples of `cell_m`, so that two regions of one municipality share them. The
    land of each cell is exact. Raises GroundError for a region without land, a cell that is not positive,
    and a grid of more than `max_cells` (the message says from which cell on it fits); no parameter is
    replaced.
    """
    if not (parameters.cell_m > 0 and parameters.shore_m >= 0):
        raise GroundError("cell_m must be positive and shore_m must not be negative")
    region, water = _valid(region), None if water is None else _valid(water)
    land = region if water is None else shapely.difference(region, water)
    if not shapely.area(land) > 0:
        raise GroundError("the region has no land: choose another area, or look at the water layer")
    west, south, columns, rows = _frame(shapely.bounds(land), parameters)
    side = parameters.cell_m
    area = covered_area(land, west_m=west, south_m=south, cell_m=side, shape=(rows, columns))
    area[area < _CELL_TOUCHED * side**2] = 0.0
    shapely.prepare([region, land, water])
    return Ground(area, west, south, parameters, region, land, water)


def _valid(geometry: shapely.Geometry) -> shapely.Geometry:
    return geometry if shapely.is_valid(geometry) else shapely.make_valid(geometry)


def _frame(bounds: Floats, parameters: GroundParameters) -> tuple[float, float, int, int]:
    side = parameters.cell_m
    low = np.floor(bounds[:2] / side)
    columns, rows = (int(number) for number in np.maximum(np.ceil(bounds[2:] / side) - low, 1))
    if columns * rows > parameters.max_cells:
        fits = side * np.sqrt(columns * rows / parameters.max_cells)
        raise GroundError(
            f"the region needs {columns * rows} cells of {side:g} m, more than {parameters.max_cells}: "
            f"choose a smaller area, or cells of at least {np.ceil(fits):.0f} m"
        )
    return float(low[0] * side), float(low[1] * side), columns, rows
