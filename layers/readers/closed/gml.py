"""GML through GDAL, which leaves out every feature whose shape it cannot make: here they come back as rows.

Such a row has no shape, its texts, and its fault. Nothing is fetched (`DOWNLOAD_SCHEMA`), and nothing is
written beside the file (`WRITE_GFS`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import features, markup
from .markup import FeatureType, Survey
from .source_layer import RefusedError, Rows, SourceLayer

_OPTIONS = {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}
# What GDAL reads as something else, if it reads it at all.
_FATAL = frozenset({"number", "odd", "arc"})
_UNKNOWN = "shape"
# Of a feature's own boundedBy, which says nothing that its shape does not.
_CORNERS = frozenset({"lowerCorner", "upperCorner"})


class GmlFile:
    """Listed by ourselves: GDAL would have to read all of it as well."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._survey = markup.surveyed(path)
        self.layers = _layers(self._survey)

    def rows(self, numbers: Sequence[int]) -> list[Rows]:
        names = list(self._survey.types)
        read = {names[number]: _read(self._path, self.layers[number]) for number in numbers}
        lost = {name: _order(rows, self._survey.types[name]) for name, rows in read.items()}
        if any(lost.values()):
            again = markup.surveyed(self._path, keep={name: set(order) for name, order in lost.items()})
            for name, order in lost.items():
                if order:
                    read[name] = _completed(read[name], order, again.types[name])
        return list(read.values())


def _layers(survey: Survey) -> list[SourceLayer]:
    layers = []
    for name, feature_type in survey.types.items():
        systems = feature_type.systems or {survey.system}
        if len(systems) > 1:
            raise RefusedError("systems", name=name[:80])
        kinds = feature_type.geometries
        if kinds in ({"Polygon", "MultiPolygon"}, {"LineString", "MultiLineString"}):
            kinds = {max(kinds, key=len)}
        layers.append(
            SourceLayer(
                name=name,
                rows=len(feature_type.identities),
                geometry=(next(iter(kinds)) if len(kinds) == 1 else "Geometry") if kinds else "",
                crs=next(iter(systems)),
                columns=_columns(feature_type),
            )
        )
    return layers


def _columns(feature_type: FeatureType) -> list[str]:
    """GDAL's names: the last part of the way to a value, or all of it when that name is taken."""
    names = ["gml_id"] if any(feature_type.identities) else []
    for path in feature_type.paths:
        names.append(path[-1] if path[-1] not in names else ".".join(path))
    return names


def _read(path: str, layer: SourceLayer) -> Rows:
    try:
        rows = features.rows(path, name=layer.name, layer=layer, options=_OPTIONS)
    except RefusedError as refused:
        if refused.answer["error"] not in ("damaged", "no-table"):
            raise
        # GDAL knows no layer of this name where none of its features could be read.
        return Rows(layer=layer, shapes=[], columns={name: [] for name in layer.columns})
    for name in _CORNERS.difference(layer.columns):
        rows.columns.pop(name, None)
    return rows


def _order(rows: Rows, feature_type: FeatureType) -> dict[int, int | None]:
    """The feature's number in the file → the row read, or None: empty when nothing is amiss.

    Without identities GDAL does not say which features it left out: then those come last.
    """
    count = len(feature_type.identities)
    if len(rows.shapes) >= count and not _FATAL & set(feature_type.faults.values()):
        return {}
    read = rows.columns.get("gml_id", [])
    order: dict[int, int | None] = {}
    row = 0
    for index, identity in enumerate(feature_type.identities):
        is_next = row < len(read) and identity and identity == read[row]
        order[index] = row if is_next else None
        row += bool(is_next)
    if row == len(rows.shapes):
        return order
    return {index: index if index < len(rows.shapes) else None for index in range(count)}


def _completed(rows: Rows, order: dict[int, int | None], feature_type: FeatureType) -> Rows:
    names = list(rows.columns)
    columns: dict[str, list[Any]] = {name: [] for name in names}
    shapes: list[bytes | None] = []
    faults: dict[int, str] = {}
    for index, row in order.items():
        fault = feature_type.faults.get(index, _UNKNOWN)
        if row is None:
            values = _texts(names, feature_type.identities[index], feature_type.texts.get(index, {}))
        else:
            values = [column[row] for column in rows.columns.values()]
        if row is None or fault in _FATAL:
            faults[index] = fault
        shapes.append(None if row is None or fault in _FATAL else rows.shapes[row])
        for name, value in zip(names, values, strict=True):
            columns[name].append(value)
    return Rows(layer=rows.layer, shapes=shapes, columns=columns, faults=faults)


def _texts(names: Sequence[str], identity: str, texts: dict[tuple[str, ...], str]) -> list[str | None]:
    values = {"gml_id": identity}
    for path, text in texts.items():
        name = ".".join(path)
        values.setdefault(name if name in names else path[-1], text)
    return [values.get(name) for name in names]
