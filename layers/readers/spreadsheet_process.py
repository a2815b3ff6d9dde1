"""The closed process that workbooks are read in: one XLSX or ODS file in, one sheet's cells out as JSON.

Run as a script, outside Django, by `spreadsheet.py`. A sheet with a cell in its first and one in its very
last corner, or a string of a gigabyte, ends this process and not the one that asked. Formulas are never
worked out: a cell has the value that was stored with it. Nothing a workbook points to is opened.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import resource
import sys
from typing import Any

import python_calamine

MEMORY_BYTES = 1024**3
CPU_SECONDS = 30
LIMITS = {
    resource.RLIMIT_AS: MEMORY_BYTES,
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NOFILE: 32,
    resource.RLIMIT_CORE: 0,
}


class RefusedError(Exception):
    """What is wrong with the workbook, as a code and its values: the words are found outside."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.answer = {"error": code, **values}


def main(path: str, wanted: str, max_rows: str, max_columns: str) -> None:
    for limit, value in LIMITS.items():
        resource.setrlimit(limit, (value, value))
    try:
        answer = sheet(path, wanted=wanted, max_rows=int(max_rows), max_columns=int(max_columns))
    except RefusedError as refused:
        answer = refused.answer
    except MemoryError:
        answer = {"error": "resources"}
    except python_calamine.PasswordError:
        answer = {"error": "password"}
    except (python_calamine.CalamineError, OSError, ValueError):
        answer = {"error": "damaged"}
    sys.stdout.write(json.dumps(answer))


def sheet(path: str, *, wanted: str, max_rows: int, max_columns: int) -> dict[str, Any]:
    """The cells of the sheet called `wanted`, else of the first one that a reader sees and that has any."""
    with python_calamine.CalamineWorkbook.from_path(path) as workbook:
        visible = [
            metadata.name
            for metadata in workbook.sheets_metadata
            if metadata.visible == python_calamine.SheetVisibleEnum.Visible
            and metadata.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        names = visible or list(workbook.sheet_names)
        if wanted and wanted not in workbook.sheet_names:
            raise RefusedError("no-sheet", name=wanted[:80], names=[name[:60] for name in names[:20]])
        for name in [wanted] if wanted else names:
            cells_of_sheet = workbook.get_sheet_by_name(name)
            if cells_of_sheet.height > max_rows or cells_of_sheet.width > max_columns:
                raise RefusedError("size", name=name[:80])
            cells = [[_plain(value) for value in row] for row in cells_of_sheet.to_python()]
            if cells or wanted:
                return {"sheet": name, "sheets": names[:200], "cells": cells}
    raise RefusedError("empty")


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


if __name__ == "__main__":
    main(*sys.argv[1:])
