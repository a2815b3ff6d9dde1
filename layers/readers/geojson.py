"""GeoJSON, parsed by us: the FeatureCollection of RFC 7946, the older `crs` member, and bare geometries.

Never through GDAL, which opens whatever it recognises (a VRT or WFS document called x.geojson reads local
files and makes web requests).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from layers import crs
from layers.geometry import WGS84
from layers.readers.table import MAX_FIELDS, ReadError, Table

_MULTI = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_MAKE: dict[str, Callable[..., Any]] = {
    "MultiPoint": shapely.multipoints,
    "MultiLineString": shapely.multilinestrings,
    "MultiPolygon": shapely.multipolygons,
}
# What GEOS needs to make one at all (of a ring: closed). Fewer are filled up with the last, and are then as
# invalid as they were: the repair drops them and says so, and the rest of the file is loaded.
_LEAST_POSITIONS = {"Point": 1, "LineString": 2, "Polygon": 4}
_SINGLE = frozenset(_LEAST_POSITIONS)


class _ShapeError(ValueError):
    """A geometry that is not what GeoJSON says it must be."""


def read(content: bytes) -> Table:
    """The rows of a GeoJSON text. Raises ReadError, naming the feature where there is one."""
    document = _parsed(content)
    shapes: list[Any] = []
    properties: list[dict[str, Any]] = []
    notes: dict[int, str] = {}
    for number, (geometry, fields) in enumerate(_features(document), start=1):
        try:
            shape, closed = _shape_and_note(geometry)
        except _ShapeError as error:
            message = _("Feature %(number)d: %(error)s")
            raise ReadError(message % {"number": number, "error": error}) from None
        if closed:
            notes[len(shapes)] = "unclosed ring"
        shapes.append(shape)
        properties.append(fields)
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = shapes
    return Table(geometries=geometries, properties=properties, srid=_srid(document), notes=notes)


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_members, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        raise ReadError(_("The file is not UTF-8 text.")) from None
    except json.JSONDecodeError as error:
        message = _("The file is not JSON: line %(line)d, column %(column)d.")
        raise ReadError(message % {"line": error.lineno, "column": error.colno}) from None
    except RecursionError:
        raise ReadError(_("The file is nested too deeply.")) from None
    except ReadError:
        raise
    except ValueError:  # a whole number of thousands of figures
        raise ReadError(_("The file holds a number that is too large.")) from None
    if not isinstance(document, dict):
        raise ReadError(_("The file is JSON, but not GeoJSON."))
    return document


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ReadError(_("The same name is there twice in one object."))
    if len(members) > MAX_FIELDS:
        raise ReadError(_("The file has more than %(limit)d different fields.") % {"limit": MAX_FIELDS})
    return members


def _refuse_constant(name: str) -> Any:
    raise ReadError(_("%(name)s is not a number in GeoJSON.") % {"name": name})


def _features(document: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    if document.get("type") == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise ReadError(_("The FeatureCollection has no list of features."))
        for number, feature in enumerate(features, start=1):
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                raise ReadError(_("Feature %(number)d is not a Feature.") % {"number": number})
            yield _feature(feature, number)
    elif document.get("type") == "Feature":
        yield _feature(document, 1)
    else:  # a bare geometry, as national services publish planning areas
        yield document, {}


def _feature(feature: dict[str, Any], number: int) -> tuple[Any, dict[str, Any]]:
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise ReadError(_("The properties of feature %(number)d are not an object.") % {"number": number})
    if "id" in feature and "id" not in properties:
        properties["id"] = feature["id"]
    return feature.get("geometry"), properties


def _srid(document: dict[str, Any]) -> int:
    """RFC 7946 files are in WGS 84; older ones may say otherwise in `crs`."""
    member = document.get("crs")
    if member is None:
        return WGS84
    described = member.get("properties") if isinstance(member, dict) else None
    if isinstance(described, dict):
        if isinstance(described.get("name"), str):
            return crs.srid_from(described["name"])
        if isinstance(described.get("code"), int):
            return crs.known(described["code"])
    raise ReadError(_("The file's crs member is not understood. Name the coordinate system with --crs."))


def _shape_and_note(geometry: Any) -> tuple[Any, bool]:
    """The shape, and whether a ring had to be closed."""
    if geometry is None:
        return None, False
    if not isinstance(geometry, dict):
        raise _ShapeError(_("The geometry is not an object."))
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        return _collection(geometry)
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or not isinstance(kind, str):
        raise _ShapeError(_("The geometry has no type or no coordinates."))
    if kind in _SINGLE:
        return _single(kind, coordinates)
    if kind not in _MULTI:
        raise _ShapeError(_("“%(kind)s” is not a geometry of GeoJSON.") % {"kind": kind[:40]})
    parts = [_single(_MULTI[kind], part) for part in coordinates if part != []]
    shapes = [shape for shape, _closed in parts if not shape.is_empty]
    shape: shapely.Geometry = _MAKE[kind](np.array(shapes, dtype=object))
    return shape, any(closed for _shape, closed in parts)


def _collection(geometry: dict[str, Any]) -> tuple[Any, bool]:
    members = geometry.get("geometries")
    if not isinstance(members, list):
        raise _ShapeError(_("The GeometryCollection has no list of geometries."))
    if any(isinstance(member, dict) and member.get("type") == "GeometryCollection" for member in members):
        raise _ShapeError(_("A GeometryCollection lies inside another."))
    parts = [_shape_and_note(member) for member in members]
    shapes = [shape for shape, _closed in parts if shape is not None]
    return shapely.geometrycollections(np.array(shapes, dtype=object)), any(
        closed for _shape, closed in parts
    )


def _single(kind: str, coordinates: Any) -> tuple[Any, bool]:
    if not isinstance(coordinates, list):
        raise _ShapeError(_("The coordinates are not a list."))
    if kind == "Point":
        return (shapely.points(_positions([coordinates])[0]) if coordinates else shapely.Point()), False
    if kind == "LineString":
        if not coordinates:
            return shapely.LineString(), False
        return shapely.linestrings(_enough(_positions(coordinates), kind)), False
    rings = [_ring(ring) for ring in coordinates if ring != []]
    if not rings:
        return shapely.Polygon(), False
    shell, *holes = (ring for ring, _closed in rings)
    return shapely.polygons(shell, holes=holes or None), any(closed for _ring, closed in rings)


def _ring(coordinates: Any) -> tuple[Any, bool]:
    positions = _positions(coordinates)
    is_open = bool((positions[0] != positions[-1]).any())
    if is_open:
        positions = np.concatenate([positions, positions[:1]])
    return shapely.linearrings(_enough(positions, "Polygon")), is_open


def _positions(coordinates: Any) -> NDArray[np.float64]:
    """An (n, 2) array of x and y; heights are dropped."""
    if not isinstance(coordinates, list):
        raise _ShapeError(_("The coordinates are not a list."))
    try:
        array = _array(coordinates)
    except ValueError:
        raise _ShapeError(_("A position must be two or three numbers.")) from None
    if array.dtype.kind not in "iuf" or array.ndim != 2 or array.shape[1] < 2:
        raise _ShapeError(_("A position must be two or three numbers."))
    if not np.isfinite(array).all():
        raise _ShapeError(_("A coordinate is too large."))
    return array[:, :2].astype(np.float64)


def _enough(positions: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    missing = max(0, _LEAST_POSITIONS[kind] - len(positions))
    return np.pad(positions, ((0, missing), (0, 0)), mode="edge")


def _array(coordinates: list[Any]) -> NDArray[Any]:
    try:
        return np.asarray(coordinates)
    except ValueError:  # some positions have a height and some have not
        return np.asarray([position[:2] if isinstance(position, list) else None for position in coordinates])
