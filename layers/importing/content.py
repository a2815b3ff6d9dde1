"""A file read, understood, repaired and checked: all that is left to do is to write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from layers import crs
from layers.crs import CrsError
from layers.findings.finding import Finding, Item
from layers.findings.report import Report
from layers.geometry import WGS84
from layers.importing import checks, extent, merging, shapes
from layers.importing.recognition import columns, tables
from layers.importing.recognition.columns import Columns, Row
from layers.importing.request import CHECKING, READING, ImportRefusedError, ImportRequest, Progress
from layers.models import Layer
from layers.readers.read_file import Table

_AREAS = (Layer.Kind.BOUNDARY, Layer.Kind.ZONING)

Look = Callable[[Table], None]


@dataclass(frozen=True, kw_only=True)
class Content:
    """`rows` by their place in the file, and the shapes of all places in lon/lat."""

    srid: int
    columns: Columns
    rows: Mapping[int, Row]
    geometries: Any
    report: Report


def unseen(table: Table) -> None:
    """Rows that nobody wants to look at before they are judged."""


def read(request: ImportRequest, *, told: Progress, look: Look = unseen) -> Content:
    """Read the file and make it fit to write. `look` is called with its rows before anything is refused.

    Raises ReadError, CrsError, ColumnError, ImportRefusedError.
    """
    told(READING, 0, 1)
    table, passed_over = tables.read(request)
    told(READING, 1, 1)
    look(table)
    are_areas = request.kind in _AREAS
    sound = shapes.usable(table.geometries, areas_only=are_areas, swap_axes=request.swap_axes)
    _check_not_empty(sound, table)
    found = columns.recognise(
        table,
        kind=request.kind,
        owner=request.owner,
        roles=request.named_roles(),
        source=request.source,
        style=request.style,
    )
    sound.leave_out(columns.not_of_layer(table, found))
    _check_not_empty(sound, table)
    home = extent.home(request.owner)
    srid, odd = _srid(request, table, sound, home=home)
    shapes.mend(sound, srid=srid, areas_only=are_areas, told=partial(told, CHECKING))
    _check_not_empty(sound, table)
    merged = _merged(request, table, found, sound)
    rows = columns.rows(table, found, kept=sound.kept().tolist(), kind=request.kind)
    seen = checks.Seen(
        rows=rows,
        geometries=sound.geometries,
        properties=table.properties,
        columns=found,
        kind=request.kind,
        owner=request.owner,
        name=request.name,
    )
    of_fields = columns.findings(rows, found, owner=request.owner)
    said = [*passed_over, *odd, *of_fields, *merged, *checks.found(seen, home=home)]
    report = _report(request, table, found, sound, loaded=len(rows), said=said)
    return Content(srid=srid, columns=found, rows=rows, geometries=sound.geometries, report=report)


def _report(
    request: ImportRequest,
    table: Table,
    found: Columns,
    sound: shapes.Sound,
    *,
    loaded: int,
    said: Sequence[Finding],
) -> Report:
    skipped = sound.skipped | table.unreadable
    mended = {place: why for place, why in (table.notes | sound.repaired).items() if place not in skipped}
    return Report(
        read=len(table.geometries),
        loaded=loaded,
        repaired=_items(mended, sound, table, found),
        skipped=_items(skipped, sound, table, found),
        checks=said,
        warnings=table.warnings,
        options=request.options(),
        source=found.source.id if found.source else "",
    )


def _srid(
    request: ImportRequest, table: Table, sound: shapes.Sound, *, home: crs.Box | None
) -> tuple[int, list[Finding]]:
    """The system the file is in, as told, else as it says, and what is odd about it. Raises CrsError."""
    bounds = shapes.typical_bounds(sound.geometries)
    srid = request.srid if request.srid is not None else table.srid
    if srid is None:
        raise CrsError(
            _("The file does not say which coordinate system it is in. Name it: --crs EPSG:25832."),
            candidates=crs.candidates(bounds, owner=request.owner, home=home),
        )
    told = request.srid is not None
    odd = crs.check_fit(bounds, srid=srid, owner=request.owner, home=home, told=told)
    if told and table.srid not in (None, srid, WGS84):
        values = {"said": table.srid, "told": srid}
        odd.append(Finding(kind="other_crs", severity="note", count=1, values=values))
    if request.swap_axes:
        odd.append(Finding(kind="axes_swapped", severity="note", count=1))
    return srid, odd


def _check_not_empty(sound: shapes.Sound, table: Table) -> None:
    if len(sound.kept()) == 0:
        why = "; ".join(sorted(set((sound.skipped | table.unreadable).values()))[:5]) or "no features"
        raise ImportRefusedError(_("The file holds nothing that can be loaded: %(why)s.") % {"why": why})


def _merged(request: ImportRequest, table: Table, found: Columns, sound: shapes.Sound) -> list[Finding]:
    """Areas of one code made one, where that is wanted or plain; the others stay, and are refused later."""
    if request.kind != Layer.Kind.BOUNDARY or request.merge_codes is False:
        return []
    rows = {place: found.row(table.properties[place], place=place) for place in sound.kept().tolist()}
    return merging.merge(rows, sound.geometries, always=request.merge_codes is True)


def _items(reasons: Mapping[int, str], sound: shapes.Sound, table: Table, found: Columns) -> list[Item]:
    items = []
    for place, why in sorted(reasons.items()):
        lon, lat = sound.places.get(place, (None, None))
        code = found.code(table.properties[place])
        items.append(Item(feature=place + 1, code=code, why=why, lon=lon, lat=lat))
    return items
