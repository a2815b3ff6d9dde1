"""What an exposure was made of: plain values, to be stored with a result and shown with it.

Pages may import this: it knows nothing of the analysis.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from layers.models import Edition


class RegionFrom(StrEnum):
    """Who said where to look."""

    CONSULTATION = "consultation"
    MUNICIPALITY = "municipality"
    COMMITTEES = "committees"


class EvenBecause(StrEnum):
    """Why comments can be compared with even land only."""

    NO_POPULATION = "no_population"  # nobody has loaded how many people live where
    NOBODY_LIVES_HERE = "nobody_lives_here"  # the figures say that nobody does, or are of somewhere else


@dataclass(frozen=True, kw_only=True)
class UsedEdition:
    """An edition of a layer that was used. `begins`: None where nobody has said since when it is in force."""

    edition: int
    name: str
    titles: Mapping[str, str]
    number: int | None
    begins: dt.date | None
    credit: str
    is_published: bool

    @classmethod
    def of(cls, edition: Edition) -> UsedEdition:
        layer = edition.layer
        return cls(
            edition=edition.pk,
            name=layer.name,
            titles=dict(layer.titles),
            number=edition.number,
            begins=edition.begins,
            credit=layer.credit,
            is_published=edition.published,
        )


@dataclass(frozen=True, kw_only=True)
class Way:
    """One thing that residents may be spread over: what there is of it, and how many were spread over it.

    `over` is one of `analysis.exposure.SpreadOver`, the best known first. No edition: nothing is loaded.
    """

    over: str
    editions: tuple[UsedEdition, ...]
    residents: float


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The population that was used: `areas` by which it is known, `silent` of them of which it is not.

    `age` are the ages that were counted, as text, "" for all; `wanted_age` those that were asked for.
    """

    edition: UsedEdition
    year: int
    source: str
    age: str
    wanted_age: str
    areas: int
    silent: int
    residents: float


@dataclass(frozen=True, kw_only=True)
class Buildings:
    """How many count as homes; of these, how many do not say their floors, or whether they are; the rest."""

    n: int
    without_floors: int
    maybe_homes: int
    no_homes: int


@dataclass(frozen=True, kw_only=True)
class Study:
    """Where was looked: who said it, with which committees if they did, and whose water was left out."""

    region: RegionFrom
    committees: UsedEdition | None
    water: tuple[UsedEdition, ...]


@dataclass(frozen=True, kw_only=True)
class ExposureNote:
    """What comments are compared with, and why with just that.

    `even_because`: None where it is where people live. `elsewhere`: residents of these areas who live off
    the ground. `most_within_m`: of residents, how near their homes most were assumed to write; 0: just there.
    `unknown_km2`: land of the region of which nobody says how many live there; it is left out.
    """

    study: Study
    even_because: EvenBecause | None = None
    figures: Figures | None = None
    ways: tuple[Way, ...] = ()
    elsewhere: float = 0.0
    most_within_m: float = 0.0
    unknown_km2: float = 0.0
    buildings: Buildings | None = None
