"""XML read once by ourselves, before GDAL sees it: what it may not hold, and what GDAL does not say.

A document type is refused, and with it every entity of the file's own. Of GML the source layers, the
identities of their features, and the faults that make GDAL skip a feature or, worse, read something else: it
takes "NaN" for 0 and says nothing.
"""

from __future__ import annotations

import re
import unicodedata
import xml.parsers.expat as expat
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from .limits import (
    MAX_COLUMNS,
    MAX_DEPTH,
    MAX_FEATURE_VERTICES,
    MAX_FEATURES,
    MAX_FOLDERS,
    MAX_TABLES,
    MAX_TAG_BYTES,
    MAX_TEXT,
)
from .source_layer import RefusedError

_CHUNK_BYTES = 1024**2
_GML = "http://www.opengis.net/gml"
_MEMBERS = frozenset({"featureMember", "featureMembers", "member", "members"})
_COLLECTIONS = frozenset({"FeatureCollection", "SimpleFeatureCollection", "Tuple"})
_GEOMETRIES = {
    "Point": "Point", "MultiPoint": "MultiPoint",
    "LineString": "LineString", "Curve": "LineString", "CompositeCurve": "LineString",
    "OrientableCurve": "LineString", "MultiCurve": "MultiLineString", "MultiLineString": "MultiLineString",
    "Polygon": "Polygon", "Surface": "Polygon", "OrientableSurface": "Polygon",
    "PolyhedralSurface": "Polygon",
    "CompositeSurface": "MultiPolygon", "MultiSurface": "MultiPolygon", "MultiPolygon": "MultiPolygon",
    "MultiGeometry": "Geometry", "Solid": "Geometry", "Tin": "Geometry", "TriangulatedSurface": "Geometry",
}  # fmt: skip
_KML_LIMITS = {"Document": MAX_FOLDERS, "Folder": MAX_FOLDERS, "Placemark": MAX_FEATURES}
_LISTS = frozenset({"pos", "posList", "coordinates"})
_NUMBERS = re.compile(r"[\d\s,.eE+-]*", re.ASCII)
_ARC_POSITIONS = 3


@dataclass(kw_only=True)
class FeatureType:
    """A source layer of GML. `faults` by index of `identities`; `texts` of the features asked for only."""

    identities: list[str] = field(default_factory=list)
    geometries: set[str] = field(default_factory=set)
    systems: set[str] = field(default_factory=set)
    paths: dict[tuple[str, ...], None] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    texts: dict[int, dict[tuple[str, ...], str]] = field(default_factory=dict)


