"""A GeoJSON geometry read strictly into GEOS: every number checked by us, and only numbers passed on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.gis.geos import (
    GEOSException,
    GEOSGeometry,
    LinearRing,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from django.utils.translation import gettext as _

from layers.geometry import WGS84

MAX_VERTICES = 2_000
MAX_LAT = 85  # what the database stores: the tiles' Web Mercator stops there

Position = tuple[float, float]


class ShapeError(ValueError):
    """The geometry cannot be taken. `path` leads to the failing member (`coordinates[0]`)."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


def parse(value: Any) -> GEOSGeometry | None:
    """The geometry of a GeoJSON value (RFC 7946, lon/lat in degrees), in EPSG:4326; None for null.

    Points, lines, polygons and several of one sort are taken. A third number (height) is dropped. At most
    2,000 vertices. Raises ShapeError: unknown members, numbers out of range, open rings, crossing borders.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ShapeError("", _("A geometry or null is expected."))
    for name in value:
        if name not in {"type", "coordinates", "bbox"}:
            raise ShapeError(str(name)[:40], _("Unknown member."))
    build = _BUILDERS.get(value["type"]) if isinstance(value.get("type"), str) else None
    if build is None:
        raise ShapeError("type", _("Choose one of: %(choices)s.") % {"choices": ", ".join(_BUILDERS)})
    try:
        shape = build(value.get("coordinates"), "coordinates")
    except GEOSException:
        raise ShapeError("coordinates", _("This shape cannot be built.")) from None
    _check_whole(shape)
    shape.srid = WGS84
    return shape


def _check_whole(shape: GEOSGeometry) -> None:
    if shape.num_coords > MAX_VERTICES:
        message = _("The shape can have at most %(maximum)s points.")
        raise ShapeError("coordinates", message % {"maximum": MAX_VERTICES})
    if isinstance(shape, Polygon | MultiPolygon) and not shape.valid:
        message = _("The border crosses or touches itself (%(reason)s). Draw it without crossings.")
        raise ShapeError("coordinates", message % {"reason": shape.valid_reason})


def _list(value: Any, path: str, *, minimum: int) -> list[Any]:
    if not isinstance(value, list):
        raise ShapeError(path, _("A list is expected."))
    if len(value) < minimum:
        raise ShapeError(path, _("At least %(minimum)d are needed.") % {"minimum": minimum})
    if len(value) > MAX_VERTICES:
        message = _("The shape can have at most %(maximum)s points.")
        raise ShapeError(path, message % {"maximum": MAX_VERTICES})
    return value


def _position(value: Any, path: str) -> Position:
    if (
        not isinstance(value, list)
        or len(value) not in (2, 3)
        or not all(_is_number(number) for number in value)
    ):
        raise ShapeError(path, _("A position is [longitude, latitude]."))
    lon, lat = float(value[0]), float(value[1])
    if not -180 <= lon <= 180:
        raise ShapeError(path, _("The longitude must be from -180 to 180."))
    if not -MAX_LAT <= lat <= MAX_LAT:
        raise ShapeError(path, _("The latitude must be from -85 to 85."))
    return lon, lat


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _positions(value: Any, path: str, *, minimum: int) -> list[Position]:
    return [
        _position(position, f"{path}[{index}]")
        for index, position in enumerate(_list(value, path, minimum=minimum))
    ]


def _point(value: Any, path: str) -> Point:
    return Point(*_position(value, path))


def _line(value: Any, path: str) -> LineString:
    positions = _positions(value, path, minimum=2)
    if len(set(positions)) < 2:
        raise ShapeError(path, _("A line needs two different points."))
    return LineString(positions)


def _polygon(value: Any, path: str) -> Polygon:
    rings = []
    for index, ring in enumerate(_list(value, path, minimum=1)):
        ring_path = f"{path}[{index}]"
        positions = _positions(ring, ring_path, minimum=4)
        if positions[0] != positions[-1]:
            raise ShapeError(ring_path, _("A ring must end where it starts."))
        rings.append(LinearRing(positions))
    return Polygon(*rings)


def _several(
    collect: Callable[[Sequence[Any]], GEOSGeometry], single: Callable[[Any, str], GEOSGeometry]
) -> Callable[[Any, str], GEOSGeometry]:
    def build(value: Any, path: str) -> GEOSGeometry:
        parts = _list(value, path, minimum=1)
        return collect([single(part, f"{path}[{index}]") for index, part in enumerate(parts)])

    return build


_BUILDERS: dict[str, Callable[[Any, str], GEOSGeometry]] = {
    "Point": _point,
    "LineString": _line,
    "Polygon": _polygon,
    "MultiPoint": _several(MultiPoint, _point),
    "MultiLineString": _several(MultiLineString, _line),
    "MultiPolygon": _several(MultiPolygon, _polygon),
}
