"""A density surface: pins per km², smoothed with a Gaussian kernel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_REACH = 6.0  # bandwidths; beyond it the kernel is 1.5e-8 of its peak
_BINS_PER_BANDWIDTH = 5.0  # keeps the error of linear binning below 1 % of the peak
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

    Points are shared linearly among fine bins and each axis is convolved as one matrix product, so the
    cost is that of counting the pins plus rows x bins x (bins + columns).
    """
    points = np.asarray(xy_m, dtype=np.float64).reshape(-1, 2)
    west, south, east, north = bounds
    if not np.isfinite(points).all():
        raise ValueError("points must be finite")
    if not (cell_m > 0 and bandwidth_m > 0 and east > west and north > south):
        raise ValueError("bounds, cell_m and bandwidth_m must have a positive extent")
    columns, rows = int(np.ceil((east - west) / cell_m)), int(np.ceil((north - south) / cell_m))
    bin_m = bandwidth_m / _BINS_PER_BANDWIDTH
    reach_m = _REACH * bandwidth_m
    across, x = _axis(points[:, 0], start=west, cell_m=cell_m, cells=columns, bin_m=bin_m, reach_m=reach_m)
    along, y = _axis(points[:, 1], start=south, cell_m=cell_m, cells=rows, bin_m=bin_m, reach_m=reach_m)
    mass = _shared(x, y, bins=(along.shape[1], across.shape[1]))
    spread = _narrowed(bandwidth_m, bin_m=bin_m)
    values = _gauss(along, spread) @ mass @ _gauss(across, spread).T
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


def _axis(
    values: Floats, *, start: float, cell_m: float, cells: int, bin_m: float, reach_m: float
) -> tuple[Floats, Floats]:
    """(cells, bins) metres between cell centres and bins, and (n,) the pins' fractional bin numbers."""
    centres = start + cell_m * (np.arange(cells) + 0.5)
    first = centres[0] - reach_m
    bins = int(np.ceil((centres[-1] + reach_m - first) / bin_m)) + 1
    distances = centres[:, None] - (first + bin_m * np.arange(bins))[None, :]
    return distances, (values - first) / bin_m


def _shared(x: Floats, y: Floats, *, bins: tuple[int, int]) -> Floats:
    """(rows, columns) of bins: each pin shared among the four around it; pins out of reach are left out."""
    rows, columns = bins
    is_inside = (x >= 0) & (y >= 0) & (x < columns - 1) & (y < rows - 1)
    x, y = x[is_inside], y[is_inside]
    column, row = x.astype(np.int64), y.astype(np.int64)
    right, up = x - column, y - row
    corner = row * columns + column
    mass = np.zeros(rows * columns)
    for step, weight in (
        (0, (1 - right) * (1 - up)),
        (1, right * (1 - up)),
        (columns, (1 - right) * up),
        (columns + 1, right * up),
    ):
        mass += np.bincount(corner + step, weights=weight, minlength=rows * columns)
    return mass.reshape(rows, columns)


def _narrowed(bandwidth_m: float, *, bin_m: float) -> float:
    """Sharing widens a point by a variance between 0 and bin²/4; taking half of it off halves the error."""
    return float(np.sqrt(bandwidth_m**2 - bin_m**2 / 8))


def _gauss(distances: Floats, spread: float) -> Floats:
    return np.asarray(np.exp(-0.5 * (distances / spread) ** 2) / (spread * np.sqrt(2 * np.pi)))
