"""Shapes made fit to store: finite, of the right kind, valid, in lon/lat. All rows at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import crs

_POLYGON, _MULTIPOLYGON = 3, 6
_HIGHEST_LATITUDE = 85.0

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Sound:
    """Shapes in EPSG:4326 by row, None where the row is skipped, with the reasons by row.

    The reasons are English, as GEOS words them: they are kept in the report of the import.
    """

    geometries: crs.Geometries
    repaired: dict[int, str] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)
    warning: str | None = None

    def skip(self, rows: Mask, why: str) -> None:
        for row in np.flatnonzero(rows).tolist():
            self.skipped.setdefault(row, why)
            self.geometries[row] = None


def sound(geometries: crs.Geometries, *, srid: int, owner: str, polygons_only: bool) -> Sound:
    """Repair what can be repaired, skip the rest, and bring it to lon/lat.

    `geometries` are in EPSG:`srid`. With `polygons_only` every kept shape is a MultiPolygon. A polygon is
    repaired by its structure (rings that overlap are united, not cut out of each other) and stays one.
    Raises CrsError when the coordinates cannot be in that system.
    """
    shapes = Sound(geometries=np.asarray(shapely.force_2d(geometries), dtype=object))
    shapes.skip(shapely.is_missing(shapes.geometries), "no geometry")
    shapes.skip(shapely.is_empty(shapes.geometries), "empty geometry")
    shapes.skip(_not_finite(shapes.geometries), "a coordinate is not a finite number")
    if polygons_only:
        _skip_other_kinds(shapes)
    if (shapes.geometries == None).all():  # noqa: E711 (element by element)
        return shapes
    bounds = tuple(shapely.total_bounds(shapes.geometries).tolist())
    warning = crs.check_fit(bounds, srid=srid, owner=owner)
    _repair(shapes)
    shapes.geometries[:] = crs.to_wgs84(shapes.geometries, srid=srid)
    if srid not in crs.GEOGRAPHIC:  # rounding on the way may make a narrow place cross itself
        _repair(shapes)
    west, south, east, north = shapely.bounds(shapes.geometries).T
    is_off = (west < -180) | (east > 180) | (south < -_HIGHEST_LATITUDE) | (north > _HIGHEST_LATITUDE)
    shapes.skip(
        is_off | _not_finite(shapes.geometries),
        "outside the map (latitude beyond 85°, longitude beyond 180°)",
    )
    if polygons_only:
        _make_multi(shapes.geometries)
    return Sound(
        geometries=shapes.geometries, repaired=shapes.repaired, skipped=shapes.skipped, warning=warning
    )


def _not_finite(geometries: crs.Geometries) -> Mask:
    """Every vertex is looked at: a bounding box passes over NaN."""
    coordinates, rows = shapely.get_coordinates(geometries, return_index=True)
    result = np.zeros(len(geometries), dtype=bool)
    result[rows[~np.isfinite(coordinates).all(axis=1)]] = True
    return result


def _skip_other_kinds(shapes: Sound) -> None:
    kinds = shapely.get_type_id(shapes.geometries)
    for row in np.flatnonzero((kinds != _POLYGON) & (kinds != _MULTIPOLYGON) & (kinds >= 0)).tolist():
        shapes.skipped[row] = f"a {shapes.geometries[row].geom_type} is not an area"
        shapes.geometries[row] = None


def _repair(shapes: Sound) -> None:
    invalid = np.flatnonzero(~shapely.is_valid(shapes.geometries) & ~shapely.is_missing(shapes.geometries))
    if len(invalid) == 0:
        return
    broken = shapes.geometries[invalid]
    reasons = shapely.is_valid_reason(broken)
    mended = shapely.make_valid(broken, method="structure", keep_collapsed=False)
    for row, reason, before, after in zip(invalid.tolist(), reasons, broken, mended, strict=True):
        kept = _of_dimension(after, shapely.get_dimensions(before))
        if shapely.is_empty(kept):
            shapes.skipped[row] = f"nothing is left after repair: {reason}"
            shapes.geometries[row] = None
        else:
            shapes.repaired.setdefault(row, reason)
            shapes.geometries[row] = kept


def _of_dimension(shape: shapely.Geometry, dimension: int) -> shapely.Geometry:
    """The shape without the crumbs a repair may leave: lines beside polygons, points beside lines."""
    if not isinstance(shape, shapely.GeometryCollection):
        return shape
    parts = shapely.get_parts(shape)
    union: shapely.Geometry = shapely.union_all(parts[shapely.get_dimensions(parts) == dimension])
    return union


def _make_multi(geometries: crs.Geometries) -> None:
    parts, rows = shapely.get_parts(geometries, return_index=True)
    if len(parts):
        geometries[np.unique(rows)] = shapely.multipolygons(
            parts, indices=np.unique(rows, return_inverse=True)[1]
        )
