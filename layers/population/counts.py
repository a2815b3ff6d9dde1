"""A table of people understood: which column holds areas, ages, years and numbers, and what they say.

Both ways of writing it: a line for each area, age and year, and a line for each area with a column for each
age or year. Which column holds the areas is decided by their codes, not by what it is called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from layers.population.ages import MISSING, TOTAL, Band, CountError, Heading, band_in, count_in, heading_in
from layers.readers.figures import Figures
from layers.whole_number import whole_number

_YEAR_NAMES = frozenset(
    ("år", "aar", "year", "tid", "time", "periode", "period", "statistikkår", "årstall", "tidspunkt", "vuosi")
)
_AGE_NAMES = frozenset(
    ("alder", "ålder", "age", "aldersgruppe", "aldersgrupper", "åldersgrupp", "aldersklasse", "agegroup")
)
_SEX_NAMES = frozenset(("kjønn", "kön", "køn", "sex", "gender"))
_BOTH = frozenset(
    ("begge kjønn", "begge", "totalt", "total", "i alt", "alle", "samtliga", "båda könen", "män och kvinnor",
     "mænd og kvinder", "both", "both sexes", "all")
)  # fmt: skip
_YEARS = range(1800, 2201)
_NAMED = 5

# The area that a code in the file means, or None.
Matcher = Callable[[str], str | None]
Cell = tuple[str, Band, int | None]


class CountsError(ValueError):
    """The table cannot be understood as people in areas. The message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """People by year (None: the table does not say), area and band; n None where it is not published.

    `unmatched` are the codes that are no area's, `unread` the columns that hold no people, `symbols` how
    often each sign stands for a number that is not given, `several_sexes` that men and women were added up.
    """

    by_year: dict[int | None, dict[str, dict[Band, int | None]]]
    code_column: str
    unmatched: list[str]
    unread: list[str]
    symbols: dict[str, int]
    several_sexes: bool


@dataclass(frozen=True, kw_only=True)
class _Roles:
    code: str
    year: str | None
    age: str | None
    sex: str | None
    values: dict[str, Heading]


@dataclass(kw_only=True)
class _Sum:
    """What was found for one area, band and year; men and women are added up."""

    n: int | None
    sexes: set[str] = field(default_factory=set)


def understood(table: Figures, *, match: Matcher, code_column: str | None = None) -> Counts:
    """What the table says. `match` finds the area of a code. Raises CountsError."""
    roles = _roles(table, match=match, code_column=code_column)
    unmatched: dict[str, None] = {}
    symbols: Counter[str] = Counter()
    sums: dict[Cell, _Sum] = {}
    for number, row in enumerate(table.rows, start=1):
        written = row[roles.code]
        if not written:
            continue
        code = match(written)
        if code is None:
            unmatched[written] = None
            continue
        sex = row[roles.sex].casefold() if roles.sex else ""
        for band, year, text in _cells(row, roles=roles, number=number):
            if text.strip().casefold() in MISSING - {""}:
                symbols[text.strip()] += 1
            _add(sums, (code, band, year), n=_count(text, code=written, number=number), sex=sex)
    by_year: dict[int | None, dict[str, dict[Band, int | None]]] = {}
    for (code, band, year), entry in sums.items():
        by_year.setdefault(year, {}).setdefault(code, {})[band] = entry.n
    used = {roles.code, roles.year, roles.age, roles.sex, *roles.values}
    return Counts(
        by_year=by_year,
        code_column=roles.code,
        unmatched=list(unmatched),
        unread=[name for name in table.columns if name not in used],
        symbols=dict(symbols),
        several_sexes=any(len(entry.sexes) > 1 for entry in sums.values()),
    )


def _roles(table: Figures, *, match: Matcher, code_column: str | None) -> _Roles:
    year = _column_called(table, _YEAR_NAMES)
    sex = _column_called(table, _SEX_NAMES)
    age = _column_called(table, _AGE_NAMES) or _column_of_bands(table, but={year, sex})
    code = code_column or _column_of_codes(table, match=match, but={year, sex, age})
    if code not in table.columns:
        message = _("The table has no column “%(name)s”. It has: %(columns)s.")
        raise CountsError(message % {"name": str(code)[:80], "columns": _listed(table.columns)})
    recognised = {code, year, sex, age}
    values = {
        name: heading
        for name in table.columns
        if name not in recognised and (heading := heading_in(name)) is not None
    }
    if not values:
        message = _(
            "No column holds people: call it “population”, an age band such as 0–4, or a year. It has: %s."
        )
        raise CountsError(message % _listed(table.columns))
    return _Roles(code=code, year=year, age=age, sex=sex, values=values)


