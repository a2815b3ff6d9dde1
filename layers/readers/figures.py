"""Tables without shapes: CSV, XLSX, ODS and JSON, and the columns of a geometry file, as rows of texts.

Statistics offices write titles above the header, footnotes below the figures, header cells over two lines and
names only where they change. All of that is understood here; what the figures mean is asked elsewhere.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.utils.translation import gettext as _

from layers.control_characters import storable
from layers.figure import Figure
from layers.readers import json_rows, read_file, spreadsheet
from layers.readers.closed import limits
from layers.readers.closed.visible_text import visible_text
from layers.readers.refusals import warning
from layers.readers.source_rows import ReadError

MAX_FILE_BYTES = 50 * 1024**2
MAX_CELLS = 5_000_000
# Of one row with all its cells, so that the columns are counted before they fill the memory.
MAX_ROW_TEXT = 2_000_000
# Excel's own limit for a cell.
MAX_TEXT = 32_767
_DELIMITERS = ";\t,|"
_LOOKED_AT_LINES = 60
_WINDOWS = "cp1252"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Cells = list[list[str]]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A table: `rows` are {column: text}, "" for an empty cell, every row with every column of `columns`.

    `sheet` and `sheets` are "" and [] for what is no workbook. `warnings` say what was guessed in reading,
    `notes` are the titles and footnotes around the table.
    """

    columns: list[str]
    rows: list[dict[str, str]]
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_table(path: Path, *, sheet: str | None = None) -> Figures:
    """The table in a file; of a workbook, the sheet called `sheet`, else the first that is not empty.

    Raises ReadError for what is no table, and for what is larger than any honest one.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        message = _("The file is larger than %(limit)d MB. Split it.")
        raise ReadError(message % {"limit": MAX_FILE_BYTES // 1024**2})
    with path.open("rb") as file:
        start = file.read(64)
    if not start:
        raise ReadError(_("The file is empty."))
    if start.startswith(_OLD_EXCEL):
        raise ReadError(_("This is an old Excel file (.xls). Save it as .xlsx or CSV."))
    if start.startswith(b"PK") and spreadsheet.is_workbook(path):
        workbook_sheet = spreadsheet.read(path, sheet=sheet)
        return _framed(workbook_sheet.cells, sheet=workbook_sheet.name, sheets=workbook_sheet.names)
    if start.startswith((b"PK", b"SQLite format 3\x00", b"fgb")):
        source_rows = read_file.rows(path)
        return replace(_of_rows(source_rows.properties), warnings=source_rows.warnings)
    text, warnings = _text(path.read_bytes())
    if text.lstrip()[:1] in ("{", "["):
        return replace(_of_rows(json_rows.parsed(text)), warnings=warnings)
    return replace(_framed(_csv_cells(text)), warnings=warnings)


def _of_rows(rows: list[dict[str, object]]) -> Figures:
    flat = [json_rows.flat(row) for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    _check_size(len(flat), len(columns))
    return Figures(columns=columns, rows=[{name: row.get(name, "") for name in columns} for row in flat])


def _text(content: bytes) -> tuple[str, list[str]]:
    warnings: list[str] = []
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode(_WINDOWS)
        except UnicodeDecodeError:
            raise ReadError(_("The file is not a table in a text format that we can read.")) from None
        warnings.append(warning({"warning": "encoding", "encoding": _WINDOWS, "named": ""}))
    if "\x00" in text:
        raise ReadError(_("The file is not a table in a text format that we can read."))
    return visible_text(text), warnings


def _csv_cells(text: str) -> Cells:
    cells: Cells = []
    number = in_row = 0

    def lines() -> Iterator[str]:
        nonlocal in_row
        for line in io.StringIO(text, newline=""):
            in_row += len(line)
            if in_row > MAX_ROW_TEXT:
                _refuse_size()
            yield line

    reader = csv.reader(lines(), delimiter=_delimiter(text))
    try:
        for row in reader:
            in_row = 0
            number += len(row)
            if (
                len(row) > limits.MAX_SHEET_COLUMNS
                or len(cells) > limits.MAX_SHEET_ROWS
                or number > MAX_CELLS
            ):
                _refuse_size()
            cells.append(row)
    except csv.Error:
        message = _("Line %(line)d of the file cannot be read as a row of a table.")
        raise ReadError(message % {"line": reader.line_num}) from None
    return cells


def _delimiter(text: str) -> str:
    """The sign that divides most lines into the same number of cells; decimal commas divide some of them."""
    lines = [line for line in text[: MAX_TEXT * 4].splitlines() if line.strip()][:_LOOKED_AT_LINES]
    best, most = ";", 0
    for delimiter in _DELIMITERS:
        counts = [count for line in lines if (count := _unquoted_count(line, delimiter))]
        agreeing = max((counts.count(count) for count in set(counts)), default=0)
        if agreeing > most:
            best, most = delimiter, agreeing
    return best


def _unquoted_count(line: str, delimiter: str) -> int:
    return sum(part.count(delimiter) for part in line.split('"')[::2])


def _framed(cells: Cells, *, sheet: str = "", sheets: list[str] | None = None) -> Figures:
    """Cells to a table: titles above and footnotes below go to the notes, header lines become one."""
    rows = [[_cell(value) for value in row] for row in cells]
    width = max((_width(row) for row in rows), default=0)
    rows = [row[:width] + [""] * (width - len(row)) for row in rows]
    _check_size(len(rows), width)
    first = _first_of_header(rows) if width else None
    if first is None:
        raise ReadError(_("The file holds no table: a row with the names of the columns, and rows below it."))
    above = [cell for row in rows[:first] for cell in row if cell]
    header, start = _header(rows, first=first)
    body, below = _without_footnotes(rows[start:])
    if not header[0] or not rows[first][0]:
        _fill_down(body)
    columns = _unlike(header)
    return Figures(
        columns=columns,
        rows=[dict(zip(columns, row, strict=True)) for row in body if any(row)],
        sheet=sheet,
        sheets=sheets or [],
        notes=[*above, *below][:100],
    )


def _cell(value: str) -> str:
    """Text as it is, without blanks around it and without what could not be stored."""
    text = storable(visible_text(value)).strip()
    if len(text) > MAX_TEXT:
        raise ReadError(_("A cell holds more than %(limit)s characters.") % {"limit": Figure(MAX_TEXT)})
    return text


def _width(row: list[str]) -> int:
    return max((index + 1 for index, cell in enumerate(row) if cell), default=0)


def _first_of_header(rows: Cells) -> int | None:
    """The first line with as many cells as a table has: a title stands alone on its line."""
    wide = min(2, max((sum(map(bool, row)) for row in rows), default=0))
    for index, row in enumerate(rows):
        is_wide = sum(map(bool, row)) >= wide > 0
        if is_wide or (not row[0] and _is_over_names(rows, index)):
            return index
    return None


def _is_over_names(rows: Cells, index: int) -> bool:
    """A line with one cell, not in the first column, over a line of names: "Persons" above the years."""
    below = rows[index + 1] if index + 1 < len(rows) else []
    return any(rows[index]) and bool(below) and not below[0] and any(below)


def _header(rows: Cells, *, first: int) -> tuple[list[str], int]:
    """The columns' names, put together from all header lines, and the index of the first line of figures."""
    header = rows[first]
    index = first + 1
    while not header[0] and index < len(rows) and not rows[index][0] and any(rows[index]):
        above = list(header)
        for column in range(1, len(above)):
            above[column] = above[column] or (above[column - 1] if rows[index][column] else "")
        header = [f"{a} {b}".strip() for a, b in zip(above, rows[index], strict=True)]
        index += 1
    return header, index


