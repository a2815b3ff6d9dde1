"""GeoJSON, parsed by us: the FeatureCollection of RFC 7946, the older `crs` member, and bare geometries.

Never through GDAL, which opens whatever it recognises (a VRT or WFS document called x.geojson reads local
files and makes web requests).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
import shapely
from numpy.typing import NDArray

from .encodings import encoding_of
from .limits import MAX_COLUMNS, MAX_DEPTH, MAX_FEATURE_VERTICES, MAX_FEATURES, MAX_TEXT, MAX_VERTICES
from .source_layer import RefusedError, Rows, SourceLayer
from .visible_text import visible_text

_WGS84 = "EPSG:4326"
_MEMBER_TEXT = 1000
_MULTI = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_MAKE: dict[str, Callable[..., Any]] = {
    "MultiPoint": shapely.multipoints,
    "MultiLineString": shapely.multilinestrings,
    "MultiPolygon": shapely.multipolygons,
}
# What GEOS needs to make one at all (of a ring: closed). Fewer are filled up with the last, and are then as
# invalid as they were: the repair drops them and says so, and the rest of the file is loaded.
_LEAST_POSITIONS = {"Point": 1, "LineString": 2, "Polygon": 4}
_ESRI_SHAPES = frozenset({"rings", "curveRings", "paths", "curvePaths"})
_SINGLE = frozenset(_LEAST_POSITIONS)


class _Constant:
    """NaN or Infinity, which Python's JSON has and GeoJSON has not."""

    def __init__(self, name: str) -> None:
        self.name = name


class _ShapeError(ValueError):
    """A geometry that is not what GeoJSON says it must be: a code."""


class GeoJsonFile:
    """Parsed whole to tell what is in it."""

    def __init__(self, path: str) -> None:
        self._rows = rows(path)
        self.layers = [self._rows.layer]

    def rows(self, numbers: Sequence[int]) -> list[Rows]:
        return [self._rows for _number in numbers]


def rows(path: str) -> Rows:
    """The rows of a GeoJSON text. Raises RefusedError, naming the feature where there is one."""
    with open(path, "rb") as file:
        text, warnings = _text(file.read())
    document = _parsed(text)
    del text  # with a large file every copy counts
    _refuse_other_formats(document)
    shapes: list[Any] = []
    records: list[dict[str, Any]] = []
    notes: dict[int, str] = {}
    for number, (geometry, properties) in enumerate(_features(document), start=1):
        if number > MAX_FEATURES:
            raise RefusedError("features")
        try:
            shape, closed = _shape_and_note(geometry)
        except _ShapeError as error:
            raise RefusedError("feature", number=number, why=str(error)) from error
        if closed:
            notes[len(shapes)] = "unclosed"
        shapes.append(shape)
        records.append(_plain(properties))
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = shapes
    _check_size(geometries)
    layer = SourceLayer(
        name="",
        rows=len(shapes),
        geometry=_kind({shape.geom_type for shape in shapes if shape is not None}),
        crs=_system(document),
        columns=_names(records),
    )
    wkb = shapely.to_wkb(geometries).tolist()
    members = _own_members(document)
    return Rows(layer=layer, shapes=wkb, records=records, notes=notes, warnings=warnings, members=members)


def _kind(kinds: set[str]) -> str:
    if len(kinds) > 1:
        kinds = {"Multi" + kind.removeprefix("Multi") for kind in kinds}
    return (next(iter(kinds)) if len(kinds) == 1 else "Geometry") if kinds else ""


def _names(records: list[dict[str, Any]]) -> list[str]:
    names: dict[str, None] = {}
    for record in records:
        names |= dict.fromkeys(record)
        if len(names) > MAX_COLUMNS:
            raise RefusedError("columns")
    return list(names)


def _text(content: bytes) -> tuple[str, list[dict[str, str]]]:
    """The text, and a warning where its encoding had to be guessed: GeoJSON is UTF-8, old exports are not."""
    encoding = encoding_of(content[:4])
    try:
        return content.decode(encoding or "utf-8"), []
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise RefusedError("utf-8") from error
    return content.decode("cp1252", "replace"), [{"warning": "windows-1252"}]


