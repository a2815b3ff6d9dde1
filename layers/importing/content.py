"""A file read, understood and repaired: all that is left to do is to write it, and to say what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from layers import crs
from layers.crs import CrsError
from layers.findings import wording
from layers.findings.finding import Finding, Item
from layers.findings.report import Report
from layers.geometry import WGS84
from layers.importing import checks, extent, merging, shapes, strays
from layers.importing.checked import CheckInput
from layers.importing.recognition import columns as recognition
from layers.importing.recognition import source_layers
from layers.importing.recognition.columns import Columns, Row
from layers.importing.recognition.rows import rows_on_demand
from layers.importing.request import CHECKING, READING, ImportRefusedError, ImportRequest, Progress
from layers.models import Layer
from layers.readers.read_file import ChooseLayerError, Contents, SourceRows
from layers.readers.refusals import warning
from layers.reference import column_names

# Of these only areas count: what is a line or a point has none.
_AREAS = (Layer.Kind.BOUNDARY, Layer.Kind.ZONING, Layer.Kind.BUILDING, Layer.Kind.BUILT_UP)

Look = Callable[[Contents, SourceRows], None]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """All that there is to say of a file's rows and shapes. `bounds` leave out strays."""

    report: Report
    bounds: shapes.Bounds


@dataclass(frozen=True, kw_only=True)
class Content:
    """`rows` by row number, and the shapes of all row numbers in lon/lat: they can be written.

    A row may be understood when it is first asked for, and then be refused with ColumnError. `judge` refuses
    nothing else and takes a while: it can be called while the database is still writing.
    """

    srid: int
    columns: Columns
    rows: Mapping[int, Row]
    geometries: Any
    judge: Callable[[], Judgement]


def no_look(contents: Contents, rows: SourceRows) -> None:
    """Rows that nobody wants to look at before they are judged."""


def read(request: ImportRequest, *, progress: Progress, look: Look = no_look) -> Content:
    """Read the file and make it fit to write. `look` is called with its rows before anything is refused.

    Raises ReadError, CrsError, ColumnError, ImportRefusedError; ChooseLayerError where a person must choose.
    """
    progress(READING, 0, 1)
    reading = source_layers.read(request)
    if reading.rows is None:
        raise ChooseLayerError(reading.contents)
    progress(READING, 1, 1)
    look(reading.contents, reading.rows)
    source_layers.check_purposes(reading.rows, contents=reading.contents, request=request)
    return _Import(request, reading.rows).content(passed_over=reading.findings, progress=progress)


