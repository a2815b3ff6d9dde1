"""What a demo is made of: `fixtures/demo.toml`, read strictly."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from layers import toml_file
from layers.days import owners_day
from layers.toml_file import Beside, FileInfo, Strings, Table, Texts, one_of, otherwise
from mapdialog.people.models import Membership

# A layer file may say that an edition starts with the coming year, so that the demo always has one ahead.
NEXT_NEW_YEAR = "next new year"


def _first_day(written: Any, info: FileInfo) -> dt.date:
    if written == NEXT_NEW_YEAR:
        return dt.date(owners_day(info.data.get("owner", ""), at=info.context["at"]).year + 1, 1, 1)
    try:
        return dt.date.fromisoformat(written)
    except (TypeError, ValueError):
        raise ValueError(f"is {written!r}; write 2026-01-31 or “{NEXT_NEW_YEAR}”, in quotes.") from None


class OneFile(Table):
    file: Beside


class DemoLayer(OneFile):
    """A layer file and how `import_layer` is told to read it."""

    owner: str
    name: str
    kind: str
    valid_from: Annotated[dt.date, BeforeValidator(_first_day)]
    crs: str = ""
    code_field: str = ""
    name_field: str = ""
    style: str = ""
    credit: str = ""
    licence: str = ""
    titles: Texts = Field(default_factory=dict, alias="title")
    replaces: bool = Field(False, alias="replace")


class DemoConsultation(OneFile):
    """A consultation's file. `base_layers` instead of those it names: what a demo invents beneath the map."""

    base_layers: Strings | None = None


class DemoPopulation(OneFile):
    """A statistics office's figures, and the layers they are added up for. `year` None: the file says."""

    owner: str
    name: str
    year: int | None = None
    source: str
    licence: str = ""
    sum_into: Strings = Field(default_factory=list)


class DemoContributions(OneFile):
    """A CSV file of contributions. `hold` are source ids to be moderated first, `skip` ones to leave out."""

    consultation: str
    columns: Annotated[dict[str, str], otherwise("must be a table from target to column.")] = Field(
        alias="map"
    )
    hold: Strings = Field(default_factory=list)
    skip: Strings = Field(default_factory=list)


class DemoMembership(Table):
    municipality: str
    role: Annotated[str, one_of(Membership.Role.values)]
    committee: str = ""


class DemoUser(Table):
    email: str
    name: str
    memberships: list[DemoMembership] = Field(default_factory=list)


class DemoHotspots(Table):
    consultation: str


class DemoFile(Table):
    municipalities: list[OneFile] = Field(default_factory=list)
    layers: list[DemoLayer] = Field(default_factory=list)
    population: list[DemoPopulation] = Field(default_factory=list)
    consultations: list[DemoConsultation] = Field(default_factory=list)
    contributions: list[DemoContributions] = Field(default_factory=list)
    users: list[DemoUser] = Field(default_factory=list)
    hotspots: list[DemoHotspots] = Field(default_factory=list)


def read(file: Path, *, at: dt.datetime) -> DemoFile:
    """Raises TomlFileError. `at` is when it is loaded."""
    return toml_file.read(file, DemoFile, languages=["nb"], at=at)
