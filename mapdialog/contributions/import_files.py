"""What a file holds, row by row: CSV, workbooks (XLSX, ODS) and GeoJSON, ours and others'.

Workbooks and GeoJSON are read in the closed process of `layers.readers`, as every file from outside.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import shapely
import shapely.geometry

from layers import crs
from layers.crs import CrsError
from layers.geometry import WGS84
from layers.readers import json_rows, read_file, spreadsheet
from layers.readers.refusals import warning
from layers.readers.source_rows import ReadError, SourceRows
from mapdialog.contributions import feature_sql, other_files, own_marks, places_sql
from mapdialog.contributions.columns import EARLIER_NAMES
from mapdialog.contributions.own_marks import MarkError, Marks

# Together no other file has them: it is what our own exports say of every contribution.
_OURS = frozenset(
    {"id", "code", "kind", "theme", "text", "details", "responses", "written_at", "received_at", "arrival"}
)
# All that our exports may say; `answers` is an earlier name.
_ALL_OF_OURS = frozenset(
    {
        "id", *feature_sql.PUBLIC, *feature_sql.OFFICIAL, *places_sql.PLACES, *EARLIER_NAMES.values(),
        *own_marks.NAMES,
    }
)  # fmt: skip
# Targets that say where a row lies; of a feature its geometry does.
_PLACES = ("lon", "lat", "geometry")


class ImportFileError(Exception):
    """The file as a whole cannot be read. The message says what to do."""


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """A row: `values` by target, or of a feature of our own export all its `properties`.

    `line` is its number in what the file is counted in. `geometry` is a GeoJSON geometry in EPSG:4326, for
    files that have one of their own. `marks` are what a file of ours says of itself, whatever format it comes
    back in. `fault` says why the row cannot be read, `note` what was mended.
    """

    line: int
    values: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Any] | None = None
    geometry: Any = None
    marks: Marks = field(default_factory=Marks)
    fault: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class _Header:
    """Where a table's columns are: by target, and those that our own files mark rows with."""

    targets: Mapping[str, int]
    marks: Mapping[str, int]
    width: int


@dataclass(frozen=True, kw_only=True)
class FileRows:
    """The rows, and what they are counted in: lines, rows of a sheet, or features.

    `notes` say what was guessed or left out of the file as a whole. All are there when all rows are read.
    """

    rows: Iterator[FileRow]
    unit: str = "line"
    notes: list[str] = field(default_factory=list)


def of_path(path: Path, *, columns: Mapping[str, str], sheet: str = "") -> FileRows:
    """The rows of a file; its content says what it is. `columns` leads from target to the file's column.

    Without `columns` it must be our own GeoJSON. Raises ImportFileError, at the first row at the latest.
    """
    notes: list[str] = []
    try:
        if spreadsheet.is_workbook(path):
            workbook_sheet = spreadsheet.read(path, sheet=sheet or None)
            if not sheet:
                notes += _of_other_sheets(workbook_sheet)
            rows = _of_cells(workbook_sheet.cells, columns=_needed(columns), notes=notes)
            return FileRows(rows=rows, unit="row", notes=notes)
        if refusal := other_files.refusal_of(path):
            raise ImportFileError(refusal)
        if _is_json(path):
            source = read_file.rows(path)
            notes += source.warnings
            return FileRows(
                rows=_of_features(source, columns=columns, notes=notes), unit="feature", notes=notes
            )
    except (ReadError, CrsError) as error:
        raise ImportFileError(str(error)) from None
    return FileRows(rows=_of_csv_file(path, columns=_needed(columns), notes=notes), notes=notes)


def _of_other_sheets(sheet: spreadsheet.Sheet) -> list[str]:
    others = [name for name in sheet.names if name != sheet.name]
    return [f"Only the sheet “{sheet.name}” is read, not {', '.join(others)}. See --sheet."] if others else []


