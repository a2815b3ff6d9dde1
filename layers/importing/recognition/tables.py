"""What of a file makes up the layer: which of its tables, and shapes that stand among the fields."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from layers import crs
from layers.crs import CrsError
from layers.findings.finding import Finding
from layers.importing.request import ImportRequest
from layers.models import Layer
from layers.readers import read_file
from layers.readers.read_file import ChooseTableError, Contents, ReadError, Table, TableInfo
from layers.reference import catalog
from layers.reference.catalog import Source
from layers.reference.field_names import Fields

# What an outline says of the plan as a whole.
_OF_THE_PLAN = ("vertical_level", "plan_id", "plan_name", "plan_status", "plan_type", "valid_from")

# Sweden's national form of a detaljplan: GeoJSON whose features have their shapes among the properties.
_NESTED_IN = ("bestammelsegeometri", "plangeometri")
_MULTI = {"Polygon": "MultiPolygon", "LineString": "MultiLineString", "Point": "MultiPoint"}


def read(request: ImportRequest) -> tuple[Table, list[Finding]]:
    """The rows of the delivery's file, of the tables that it names, else of those that the layer is made of.

    Says which tables were passed over. Zones know what their plan's outline says. Raises ReadError, and
    ChooseTableError when a person must choose.
    """
    path, taken = request.path, request.table
    if taken is not None:
        table = brought_out(read_file.read(path, layer=taken))
        if request.kind != Layer.Kind.ZONING:
            return table, []
        return _with_outlines(table, request, contents=read_file.contents(path)), []
    try:
        return brought_out(read_file.read(path)), []
    except ChooseTableError as error:
        contents = error.contents
        names = catalog.tables_for(request.kind, request.owner, contents.tables)
        if not names:
            raise
    table = brought_out(read_file.read(path, layer=names))
    return _with_outlines(table, request, contents=contents), _passed_over(contents.tables, names)


def _with_outlines(table: Table, request: ImportRequest, *, contents: Contents) -> Table:
    names, source = catalog.outlines_for(
        request.kind, request.owner, contents.tables, taken=tuple(dict.fromkeys(table.tables))
    )
    if source is None:
        return table
    outlines = read_file.read(request.path, layer=names)
    return outlined(table, outlines, source=source) if outlines.srid == table.srid else table


def outlined(table: Table, outlines: Table, *, source: Source) -> Table:
    """The same zones, each with what the outline around it says of the whole plan and the zone does not.

    Where a zone lies in several outlines that say different things (a road under a square), nothing is said.
    """
    fields = Fields(outlines.field_names())
    names = [name for role in _OF_THE_PLAN for name in fields.all_for(source.fields.get(role, ()))]
    missing = [name for name in dict.fromkeys(names) if name not in table.field_names()]
    if not missing:
        return table
    around = _outlines_around(table, outlines)
    properties = []
    for row, of_zone in enumerate(table.properties):
        told = [outlines.properties[outline] for outline in around.get(row, ())]
        values = {name: {repr(plan.get(name)): plan.get(name) for plan in told} for name in missing}
        agreed = {name: next(iter(found.values())) for name, found in values.items() if len(found) == 1}
        properties.append(of_zone | {name: value for name, value in agreed.items() if value is not None})
    return replace(table, properties=properties)


def _outlines_around(table: Table, outlines: Table) -> dict[int, list[int]]:
    """By zone the outlines that hold a point inside it; the only outline there is holds every zone."""
    if len(outlines.geometries) == 1:
        return {row: [0] for row in range(len(table.geometries))}
    try:
        with np.errstate(invalid="ignore"):  # NaN is looked for later, row by row
            inside = shapely.point_on_surface(table.geometries)
        pairs = shapely.STRtree(outlines.geometries).query(inside, predicate="intersects")
    except shapely.GEOSException:  # of shapes that are not mended yet
        return {}
    found: dict[int, list[int]] = {}
    for row, outline in pairs.T.tolist():
        found.setdefault(row, []).append(outline)
    return found


def brought_out(table: Table) -> Table:
    """The same table with the shapes of features that have them among their properties only.

    Raises ReadError for such a shape that is none, or when they are in different systems.
    """
    nested = {
        row: parts
        for row, properties in enumerate(table.properties)
        if table.geometries[row] is None and (parts := _parts(properties))
    }
    if not nested:
        return table
    systems = {part.get("koordinatsystemPlan") for parts in nested.values() for part in parts}
    if len(systems) > 1:
        raise ReadError(_("The file's shapes are in different coordinate systems. Split it."))
    features = [
        {"type": "Feature", "geometry": _joined(parts), "properties": {}} for parts in nested.values()
    ]
    shapes = _read_again({"type": "FeatureCollection", "features": features})
    geometries = table.geometries.copy()
    geometries[np.array(list(nested))] = shapes.geometries
    properties = [
        {name: value for name, value in row.items() if name not in _NESTED_IN} for row in table.properties
    ]
    return replace(table, geometries=geometries, properties=properties, srid=_srid(systems.pop()))


def _read_again(document: dict[str, Any]) -> Table:
    """The shapes of GeoJSON of our making, by the same reader, with the same limits, as any other."""
    with tempfile.TemporaryDirectory(prefix="layer-") as folder:
        path = Path(folder) / "shapes.geojson"
        path.write_text(json.dumps(document), encoding="utf-8")
        return read_file.read(path)


def _passed_over(tables: Sequence[TableInfo], taken: Sequence[str]) -> list[Finding]:
    left = [f"{table.name[:60]} ({max(table.rows, 0)})" for table in tables if table.name not in taken]
    values = {"taken": ", ".join(taken), "left": ", ".join(left[:20])}
    return [Finding(kind="other_tables", severity="note", count=len(left), values=values)] if left else []


def _parts(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = next((properties[name] for name in _NESTED_IN if properties.get(name)), None)
    if not isinstance(found, list):
        return []
    shapes = [part.get("geometri") for part in found if isinstance(part, dict)]
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
