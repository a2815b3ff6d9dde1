"""Shapes made fit to store: finite, of the right kind, valid, in lon/lat. All rows at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from layers import crs
from layers.geometry import WGS84
from layers.readers.read_file import ReadError

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7
_HIGHEST_LATITUDE = 85.0
# Farther from the origin no projection of the Earth reaches.
_FARTHEST_M = 50_000_000.0
# Edges are cut into pieces of crs.LONGEST_EDGE_M: a shape of thousands of kilometres of long edges is none.
_PIECES_MAX = 50_000
_ALL_PIECES_MAX = 10_000_000
_AT_ONCE = 2_000
_OUTSIDE = "outside the map (latitude beyond 85°, longitude beyond 180°)"
# This many times as far out as three of four lie, a point says nothing of where the layer is.
_FAR_TIMES = 20
# Looked at to find out where a layer lies.
_SAMPLED_SHAPES = 500
_SAMPLED_POINTS = 2_000
_POINT = re.compile(r"\[(\S+) (\S+)\]")

Mask = NDArray[np.bool_]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class UsableShapes:
    """Shapes by row, None where the row is skipped, with the reasons by row, and `fault_points` (lon, lat).

    The reasons are English, as GEOS words them: they are kept in the report of the import.
    """

    geometries: crs.Geometries
    repaired: dict[int, str] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)
    fault_points: dict[int, tuple[float, float]] = field(default_factory=dict)

    def skip(self, rows: Mask, why: str) -> None:
        for row in np.flatnonzero(rows).tolist():
            self.skipped.setdefault(row, why)
            self.geometries[row] = None

    def leave_out(self, reasons: Mapping[int, str]) -> None:
        """Skip rows for reasons that are not in the shape."""
        self.skipped.update(reasons)
        self.geometries[list(reasons)] = None

    def row_numbers(self) -> NDArray[np.intp]:
        """The rows that are left."""
        return np.flatnonzero(~shapely.is_missing(self.geometries))


def usable(geometries: crs.Geometries, *, areas_only: bool, swap_axes: bool = False) -> UsableShapes:
    """The shapes as they stand in the file, flat, without those that nothing can be made of.

    With `areas_only` lines and points are skipped, beside an area in the same collection left out.
    """
    shapes = UsableShapes(geometries=_flat(geometries))
    shapes.skip(shapely.is_missing(shapes.geometries), "no geometry")
    shapes.skip(shapely.is_empty(shapes.geometries), "empty geometry")
    shapes.skip(_not_finite(shapes.geometries), "a coordinate is not a finite number")
    shapes.skip(_beyond_all(shapes.geometries), _OUTSIDE)
    _take_collections_apart(shapes)
    if areas_only:
        _skip_other_kinds(shapes)
    if swap_axes:
        shapes.geometries[:] = shapely.transform(shapes.geometries, lambda points: points[:, ::-1])
    return shapes


def typical_points(geometries: crs.Geometries) -> crs.Points:
    """Points of the shapes, from all over them, but for those far from nearly all. Some must be there."""
    points = some_points(geometries)
    away = np.hypot(*(points - np.median(points, axis=0)).T)
    usual = np.sort(away)[int(0.75 * (len(away) - 1))]
    return points if usual == 0 else points[away <= _FAR_TIMES * usual]


def typical_bounds(geometries: crs.Geometries) -> Bounds:
    """Where nearly all of them lie: a stray or two do not count. Some must be there."""
    points = typical_points(geometries)
    (west, south), (east, north) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return west, south, east, north


def some_points(geometries: crs.Geometries) -> crs.Points:
    """Vertices, evenly taken from evenly taken shapes: of every one that is there, if they are few."""
    present = geometries[~shapely.is_missing(geometries)]
    points = shapely.get_coordinates(_evenly(present, most=_SAMPLED_SHAPES))
    finite = points[np.isfinite(points).all(axis=1)]
    return np.asarray(_evenly(finite, most=_SAMPLED_POINTS), dtype=np.float64)


def _evenly(items: NDArray[Any], *, most: int) -> NDArray[Any]:
    if len(items) <= most:
        return items
    return items[np.linspace(0, len(items) - 1, most).round().astype(np.intp)]


def mend(shapes: UsableShapes, *, srid: int, progress: Callable[[int, int], None]) -> None:
    """Bring usable shapes from EPSG:`srid` to lon/lat and repair what can be repaired; skip the rest.

    A polygon is repaired by its structure (rings that overlap are united, not cut out of each other) and
    stays one, or becomes several. `progress` hears rows done and rows to do. Raises ReadError where it would
    take too much memory.
    """
    _skip_endless(shapes, srid=srid)
    count = len(shapes.geometries)
    for start in range(0, count, _AT_ONCE):
        rows = slice(start, min(start + _AT_ONCE, count))
        # Before: cutting long edges into pieces loses half of a shape that crosses itself.
        _repair(shapes, rows, srid=srid)
        shapes.geometries[rows] = crs.to_wgs84(shapes.geometries[rows], srid=srid)
        _skip_outside(shapes, rows)
        if srid not in crs.GEOGRAPHIC:  # rounding on the way may make a narrow place cross itself
            _repair(shapes, rows, srid=WGS84)
        progress(rows.stop, count)


def _flat(geometries: crs.Geometries) -> crs.Geometries:
    """A copy without heights and measures."""
    result = geometries.copy()
    deep = shapely.has_z(result) | shapely.has_m(result)
    if deep.any():
        result[deep] = shapely.force_2d(result[deep])
    return result


def _not_finite(geometries: crs.Geometries) -> Mask:
    """Every vertex is looked at: a bounding box passes over NaN. Whose it is, only where there is one."""
    result = np.zeros(len(geometries), dtype=bool)
    if not np.isfinite(shapely.get_coordinates(geometries)).all():
        coordinates, rows = shapely.get_coordinates(geometries, return_index=True)
        result[rows[~np.isfinite(coordinates).all(axis=1)]] = True
    return result


def _beyond_all(geometries: crs.Geometries) -> Mask:
    """Farther out than any system reaches: such numbers would hide what system the others are in.

    Their boxes say so, once those with NaN are gone.
    """
    return np.asarray((np.abs(shapely.bounds(geometries)) > _FARTHEST_M).any(axis=1), dtype=bool)


def _take_collections_apart(shapes: UsableShapes) -> None:
    """Of a collection, the parts of the highest dimension: areas before lines, lines before points."""
    for row in np.flatnonzero(shapely.get_type_id(shapes.geometries) == _COLLECTION).tolist():
        parts = _parts(shapes.geometries[row])
        dimensions = shapely.get_dimensions(parts)
        highest = parts[dimensions == dimensions.max()]
        if len(highest) < len(parts):
            shapes.repaired[row] = "lines and points left out"
        shapes.geometries[row] = _as_multi(highest)


def _parts(shape: shapely.Geometry) -> crs.Geometries:
    """The single shapes in a collection, however deep it is nested; those that are empty left out."""
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    return np.asarray(parts[~shapely.is_empty(parts)], dtype=object)


def _as_multi(parts: crs.Geometries) -> shapely.Geometry:
    """Single shapes of one dimension as one Multi shape. Areas may overlap there: the repair unites them."""
    make = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    return make[shapely.get_dimensions(parts[0])](parts)  # type: ignore[return-value]


def _skip_other_kinds(shapes: UsableShapes) -> None:
    kinds = shapely.get_type_id(shapes.geometries)
    for row in np.flatnonzero((kinds != _POLYGON) & (kinds != _MULTIPOLYGON) & (kinds >= 0)).tolist():
        shapes.skipped[row] = f"a {shapes.geometries[row].geom_type} is not an area"
        shapes.geometries[row] = None


def _skip_endless(shapes: UsableShapes, *, srid: int) -> None:
    """Shapes that would become millions of points when their long edges are cut. Raises ReadError."""
    if srid in crs.GEOGRAPHIC:
        return
    points, rows = shapely.get_coordinates(shapes.geometries, return_index=True)
    count = len(shapes.geometries)
    steps = np.hypot(*(points[1:] - points[:-1]).T) // crs.LONGEST_EDGE_M
    pieces = np.bincount(rows[1:], weights=np.where(rows[1:] == rows[:-1], steps, 0), minlength=count)
    shapes.skip(pieces > _PIECES_MAX, "edges too long")
    if pieces[pieces <= _PIECES_MAX].sum() > _ALL_PIECES_MAX:
        raise ReadError(
            _("Reading the file takes more memory or time than is allowed. Split or simplify it.")
        )


def _skip_outside(shapes: UsableShapes, rows: slice) -> None:
    west, south, east, north = shapely.bounds(shapes.geometries[rows]).T
    # A projection's end is infinity, which no bounds hide: only NaN does, and PROJ answers none.
    is_off = (west < -180) | (east > 180) | (south < -_HIGHEST_LATITUDE) | (north > _HIGHEST_LATITUDE)
    outside = np.zeros(len(shapes.geometries), dtype=bool)
    outside[rows] = is_off
    shapes.skip(outside, _OUTSIDE)


def _repair(shapes: UsableShapes, rows: slice, *, srid: int) -> None:
    part = shapes.geometries[rows]
    invalid = np.flatnonzero(~shapely.is_valid(part) & ~shapely.is_missing(part))
    if len(invalid) == 0:
        return
    broken = part[invalid]
    reasons = shapely.is_valid_reason(broken)
    mended = _made_valid(broken)
    for row, reason, before, after in zip(
        (invalid + rows.start).tolist(), reasons, broken, mended, strict=True
    ):
        why, point = _reason_and_point(reason)
        if point:
            shapes.fault_points.setdefault(row, crs.lon_lat(point, srid))
        usable = _of_dimension(after, shapely.get_dimensions(before))
        if shapely.is_empty(usable):
            shapes.skipped[row] = f"nothing is left after repair: {why}"
            shapes.geometries[row] = None
        else:
            shapes.repaired.setdefault(row, why)
            shapes.geometries[row] = usable


def _made_valid(broken: crs.Geometries) -> crs.Geometries:
    """Repaired by structure. GEOS may leave two parts that share an edge: those are united."""
    mended = np.asarray(shapely.make_valid(broken, method="structure", keep_collapsed=False), dtype=object)
    for row in np.flatnonzero(~shapely.is_valid(mended)).tolist():
        parts = shapely.get_parts(mended[row])
        mended[row] = shapely.union_all(shapely.make_valid(parts, method="structure", keep_collapsed=False))
    return mended


def _reason_and_point(text: str) -> tuple[str, tuple[float, float] | None]:
    """GEOS's words without the point in them, `Self-intersection[9.7 59]`, and the point."""
    match = _POINT.search(text)
    if match is None:
        return text, None
    try:
        return text[: match.start()], (float(match.group(1)), float(match.group(2)))
    except ValueError:
        return text[: match.start()], None


def _of_dimension(shape: shapely.Geometry, dimension: int) -> shapely.Geometry:
    """The shape without the crumbs a repair may leave: lines beside polygons, points beside lines."""
    if not isinstance(shape, shapely.GeometryCollection):
        return shape
    parts = shapely.get_parts(shape)
    union: shapely.Geometry = shapely.union_all(parts[shapely.get_dimensions(parts) == dimension])
    return union
