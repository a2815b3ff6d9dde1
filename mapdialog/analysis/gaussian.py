"""A Gaussian along one axis of a grid: two such products are the kernel in the plane."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

Floats = npt.NDArray[np.float64]

REACH = 6.0  # bandwidths; beyond it the kernel is 1.5e-8 of its peak
_ROWS_AT_ONCE = 64


def smoothed(values: Floats, *, at_m: Floats, first_m: float, step_m: float, bandwidth_m: float) -> Floats:
    """(at, others) Σ of the kernel from each row of `values` to each position; per metre.

    `values`: (rows, others), of rows at `first_m`, `first_m + step_m`, … `at_m`: (at,) ascending. Rows beyond
    the reach are not looked at, so the cost grows with the length of the axis and not with its square.
    """
    sums = np.zeros((len(at_m), values.shape[1]))
    reach_m = REACH * bandwidth_m
    for start in range(0, len(at_m), _ROWS_AT_ONCE):
        some = at_m[start : start + _ROWS_AT_ONCE]
        low = max(math.floor((some[0] - reach_m - first_m) / step_m), 0)
        high = min(math.ceil((some[-1] + reach_m - first_m) / step_m) + 1, len(values))
        if low < high:
            apart = some[:, None] - (first_m + step_m * np.arange(low, high))[None]
            sums[start : start + len(some)] = gaussian(apart, bandwidth_m=bandwidth_m) @ values[low:high]
    return sums


def gaussian(distance_m: Floats, *, bandwidth_m: float) -> Floats:
    """Per metre."""
    return np.asarray(np.exp(-0.5 * (distance_m / bandwidth_m) ** 2) / (bandwidth_m * math.sqrt(2 * math.pi)))


def between_cells(cells: int, *, cell_m: float, bandwidth_m: float) -> Floats:
    """(cells, cells) per metre: the mean over the second cell of the kernel around the first one's centre."""
    edges = (np.arange(-cells, cells) + 0.5) * cell_m / bandwidth_m
    below = np.array([0.5 * math.erfc(-edge / math.sqrt(2)) for edge in edges])
    steps = np.arange(cells)[:, None] - np.arange(cells)[None]
    return np.asarray(np.diff(below)[steps + cells - 1] / cell_m)


def moved_by(cells: int, *, cell_m: float, bandwidth_m: float) -> Floats:
    """(2 · steps + 1,) of what lies evenly in a cell, the share that a Gaussian brings to each cell around.

    The share of no step is in the middle; as many steps as the kernel reaches, at most `cells` − 1. It is the
    mean over both cells, so a kernel narrower than a cell is exact too.
    """
    steps = min(math.ceil(REACH * bandwidth_m / cell_m) + 1, cells - 1)
    edge = np.arange(steps + 2) * (cell_m / bandwidth_m)
    beyond = np.exp(-0.5 * edge**2) / math.sqrt(2 * math.pi) - edge * ndtr(-edge)  # ∫ of the tail
    beyond *= bandwidth_m / cell_m
    there = np.maximum(np.diff(beyond, 2), 0.0)
    return np.concatenate([there[::-1], [1.0 - 2.0 * (beyond[0] - beyond[1])], there])
