"""Do the areas of a boundary set fit together? Overlaps, gaps and splinters, measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import crs
from layers.findings.finding import Finding, Item, listing

# Narrower than this an overlap or gap comes from drawing, not from disagreement.
SLIVER_M = 1.0
# Rounding of coordinates and of borders that were transformed apart; nobody could see it.
_NOISE_M = 0.01
# Degrees, some millimetres. Where a corner stands on the neighbour's edge, the two leave a hair between them,
# and a gap would be open to the outside.
_GRID = 5e-8
_POINTS_MAX = 4_000_000
COMPARED_POINTS_MAX = 200_000
_PAIR_POINTS_MAX = 10_000_000
_NEIGHBOURS = 3


def check(
    geometries: crs.Geometries, *, codes: Sequence[str], features: Sequence[int], owner: str
) -> list[Finding]:
    """What does not fit, measured in the owner's metric system, the largest first.

    `geometries` are valid polygons, of one part or several, in lon/lat, `codes` and `features` (numbers in
    the file) theirs. Gaps are holes in the union of all: what is open to the outside cannot be told from the
    rim. Beyond _POINTS_MAX points, nothing is measured, and a finding says so.
    """
    points = int(shapely.get_num_coordinates(geometries).sum())
    if points > _POINTS_MAX:
        return [_not_measured(points, limit=_POINTS_MAX)]
    ground = _Ground(geometries, codes=codes, features=features, owner=owner)
    # GEOS looks along all the borders at once; only areas that it finds at odds are laid on each other.
    at_odds = ~shapely.is_empty(shapely.coverage_invalid_edges(geometries))
    pairs = _pairs(geometries, at_odds)
    sizes = shapely.get_num_coordinates(geometries)
    work = int(sizes[pairs].sum())
    if work > _PAIR_POINTS_MAX:
        return [_not_measured(work, limit=_PAIR_POINTS_MAX), *ground.splinters()]
    return [*ground.overlaps(pairs), *ground.gaps(_union(geometries, at_odds)), *ground.splinters()]


def _not_measured(size: int, *, limit: int) -> Finding:
    return Finding(kind="not_measured", severity="note", count=1, values={"size": size, "limit": limit})


def _pairs(geometries: crs.Geometries, at_odds: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Rows of areas that may overlap, each pair once, as (2, n): one of the two at least is at odds."""
    rows = np.flatnonzero(at_odds)
    if len(rows) == 0:
        return np.empty((2, 0), dtype=np.intp)
    queried, second = shapely.STRtree(geometries).query(geometries[rows])
    first = rows[queried]
    once = (first < second) | (~at_odds[second] & (first != second))
    return np.sort(np.array([first[once], second[once]]), axis=0)


def _union(geometries: crs.Geometries, at_odds: NDArray[np.bool_]) -> shapely.Geometry:
    """All the ground. What fits together is dissolved along its borders, which is much quicker."""
    fitting: shapely.Geometry = shapely.coverage_union_all(geometries[~at_odds])
    if not at_odds.any():
        return fitting
    union: shapely.Geometry = shapely.union_all([*geometries[at_odds], fitting], grid_size=_GRID)
    return union


class _Ground:
    """The areas, and how pieces of them are measured."""

    def __init__(
        self, geometries: crs.Geometries, *, codes: Sequence[str], features: Sequence[int], owner: str
    ) -> None:
        self._geometries = geometries
        self._codes = codes
        self._features = features
        west, south, east, north = shapely.total_bounds(geometries)
        self._srid = crs.metric(((west + east) / 2, (south + north) / 2), owner=owner)

    def overlaps(self, pairs: NDArray[np.intp]) -> list[Finding]:
        """Of each pair that overlaps: how much, and where it is widest."""
        shared = shapely.intersection(self._geometries[pairs[0]], self._geometries[pairs[1]])
        real = np.flatnonzero(shapely.area(shared) > 0)
        m2, width_m = self._measured(shared[real])
        items = [
            self._item(shared[row], m2=float(size), row=int(pairs[0][row]), other=self._codes[pairs[1][row]])
            for row, size in zip(real.tolist(), m2, strict=True)
        ]
        return _by_width("overlap", items, width_m)

    def gaps(self, union: shapely.Geometry) -> list[Finding]:
        """Ground that the areas enclose and none of them has, with the codes around it."""
        rings = [ring for part in shapely.get_parts(union) for ring in part.interiors]
        if not rings:
            return []
        holes = np.asarray(shapely.polygons(np.array(rings, dtype=object)), dtype=object)
        m2, width_m = self._measured(holes)
        tree = shapely.STRtree(self._geometries)
        items = []
        for hole, size in zip(holes, m2, strict=True):
            around = sorted(tree.query(hole, predicate="intersects").tolist())
            codes = [self._codes[row] for row in around]
            listed = ", ".join(codes[1:_NEIGHBOURS]) + (", …" if len(codes) > _NEIGHBOURS else "")
            point = shapely.point_on_surface(hole)
            code = codes[0] if codes else ""
            items.append(Item(code=code, other=listed, lon=point.x, lat=point.y, m2=round(float(size), 2)))
        return _by_width("gap", items, width_m)

    def splinters(self) -> list[Finding]:
        """Parts of an area that are narrow, beside one that is not."""
        parts, rows = shapely.get_parts(self._geometries, return_index=True)
        several = np.flatnonzero(np.bincount(rows, minlength=len(self._geometries))[rows] > 1)
        m2, width_m = self._measured(parts[several])
        narrow = (width_m >= _NOISE_M) & (width_m < SLIVER_M)
        items = [
            self._item(parts[part], m2=float(size), row=int(rows[part]))
            for part, size in zip(several[narrow].tolist(), m2[narrow], strict=True)
        ]
        return listing("sliver_part", _largest_first(items), severity="note", values={"limit": SLIVER_M})

    def _measured(self, shapes: crs.Geometries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Square metres, and the mean width in metres: of a long strip, twice its area by its outline."""
        metres = crs.from_wgs84(shapes, srid=self._srid)
        m2 = shapely.area(metres)
        return m2, 2 * m2 / np.maximum(shapely.length(metres), 1e-9)

    def _item(self, shape: shapely.Geometry, *, m2: float, row: int, other: str = "") -> Item:
        point = shapely.point_on_surface(shape)
        return Item(
            feature=self._features[row],
            code=self._codes[row],
            other=other,
            lon=round(point.x, 7),
            lat=round(point.y, 7),
            m2=round(m2, 2),
        )


def _by_width(kind: str, items: Sequence[Item], width_m: NDArray[np.float64]) -> list[Finding]:
    """Two findings: real ones, and slivers. Noise is left out."""
    real = [item for item, width in zip(items, width_m, strict=True) if width >= SLIVER_M]
    slivers = [item for item, width in zip(items, width_m, strict=True) if _NOISE_M <= width < SLIVER_M]
    return [
        *listing(kind, _largest_first(real), severity="warning"),
        *listing(f"sliver_{kind}", _largest_first(slivers), severity="note", values={"limit": SLIVER_M}),
    ]


def _largest_first(items: Sequence[Item]) -> list[Item]:
    return sorted(items, key=lambda item: -(item.m2 or 0))