class Survey:
    """Follows the parser. `keep` are the indexes, by source layer, of the features whose texts are wanted."""

    def __init__(self, keep: Mapping[str, Set[int]]) -> None:
        self.types: dict[str, FeatureType] = {}
        self.system = ""  # of the whole collection
        self._keep = keep
        self._counts: dict[str, int] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._has_children = False
        self._type: FeatureType | None = None
        self._texts_of_feature: dict[tuple[str, ...], str] | None = None
        self._feature_depth = 0
        self._geometry_depth = 0
        self._dimension = 0
        self._numbers: list[str] = []
        self._vertices = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _blank, local = name.rpartition(" ")
        self._path.append(local)
        if len(self._path) > MAX_DEPTH:
            raise RefusedError("depth")
        self._has_children = False
        self._text.clear()
        if self._type is None:
            self._outside(local, attributes)
        elif self._geometry_depth:
            self._shape(local, attributes)
        elif local in _GEOMETRIES and space.startswith(_GML):
            self._geometry_depth = len(self._path)
            self._dimension = self._vertices = 0
            self._type.geometries.add(_GEOMETRIES[local])
            self._shape(local, attributes)

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, _name: str) -> None:
        local, depth = self._path[-1], len(self._path)
        if self._geometry_depth:
            self._end_of_shape(local)
            if depth == self._geometry_depth:
                self._geometry_depth = 0
        elif self._type is not None and not self._has_children:
            self._field("".join(self._text).strip())
        if depth == self._feature_depth:
            self._type, self._feature_depth = None, 0
        self._path.pop()
        self._has_children = True
        self._text.clear()

    def refuse_document_type(self, *_declaration: object) -> None:
        raise RefusedError("doctype")

    def _outside(self, local: str, attributes: dict[str, str]) -> None:
        if local == "Envelope":
            self.system = self.system or attributes.get("srsName", "")
        elif local in _KML_LIMITS:
            self._counts[local] = self._counts.get(local, 0) + 1
            if self._counts[local] > _KML_LIMITS[local]:
                raise RefusedError("features" if local == "Placemark" else "objects")
        if len(self._path) < 2 or self._path[-2] not in _MEMBERS or local in _COLLECTIONS:
            return
        feature_type = self.types.setdefault(local, FeatureType())
        if len(self.types) > MAX_TABLES:
            raise RefusedError("objects")
        if len(feature_type.identities) >= MAX_FEATURES:
            raise RefusedError("features")
        self._type, self._feature_depth = feature_type, len(self._path)
        index = len(feature_type.identities)
        feature_type.identities.append(_identity(attributes))
        self._texts_of_feature = (
            feature_type.texts.setdefault(index, {}) if index in self._keep.get(local, ()) else None
        )

    def _shape(self, local: str, attributes: dict[str, str]) -> None:
        assert self._type is not None
        if "srsName" in attributes:
            self._type.systems.add(attributes["srsName"])
        if attributes.get("srsDimension") in ("2", "3"):
            self._dimension = int(attributes["srsDimension"])
        if local in ("LinearRing", "Arc"):
            self._numbers = []

    def _end_of_shape(self, local: str) -> None:
        if local in _LISTS:
            text = "".join(self._text)
            if not _NUMBERS.fullmatch(text):
                self._fault("number")
            numbers = text.replace(",", " ").split()
            if local != "coordinates" and not self._is_whole(len(numbers)):
                self._fault("odd")
            self._vertices += len(numbers) // (self._dimension or 2)
            if self._vertices > MAX_FEATURE_VERTICES:
                raise RefusedError("vertices")
            self._numbers += numbers
        elif local == "LinearRing":
            width = self._dimension or 2
            if self._numbers[:width] != self._numbers[-width:]:
                self._fault("unclosed")
        elif local == "Arc" and len(self._numbers) < _ARC_POSITIONS * (self._dimension or 2):
            self._fault("arc")

    def _is_whole(self, count: int) -> bool:
        return any(count % width == 0 for width in ((self._dimension,) if self._dimension else (2, 3)))

    def _fault(self, code: str) -> None:
        assert self._type is not None
        self._type.faults.setdefault(len(self._type.identities) - 1, code)

    def _field(self, text: str) -> None:
        if not text:
            return
        if len(text) > MAX_TEXT:
            raise RefusedError("text")
        assert self._type is not None
        path = tuple(unicodedata.normalize("NFC", name) for name in self._path[self._feature_depth :])
        if path[:1] == ("boundedBy",):
            return
        self._type.paths[path] = None
        if len(self._type.paths) > MAX_COLUMNS:
            raise RefusedError("columns")
        if self._texts_of_feature is not None:
            self._texts_of_feature.setdefault(path, text)


def surveyed(path: str, *, keep: Mapping[str, Set[int]] | None = None) -> Survey:
    """The survey of an XML file. Raises RefusedError for what it may not hold, or when it is not XML."""
    survey = Survey(keep or {})
    follow(path, survey)
    return survey


def follow(path: str, survey: Survey) -> None:
    """Lead a survey through an XML file. Raises RefusedError as `surveyed`."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = survey.refuse_document_type
    parser.StartElementHandler = survey.start
    parser.EndElementHandler = survey.end
    parser.CharacterDataHandler = survey.text
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                parser.Parse(chunk, False)
                # A tag or a comment is read again from its start with every chunk, until it ends.
                if file.tell() - parser.CurrentByteIndex > MAX_TAG_BYTES:
                    raise RefusedError("tag")
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise RefusedError("xml", line=error.lineno, column=error.offset + 1) from error


def _identity(attributes: dict[str, str]) -> str:
    """gml:id, or the fid of GML 2."""
    for name, value in attributes.items():
        if name.startswith(_GML) and name.endswith(" id"):
            return value
    return attributes.get("fid", "")
