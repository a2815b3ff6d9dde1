"""Age bands and numbers of people as offices write them."""

import pytest

from layers.population.ages import (
    TOTAL,
    Band,
    CountError,
    Heading,
    are_apart,
    band_in,
    composed,
    count_in,
    heading_in,
)


def band(start, to=None):
    return Band(start=start, to=to)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0-4", band(0, 4)),
        ("0–4 år", band(0, 4)),
        ("16-19 år", band(16, 19)),
        ("pop_0_5", band(0, 5)),
        ("pop_80_", band(80)),
        ("age_0_17", band(0, 17)),
        ("age_18_plus", band(18)),
        ("F00-05", band(0, 5)),
        ("90+", band(90)),
        ("90 år eller eldre", band(90)),
        ("100 år og over", band(100)),
        ("65 och äldre", band(65)),
        ("80 or older", band(80)),
        ("80-w", band(80)),
        ("≥ 80", band(80)),
        ("under 6 år", band(0, 5)),
        ("7 år", band(7, 7)),
        ("0 år eller eldre", TOTAL),
        ("I alt", TOTAL),
        ("Alle aldre", TOTAL),
        ("47", None),
        ("-3", None),
        ("2025", None),
        ("2015-2020", None),
        ("9-5", None),
        ("٣-٤", None),
        ("Herre", None),
        ("", None),
    ],
)
def test_bands(text, expected):
    assert band_in(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("befolkningAldersgrupper.90+", Heading(band=band(90), year=None)),
        ("totalBefolkning", Heading(band=None, year=None)),
        ("population_2025", Heading(band=None, year=2025)),
        ("Personer 2024", Heading(band=None, year=2024)),
        ("Folkemengde 1. januar 2024", Heading(band=None, year=2024)),
        ("0-4 år 2025", Heading(band=band(0, 4), year=2025)),
        ("2024", Heading(band=None, year=2024)),
        ("antallMenn", None),
        ("Befolkning kvinner", None),
        ("kommunenummer", None),
        ("2015 2020", None),
    ],
)
def test_headings(name, expected):
    assert heading_in(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("47", 47), ("1 234", 1234), ("1\u00a0234", 1234), ("1\u202f234", 1234), ("1.234", 1234),
     ("1,234,567", 1234567), ("12,0", 12), ("-", 0), ("–", 0), ("", None),
     (".", None), ("..", None), (":", None), ("<3", None)],
)  # fmt: skip
def test_numbers_of_people(text, expected):
    assert count_in(text) == expected


@pytest.mark.parametrize("text", ["12,5", "-3", "1e3", "=1+1", "٣", "²", "many", "9" * 30, "1.23.456"])
def test_what_is_no_number_of_people(text):
    with pytest.raises(CountError):
        count_in(text)


FIVES = [band(0, 4), band(5, 9), band(10, 14), band(15, 19), band(20)]


def test_a_group_is_made_of_whole_bands_only():
    assert composed(band(0, 19), FIVES) == FIVES[:4]
    assert composed(band(10), FIVES) == FIVES[2:]
    assert composed(band(5, 9), FIVES) == [band(5, 9)]
    assert composed(band(0, 17), FIVES) is None
    assert composed(band(3, 9), FIVES) is None
    assert composed(TOTAL, []) == [TOTAL]


def test_the_fewest_bands_are_taken():
    assert composed(band(0, 19), [*FIVES, band(0, 14)]) == [band(0, 14), band(15, 19)]


def test_bands_that_share_an_age_are_seen():
    assert are_apart(FIVES)
    assert not are_apart([*FIVES, band(0, 17)])
    assert not are_apart([band(60), band(80)])