def _without_footnotes(rows: Cells) -> tuple[Cells, list[str]]:
    """The figures, and the lines with one cell that follow after an empty line."""
    for index, row in enumerate(rows):
        if any(row) or index == 0:
            continue
        rest = [line for line in rows[index:] if any(line)]
        if all(sum(map(bool, line)) == 1 and line[0] for line in rest):
            return rows[:index], [line[0] for line in rest]
    return rows, []


def _fill_down(rows: Cells) -> None:
    """A name that stands only where it changes holds for the lines below it."""
    above = ""
    for row in rows:
        if any(row):
            row[0] = above = row[0] or above


def _unlike(header: list[str]) -> list[str]:
    """Names for all columns, none twice."""
    columns: list[str] = []
    names: set[str] = set()
    for number, name in enumerate(header, start=1):
        unique = name = " ".join(name.split())[:200] or _("column %(number)d") % {"number": number}
        again = 2
        while unique in names:
            unique, again = f"{name} ({again})", again + 1
        names.add(unique)
        columns.append(unique)
    return columns


def _check_size(rows: int, columns: int) -> None:
    if rows > limits.MAX_SHEET_ROWS or columns > limits.MAX_SHEET_COLUMNS or rows * columns > MAX_CELLS:
        _refuse_size()


def _refuse_size() -> None:
    message = _("The table has more than %(rows)s rows, %(columns)s columns or %(cells)s cells.")
    most = {"rows": limits.MAX_SHEET_ROWS, "columns": limits.MAX_SHEET_COLUMNS, "cells": MAX_CELLS}
    raise ReadError(message % {name: Figure(limit) for name, limit in most.items()})