def _of_csv_file(path: Path, *, columns: Mapping[str, str], notes: list[str]) -> Iterator[FileRow]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from of_csv(file, columns=columns, notes=notes)
    except UnicodeDecodeError as error:
        raise ImportFileError(f"The file is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None


def of_csv(file: TextIO, *, columns: Mapping[str, str], notes: list[str] | None = None) -> Iterator[FileRow]:
    """The rows of CSV (`;`, `,` or tab; opened with newline=""); what was left out is added to `notes`.

    Raises ImportFileError for a header without the columns.
    """
    reader = csv.reader(file, delimiter=_delimiter(file), strict=True)
    try:
        header = _header(next(reader), columns=columns, notes=[] if notes is None else notes)
    except (StopIteration, csv.Error):
        raise ImportFileError("The file is empty or its first line is no header.") from None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield FileRow(line=line, fault=f"The row cannot be read: {error}.")
            continue
        if any(cell.strip() for cell in cells):
            yield _row(cells, header=header, line=line)


def _needed(columns: Mapping[str, str]) -> Mapping[str, str]:
    if not columns:
        raise ImportFileError("Say with --map which column holds what. Only our own GeoJSON says it itself.")
    return columns


def _is_json(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(200).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _delimiter(file: TextIO) -> str:
    start = file.tell()
    first = file.readline()
    file.seek(start)
    return max(";,\t", key=first.count)


def _header(names: Sequence[str], *, columns: Mapping[str, str], notes: list[str]) -> _Header:
    names = [name.strip().removeprefix("\ufeff") for name in names]
    _check_columns(names, columns=columns)
    if repeated := sorted(name for name in set(columns.values()) if names.count(name) > 1):
        notes.append(warning({"warning": "repeated", "names": ", ".join(repeated)}))
    return _Header(
        targets={target: names.index(column) for target, column in columns.items()},
        marks={name: names.index(name) for name in _mark_names(names, columns=columns)},
        width=len(names),
    )


def _mark_names(names: Sequence[str], *, columns: Mapping[str, str]) -> list[str]:
    """The columns that say what our own files say of themselves, less those that mean something else here."""
    return [name for name in own_marks.NAMES if name in names and name not in columns.values()]


def _check_columns(names: Sequence[str], *, columns: Mapping[str, str]) -> None:
    missing = sorted(set(columns.values()) - set(names))
    if missing:
        raise ImportFileError(f"The file has no column {', '.join(missing)}. It has: {', '.join(names)}.")


def _row(cells: Sequence[str], *, header: _Header, line: int) -> FileRow:
    if len(cells) != header.width:
        return FileRow(line=line, fault=f"The row has {len(cells)} columns, the header {header.width}.")
    values = {target: cells[position].strip() for target, position in header.targets.items()}
    try:
        marks = Marks.of({name: cells[position].strip() for name, position in header.marks.items()})
    except MarkError as error:
        return FileRow(line=line, values=values, fault=str(error))
    return FileRow(line=line, values=values, marks=marks)


def _of_cells(
    cells: Sequence[Sequence[str]], *, columns: Mapping[str, str], notes: list[str]
) -> Iterator[FileRow]:
    if not cells:
        raise ImportFileError("The file is empty or its first line is no header.")
    header = _header(cells[0], columns=columns, notes=notes)
    for line, row in enumerate(cells[1:], start=2):
        if any(cell.strip() for cell in row):
            yield _row(row, header=header, line=line)


def _of_features(source: SourceRows, *, columns: Mapping[str, str], notes: list[str]) -> Iterator[FileRow]:
    is_ours = not columns and set(source.column_names()) >= _OURS
    if is_ours:
        notes += _of_foreign(source.column_names())
    else:
        _check_columns(source.column_names(), columns=_needed(columns))
    notes += _of_page(source.members)
    shapes = crs.to_wgs84(_readable(source), srid=source.srid or WGS84)
    unused = [target for target in _PLACES if target in columns]
    if unused and any(shape is not None for shape in shapes):
        notes.append(f"Features lie where their geometry is: {', '.join(unused)} is used only without one.")
    mark_names = _mark_names(source.column_names(), columns=columns)
    for position, (properties, shape) in enumerate(zip(source.properties, shapes, strict=True)):
        marks, fault = _marks_of(properties, names=mark_names, members=source.members)
        yield FileRow(
            line=position + 1,
            properties=properties if is_ours else None,
            values={} if is_ours else _texts(properties, columns=columns),
            geometry=None if shape is None else _geometry_of(shape),
            marks=marks,
            fault=source.unreadable.get(position, "") or fault,
            note=source.notes.get(position, ""),
        )


def _marks_of(
    properties: Mapping[str, Any], *, names: Sequence[str], members: Mapping[str, Any]
) -> tuple[Marks, str]:
    """What the feature and its collection say of themselves, or why that cannot be read."""
    try:
        return Marks.of(members) | Marks.of({name: properties.get(name) for name in names}), ""
    except MarkError as error:
        return Marks(), str(error)


def _of_page(members: Mapping[str, Any]) -> list[str]:
    """That a page of our API is not all of it."""
    match (members.get("numberReturned"), members.get("numberMatched")):
        case (int() as returned, int() as matched) if returned < matched:
            return [f"This is a page: {returned} of {matched} comments. The export has all of them."]
    return []


def _of_foreign(names: Sequence[str]) -> list[str]:
    """What somebody added to a file of ours."""
    foreign = [name for name in names if name not in _ALL_OF_OURS]
    return [f"Not taken over, as no file of ours has it: {', '.join(foreign)}."] if foreign else []


def _readable(source: SourceRows) -> Any:
    shapes = source.geometries.copy()
    shapes[shapely.is_empty(shapes)] = None
    return np.asarray(shapes, dtype=object)


def _texts(properties: Mapping[str, Any], *, columns: Mapping[str, str]) -> dict[str, str]:
    flat = json_rows.flat(dict(properties))
    return {target: flat.get(column, "") for target, column in columns.items()}


def _geometry_of(shape: Any) -> Any:
    """The shape as strict JSON would have given it: every number as it is in the file."""
    return json.loads(json.dumps(shapely.geometry.mapping(shape)))
