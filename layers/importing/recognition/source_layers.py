"""What of a file makes up the layer: which source layers, and what a plan's outline says of its zones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from django.utils.translation import gettext as _

from layers.findings.finding import Finding
from layers.importing.recognition import choice as recognition
from layers.importing.recognition.nested_shapes import with_nested_shapes
from layers.importing.request import ImportRequest
from layers.models import Layer
from layers.readers import read_file
from layers.readers.read_file import (
    Choice,
    ChooseLayerError,
    Contents,
    ReadError,
    SourceLayer,
    SourceRows,
)
from layers.reference import catalog
from layers.reference.catalog import Source
from layers.reference.column_names import ColumnNames

# What an outline says of the plan as a whole.
_OF_THE_PLAN = ("vertical_level", "plan_id", "plan_name", "plan_status", "plan_type", "valid_from")


@dataclass(frozen=True, kw_only=True)
class LayersRead:
    """What a file holds, and what was read of it: `rows` is None where a person must choose."""

    contents: Contents
    rows: SourceRows | None
    findings: Sequence[Finding] = ()


def read(request: ImportRequest) -> LayersRead:
    """The rows of the source layers that the request names, else of those that the layer is made of.

    Says which were passed over. Zones know what their plan's outline says. Raises ReadError and CrsError.
    """
    recognition = _Recognition(request)
    reading = read_file.read(request.path, choose=recognition.choose)
    if reading.rows is None:
        return LayersRead(contents=reading.contents, rows=None)
    rows, outlines = with_nested_shapes(reading.rows), reading.beside
    if outlines is not None and recognition.source is not None and outlines.srid == rows.srid:
        rows = outlined(rows, outlines, source=recognition.source)
    return LayersRead(contents=reading.contents, rows=rows, findings=recognition.findings)


class _Recognition:
    """Chooses while the file is open; `source` is the data set that the outlines beside are of."""

    def __init__(self, request: ImportRequest) -> None:
        self._request = request
        self.source: Source | None = None
        self.findings: list[Finding] = []

    def choose(self, contents: Contents) -> Choice | None:
        """As a person said, else the only source layer with shapes, else those that a data set is made of."""
        request = self._request
        if _is_left_to_us(request):
            types = [layer.name for layer in contents.with_shapes()]
            _check_types(types, contents=contents, request=request)
        choice = read_file.named(request.source_layers)(contents)
        if choice is not None and request.source_layers is None:
            return choice  # with nothing beside it
        if choice is None and request.source_layers is None:
            recognised = catalog.source_layers_for(request.kind, request.owner, contents.layers)
            choice = Choice(layers=recognised) if recognised else None
            self.findings = _passed_over(contents.layers, recognised) if recognised else []
        return choice and self._with_outlines(choice, contents)

    def _with_outlines(self, choice: Choice, contents: Contents) -> Choice:
        request = self._request
        names, self.source = catalog.outlines_for(
            request.kind, request.owner, contents.layers, zones=choice.layers
        )
        return replace(choice, beside=names)


class NoPurposesError(ChooseLayerError):
    """A plan's outline and lines without its zones: a person may still choose among them."""

    def __init__(self, contents: Contents, *, names: Collection[str]) -> None:
        message = _(
            "This plan file holds no land-use purposes, only %(what)s. Export the plan with its purposes "
            "(such as RpArealformålOmråde), or choose a layer all the same."
        )
        what = ", ".join(name[:60] for name in list(names)[:20])
        ReadError.__init__(self, message % {"what": what}, option="--layer")
        self.contents = contents


def check_purposes(rows: SourceRows, *, contents: Contents, request: ImportRequest) -> None:
    """Is there a zone among the rows of a plan, as far as they say what they are? Raises NoPurposesError."""
    if _is_left_to_us(request):
        types = recognition.types_of(rows, ColumnNames(rows.column_names()))
        _check_types(list(dict.fromkeys(types)), contents=contents, request=request)


def _is_left_to_us(request: ImportRequest) -> bool:
    is_named = request.source_layers is not None or "code" in request.named_roles()
    return request.kind == Layer.Kind.ZONING and not is_named


def _check_types(types: Collection[str], *, contents: Contents, request: ImportRequest) -> None:
    if catalog.holds_no_zones(types, owner=request.owner):
        raise NoPurposesError(contents, names=types)


def _passed_over(layers: Sequence[SourceLayer], read: Collection[str]) -> list[Finding]:
    left = [
        layer.name[:60] + ("" if layer.rows < 0 else f" ({layer.rows})")
        for layer in layers
        if layer.name not in read
    ]
    values = {"taken": ", ".join(read), "left": ", ".join(left[:20])}
    return [Finding(kind="other_tables", severity="note", count=len(left), values=values)] if left else []


def outlined(zones: SourceRows, outlines: SourceRows, *, source: Source) -> SourceRows:
    """The same zones, each with what the outline around it says of the whole plan and the zone does not.

    Where a zone lies in several outlines that say different things (a road under a square), it gets nothing.
    """
    columns = ColumnNames(outlines.column_names())
    names = [name for role in _OF_THE_PLAN for name in columns.all_for(source.fields.get(role, ()))]
    missing = [name for name in dict.fromkeys(names) if name not in zones.column_names()]
    if not missing:
        return zones
    around = _outlines_around(zones, outlines)
    properties = []
    for row, zone in enumerate(zones.properties):
        plans = [outlines.properties[outline] for outline in around.get(row, ())]
        values = {name: {repr(plan.get(name)): plan.get(name) for plan in plans} for name in missing}
        agreed = {
            name: next(iter(different.values())) for name, different in values.items() if len(different) == 1
        }
        properties.append(zone | {name: value for name, value in agreed.items() if value is not None})
    return replace(zones, properties=properties)


def _outlines_around(zones: SourceRows, outlines: SourceRows) -> dict[int, list[int]]:
    """By zone the outlines that hold a point inside it; the only outline there is holds every zone."""
    if len(outlines.geometries) == 1:
        return {row: [0] for row in range(len(zones.geometries))}
    try:
        with np.errstate(invalid="ignore"):  # NaN is looked for later, row by row
            inside = shapely.point_on_surface(zones.geometries)
        pairs = shapely.STRtree(outlines.geometries).query(inside, predicate="intersects")
    except shapely.GEOSException:  # of shapes that are not mended yet
        return {}
    around: dict[int, list[int]] = {}
    for row, outline in pairs.T.tolist():
        around.setdefault(row, []).append(outline)
    return around
