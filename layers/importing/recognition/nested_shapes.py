"""Shapes that stand among the fields: Sweden's national form of a detaljplan, which is GeoJSON otherwise."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from layers import crs
from layers.crs import CrsError
from layers.readers import read_file
from layers.readers.read_file import ReadError, SourceRows

_FIELDS = ("bestammelsegeometri", "plangeometri")
_MULTI = {"Polygon": "MultiPolygon", "LineString": "MultiLineString", "Point": "MultiPoint"}


def with_nested_shapes(source_rows: SourceRows) -> SourceRows:
    """The same rows with the shapes of features that have them among their properties only.

    Raises ReadError for such a shape that is none, or when they are in different systems.
    """
    nested = {
        row: parts
        for row, properties in enumerate(source_rows.properties)
        if source_rows.geometries[row] is None and (parts := _parts(properties))
    }
    if not nested:
        return source_rows
    systems = {part.get("koordinatsystemPlan") for parts in nested.values() for part in parts}
    if len(systems) > 1:
        raise ReadError(_("The file's shapes are in different coordinate systems. Split it."))
    features = [
        {"type": "Feature", "geometry": _joined(parts), "properties": {}} for parts in nested.values()
    ]
    shapes = _read_again({"type": "FeatureCollection", "features": features})
    geometries = source_rows.geometries.copy()
    geometries[np.array(list(nested))] = shapes.geometries
    properties = [
        {name: value for name, value in row.items() if name not in _FIELDS} for row in source_rows.properties
    ]
    return replace(source_rows, geometries=geometries, properties=properties, srid=_srid(systems.pop()))


def _read_again(document: dict[str, Any]) -> SourceRows:
    """The shapes of GeoJSON of our making, by the same reader, with the same limits, as any other."""
    with tempfile.TemporaryDirectory(prefix="layer-") as folder:
        path = Path(folder) / "shapes.geojson"
        path.write_text(json.dumps(document), encoding="utf-8")
        return read_file.rows(path)


def _parts(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    parts = next((properties[name] for name in _FIELDS if properties.get(name)), None)
    if not isinstance(parts, list):
        return []
    shapes = [part.get("geometri") for part in parts if isinstance(part, dict)]
    return [shape for shape in shapes if isinstance(shape, dict) and isinstance(shape.get("position"), dict)]


def _joined(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    positions = [part["position"] for part in parts]
    kinds = {position.get("type") for position in positions}
    if len(positions) == 1:
        return dict(positions[0])
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind in _MULTI:
        return {"type": _MULTI[kind], "coordinates": [position.get("coordinates") for position in positions]}
    return {"type": "GeometryCollection", "geometries": positions}


def _srid(name: Any) -> int | None:
    """The number of the system as the national form names it, "EPSG:3009" or "SWEREF 99 12 00"."""
    text = str(name or "").strip()
    if not text:
        return None
    by_name = {system.casefold().replace(" ", ""): srid for srid, (system, _box) in crs.PROJECTED.items()}
    try:
        return by_name.get(text.casefold().replace(" ", "")) or crs.srid_from(text)
    except CrsError:
        return None
