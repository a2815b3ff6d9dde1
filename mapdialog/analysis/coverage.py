"""How much of each cell of a grid a polygon covers, or a line crosses: exact, in one pass over the edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def covered_area(
    polygons: shapely.Geometry, *, west_m: float, south_m: float, cell_m: float, shape: tuple[int, int]
) -> Floats:
    """(rows, columns) the square metres of each cell that valid polygons cover; row 0 in the south.

    What lies beyond the grid is left out. Each edge is cut at the grid's lines, and a piece adds to its cell
    the trapezium between itself and the cell's eastern side, to all cells east of it its height; ring by
    ring these add up to the area (Green's theorem, as font rasterisers do it).
    """
    rows, columns = shape
    oriented = shapely.orient_polygons(polygons)
    rings = shapely.get_rings(shapely.get_parts(shapely.get_parts(oriented)))  # a collection may hold several
    pieces = _pieces(rings, west_m=west_m, south_m=south_m, cell_m=cell_m)
    # east of the grid a piece adds to nothing; west of it, to whole rows
    keep = (pieces.row >= 0) & (pieces.row < rows) & (pieces.column < columns)
    row, column = pieces.row[keep], np.maximum(pieces.column[keep], -1)
    height = pieces.height[keep]
    east = np.where(column < 0, 0.0, column + 1 - pieces.x[keep])
    partial, rest = np.zeros(rows * columns), np.zeros(rows * (columns + 1))
    is_inside = column >= 0
    np.add.at(partial, (row * columns + column)[is_inside], (height * east)[is_inside])
    np.add.at(rest, row * (columns + 1) + column + 1, height)
    area = partial.reshape(shape) + np.cumsum(rest.reshape(rows, columns + 1), axis=1)[:, :columns]
    return np.clip(-area if area.sum() < 0 else area, 0.0, 1.0) * cell_m**2


def crossed_length(
    lines: npt.NDArray[np.object_], *, west_m: float, south_m: float, cell_m: float, shape: tuple[int, int]
) -> Floats:
    """(rows, columns) the metres of lines in each cell; what lies beyond the grid is left out."""
    rows, columns = shape
    parts = shapely.get_parts(np.asarray(lines, dtype=object))
    pieces = _pieces(parts, west_m=west_m, south_m=south_m, cell_m=cell_m)
    keep = (pieces.row >= 0) & (pieces.row < rows) & (pieces.column >= 0) & (pieces.column < columns)
    flat = pieces.row[keep] * columns + pieces.column[keep]
    metres = np.bincount(flat, weights=pieces.length[keep] * cell_m, minlength=rows * columns)
    return np.asarray(metres.reshape(shape))


@dataclass(frozen=True)
class _Pieces:
    """Edges cut at the grid's lines; everything in cells."""

    row: Ints
    column: Ints
    x: Floats  # of the middle
    height: Floats  # signed
    length: Floats


def _pieces(lines: npt.NDArray[np.object_], *, west_m: float, south_m: float, cell_m: float) -> _Pieces:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    xy = (xy - [west_m, south_m]) / cell_m
    joined = line[1:] == line[:-1]
    start, end = xy[:-1][joined], xy[1:][joined]
    edge, at = _cuts(start, end)
    same = edge[1:] == edge[:-1]
    edge, a, b = edge[:-1][same], at[:-1][same], at[1:][same]
    step = end[edge] - start[edge]
    middle = start[edge] + step * ((a + b) / 2)[:, None]
    cell = np.floor(middle).astype(np.int64)
    share = b - a
    return _Pieces(cell[:, 1], cell[:, 0], middle[:, 0], step[:, 1] * share, np.hypot(*step.T) * share)


def _cuts(start: Floats, end: Floats) -> tuple[Ints, Floats]:
    """Where each edge begins (0), meets a line of the grid, and ends (1): edges and positions, sorted."""
    edges = np.arange(len(start))
    edge, at = [edges, edges], [np.zeros(len(start)), np.ones(len(start))]
    for axis in (0, 1):
        low = np.floor(np.minimum(start[:, axis], end[:, axis])).astype(np.int64) + 1
        high = np.ceil(np.maximum(start[:, axis], end[:, axis])).astype(np.int64) - 1
        number = np.maximum(high - low + 1, 0)
        which = np.repeat(edges, number)
        line = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number) + low[which]
        a, b = start[which, axis], end[which, axis]
        edge.append(which)
        at.append(np.clip((line - a) / (b - a), 0.0, 1.0))
    edges_of, positions = np.concatenate(edge), np.concatenate(at)
    order = np.lexsort((positions, edges_of))
    return edges_of[order], positions[order]