class _Import:
    """The rows of a file on their way to what can be written."""

    def __init__(self, request: ImportRequest, source_rows: SourceRows) -> None:
        self._request = request
        self._source_rows = source_rows
        self._is_areas = request.kind in _AREAS
        self._shapes = shapes.usable(
            source_rows.geometries, areas_only=self._is_areas, swap_axes=request.swap_axes
        )
        self._check_not_empty()
        self._columns = recognition.recognise(
            source_rows,
            kind=request.kind,
            owner=request.owner,
            roles=request.named_roles(),
            source=request.source,
            style=request.style,
        )
        self._shapes.leave_out(recognition.not_of_layer(source_rows, self._columns))
        self._check_not_empty()

    def content(self, *, passed_over: Sequence[Finding], progress: Progress) -> Content:
        """The rows, and the shapes brought to lon/lat and mended."""
        request = self._request
        surroundings = extent.surroundings(request.owner, kind=request.kind, name=request.name)
        srid, of_system = self._system(home=surroundings.home)
        shapes.mend(self._shapes, srid=srid, progress=partial(progress, CHECKING))
        self._check_not_empty()
        merged = self._merge_codes()
        row_numbers = self._shapes.row_numbers().tolist()
        rows = rows_on_demand(self._source_rows, self._columns, row_numbers=row_numbers, kind=request.kind)
        checked = self._check_input(rows, surroundings=surroundings)
        judge = partial(self._judgement, checked, before=[*passed_over, *of_system], merged=merged)
        if request.kind == Layer.Kind.BOUNDARY:  # overlaps and gaps take long: before the layer is locked
            judgement = judge()
            judge = partial(lambda: judgement)
        return Content(
            srid=srid,
            columns=self._columns,
            rows=rows,
            geometries=self._shapes.geometries,
            judge=judge,
        )

    def _judgement(
        self, checked: CheckInput, *, before: Sequence[Finding], merged: Sequence[Finding]
    ) -> Judgement:
        request, rows = self._request, checked.rows
        of_fields = recognition.findings(rows, self._columns, owner=request.owner, source=request.source)
        of_shapes = checks.findings(checked)
        return Judgement(
            report=self._report(loaded=len(rows), findings=[*before, *of_fields, *merged, *of_shapes]),
            bounds=strays.bounds_without(of_shapes, shapes=checked.shapes(), row_numbers=list(rows)),
        )

    def _check_not_empty(self) -> None:
        if len(self._shapes.row_numbers()) == 0:
            reasons = set((self._shapes.skipped | self._source_rows.unreadable).values())
            why = "; ".join(wording.reason(reason) for reason in sorted(reasons)[:5] or ["no features"])
            raise ImportRefusedError(_("The file holds nothing that can be loaded: %(why)s.") % {"why": why})

    def _system(self, *, home: crs.Box | None) -> tuple[int, list[Finding]]:
        """The system a person has named, else the file's own, and what is doubtful about it. CrsError."""
        request, in_file = self._request, self._source_rows.srid
        points = shapes.typical_points(self._shapes.geometries)
        srid = request.srid if request.srid is not None else in_file
        if srid is None:
            raise CrsError(
                _("The file does not say which coordinate system it is in."),
                candidates=crs.candidates(points, owner=request.owner, home=home),
            )
        is_named = request.srid is not None
        findings = crs.check_fit(points, srid=srid, owner=request.owner, home=home, is_named=is_named)
        if is_named and in_file not in (None, srid, WGS84):
            values = {"said": in_file, "told": srid}
            findings.append(Finding(kind="other_crs", severity="note", count=1, values=values))
        if request.swap_axes:
            findings.append(Finding(kind="axes_swapped", severity="note", count=1))
        return srid, findings

    def _merge_codes(self) -> list[Finding]:
        """Areas of one code made one, where that is wanted or plain; the others are refused later."""
        request = self._request
        if request.kind != Layer.Kind.BOUNDARY or request.merge_codes is False:
            return []
        rows = {
            row_number: self._columns.row(self._source_rows.properties[row_number], row_number=row_number)
            for row_number in self._shapes.row_numbers().tolist()
        }
        return merging.merge(rows, self._shapes.geometries, always=request.merge_codes is True)

    def _check_input(self, rows: Mapping[int, Row], *, surroundings: extent.Surroundings) -> CheckInput:
        return CheckInput(
            rows=rows,
            geometries=self._shapes.geometries,
            properties=self._source_rows.properties,
            columns=self._columns,
            kind=self._request.kind,
            owner=self._request.owner,
            surroundings=surroundings,
        )

    def _report(self, *, loaded: int, findings: Sequence[Finding]) -> Report:
        skipped = self._shapes.skipped | self._source_rows.unreadable
        mended = self._source_rows.notes | self._shapes.repaired
        return Report(
            read=len(self._source_rows.geometries),
            loaded=loaded,
            repaired=self._items(
                {row_number: why for row_number, why in mended.items() if row_number not in skipped}
            ),
            skipped=self._items(skipped),
            checks=findings,
            warnings=[*self._source_rows.warnings, *self._of_alike_columns()],
            options=self._request.options(),
            source=self._columns.source.id if self._columns.source else "",
        )

    def _of_alike_columns(self) -> list[str]:
        """What names that differ only in case, blanks, underscores and hyphens are used of, and what not."""
        used = dict.fromkeys(self._columns.roles.values())
        others = [name for name in self._source_rows.column_names() if name not in used]
        alike = (
            [name, *(other for other in others if column_names.bare(other) == column_names.bare(name))]
            for name in used
        )
        return [
            warning({"warning": "repeated", "names": ", ".join(names)}) for names in alike if len(names) > 1
        ]

    def _items(self, reasons: Mapping[int, str]) -> list[Item]:
        items = []
        for row_number, why in sorted(reasons.items()):
            lon, lat = self._shapes.fault_points.get(row_number, (None, None))
            code = self._columns.code(self._source_rows.properties[row_number])
            items.append(Item(feature=row_number + 1, code=code, why=why, lon=lon, lat=lat))
        return items
