"""How much of a Gaussian kernel lies on land: what a pin near the shore is divided by.

Source: Diggle 1985. Nobody can comment on water, so a kernel that reaches over it would lose the pin's part
there; divided by its mass over land each pin weighs 1 on land, wherever it lies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.coverage import covered_area
from mapdialog.analysis.gaussian import smoothed
from mapdialog.analysis.ground import Ground

Floats = npt.NDArray[np.float64]

_BINS_PER_BANDWIDTH = 10.0  # of the land: an islet smaller than a bin is off by at most 0.5 %
_BINS_PER_NODE = 3
_MARGIN = 2  # nodes around the ground, for the cubic
_BINS_AT_ONCE = 2_000_000
_LEAST = 1e-300  # farther off the land than any pin that counts


@dataclass(frozen=True)
class KernelMass:
    """∫ over the land of a Gaussian around any point on it; `logarithm`: (rows, columns) of nodes.

    The logarithm is smooth even around an islet, where the mass falls to nothing within two bandwidths.
    """

    logarithm: Floats
    west_m: float
    south_m: float
    step_m: float

    @classmethod
    def of(cls, ground: Ground, *, bandwidth_m: float) -> KernelMass:
        """Exact land of bins of a tenth of a bandwidth, times what of the kernel lies in each."""
        side = ground.parameters.cell_m
        split = max(int(np.ceil(_BINS_PER_BANDWIDTH * side / bandwidth_m)), 1)
        bin_m = side / split
        rows, columns = (cells * split for cells in ground.shape)
        up, right = (bin_m * _BINS_PER_NODE * _nodes(number) for number in (rows, columns))
        # what lies in a bin lies evenly in it: as wide as that makes the kernel
        step = {"step_m": bin_m, "bandwidth_m": float(np.hypot(bandwidth_m, bin_m / np.sqrt(12)))}
        mass = np.zeros((len(up), len(right)))
        at_once = max(_BINS_AT_ONCE // columns, 1)
        for first in range(0, rows, at_once):
            shape = (min(at_once, rows - first), columns)
            south_m = ground.south_m + first * bin_m
            land = covered_area(ground.land, west_m=ground.west_m, south_m=south_m, cell_m=bin_m, shape=shape)
            across = smoothed(land.T, at_m=right, first_m=bin_m / 2, **step).T
            mass += smoothed(across, at_m=up, first_m=(first + 0.5) * bin_m, **step)
        logarithm = np.log(np.maximum(mass, _LEAST))
        return cls(logarithm, ground.west_m + right[0], ground.south_m + up[0], bin_m * _BINS_PER_NODE)

    def at(self, xy_m: Floats) -> Floats:
        """(n,) above 0, at most 1: a cubic through 4 × 4 nodes. `xy_m`: (n, 2) on the ground's grid."""
        where = (xy_m - [self.west_m, self.south_m]) / self.step_m
        rows, columns = self.logarithm.shape
        node = np.clip(np.floor(where).astype(np.int64), 1, [columns - 3, rows - 3])
        right, up = (_cubic(part) for part in (where - node).T)
        logarithm = np.zeros(len(xy_m))
        for row in range(4):
            for column in range(4):
                value = self.logarithm[node[:, 1] + row - 1, node[:, 0] + column - 1]
                logarithm += up[row] * right[column] * value
        return np.asarray(np.exp(np.minimum(logarithm, 0.0)))


def _nodes(bins: int) -> Floats:
    return np.arange(-_MARGIN, -(-bins // _BINS_PER_NODE) + 1 + _MARGIN, dtype=np.float64)


def _cubic(part: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Lagrange's weights of the nodes at −1, 0, 1 and 2 for a value between 0 and 1."""
    before, after, beyond = part + 1, part - 1, part - 2
    return (
        -part * after * beyond / 6,
        before * after * beyond / 2,
        -before * part * beyond / 2,
        before * part * after / 6,
    )
