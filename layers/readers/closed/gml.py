"""GML through GDAL, which leaves out every feature whose shape it cannot make: here they come back as rows.

Such a row has no shape, its texts, and its fault. Nothing is fetched (`DOWNLOAD_SCHEMA`), and nothing is
written beside the file (`WRITE_GFS`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from . import features, markup
from .answers import Described, RefusedError, Rows, chosen
from .markup import FeatureType, Survey

_OPTIONS = {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}
# What GDAL reads as something else, if it reads it at all.
_FATAL = frozenset({"number", "odd", "arc"})
_UNKNOWN = "shape"
# Of a feature's own boundedBy, which says nothing that its shape does not.
_CORNERS = frozenset({"lowerCorner", "upperCorner"})


def described(path: str) -> list[Described]:
    """The tables of the GML file, without GDAL: it would have to read all of it as well."""
    return _tables(markup.surveyed(path))


def rows(path: str, *, wanted: Collection[str] | None) -> list[Rows]:
    """The rows of the chosen tables, in the file's order. Raises RefusedError."""
    survey = markup.surveyed(path)
    tables = _tables(survey)
    names = list(survey.types)
    places = chosen(tables, wanted=wanted)
    read = {names[place]: _read(path, tables[place]) for place in places}
    lost = {name: _lost(rows, survey.types[name]) for name, rows in read.items()}
    if any(lost.values()):
        again = markup.surveyed(path, keep={name: set(order or ()) for name, order in lost.items()})
        for name, missing in lost.items():
            if missing:
                read[name] = _completed(read[name], missing, again.types[name])
    return list(read.values())


def _tables(survey: Survey) -> list[Described]:
    tables = []
    for name, found in survey.types.items():
        systems = found.systems or {survey.system}
        if len(systems) > 1:
            raise RefusedError("systems", name=name[:80])
        kinds = found.geometries
        if kinds in ({"Polygon", "MultiPolygon"}, {"LineString", "MultiLineString"}):
            kinds = {max(kinds, key=len)}
        tables.append(
            Described(
                name=name,
                rows=len(found.identities),
                geometry=(next(iter(kinds)) if len(kinds) == 1 else "Geometry") if kinds else "",
                crs=next(iter(systems)),
                fields=_fields(found),
            )
        )
    return tables


def _fields(found: FeatureType) -> list[str]:
    """GDAL's names: the last part of the way to a value, or all of it when that name is taken."""
    names = ["gml_id"] if any(found.identities) else []
    for path in found.paths:
        names.append(path[-1] if path[-1] not in names else ".".join(path))
    return names


def _read(path: str, table: Described) -> Rows:
    try:
        rows = features.rows(path, layer=table.name, table=table, options=_OPTIONS)
    except RefusedError as refused:
        if refused.answer["error"] not in ("damaged", "no-table"):
            raise
        # GDAL knows no table of this name where none of its features could be read.
        return Rows(table=table, shapes=[], columns={name: [] for name in table.fields})
    for name in _CORNERS.difference(table.fields):
        rows.columns.pop(name, None)
    return rows


def _lost(rows: Rows, found: FeatureType) -> dict[int, int | None]:
    """Place in the file -> row read, or None: empty when nothing is amiss.

    Without identities GDAL does not tell which features it left out: then those come last.
    """
    count = len(found.identities)
    if len(rows.shapes) >= count and not _FATAL & set(found.faults.values()):
        return {}
    read = rows.columns.get("gml_id", [])
    order: dict[int, int | None] = {}
    row = 0
    for place, identity in enumerate(found.identities):
        is_next = row < len(read) and identity and identity == read[row]
        order[place] = row if is_next else None
        row += bool(is_next)
    if row == len(rows.shapes):
        return order
    return {place: place if place < len(rows.shapes) else None for place in range(count)}


def _completed(rows: Rows, order: dict[int, int | None], found: FeatureType) -> Rows:
    names = list(rows.columns)
    columns: dict[str, list[Any]] = {name: [] for name in names}
    shapes: list[bytes | None] = []
    faults: dict[int, str] = {}
    for place, row in order.items():
        fault = found.faults.get(place, _UNKNOWN)
        if row is None:
            values = _texts(names, found.identities[place], found.texts.get(place, {}))
        else:
            values = [column[row] for column in rows.columns.values()]
        if row is None or fault in _FATAL:
            faults[place] = fault
        shapes.append(None if row is None or fault in _FATAL else rows.shapes[row])
        for name, value in zip(names, values, strict=True):
            columns[name].append(value)
    return Rows(table=rows.table, shapes=shapes, columns=columns, faults=faults)


def _texts(names: Sequence[str], identity: str, texts: dict[tuple[str, ...], str]) -> list[str | None]:
    found = {"gml_id": identity}
    for path, text in texts.items():
        name = ".".join(path)
        found.setdefault(name if name in names else path[-1], text)
    return [found.get(name) for name in names]
