"""Person-spots on the grid, and how many different people have one in each circle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from mapdialog.analysis.circles import Circles

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Spots:
    """`cell`: (spots,) flat index of each one's cell on the grid. `person`: (spots,) whose, from 0."""

    cell: Ints
    person: Ints

    @classmethod
    def one_each(cls, cell: Ints) -> Spots:
        """Of as many persons as there are spots."""
        return cls(cell, np.arange(len(cell), dtype=np.int64))

    def __len__(self) -> int:
        return len(self.cell)

    def counts(self, n_cells: int) -> Ints:
        """(cells,) spots in each."""
        return np.bincount(self.cell, minlength=n_cells).astype(np.int64)

    def some(self, keep: Bools) -> Spots:
        """Those that are to be kept. `keep`: (spots,)."""
        return Spots(self.cell[keep], self.person[keep])

    def outside(self, cells: Ints) -> Spots:
        """Those in none of these cells."""
        return self.some(~np.isin(self.cell, cells))


def people_in_circles(spots: Spots, *, circles: Circles, shape: tuple[int, int]) -> Iterator[Counts]:
    """For each radius, the smallest first, (rows, columns) different people with a spot in the circle.

    The spots of a circle, less what a person has beyond one: where circles around the spots of one person
    overlap, row by row, the person is counted as often as there are such circles, and once is right.
    """
    grid = spots.counts(shape[0] * shape[1]).reshape(shape).astype(np.int32)
    apart = _apart(spots, columns=shape[1])
    for sums, half_widths in zip(circles.sums(grid), circles.half_widths, strict=True):
        meeting = spots.some(apart < 2 * len(half_widths))
        if len(meeting):
            sums -= _beyond_once(meeting, half_widths=half_widths, shape=shape)
        yield sums


def _apart(spots: Spots, *, columns: int) -> Floats:
    """(spots,) cells to the nearest other spot of the same person; infinite where there is none."""
    apart = np.full(len(spots), np.inf)
    _, index, spots_each = np.unique(spots.person, return_inverse=True, return_counts=True)
    several = np.flatnonzero(spots_each[index] > 1)
    if len(several):
        row, column = np.divmod(spots.cell[several], columns)
        far = 10 * (int(row.max()) + columns)  # between persons
        points = np.column_stack([row, column, index[several] * far]).astype(np.float64)
        distance, _ = cKDTree(points).query(points, k=2)
        apart[several] = distance[:, 1]
    return apart


def _beyond_once(spots: Spots, *, half_widths: tuple[int, ...], shape: tuple[int, int]) -> Counts:
    """(rows, columns) how often more than once persons are counted in the circle around each cell.

    Each circle around a spot is a run of cells in each of its rows. Of one person's runs in one row, in
    order of their beginnings, what lies before the end of those before is counted again.
    """
    rows, columns = shape
    step = np.arange(-len(half_widths) + 1, len(half_widths))
    width = np.asarray(half_widths)[np.abs(step)]
    row, column = np.divmod(spots.cell, columns)
    in_row = (row[:, None] + step).ravel()
    begin = np.maximum(column[:, None] - width, 0).ravel()
    end = np.minimum(column[:, None] + width + 1, columns).ravel()
    run = np.repeat(spots.person, len(step)) * rows + in_row
    on_grid = (in_row >= 0) & (in_row < rows)
    order = np.flatnonzero(on_grid)[np.lexsort((begin[on_grid], run[on_grid]))]
    in_row, begin, end, run = in_row[order], begin[order], end[order], run[order]
    reached = _reached_before(end, group=np.cumsum(np.diff(run, prepend=-1) != 0), columns=columns)
    again = np.minimum(end, reached)
    is_again = again > begin
    change = np.zeros((rows, columns + 1), dtype=np.int32)
    np.add.at(change, (in_row[is_again], begin[is_again]), 1)
    np.add.at(change, (in_row[is_again], again[is_again]), -1)
    return np.asarray(np.cumsum(change, axis=1, dtype=np.int32)[:, :columns])


def _reached_before(end: Ints, *, group: Ints, columns: int) -> Ints:
    """(runs,) the farthest end of those before in the same group; 0 for its first. `group`: ascending."""
    offset = group * (columns + 1)
    reached = np.maximum.accumulate(end + offset)
    return np.asarray(np.maximum(np.r_[0, reached[:-1]] - offset, 0))
