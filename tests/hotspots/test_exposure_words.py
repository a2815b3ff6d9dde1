"""What an exposure was made of, in words that can be shown: nothing unpublished, nothing left silent."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import translation

from mapdialog.hotspots.exposure_note import (
    Buildings,
    EvenBecause,
    ExposureNote,
    Figures,
    RegionFrom,
    Study,
    UsedEdition,
    Way,
)
from mapdialog.hotspots.exposure_words import lines


def used(name: str, *, is_published: bool = True, begins: dt.date | None = None) -> UsedEdition:
    return UsedEdition(
        edition=1,
        name=name,
        titles={"nb": f"{name} på norsk"},
        number=2,
        begins=begins,
        credit="© Kommunen",
        is_published=is_published,
    )


STUDY = Study(region=RegionFrom.CONSULTATION, committees=None, water=())
NOTE = ExposureNote(
    study=STUDY,
    figures=Figures(
        edition=used("kretser"), year=2025, source="SSB", age="", wanted_age="6–15", areas=25, silent=2,
        residents=12_345.0,
    ),
    ways=(
        Way(over="floor_area", editions=(used("hus", is_published=False),), residents=12_000.4),
        Way(over="built_up", editions=(used("by"),), residents=0.2),
        Way(over="residential_zones", editions=(), residents=0.0),
        Way(over="land", editions=(), residents=344.6),
    ),
    elsewhere=17.0,
    most_within_m=600.0,
    unknown_km2=0.126,
    buildings=Buildings(n=1_500, without_floors=700, maybe_homes=9, no_homes=80),
)  # fmt: skip


def test_every_way_is_told_with_how_many_or_why_nobody() -> None:
    with translation.override("en"):
        by_heading = dict(lines(NOTE, language="nb", for_everyone=False))
    assert by_heading == {
        "Where we looked": "The consultation's area",
        "Water left out": "None is known: water counts as land.",
        "Compared with": "Where people live.",
        "Residents": "12,345 in 2025 (SSB), by 25 areas of kretser på norsk (edition 2, © Kommunen)",
        "Areas without a figure": "2, left out",
        "Age": "All: people of 6–15 are not known.",
        "Spread by the floor area of buildings": "12,000: hus på norsk (edition 2, © Kommunen). "
        "Without a number of floors, counted as one: 700 of 1,500. "
        "Not known whether they are homes, counted as such: 9 of 1,500. "
        "Left out, because they are no homes: 80.",
        "Spread over built-up land": "Nobody, though it is loaded: by på norsk (edition 2, © Kommunen)",
        "Spread over housing zones of a plan": "Nobody: no plan with housing zones is in force.",
        "Spread evenly over land": "345: nothing finer is known of where they live",
        "Distance from home": "Assumed: most people write within about 600 m of where they live.",
        "Living elsewhere": "17 residents of these areas",
        "Land left out": "0.13 km², where nobody says how many people live",
    }


def test_a_layer_that_is_not_published_is_not_named_to_everyone() -> None:
    with translation.override("nb"):
        text = " ".join(line for _heading, line in lines(NOTE, language="nb", for_everyone=True))
    assert "hus på norsk" not in text
    assert "et kartlag som ikke er publisert" in text
    assert "kretser på norsk" in text


def test_that_people_write_just_where_they_live_is_said_too() -> None:
    with translation.override("nb"):
        by_heading = dict(lines(replace(NOTE, most_within_m=0.0), language="nb", for_everyone=True))
    assert by_heading["Avstand hjemmefra"] == "Antatt: folk skriver akkurat der de bor."


@pytest.mark.parametrize("because", EvenBecause)
def test_even_land_is_said_to_prove_nothing(because: EvenBecause) -> None:
    with translation.override("en"):
        by_heading = dict(
            lines(ExposureNote(study=STUDY, even_because=because), language="en", for_everyone=True)
        )
    assert by_heading["Compared with"].startswith("Even land, because")
    assert "never whether it is more than chance" in by_heading["Compared with"]
    assert "Residents" not in by_heading


def test_who_said_where_to_look_is_named() -> None:
    study = Study(
        region=RegionFrom.COMMITTEES,
        committees=used("utvalg", begins=dt.date(2025, 1, 1)),
        water=(used("hav"), used("hav"), used("vann")),
    )
    with translation.override("nb"):
        by_heading = dict(lines(ExposureNote(study=study), language="nb", for_everyone=True))
    assert by_heading["Hvor vi har lett"] == (
        "Alle områder i utvalg på norsk (utgave 2, gjelder fra 1. januar 2025, © Kommunen)"
    )
    assert by_heading["Vann som er holdt utenfor"].count("hav på norsk") == 1
