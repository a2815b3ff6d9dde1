"""Exact DBSCAN in metres, on a grid: no neighbour lists, so dense spots cost neither memory nor squares.

Not evidence: it says where pins lie close together, and they do where people live and by chance. It has no
null and gives no p (`docs/methods/not_evidence.md`).

The grid's cells are a little smaller than distance/√2, so two points of one cell are always neighbours:
a cell with `minimum` points consists of core points only, and core cells are joined as a whole.
Distances are compared as dx² + dy² ≤ distance², the same arithmetic as scikit-learn's trees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NOISE = -1
_SLACK = 1e-6  # outweighs the rounding of a cell index below 2**31
_PAIRS_AT_ONCE = 2_000_000  # about 100 MB of pair arrays
_PAIRS_BY_BRUTE_FORCE = 4_096  # above this, a pair of cells is split instead
_COLUMNS = (0, -1, 1, -2, 2)  # nearest first: a point that is core already drops out
_CELL_STEPS = (
    *((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0)),
    *((1, 2), (1, -2), (2, 1), (2, -1), (2, 2), (2, -2)),
)  # half of the 24 cells around one, nearest first


def dbscan(xy_m: npt.ArrayLike, *, distance_m: float, minimum: int) -> tuple[Ints, Bools]:
    """Cluster points by density; exact.

    `xy_m` is (n, 2), metres in a metric CRS. A point is core when at least `minimum` points, itself
    included, lie within `distance_m`, the distance itself included. Returns (n,) labels and (n,), which
    points are core. Label -1 is noise, clusters are numbered by the lowest index of their core points. A
    border point joins the cluster of its nearest core point; of equally near ones, the one with the lowest
    index.

    Raises ValueError for non-finite coordinates, a wrong shape, a distance that is not positive, a
    minimum below 1, and an extent of more than 2**31 cells.
    Source: Ester et al. 1996; cells as in Gunawan 2013.
    """
    points = _checked(xy_m, distance_m=distance_m, minimum=minimum)
    labels = np.full(len(points), NOISE, dtype=np.int64)
    is_core = np.zeros(len(points), dtype=np.bool_)
    if len(points) < minimum:
        return labels, is_core
    squared = float(distance_m) * float(distance_m)
    cells = _Cells.of(points, distance_m=distance_m)
    core = _core(cells, squared=squared, minimum=minimum)
    if not core.any():
        return labels, is_core
    core_cells = cells.where(core)
    core_labels = _numbered(core_cells, _joined(core_cells, squared=squared))
    labels[core_cells.index] = core_labels
    is_core[core_cells.index] = True
    border, nearest = _nearest_core(cells, ~core, core_cells, squared=squared)
    labels[border] = core_labels[nearest]
    return labels, is_core


@dataclass(frozen=True)
class _Cells:
    """Points sorted by grid cell. Keys count upwards along a column, so neighbours above and below adjoin."""

    x: Floats
    y: Floats
    index: Ints  # (n,) each point's index in the input; ascending within a cell
    keys: Ints  # (cells,) sorted
    starts: Ints  # (cells + 1,)
    column: int  # the step from one column's key to the next column's

    @classmethod
    def of(cls, points: Floats, *, distance_m: float) -> _Cells:
        side = distance_m / np.sqrt(2.0) * (1.0 - _SLACK)
        cell = np.floor((points - points.min(axis=0)) / side)
        if not cell.max() < 2**31:
            raise ValueError(
                "the points lie too far apart for this distance: project them, or leave some out"
            )
        cell = cell.astype(np.int64)
        column = int(cell[:, 1].max()) + 5
        key = (cell[:, 0] + 2) * column + cell[:, 1] + 2
        order = np.argsort(key, kind="stable").astype(np.int64)
        return cls._sorted(points[order, 0], points[order, 1], order, key[order], column)

    @classmethod
    def _sorted(cls, x: Floats, y: Floats, index: Ints, key: Ints, column: int) -> _Cells:
        first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
        starts = np.r_[first, len(key)].astype(np.int64)
        return cls(x=x, y=y, index=index, keys=key[first], starts=starts, column=column)

    @property
    def sizes(self) -> Ints:
        return np.diff(self.starts)

    def where(self, mask: Bools) -> _Cells:
        key = np.repeat(self.keys, self.sizes)[mask]
        return self._sorted(self.x[mask], self.y[mask], self.index[mask], key, self.column)

    def column_beside(self, keys: Ints, *, columns: int) -> tuple[Ints, Ints]:
        """Slices [from, to) of the points in the five cells at `columns` columns beside each key."""
        middle = keys + columns * self.column
        low = np.searchsorted(self.keys, middle - 2, side="left")
        high = np.searchsorted(self.keys, middle + 2, side="right")
        return self.starts[low], self.starts[high]


def _checked(xy_m: npt.ArrayLike, *, distance_m: float, minimum: int) -> Floats:
    points = np.asarray(xy_m, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points must have the shape (n, 2), not {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError("points must be finite: leave out those without a spot")
    if not (np.isfinite(distance_m) and distance_m > 0):
        raise ValueError("distance_m must be a positive number of metres")
    if minimum < 1:
        raise ValueError("minimum must be at least 1")
    return points


def _core(cells: _Cells, *, squared: float, minimum: int) -> Bools:
    """(n,) in sorted order: which points are core."""
    sizes = cells.sizes
    crowded = sizes >= minimum
    core = np.repeat(crowded, sizes)
    key = np.repeat(cells.keys, sizes)
    todo = np.flatnonzero(~core)
    neighbour_counts = np.zeros(len(todo), dtype=np.int64)
    for columns in _COLUMNS:
        low, high = cells.column_beside(key[todo], columns=columns)
        for which, _, _ in _near(cells.x[todo], cells.y[todo], low, high, cells, squared=squared):
            neighbour_counts += np.bincount(which, minlength=len(todo))
        enough = neighbour_counts >= minimum
        core[todo[enough]] = True
        todo, neighbour_counts = todo[~enough], neighbour_counts[~enough]
    return core


def _near(
    x: Floats, y: Floats, low: Ints, high: Ints, cells: _Cells, *, squared: float
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Pairs (index in x and y, index in cells, squared distance) within reach; a query stays in one batch."""
    ends = np.cumsum(high - low)
    begin = 0
    while begin < len(ends):
        done = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, done + _PAIRS_AT_ONCE, side="right")))
        which, other = _ranges(low[begin:end], high[begin:end])
        which += begin
        away = np.square(cells.x[other] - x[which])
        away += np.square(cells.y[other] - y[which])
        close = away <= squared
        yield which[close], other[close], away[close]
        begin = end