def _column_called(table: Figures, names: frozenset[str]) -> str | None:
    for column in table.columns:
        if "".join(letter for letter in column.casefold() if letter.isalnum()) in names:
            return column
    return None


def _column_of_bands(table: Figures, *, but: set[str | None]) -> str | None:
    """The column whose every text is an age band: offices leave its name out above the figures."""
    for column in table.columns:
        texts = {row[column] for row in table.rows} - {""}
        if column not in but and texts and all(band_in(text) is not None for text in texts):
            return column
    return None


def _column_of_codes(table: Figures, *, match: Matcher, but: set[str | None]) -> str:
    best, most = "", 0
    for column in table.columns:
        if column in but:
            continue
        matched = len({match(text) for text in {row[column] for row in table.rows}} - {None})
        if matched > most:
            best, most = column, matched
    if not best:
        message = _("None of the columns holds the codes of these areas. The table has: %(columns)s.")
        raise CountsError(message % {"columns": _listed(table.columns)})
    return best


def _cells(row: dict[str, str], *, roles: _Roles, number: int) -> Iterator[tuple[Band, int | None, str]]:
    """The row's figures, each with its band and year."""
    row_band = _row_band(row, roles=roles, number=number)
    row_year = _row_year(row, roles=roles, number=number)
    for column, heading in roles.values.items():
        if heading.band is not None and roles.age and row_band != TOTAL:
            continue  # a table that has ages both across and down says each twice
        band = heading.band if heading.band is not None else row_band
        yield band, heading.year if heading.year is not None else row_year, row[column]


def _row_band(row: dict[str, str], *, roles: _Roles, number: int) -> Band:
    if roles.age is None:
        return TOTAL
    band = band_in(row[roles.age])
    if band is None and whole_number(row[roles.age]) is not None:
        band = band_in(f"{row[roles.age]} år")  # in a column of ages a number is one
    if band is None:
        message = _("Row %(number)d: “%(text)s” is no age band such as 0–4 or 90+.")
        raise CountsError(message % {"number": number, "text": row[roles.age][:40]})
    return band


def _row_year(row: dict[str, str], *, roles: _Roles, number: int) -> int | None:
    if roles.year is None:
        return None
    text = row[roles.year][:4]  # 2025, 2025-01-01, 2025K1
    year = whole_number(text)
    if year not in _YEARS:
        message = _("Row %(number)d: “%(text)s” is no year.")
        raise CountsError(message % {"number": number, "text": row[roles.year][:40]})
    return year


def _count(text: str, *, code: str, number: int) -> int | None:
    try:
        return count_in(text)
    except CountError:
        message = _("Row %(number)d (%(code)s): “%(text)s” is not a number of people.")
        raise CountsError(message % {"number": number, "code": code[:40], "text": text[:40]}) from None


def _add(sums: dict[Cell, _Sum], cell: Cell, *, n: int | None, sex: str) -> None:
    entry = sums.get(cell)
    if entry is None:
        sums[cell] = _Sum(n=n, sexes={sex})
    elif sex in _BOTH and not entry.sexes & _BOTH:
        sums[cell] = _Sum(n=n, sexes={sex})  # the office's own sum
    elif sex not in entry.sexes and not entry.sexes & _BOTH:
        entry.n = None if n is None or entry.n is None else entry.n + n
        entry.sexes.add(sex)
    elif sex in entry.sexes and entry.n != n:
        code, band, year = cell
        message = _("The table has two values for %(code)s, %(band)s, %(year)s: %(one)s and %(other)s.")
        values = {"code": code, "band": band, "year": year or "–", "one": entry.n, "other": n}
        raise CountsError(message % values)


def _listed(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in names[: _NAMED * 4])
    return f"{shown}, …" if len(names) > _NAMED * 4 else shown
