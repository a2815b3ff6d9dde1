"""Density: pins per km², smoothed with a Gaussian kernel; on the ground each pin weighs 1 on land.

`land_density` is the method; `density_surface` knows no land, and is what the hotspots service draws today.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from mapdialog.analysis.edge_correction import KernelMass
from mapdialog.analysis.gaussian import REACH, smoothed
from mapdialog.analysis.ground import Ground, PinCells, PinState

Floats = npt.NDArray[np.float64]

_BINS_PER_BANDWIDTH = 8.0  # keeps the error of linear binning below 0.5 % of the peak
_CELLS_AT_ONCE = 100_000  # of the size of a bandwidth: some 50 MB of bins
_M2_PER_KM2 = 1e6
_ABROAD_M = 50_000.0


@dataclass(frozen=True)
class DensitySurface:
    """`values` (rows, columns) in pins per km² at the centres of square cells; row 0 lies in the south."""

    values: Floats
    west_m: float
    south_m: float
    cell_m: float
    bandwidth_m: float
    n_outside: int = 0  # points outside the bounds

    @property
    def x_m(self) -> Floats:
        """(columns,) the cell centres, west to east."""
        return np.asarray(self.west_m + self.cell_m * (np.arange(self.values.shape[1]) + 0.5))

    @property
    def y_m(self) -> Floats:
        """(rows,) the cell centres, south to north."""
        return np.asarray(self.south_m + self.cell_m * (np.arange(self.values.shape[0]) + 0.5))


def density_surface(
    xy_m: npt.ArrayLike, *, cell_m: float, bandwidth_m: float, bounds: tuple[float, float, float, float]
) -> DensitySurface:
    """Kernel density of points in metres, on a grid of `cell_m` over `bounds`.

    `xy_m`: (n, 2), finite. `bounds`: west, south, east, north in metres; the last row and column may
    reach beyond. `bandwidth_m` is the standard deviation of the Gaussian. Pins just outside the bounds
    count too, so the surface does not sink towards its edges; away from the edges its sum times the
    cell's km² is the number of pins. Within 1 % of the peak of the exact sum of kernels. Raises
    ValueError for empty bounds, a cell or bandwidth that is not positive, and points that are not finite.

    Points are shared linearly among fine bins and each axis is convolved by itself, so the cost is that of
    counting the pins plus a matrix product as wide as the kernel reaches.
    """
    points = np.asarray(xy_m, dtype=np.float64).reshape(-1, 2)
    west, south, east, north = bounds
    if not np.isfinite(points).all():
        raise ValueError("points must be finite")
    if not (cell_m > 0 and bandwidth_m > 0 and east > west and north > south):
        raise ValueError("bounds, cell_m and bandwidth_m must have a positive extent")
    columns, rows = int(np.ceil((east - west) / cell_m)), int(np.ceil((north - south) / cell_m))
    lattice = _Lattice(west, south, cell_m, (rows, columns), bandwidth_m)
    values = lattice.sums(points, weight=np.ones(len(points)))
    outside = (points < [west, south]).any(axis=1) | (points > [east, north]).any(axis=1)
    return DensitySurface(values * _M2_PER_KM2, west, south, cell_m, bandwidth_m, int(outside.sum()))


def around_the_middle(xy_m: Floats, *, margin_m: float) -> tuple[float, float, float, float]:
    """Bounds (west, south, east, north) where no ground is known: of the points near the one in the middle.

    What lies farther than 50 km from the median point is abroad, or an old file's typing error.
    """
    near = np.abs(xy_m - np.median(xy_m, axis=0)).max(axis=1) <= _ABROAD_M
    points = xy_m[near] if near.any() else xy_m[:1]
    (west, south), (east, north) = points.min(axis=0) - margin_m, points.max(axis=0) + margin_m
    return float(west), float(south), float(east), float(north)


@dataclass(frozen=True)
class LandDensity:
    """`values`: (rows, columns) of the ground, pins per km² at the cells' centres; NaN in cells without land.

    `bandwidth_m`: the standard deviation of the Gaussian, as it was stated. `pins`: which of them count.
    """

    values: Floats
    bandwidth_m: float
    pins: PinCells


def land_density(xy_m: npt.ArrayLike, *, ground: Ground, bandwidth_m: float) -> LandDensity:
    """Σ K(x − xᵢ) / ∫_land K(u − xᵢ) du over the pins on the ground (Diggle 1985): none is lost to water.

    `xy_m`: (n, 2) metres; what lies on water or outside, or is not finite, is in `pins` and counts nowhere. A
    pin that belongs to the land because it is near counts at the nearest point of the land. Over the land the
    density adds up to the pins that count. Within 1 % of its peak of the exact sum, on shores too. Raises
    ValueError for a bandwidth below half a cell, which this grid could not show: it is not replaced.
    """
    points = np.asarray(xy_m, dtype=np.float64).reshape(-1, 2)
    check_bandwidth(bandwidth_m, ground=ground)
    pins = ground.cells_of(points)
    values = kernel_sums(on_land(points, pins=pins, ground=ground), ground=ground, bandwidth_m=bandwidth_m)
    return LandDensity(values * _M2_PER_KM2, bandwidth_m, pins)


def check_bandwidth(bandwidth_m: float, *, ground: Ground) -> None:
    """Raises ValueError for a bandwidth that the ground's cells cannot show."""
    cell_m = ground.parameters.cell_m
    if not (np.isfinite(bandwidth_m) and bandwidth_m >= cell_m / 2):
        raise ValueError(
            f"a bandwidth of {bandwidth_m:g} m cannot be seen in cells of {cell_m:g} m: "
            f"choose at least {cell_m / 2:g} m, or smaller cells"
        )


