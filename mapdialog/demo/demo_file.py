"""What a demo is made of: `fixtures/demo.toml`, read strictly."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from layers.days import owners_day
from mapdialog import toml_file
from mapdialog.people.models import Membership
from mapdialog.toml_file import Table

# A layer file may say that an edition starts with the coming year, so that the demo always has one ahead.
NEXT_NEW_YEAR = "next new year"


@dataclass(frozen=True, kw_only=True)
class DemoLayer:
    """A layer file and how `import_layer` is told to read it."""

    file: Path
    owner: str
    name: str
    kind: str
    valid_from: dt.date
    options: dict[str, str]
    titles: dict[str, str]
    replaces: bool


@dataclass(frozen=True, kw_only=True)
class DemoPopulation:
    """A statistics office's figures, and the layers they are added up for. `year` None: the file says."""

    file: Path
    owner: str
    name: str
    year: int | None
    source: str
    licence: str
    sum_into: list[str]


@dataclass(frozen=True, kw_only=True)
class DemoContributions:
    """A CSV file of contributions. `hold` are source ids to be moderated first, `skip` ones to leave out."""

    file: Path
    consultation: str
    columns: dict[str, str]
    hold: frozenset[str]
    skip: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class DemoUser:
    """`memberships` are (municipality's code, role, committee's code)."""

    email: str
    name: str
    is_staff: bool
    memberships: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class DemoFile:
    municipalities: list[Path]
    layers: list[DemoLayer]
    population: list[DemoPopulation]
    consultations: list[Path]
    contributions: list[DemoContributions]
    users: list[DemoUser]
    hotspots: list[str]


def read(file: Path, *, at: dt.datetime) -> DemoFile:
    """Raises TomlFileError. `at` is when it is loaded."""
    table = toml_file.read(file)
    table.languages = ["nb"]
    result = DemoFile(
        municipalities=[_only_file(part) for part in table.tables("municipalities")],
        layers=[_layer(part, at=at) for part in table.tables("layers")],
        population=[_population(part) for part in table.tables("population")],
        consultations=[_only_file(part) for part in table.tables("consultations")],
        contributions=[_contributions(part) for part in table.tables("contributions")],
        users=[_user(part) for part in table.tables("users")],
        hotspots=[_only_consultation(part) for part in table.tables("hotspots")],
    )
    table.refuse_unknown()
    return result


def _path(part: Table) -> Path:
    path = part.beside("file")
    if path is None:
        raise part.error("file", "is missing.")
    return path


def _only_file(part: Table) -> Path:
    path = _path(part)
    part.refuse_unknown()
    return path


def _only_consultation(part: Table) -> str:
    slug = part.text("consultation")
    part.refuse_unknown()
    return slug


def _layer(part: Table, *, at: dt.datetime) -> DemoLayer:
    named = ("crs", "code_field", "name_field", "style", "credit", "licence")
    owner = part.text("owner")
    result = DemoLayer(
        file=_path(part),
        owner=owner,
        name=part.text("name"),
        kind=part.text("kind"),
        valid_from=_valid_from(part, on=owners_day(owner, at=at)),
        options={name: value for name in named if (value := part.text(name, default=""))},
        titles=part.texts("title"),
        replaces=part.flag("replace"),
    )
    part.refuse_unknown()
    return result


def _valid_from(part: Table, *, on: dt.date) -> dt.date:
    text = part.text("valid_from")
    if text == NEXT_NEW_YEAR:
        return dt.date(on.year + 1, 1, 1)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise part.error("valid_from", f"is {text!r}; write 2026-01-31 or “{NEXT_NEW_YEAR}”.") from None


def _population(part: Table) -> DemoPopulation:
    year = part.value("year")
    if not (year is None or isinstance(year, int)):
        raise part.error("year", "must be a whole number.")
    result = DemoPopulation(
        file=_path(part),
        owner=part.text("owner"),
        name=part.text("name"),
        year=year,
        source=part.text("source"),
        licence=part.text("licence", default=""),
        sum_into=part.strings("sum_into"),
    )
    part.refuse_unknown()
    return result


def _contributions(part: Table) -> DemoContributions:
    columns = part.value("map")
    if not isinstance(columns, dict) or not all(isinstance(column, str) for column in columns.values()):
        raise part.error("map", "must be a table from target to column.")
    result = DemoContributions(
        file=_path(part),
        consultation=part.text("consultation"),
        columns=dict(columns),
        hold=frozenset(part.strings("hold")),
        skip=frozenset(part.strings("skip")),
    )
    part.refuse_unknown()
    return result


def _user(part: Table) -> DemoUser:
    memberships = []
    for table in part.tables("memberships"):
        role = table.text("role", choices=Membership.Role.values)
        memberships.append((table.text("municipality"), role, table.text("committee", default="")))
        table.refuse_unknown()
    result = DemoUser(
        email=part.text("email"),
        name=part.text("name"),
        is_staff=part.flag("staff"),
        memberships=tuple(memberships),
    )
    part.refuse_unknown()
    return result
