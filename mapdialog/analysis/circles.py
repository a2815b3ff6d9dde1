"""Sums over circles of cells, for every centre and several radii at once.

A circle is the cells whose centres lie within the radius of its centre: rows of cells, each a difference of
two running sums. Whole numbers stay whole, so a count is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Number = TypeVar("Number", np.int32, np.float64)

_ROUNDING = 1e-9  # of a squared radius: a cell whose centre lies on the circle belongs to it


@dataclass(frozen=True)
class Circles:
    """The circles of a grid. `half_widths[i][d]`: cells to each side, d rows from the centre of radius i."""

    radii_m: tuple[float, ...]
    half_widths: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, radii_m: tuple[float, ...], *, cell_m: float) -> Circles:
        """Circles of these radii, in metres. Raises ValueError for radii that are not positive and rising."""
        if not radii_m or min(radii_m) <= 0 or list(radii_m) != sorted(set(radii_m)):
            raise ValueError("radii_m must be positive, each larger than the one before")
        return cls(radii_m, tuple(_half_widths(radius / cell_m) for radius in radii_m))

    def sums(self, values: npt.NDArray[Number]) -> Iterator[npt.NDArray[Number]]:
        """For each radius, the smallest first, (rows, columns) sums over the circle around each cell.

        `values`: (rows, columns); what lies beyond the grid counts as 0. Same type as `values`.
        """
        margin = max(widths[0] for widths in self.half_widths)
        rows, columns = values.shape
        running = np.zeros((rows + 2 * margin, columns + 2 * margin + 1), dtype=values.dtype)
        np.cumsum(values, axis=1, out=running[margin : margin + rows, margin + 1 : margin + 1 + columns])
        running[:, margin + 1 + columns :] = running[:, margin + columns : margin + columns + 1]
        runs: dict[int, npt.NDArray[Number]] = {}
        for widths in self.half_widths:
            for width in widths:
                if width not in runs:
                    east, west = margin + width + 1, margin - width
                    runs[width] = running[:, east : east + columns] - running[:, west : west + columns]
            yield _stacked(runs, widths, margin=margin, rows=rows)

    def cells(self, number: int, *, row: int, column: int, shape: tuple[int, int]) -> Ints:
        """(cells,) flat indexes of the cells in one circle that lie on the grid. `number`: of the radius."""
        rows, columns = shape
        widths = self.half_widths[number]
        parts = []
        for step in range(-len(widths) + 1, len(widths)):
            width = widths[abs(step)]
            if 0 <= row + step < rows:
                low, high = max(column - width, 0), min(column + width, columns - 1)
                parts.append((row + step) * columns + np.arange(low, high + 1))
        return np.concatenate(parts)


def _half_widths(radius: float) -> tuple[int, ...]:
    squared = radius**2 * (1 + _ROUNDING)
    return tuple(int(np.sqrt(squared - step**2)) for step in range(int(np.sqrt(squared)) + 1))


def _stacked(
    runs: dict[int, npt.NDArray[Number]], widths: tuple[int, ...], *, margin: int, rows: int
) -> npt.NDArray[Number]:
    total = runs[widths[0]][margin : margin + rows].copy()
    for step, width in enumerate(widths[1:], start=1):
        total += runs[width][margin + step : margin + step + rows]
        total += runs[width][margin - step : margin - step + rows]
    return total
