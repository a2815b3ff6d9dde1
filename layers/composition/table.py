"""Which unit belongs to which committee, as a table: read from a file, and written for one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from layers.composition.composing import CODE_MAX, Committee, CompositionError
from layers.days import owners_day
from layers.figure import Figure
from layers.models import Edition
from layers.population.area_codes import AreaCodes
from layers.readers.figures import Figures

_CODES = ("committee", "committee_code", "committeecode", "utvalg", "utvalgskode", "utvalgsnummer",
          "nærmiljøutvalg", "nämnd", "lokalråd", "lokalutvalg")  # fmt: skip
_NAMES = ("committee_name", "committeename", "utvalgsnavn", "navn", "namn", "name")
HEADINGS = ("unit", "unit_name", "committee", "committee_name")


def committees_in(table: Figures, *, units: Edition, at: dt.datetime) -> list[Committee]:
    """The committees that a table names, each with its units, in the order of first appearance.

    The column of units is the one that holds their codes; that of committees is called so, or is the first of
    the others. Raises CompositionError: every unit must be known, and in one committee only.
    """
    codes = _codes_of(units, at=at)
    unit_column, code_column, name_column = _columns(table, codes=codes)
    units_of: dict[str, list[str]] = {}
    name_of: dict[str, str] = {}
    for number, row in enumerate(table.rows, start=1):
        written, committee = row[unit_column], row[code_column]
        if not written or not committee:
            continue  # a unit without a committee is in none
        unit = codes.match(written)
        if unit is None:
            message = _("Row %(number)d: there is no unit %(unit)s in %(layer)s.")
            values = {"number": number, "unit": written[:80], "layer": units.layer.name}
            raise CompositionError(message % values)
        units_of.setdefault(committee, []).append(unit)
        if name_column and row[name_column]:
            name_of.setdefault(committee, row[name_column])
    return [
        Committee(code=_code(text, number), name=name_of.get(text, text), units=tuple(dict.fromkeys(members)))
        for number, (text, members) in enumerate(units_of.items(), start=1)
    ]


def remarks(table: Figures, *, units: Edition, at: dt.datetime) -> Iterator[str]:
    """What was guessed in reading the table, which columns were used, and what of it was not.

    Raises CompositionError like `committees_in`.
    """
    yield from table.warnings
    used = [column for column in _columns(table, codes=_codes_of(units, at=at)) if column]
    unit_column, code_column, *_name_columns = used
    yield _("Units come from the column “%(units)s”, committees from “%(committees)s”.") % {
        "units": unit_column,
        "committees": code_column,
    }
    if unread := [column for column in table.columns if column not in used]:
        yield _("Columns that were not read: %s.") % ", ".join(unread)
    if n := sum(1 for row in table.rows if row[code_column] and not row[unit_column]):
        message = ngettext(
            "%(n)s row names a committee but no unit. It was left out.",
            "%(n)s rows name a committee but no unit. They were left out.",
            n,
        )
        yield message % {"n": Figure(n)}
    if table.notes:
        yield _("Above or below the table, not read: %s") % " / ".join(table.notes[:20])


def rows(committees: list[Committee], *, units: Edition) -> Iterator[list[str]]:
    """The table of a composition, a line for every unit, those in no committee too; headings first."""
    committee_of = {unit: committee for committee in committees for unit in committee.units}
    yield list(HEADINGS)
    for code, name in units.areas.order_by("code").values_list("code", "name"):
        committee = committee_of.get(code)
        yield [code, name, committee.code if committee else "", committee.name if committee else ""]


def _codes_of(units: Edition, *, at: dt.datetime) -> AreaCodes:
    return AreaCodes.of(units, on=owners_day(units.layer.owner, at=at))


def _columns(table: Figures, *, codes: AreaCodes) -> tuple[str, str, str | None]:
    matched = {
        column: len({codes.match(row[column]) for row in table.rows} - {None}) for column in table.columns
    }
    unit = max(table.columns, key=lambda column: matched[column])
    if not matched[unit]:
        raise CompositionError(_("None of the columns holds the codes of the units."))
    others = [column for column in table.columns if column != unit]
    code = _called(others, _CODES) or next(iter(others), None)
    if code is None:
        raise CompositionError(_("The table needs a column for the unit and one for its committee."))
    return unit, code, _called([column for column in others if column != code], _NAMES)


def _called(columns: list[str], names: tuple[str, ...]) -> str | None:
    return next((column for column in columns if column.casefold().replace(" ", "_") in names), None)


def _code(text: str, number: int) -> str:
    """A committee's code: what the table calls it, or a number where that is a whole name."""
    return text if len(text) <= CODE_MAX and " " not in text else f"K{number}"
