"""Tables as CSV for Nordic spreadsheets: semicolons, a byte-order mark, nothing taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

# What spreadsheets obey at the start of a cell, in the full-width forms too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def lines(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The rows, one chunk each. Numbers are written as they are, texts without a formula's force."""
    yield b"\xef\xbb\xbf"
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line, delimiter=";").writerow([_harmless(cell) for cell in row])
        yield line.getvalue().encode("utf-8", "replace")


def as_written(cell: str) -> str:
    """A text as it was before it was made harmless: a table that was downloaded comes back unchanged."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
