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
from layers.readers.source_rows import ReadError, SourceRows

# Together no other file has them: it is what our own exports say of every contribution.
_OURS = frozenset(
    {"id", "code", "kind", "theme", "text", "details", "responses", "written_at", "received_at", "arrival"}
)


class ImportFileError(Exception):
    """The file as a whole cannot be read. The message says what to do."""


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """A row: `values` by target, or of a feature of our own export all its `properties`.

    `line` is its number in what the file is counted in. `geometry` is a GeoJSON geometry in EPSG:4326, for
    files that have one of their own. `fault` says why the row cannot be read, `note` what was mended.
    """

    line: int
    values: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Any] | None = None
    geometry: Any = None
    fault: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FileRows:
    """The rows, and what they are counted in: lines, rows of a sheet, or features."""

    rows: Iterator[FileRow]
    unit: str = "line"


def of_path(path: Path, *, columns: Mapping[str, str], sheet: str = "") -> FileRows:
    """The rows of a file; its content says what it is. `columns` leads from target to the file's column.

    Without `columns` it must be our own GeoJSON. Raises ImportFileError, at the first row at the latest.
    """
    try:
        if spreadsheet.is_workbook(path):
            cells = spreadsheet.read(path, sheet=sheet or None).cells
            return FileRows(rows=_of_cells(_needed(columns), cells), unit="row")
        if _is_json(path):
            source = read_file.rows(path)
            return FileRows(rows=_of_features(source, columns=columns), unit="feature")
    except (ReadError, CrsError) as error:
        raise ImportFileError(str(error)) from None
    return FileRows(rows=_of_csv_file(path, columns=_needed(columns)))


def _of_csv_file(path: Path, *, columns: Mapping[str, str]) -> Iterator[FileRow]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from of_csv(file, columns=columns)
    except UnicodeDecodeError as error:
        raise ImportFileError(f"The file is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None


def of_csv(file: TextIO, *, columns: Mapping[str, str]) -> Iterator[FileRow]:
    """The rows of CSV (`;`, `,` or tab; opened with newline="").

    Raises ImportFileError for a header without the columns.
    """
    reader = csv.reader(file, delimiter=_delimiter(file), strict=True)
    try:
        header = _header(next(reader), columns=columns)
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


def _header(names: Sequence[str], *, columns: Mapping[str, str]) -> dict[str, int]:
    """Target → position of its column, and `*` → how many columns there are."""
    names = [name.strip().removeprefix("\ufeff") for name in names]
    _check_columns(names, columns=columns)
    return {**{target: names.index(column) for target, column in columns.items()}, "*": len(names)}


def _check_columns(names: Sequence[str], *, columns: Mapping[str, str]) -> None:
    missing = sorted(set(columns.values()) - set(names))
    if missing:
        raise ImportFileError(f"The file has no column {', '.join(missing)}. It has: {', '.join(names)}.")


def _row(cells: Sequence[str], *, header: Mapping[str, int], line: int) -> FileRow:
    if len(cells) != header["*"]:
        return FileRow(line=line, fault=f"The row has {len(cells)} columns, the header {header['*']}.")
    targets = header.keys() - {"*"}
    return FileRow(line=line, values={target: cells[header[target]].strip() for target in targets})


def _of_cells(columns: Mapping[str, str], cells: Sequence[Sequence[str]]) -> Iterator[FileRow]:
    if not cells:
        raise ImportFileError("The file is empty or its first line is no header.")
    header = _header(cells[0], columns=columns)
    for line, row in enumerate(cells[1:], start=2):
        if any(cell.strip() for cell in row):
            yield _row(row, header=header, line=line)


def _of_features(source: SourceRows, *, columns: Mapping[str, str]) -> Iterator[FileRow]:
    is_ours = not columns and set(source.column_names()) >= _OURS
    if not is_ours:
        _check_columns(source.column_names(), columns=_needed(columns))
    shapes = crs.to_wgs84(_readable(source), srid=source.srid or WGS84)
    for position, (properties, shape) in enumerate(zip(source.properties, shapes, strict=True)):
        yield FileRow(
            line=position + 1,
            properties=properties if is_ours else None,
            values={} if is_ours else _texts(properties, columns=columns),
            geometry=None if shape is None else _geometry_of(shape),
            fault=source.unreadable.get(position, ""),
            note=source.notes.get(position, ""),
        )


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