def _ranges(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """All (row, number) with low[row] ≤ number < high[row]."""
    sizes = high - low
    ends = np.cumsum(sizes)
    row = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    number = np.arange(len(row), dtype=np.int64) - np.repeat(ends - sizes - low, sizes)
    return row, number


@dataclass(frozen=True)
class _Boxes:
    """What the points of each cell span; bounds on distances round the same way as the distances."""

    west: Floats
    south: Floats
    east: Floats
    north: Floats

    @classmethod
    def of(cls, cells: _Cells) -> _Boxes:
        first = cells.starts[:-1]
        return cls(
            west=np.minimum.reduceat(cells.x, first),
            south=np.minimum.reduceat(cells.y, first),
            east=np.maximum.reduceat(cells.x, first),
            north=np.maximum.reduceat(cells.y, first),
        )

    def least(self, a: Ints, b: Ints) -> Floats:
        dx = np.maximum(np.maximum(self.west[b] - self.east[a], self.west[a] - self.east[b]), 0.0)
        dy = np.maximum(np.maximum(self.south[b] - self.north[a], self.south[a] - self.north[b]), 0.0)
        return np.asarray(dx * dx + dy * dy)

    def most(self, a: Ints, b: Ints) -> Floats:
        dx = np.maximum(self.east[b] - self.west[a], self.east[a] - self.west[b])
        dy = np.maximum(self.north[b] - self.south[a], self.north[a] - self.south[b])
        return np.asarray(dx * dx + dy * dy)


def _joined(cells: _Cells, *, squared: float) -> Ints:
    """(cells,) the lowest cell number of each cell's cluster; `cells` hold core points only."""
    boxes = _Boxes.of(cells)
    root = np.arange(len(cells.keys), dtype=np.int64)
    for columns, rows in _CELL_STEPS:
        neighbours = cells.keys + columns * cells.column + rows
        index = np.minimum(np.searchsorted(cells.keys, neighbours), len(cells.keys) - 1)
        a = np.flatnonzero(cells.keys[index] == neighbours)
        b = index[a]
        open_ = (root[a] != root[b]) & (boxes.least(a, b) <= squared)
        a, b = a[open_], b[open_]
        sure = (boxes.most(a, b) <= squared) | _samples_touch(cells, a, b, squared=squared)
        root = _connected(root, a[sure], b[sure])
        unsure = ~sure & (root[a] != root[b])
        a, b = a[unsure], b[unsure]
        touch = _touch(cells, a, b, squared=squared)
        root = _connected(root, a[touch], b[touch])
    return root


def _samples_touch(cells: _Cells, a: Ints, b: Ints, *, squared: float) -> Bools:
    """Whether any of three points of cell a is near any of three of b: settles nearly all crowded pairs."""
    touching = np.zeros(len(a), dtype=np.bool_)
    first, last = cells.starts[:-1], cells.starts[1:] - 1
    samples = (first, (first + last) // 2, last)
    for sample in samples:
        for other in samples:
            dx = cells.x[sample[a]] - cells.x[other[b]]
            dy = cells.y[sample[a]] - cells.y[other[b]]
            touching |= dx * dx + dy * dy <= squared
    return touching


def _connected(root: Ints, a: Ints, b: Ints) -> Ints:
    """Union–find over whole arrays: hook the higher root under the lower one, then flatten; repeat."""
    while True:
        a, b = root[a], root[b]
        apart = a != b
        if not apart.any():
            return root
        a, b = a[apart], b[apart]
        root = root.copy()
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while True:
            above = root[root]
            if np.array_equal(above, root):
                break
            root = above


def _touch(cells: _Cells, a: Ints, b: Ints, *, squared: float) -> Bools:
    """Whether any point of cell a[i] is within reach of any point of cell b[i], exactly."""
    sizes = cells.sizes
    touch = np.zeros(len(a), dtype=np.bool_)
    small = sizes[a] * sizes[b] <= _PAIRS_BY_BRUTE_FORCE
    pair = np.flatnonzero(small)
    row, point = _ranges(cells.starts[a[pair]], cells.starts[a[pair] + 1])
    other = b[pair[row]]
    low, high = cells.starts[other], cells.starts[other + 1]
    for which, _, _ in _near(cells.x[point], cells.y[point], low, high, cells, squared=squared):
        touch[pair[row[which]]] = True
    xy = np.column_stack([cells.x, cells.y])
    for i in np.flatnonzero(~small):
        first = xy[cells.starts[a[i]] : cells.starts[a[i] + 1]]
        second = xy[cells.starts[b[i]] : cells.starts[b[i] + 1]]
        touch[i] = _sets_touch(first, second, squared=squared)
    return touch


def _sets_touch(first: Floats, second: Floats, *, squared: float) -> bool:
    """The same for two crowded sets: split the wider set in the middle until bounds or few pairs decide."""
    low_one, high_one, low_two, high_two = (
        first.min(axis=0),
        first.max(axis=0),
        second.min(axis=0),
        second.max(axis=0),
    )
    gap = np.maximum(np.maximum(low_two - high_one, low_one - high_two), 0.0)
    if float(gap[0] * gap[0] + gap[1] * gap[1]) > squared:
        return False
    span = np.maximum(high_two - low_one, high_one - low_two)
    if float(span[0] * span[0] + span[1] * span[1]) <= squared:
        return True
    if len(first) * len(second) <= _PAIRS_BY_BRUTE_FORCE:
        apart = first[:, None, :] - second[None, :, :]
        return bool((apart[..., 0] ** 2 + apart[..., 1] ** 2 <= squared).any())
    if (high_two - low_two).max() > (high_one - low_one).max():
        first, second, low_one, high_one = second, first, low_two, high_two
    axis = int(np.argmax(high_one - low_one))
    lower = first[:, axis] <= low_one[axis] + (high_one[axis] - low_one[axis]) / 2
    if lower.all():  # neighbouring floats: there is nothing between them to split at
        return _sets_touch(np.unique(first, axis=0), np.unique(second, axis=0), squared=squared)
    return _sets_touch(first[lower], second, squared=squared) or _sets_touch(
        first[~lower], second, squared=squared
    )


def _numbered(cells: _Cells, root: Ints) -> Ints:
    """(core points,) labels, numbered by each cluster's lowest index in the input."""
    root_of_point = np.repeat(root, cells.sizes)
    lowest = np.full(len(root), np.iinfo(np.int64).max)
    np.minimum.at(lowest, root_of_point, cells.index)
    number = np.empty(len(root), dtype=np.int64)
    number[np.argsort(lowest, kind="stable")] = np.arange(len(root))
    return number[root_of_point]


def _nearest_core(cells: _Cells, is_border: Bools, core: _Cells, *, squared: float) -> tuple[Ints, Ints]:
    """The input indices of the border points and, for each, the index of its nearest core point in `core`."""
    x, y, index = cells.x[is_border], cells.y[is_border], cells.index[is_border]
    key = np.repeat(cells.keys, cells.sizes)[is_border]
    best = np.full(len(x), np.inf)
    nearest = np.full(len(x), -1, dtype=np.int64)
    for columns in _COLUMNS:
        low, high = core.column_beside(key, columns=columns)
        for which, other, away in _near(x, y, low, high, core, squared=squared):
            order = np.lexsort((core.index[other], away, which))
            which, other, away = which[order], other[order], away[order]
            first = np.flatnonzero(np.r_[True, which[1:] != which[:-1]]) if len(which) else order
            which, other, away = which[first], other[first], away[first]
            nearer = away < best[which]
            nearer |= (away == best[which]) & (core.index[other] < core.index[nearest[which]])
            best[which[nearer]], nearest[which[nearer]] = away[nearer], other[nearer]
    is_near = nearest >= 0
    return index[is_near], nearest[is_near]