def on_land(points: Floats, *, pins: PinCells, ground: Ground) -> Floats:
    """(counted, 2) metres of the pins that count; those near the land at the nearest point of it."""
    spots = points.copy()
    moved = np.flatnonzero(pins.state == PinState.MOVED)
    lines = shapely.shortest_line(ground.land, shapely.points(points[moved]))
    spots[moved] = shapely.get_coordinates(lines)[::2]
    return np.asarray(spots[pins.state <= PinState.MOVED])


def kernel_sums(spots: Floats, *, ground: Ground, bandwidth_m: float) -> Floats:
    """(rows, columns) per m² at the cells' centres, NaN without land. `spots`: (n, 2) on the land."""
    weight = 1.0 / KernelMass.of(ground, bandwidth_m=bandwidth_m).at(spots)
    cell_m = ground.parameters.cell_m
    lattice = _Lattice(ground.west_m, ground.south_m, cell_m, ground.shape, bandwidth_m)
    return np.where(ground.is_land, lattice.sums(spots, weight=weight), np.nan)


@dataclass(frozen=True)
class _Lattice:
    """Cells whose centres are asked for the sum of kernels."""

    west_m: float
    south_m: float
    cell_m: float
    shape: tuple[int, int]
    bandwidth_m: float

    def sums(self, points: Floats, *, weight: Floats) -> Floats:
        """(rows, columns) Σ weight · kernel per m², some rows at once. `points`: (n, 2); `weight`: (n,)."""
        rows, columns = self.shape
        reach_m = REACH * self.bandwidth_m
        at_once = max(int(_CELLS_AT_ONCE * self.bandwidth_m**2 / self.cell_m**2 / columns), 1)
        sums = np.zeros(self.shape)
        for first in range(0, rows, at_once):
            south_m = self.south_m + first * self.cell_m
            some = replace(self, south_m=south_m, shape=(min(at_once, rows - first), columns))
            north_m = south_m + some.shape[0] * self.cell_m
            near = (points[:, 1] >= south_m - reach_m) & (points[:, 1] <= north_m + reach_m)
            if near.any():
                sums[first : first + at_once] = some._sums(points[near], weight=weight[near])
        return sums

    def _sums(self, points: Floats, *, weight: Floats) -> Floats:
        rows, columns = self.shape
        bin_m = self.bandwidth_m / _BINS_PER_BANDWIDTH
        reach_m = REACH * self.bandwidth_m
        first_m = self.cell_m / 2 - reach_m
        up, right = (
            int(np.ceil(((cells - 1) * self.cell_m + 2 * reach_m) / bin_m)) + 1 for cells in (rows, columns)
        )
        x, y = ((points - [self.west_m + first_m, self.south_m + first_m]) / bin_m).T
        mass = _shared(x, y, weight=weight, bins=(up, right))
        step = {"first_m": first_m, "step_m": bin_m, "bandwidth_m": _narrowed(self.bandwidth_m, bin_m=bin_m)}
        along = smoothed(mass, at_m=self._centres(rows), **step)
        return smoothed(along.T, at_m=self._centres(columns), **step).T

    def _centres(self, cells: int) -> Floats:
        return np.asarray(self.cell_m * (np.arange(cells) + 0.5), dtype=np.float64)


def _shared(x: Floats, y: Floats, *, weight: Floats, bins: tuple[int, int]) -> Floats:
    """(rows, columns) of bins: each weight among the four around its pin; none of what is out of reach."""
    rows, columns = bins
    is_inside = (x >= 0) & (y >= 0) & (x < columns - 1) & (y < rows - 1)
    x, y, weight = x[is_inside], y[is_inside], weight[is_inside]
    column, row = x.astype(np.int64), y.astype(np.int64)
    right, up = x - column, y - row
    corner = row * columns + column
    mass = np.zeros(rows * columns)
    for step, part in (
        (0, (1 - right) * (1 - up)),
        (1, right * (1 - up)),
        (columns, (1 - right) * up),
        (columns + 1, right * up),
    ):
        mass += np.bincount(corner + step, weights=weight * part, minlength=rows * columns)
    return mass.reshape(rows, columns)


def _narrowed(bandwidth_m: float, *, bin_m: float) -> float:
    """Sharing widens a point by a variance between 0 and bin²/4; taking half of it off halves the error."""
    return float(np.sqrt(bandwidth_m**2 - bin_m**2 / 8))
