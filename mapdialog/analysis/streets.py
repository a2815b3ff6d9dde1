"""A network of streets: which meet where, how long they are, and at which of them a pin lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

NO_STREET = -1
_PER_M = 1000.0  # positions that agree to the millimetre are one


class NetworkError(ValueError):
    """There is no network: the message says what is missing."""


@dataclass(frozen=True)
class StreetNetwork:
    """Streets from node to node.

    `ends`: (streets, 2) numbers of nodes. `length_m`: (streets,). `lines`: (streets,) their LineStrings.
    """

    ends: Ints
    length_m: Floats
    n_nodes: int
    lines: Geometries


@dataclass(frozen=True)
class StreetPins:
    """`street`: (n,) of each pin, NO_STREET where none is near enough; `at_m`: (n,) metres along it."""

    street: Ints
    at_m: Floats

    @property
    def n_off(self) -> int:
        """How many are too far from any street."""
        return int((self.street == NO_STREET).sum())


def network_of(lines: Geometries) -> StreetNetwork:
    """Lines cut where they meet. `lines`: LineStrings or MultiLineStrings in a metric CRS.

    Two meet where they share a vertex, to the millimetre: a bridge above a street does not. Of streets that
    are there twice one is kept. Raises NetworkError where nothing has a length.
    """
    parts = shapely.get_parts(np.asarray(lines, dtype=object))
    xy, line = shapely.get_coordinates(parts, return_index=True)
    positions, vertex = np.unique(np.round(xy * _PER_M).astype(np.int64), axis=0, return_inverse=True)
    new = np.r_[True, (vertex[1:] != vertex[:-1]) | (line[1:] != line[:-1])][: len(xy)]
    xy, line, vertex = xy[new], line[new], vertex[new]
    is_first = np.r_[True, line[1:] != line[:-1]][: len(xy)]
    is_last = np.r_[is_first[1:], True][: len(xy)]
    is_node = is_first | is_last | (np.bincount(vertex, minlength=len(positions))[vertex] > 1)
    # every vertex begins an edge to the next one, and an edge is of the street that the last node began
    begins = np.flatnonzero(is_node & ~is_last)
    if not len(begins):
        raise NetworkError("no street has a length: look at the layer of streets")
    stops = np.flatnonzero(is_node & ~is_first)
    sizes = stops - begins + 1
    index = np.repeat(np.arange(len(begins)), sizes)
    inner = np.arange(len(index)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + begins[index]
    streets = shapely.linestrings(xy[inner], indices=index)
    _, single = np.unique(shapely.to_wkb(shapely.normalize(streets)), return_index=True)
    single = np.sort(single)
    nodes, ends = np.unique(vertex[np.column_stack([begins, stops])[single]], return_inverse=True)
    return StreetNetwork(
        ends.reshape(-1, 2).astype(np.int64), shapely.length(streets[single]), len(nodes), streets[single]
    )


def nearest_street(xy_m: npt.ArrayLike, *, network: StreetNetwork, reach_m: float) -> StreetPins:
    """Each pin at the nearest point of the nearest street, at most `reach_m` away; of equals the first.

    `xy_m`: (n, 2) metres; what is not finite is near none. Raises ValueError for a reach not above 0.
    """
    if not reach_m > 0:
        raise ValueError("reach_m must be positive")
    points = np.asarray(xy_m, dtype=np.float64).reshape(-1, 2)
    street = np.full(len(points), NO_STREET, dtype=np.int64)
    at_m = np.full(len(points), np.nan)
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    if not len(finite):
        return StreetPins(street, at_m)
    tree = shapely.STRtree(network.lines)
    pin, near = tree.query_nearest(shapely.points(points[finite]), max_distance=reach_m)
    order = np.lexsort((near, pin))
    pin, first = np.unique(pin[order], return_index=True)
    street[finite[pin]] = near[order][first]
    near_pins = finite[pin]
    at_m[near_pins] = shapely.line_locate_point(
        network.lines[street[near_pins]], shapely.points(points[near_pins])
    )
    return StreetPins(street, at_m)
