"""Workbooks (XLSX, ODS) through calamine: one sheet's cells as texts.

A sheet with a cell in its first and one in its very last corner, or a string of a gigabyte, ends this process
and not the one that asked. Formulas are never worked out: a cell has the value that was stored with it.
Nothing a workbook points to is opened.

calamine gives an empty cell for one that holds an error (`#REF!`, `#N/A`), and refuses the whole workbook for
one that it does not know (`#SPILL!`). Such cells are made texts first: what is lost must be seen.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from typing import Any

import python_calamine

from .limits import MAX_SHEET_COLUMNS, MAX_SHEET_ROWS
from .source_layer import RefusedError

_OF_ARCHIVES = (zipfile.BadZipFile, NotImplementedError, RuntimeError)
# Of XLSX the type of the cell, of ODS the empty text that stands for the one that a reader sees.
_ERROR_IN_XLSX = re.compile(rb"""(<(?:\w+:)?c\b[^<>]*?\s)t=(["'])e\2""")
_ERROR_IN_ODS = re.compile(rb"""(<table:table-cell\b[^<>]*calcext:value-type=["']error["'][^<>]*>)""")
_EMPTY_IN_ODS = re.compile(rb"""\soffice:string-value=(?:""|'')""")


def sheet(path: str, *, wanted: str) -> dict[str, Any]:
    """The cells of the sheet called `wanted`, else of the first one that a reader sees and that has any.

    With them its name and those of all sheets. Raises RefusedError.
    """
    try:
        with python_calamine.CalamineWorkbook.from_object(_with_errors_as_texts(path)) as workbook:
            return _sheet(workbook, sheet_name=wanted)
    except python_calamine.PasswordError as error:
        raise RefusedError("password") from error
    except (python_calamine.CalamineError, OSError, ValueError, *_OF_ARCHIVES) as error:
        raise RefusedError("damaged") from error


def _with_errors_as_texts(path: str) -> str | io.BytesIO:
    """The workbook itself where no cell holds an error."""
    with zipfile.ZipFile(path) as archive:
        changed = {}
        for entry in archive.infolist():
            if _has_cells(entry.filename) and (text := _changed(archive.read(entry))) is not None:
                changed[entry.filename] = text
        if not changed:
            return path
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for entry in archive.infolist():
                target.writestr(entry.filename, changed.get(entry.filename) or archive.read(entry))
    copy.seek(0)
    return copy


def _has_cells(name: str) -> bool:
    return name == "content.xml" or ("worksheets/" in name and name.endswith(".xml"))


def _changed(text: bytes) -> bytes | None:
    """The sheet with texts for errors, None where there are none."""
    plain, count = _ERROR_IN_XLSX.subn(rb"\1t=\2str\2", text)
    if count:
        return plain
    plain, count = _ERROR_IN_ODS.subn(lambda cell: _EMPTY_IN_ODS.sub(b"", cell[1]), text)
    return plain if count else None


def _sheet(workbook: python_calamine.CalamineWorkbook, *, sheet_name: str) -> dict[str, Any]:
    visible = [
        metadata.name
        for metadata in workbook.sheets_metadata
        if metadata.visible == python_calamine.SheetVisibleEnum.Visible
        and metadata.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    names = visible or list(workbook.sheet_names)
    if sheet_name and sheet_name not in workbook.sheet_names:
        raise RefusedError(
            "no-sheet", name=sheet_name[:80], names=", ".join(name[:60] for name in names[:20])
        )
    for name in [sheet_name] if sheet_name else names:
        cells_of_sheet = workbook.get_sheet_by_name(name)
        if cells_of_sheet.height > MAX_SHEET_ROWS or cells_of_sheet.width > MAX_SHEET_COLUMNS:
            raise RefusedError("sheet-size", name=name[:80])
        cells = [[_plain(value) for value in row] for row in cells_of_sheet.to_python()]
        if cells or sheet_name:
            return {"sheet": name, "sheets": names[:200], "cells": cells}
    raise RefusedError("no-cells")


def _plain(value: Any) -> str:
    """A cell as the text a person would read; whole numbers without a decimal point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.isoformat()[:10]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)
