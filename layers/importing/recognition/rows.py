"""The rows of a file as our tables hold them, each understood when it is first asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NoReturn

from django.utils.translation import gettext as _

from layers.importing.recognition import row
from layers.importing.recognition.columns import ColumnError, Columns, listed
from layers.importing.recognition.row import Row
from layers.models import Layer
from layers.readers.read_file import SourceRows
from layers.reference import codes, languages


class RowsOnDemand(Mapping[int, Row]):
    """Rows by row number, each understood when it is first asked for: so while the ones before are written.

    Asking raises ColumnError, listing every code that is too long at once.
    """

    def __init__(self, source_rows: SourceRows, columns: Columns, *, row_numbers: Iterable[int]) -> None:
        self._properties = source_rows.properties
        self._columns = columns
        self._understood: dict[int, Row | None] = dict.fromkeys(row_numbers)

    def __getitem__(self, row_number: int) -> Row:
        understood = self._understood[row_number]
        if understood is None:
            understood = self._columns.row(self._properties[row_number], row_number=row_number)
            if len(understood.code) > row.CODE_MAX:
                self._refuse_long_codes()
            self._understood[row_number] = understood
        return understood

    def __iter__(self) -> Iterator[int]:
        return iter(self._understood)

    def __len__(self) -> int:
        return len(self._understood)

    def _refuse_long_codes(self) -> NoReturn:
        too_long = [
            row_number + 1
            for row_number in self
            if len(self._columns.row(self._properties[row_number], row_number=row_number).code) > row.CODE_MAX
        ]
        message = _("Codes of more than %(limit)d characters in features %(numbers)s.")
        values = {"limit": row.CODE_MAX, "numbers": listed(too_long)}
        raise ColumnError(message % values, option="--code-field")


def rows_on_demand(
    source_rows: SourceRows, columns: Columns, *, row_numbers: Iterable[int], kind: str
) -> Mapping[int, Row]:
    """The rows to store, by row number. ColumnError, from here or from asking for them, lists all bad codes.

    What has to look at all of them is done here: whether codes differ, and which names are of one place.
    """
    on_demand = RowsOnDemand(source_rows, columns, row_numbers=row_numbers)
    if kind == Layer.Kind.BOUNDARY:
        _check_area_codes(on_demand)
    return _with_all_names(on_demand, source_rows, columns)


def _check_area_codes(stored: Mapping[int, Row]) -> None:
    missing = [row_number + 1 for row_number, stored_row in stored.items() if not stored_row.code]
    if missing:
        message = _("Features without a code: %(numbers)s.")
        raise ColumnError(message % {"numbers": listed(missing)}, option="--code-field")
    numbers_by_code: dict[str, list[int]] = {}
    for row_number, stored_row in stored.items():
        numbers_by_code.setdefault(stored_row.code, []).append(row_number + 1)
    twice = [f"{code} ({listed(numbers)})" for code, numbers in numbers_by_code.items() if len(numbers) > 1]
    if twice:
        message = _("Codes that several features have: %(codes)s.")
        raise ColumnError(message % {"codes": listed(twice)}, option="--merge-codes or --code-field")


def _with_all_names(
    stored: Mapping[int, Row], source_rows: SourceRows, columns: Columns
) -> Mapping[int, Row]:
    """Names of one place that stand in rows of their own, each with its language: all of them in each."""
    if "place" not in columns.roles:
        return stored
    places = {at: codes.cleaned(source_rows.properties[at].get(columns.roles["place"])) for at in stored}
    names_at = {at: json.loads(stored_row.names) for at, stored_row in stored.items()}
    names = languages.gathered(names_at, places=places)
    return {at: replace(stored_row, names=row.as_json(names[at])) for at, stored_row in stored.items()}