def _parsed(text: str) -> dict[str, Any]:
    constants: list[_Constant] = []
    try:
        document = json.loads(text, object_pairs_hook=_members, parse_constant=_noted_in(constants))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and error.doc.startswith(("{", "\x1e"), error.pos):
            raise RefusedError("lines") from error  # one feature on each line
        raise RefusedError("json", line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise RefusedError("depth") from error
    except ValueError as error:  # a whole number of thousands of figures
        raise RefusedError("number") from error
    if constants:
        _refuse_constant(constants[0], document)
    if not isinstance(document, dict):
        raise RefusedError("geojson")
    return document


def _refuse_other_formats(document: dict[str, Any]) -> None:
    """What is JSON with shapes, but not GeoJSON, whatever the order of its keys."""
    if document.get("type") == "Topology" or {"objects", "arcs"} <= document.keys():
        raise RefusedError("topojson")
    features = document.get("features")
    first = features[0] if isinstance(features, list) and features else None
    is_esri = "type" not in document and (
        str(document.get("geometryType", "")).startswith("esriGeometry")
        or not _ESRI_SHAPES.isdisjoint(document)
        or (isinstance(first, dict) and "type" not in first and "attributes" in first)
    )
    if is_esri:
        raise RefusedError("esri-json")


def _check_size(geometries: NDArray[np.object_]) -> None:
    counts = shapely.get_num_coordinates(geometries)
    if counts.sum() > MAX_VERTICES or counts.max(initial=0) > MAX_FEATURE_VERTICES:
        raise RefusedError("vertices")


def _plain(properties: dict[str, Any]) -> dict[str, Any]:
    """Names and texts composed (é as one character), and nothing endless among them."""
    return {
        name if name.isascii() else unicodedata.normalize("NFC", name): _plain_value(value)
        for name, value in properties.items()
    }


def _plain_value(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise RefusedError("text")
        return visible_text(value)
    if isinstance(value, dict | list) and _depth(value) > MAX_DEPTH:
        raise RefusedError("depth")
    return value


def _depth(value: Any) -> int:
    level: list[Any] = [value]
    depth = 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        inner = (member.values() if isinstance(member, dict) else member for member in level)
        level = [value for values in inner for value in values if isinstance(value, dict | list)]
    return depth


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RefusedError("twice")
    if len(members) > MAX_COLUMNS:
        raise RefusedError("columns")
    return members


def _noted_in(constants: list[_Constant]) -> Callable[[str], _Constant]:
    """Keeps what stands for no number: whose it is, is known once the whole is read."""

    def note(name: str) -> _Constant:
        constants.append(_Constant(name))
        return constants[-1]

    return note


def _refuse_constant(constant: _Constant, document: Any) -> NoReturn:
    features = document.get("features") if isinstance(document, dict) else None
    for number, feature in enumerate(features if isinstance(features, list) else (), start=1):
        if _holds(feature, constant):
            raise RefusedError("constant-in", number=number, name=constant.name)
    raise RefusedError("constant", name=constant.name)


def _holds(value: Any, wanted: _Constant) -> bool:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if value is wanted:
            return True
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return False


def _features(document: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    if document.get("type") == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise RefusedError("no-features")
        for number, feature in enumerate(features, start=1):
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                raise RefusedError("no-feature", number=number)
            yield _feature(feature, number)
    elif document.get("type") == "Feature":
        yield _feature(document, 1)
    else:  # a bare geometry, as national services publish planning areas
        yield document, {}


def _feature(feature: dict[str, Any], number: int) -> tuple[Any, dict[str, Any]]:
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise RefusedError("properties", number=number)
    if "id" in feature and "id" not in properties:
        properties["id"] = feature["id"]
    return feature.get("geometry"), properties


def _system(document: dict[str, Any]) -> str:
    """RFC 7946 files are in WGS 84; older ones may say otherwise in `crs`."""
    member = document.get("crs")
    if member is None:
        return _WGS84
    described = member.get("properties") if isinstance(member, dict) else None
    if isinstance(described, dict):
        if isinstance(described.get("name"), str):
            return str(described["name"][:200])
        if isinstance(described.get("code"), int):
            return f"EPSG:{described['code']}"
    raise RefusedError("crs-member")


def _own_members(document: dict[str, Any]) -> dict[str, Any]:
    """What a collection says of itself: short texts, numbers, true and false."""
    if document.get("type") != "FeatureCollection":
        return {}
    return {
        name: visible_text(value) if isinstance(value, str) else value
        for name, value in document.items()
        if isinstance(value, int | float) or (isinstance(value, str) and len(value) <= _MEMBER_TEXT)
    }


def _shape_and_note(geometry: Any) -> tuple[Any, bool]:
    """The shape, and whether a ring had to be closed."""
    if geometry is None:
        return None, False
    if not isinstance(geometry, dict):
        raise _ShapeError("object")
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        return _collection(geometry)
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or not isinstance(kind, str):
        raise _ShapeError("empty")
    if kind in _SINGLE:
        return _single(kind, coordinates)
    if kind not in _MULTI:
        raise _ShapeError("kind")
    parts = [_single(_MULTI[kind], part) for part in coordinates if part != []]
    shapes = [shape for shape, _closed in parts if not shape.is_empty]
    shape: shapely.Geometry = _MAKE[kind](np.array(shapes, dtype=object))
    return shape, any(closed for _shape, closed in parts)


def _collection(geometry: dict[str, Any]) -> tuple[Any, bool]:
    members = geometry.get("geometries")
    if not isinstance(members, list):
        raise _ShapeError("collection")
    if any(isinstance(member, dict) and member.get("type") == "GeometryCollection" for member in members):
        raise _ShapeError("nested")
    parts = [_shape_and_note(member) for member in members]
    shapes = [shape for shape, _closed in parts if shape is not None]
    return shapely.geometrycollections(np.array(shapes, dtype=object)), any(
        closed for _shape, closed in parts
    )


def _single(kind: str, coordinates: Any) -> tuple[Any, bool]:
    if not isinstance(coordinates, list):
        raise _ShapeError("list")
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
        raise _ShapeError("list")
    try:
        array = _array(coordinates)
    except ValueError:
        raise _ShapeError("position") from None
    if array.dtype.kind not in "iuf" or array.ndim != 2 or array.shape[1] < 2:
        raise _ShapeError("position")
    if not np.isfinite(array).all():
        raise _ShapeError("large")
    return array[:, :2].astype(np.float64)


def _enough(positions: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    missing = max(0, _LEAST_POSITIONS[kind] - len(positions))
    return np.pad(positions, ((0, missing), (0, 0)), mode="edge")


def _array(coordinates: list[Any]) -> NDArray[Any]:
    try:
        return np.asarray(coordinates)
    except ValueError:  # some positions have a height and some have not
        return np.asarray([position[:2] if isinstance(position, list) else None for position in coordinates])
