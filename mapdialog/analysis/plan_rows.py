"""Which purpose of a plan a comment lies in: one, or too near a border to say, or none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from mapdialog.analysis.ground import Ground

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

NO_PURPOSE = -1
NO_ZONE = -1
_TRIES = 30  # to hit the land of a cell that is mostly water


@dataclass(frozen=True)
class PlanRows:
    """Where each of n comments lies. `row`: (n,) see `Plan`. `zone`: (n,) NO_ZONE if not in one purpose."""

    row: Ints
    zone: Ints


@dataclass(frozen=True)
class Plan:
    """The zones of a plan in a metric CRS. Rows of a table: the purposes, then `border`, then `outside`.

    `purpose`: (zones,) of each zone, from 0. `borders`: (pieces,) straight pieces of line between different
    purposes, or between a purpose and nothing; not those between zones of one purpose.
    """

    n_purposes: int
    purpose: Ints
    zones: shapely.STRtree
    borders: shapely.STRtree

    @classmethod
    def of(cls, zones: Geometries, *, purpose: Ints, n_purposes: int) -> Plan:
        """`zones`: (zones,) polygons. `purpose`: (zones,) NO_PURPOSE is as good as outside the plan.

        Raises ValueError for a purpose that is none of `n_purposes`, and a plan without any zone.
        """
        known = (purpose != NO_PURPOSE) & ~shapely.is_empty(zones)
        purpose = purpose[known]
        if len(purpose) == 0 or not ((purpose >= 0) & (purpose < n_purposes)).all():
            raise ValueError("each zone needs a purpose from 0 to below n_purposes, at least one zone")
        valid = np.where(shapely.is_valid(zones[known]), zones[known], shapely.make_valid(zones[known]))
        areas = [shapely.union_all(valid[purpose == each]) for each in np.unique(purpose)]
        lines = shapely.get_parts(shapely.boundary(np.array(areas, dtype=object)))
        ends, line = shapely.get_coordinates(lines, return_index=True)
        joined = np.flatnonzero(line[1:] == line[:-1])
        pieces = np.array(
            shapely.linestrings(np.stack([ends[joined], ends[joined + 1]], axis=1)), dtype=object
        )
        return cls(n_purposes, purpose, shapely.STRtree(valid), shapely.STRtree(pieces))

    @property
    def border(self) -> int:
        """The row of comments too near to a border to say on which side they are meant."""
        return self.n_purposes

    @property
    def outside(self) -> int:
        """The row of comments where the plan says nothing."""
        return self.n_purposes + 1

    @property
    def n_rows(self) -> int:
        """Purposes, border, outside."""
        return self.n_purposes + 2

    def rows(self, xy_m: Floats, *, accuracy_m: Floats) -> PlanRows:
        """Where comments lie. `xy_m`: (n, 2) finite. `accuracy_m`: (n,) metres, 0 or more.

        Nearer to a border than its own accuracy, or in zones of two purposes: `border`, and so is a comment
        outside the plan that may well be within. Raises ValueError where an accuracy is not known.
        """
        if not (np.isfinite(accuracy_m) & (accuracy_m >= 0)).all():
            raise ValueError("each comment needs an accuracy in metres, 0 or more")
        points = np.array(shapely.points(xy_m), dtype=object)
        at, zone = self.zones.query(points, predicate="intersects")
        row = np.full(len(points), self.outside, dtype=np.int64)
        of_zone = np.full(len(points), NO_ZONE, dtype=np.int64)
        row[at], of_zone[at] = self.purpose[zone], zone
        is_border = np.zeros(len(points), dtype=np.bool_)
        is_border[at[row[at] != self.purpose[zone]]] = True
        near, _ = self.borders.query(points, predicate="dwithin", distance=accuracy_m)
        is_border[near] = True
        return PlanRows(np.where(is_border, self.border, row), np.where(is_border, NO_ZONE, of_zone))


def exposed_share(
    weight: Floats, *, accuracy_m: Floats, ground: Ground, plan: Plan, sample: int, seed: int
) -> Floats:
    """(rows of the plan,) the share of an exposure in each, as seen with accuracies like the comments'.

    `weight`: (rows, columns) of the ground: an exposure, or `land_m2` for the share of the area. In its
    border row is what lies nearer to a border than comments are accurate. By `sample` places, spread evenly
    over the weight; the standard error of a share s is at most √(s(1−s)/sample).
    """
    rng = np.random.default_rng(seed)
    running = np.cumsum(weight.ravel())
    quantile = (np.arange(sample) + rng.random(sample)) / sample * running[-1]
    cell = np.searchsorted(running, quantile, side="right")
    accuracies = accuracy_m[rng.permutation(np.arange(sample) % len(accuracy_m))]
    rows = plan.rows(places(cell, ground=ground, rng=rng), accuracy_m=accuracies).row
    return np.bincount(rows, minlength=plan.n_rows) / sample


def places(cell: Ints, *, ground: Ground, rng: np.random.Generator) -> Floats:
    """(n, 2) a place on the land of each cell; in its middle where hardly any of it is land."""
    row, column = np.divmod(cell, ground.shape[1])
    side = ground.parameters.cell_m
    corner = np.column_stack([ground.west_m + column * side, ground.south_m + row * side])
    xy_m = corner + side * rng.random((len(cell), 2))
    astray = np.flatnonzero(ground.land_share.ravel()[cell] < 1)
    for _ in range(_TRIES):
        astray = astray[~shapely.intersects_xy(ground.land, *xy_m[astray].T)]
        xy_m[astray] = corner[astray] + side * rng.random((len(astray), 2))
    xy_m[astray] = corner[astray] + side / 2
    return xy_m
