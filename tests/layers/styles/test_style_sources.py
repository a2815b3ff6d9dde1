"""Every row and column of the lists as collected is in the styles: nothing dropped, nothing recoloured."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from layers import styles
from layers.styles.catalog import PATTERNS, Style

COLLECTED = Path(__file__).resolve().parents[3] / "fixtures" / "codelists"
Row = dict[str, str]
BLACK, RED = "#000000", "#ff0000"


# Slips of the publishers' that the legends do not repeat.
SLIPS = {"Fritidsbebygelse": "Fritidsbebyggelse"}


def rows(name: str) -> list[Row]:
    """The publisher's rows; in names a dash where the publisher types a hyphen, and without `SLIPS`."""
    with (COLLECTED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [
            {
                column: SLIPS.get(value, value).replace(" - ", " – ") if column.startswith("name_") else value
                for column, value in row.items()
            }
            for row in csv.DictReader(file)
        ]


LABELS: dict[str, Callable[[Style], object]] = {
    "name_nb": lambda style: style.labels["nb"],
    "name_en": lambda style: style.labels["en"],
}


def check(name: str, style_list: str, *, code: str, columns: dict[str, Callable[[Style], object]]) -> int:
    """Compare each given column of each row with what the style says; the number of rows."""
    options = rows(name)
    for row in options:
        style = styles.style_for(style_list, code=row[code])
        assert style.known, row
        for column, value_of in columns.items():
            if row[column]:
                assert value_of(style) == row[column], (row[code], column)
    return len(options)


def spaced(colours: tuple[str, ...]) -> str:
    return " ".join(colours)


def test_the_zoning_plan() -> None:
    n = check(
        "no_reguleringsplan_arealformal",
        "no_reguleringsplan",
        code="code",
        columns={
            **LABELS,
            "main_purpose_nb": lambda style: style.group["nb"],
            "main_purpose_en": lambda style: style.group["en"],
            "fill_hex": lambda style: style.fill,
            "stripe_colours": lambda style: spaced(style.stripes),
            "svg_overlay": lambda style: {
                "house": "bolig.svg", "cabin": "hytte.svg", "works": "industribygning.svg",
            }.get(style.pattern),
        },
    )  # fmt: skip
    assert n == 224


def test_a_plain_purpose_has_no_stripes_and_no_pattern() -> None:
    for row in rows("no_reguleringsplan_arealformal"):
        style = styles.style_for("no_reguleringsplan", code=row["code"])
        assert bool(style.stripes) == bool(row["stripe_colours"])
        assert bool(style.pattern) == bool(row["svg_overlay"])


def test_the_master_plan_existing_and_future() -> None:
    n = check(
        "no_kommuneplan_arealformal",
        "no_kommuneplan",
        code="code",
        columns={
            **LABELS,
            "main_purpose_nb": lambda style: style.group["nb"],
            "fill_existing_hex": lambda style: style.fill,
            "fill_future_hex": lambda style: style.as_future().fill,
            "stripes_existing": lambda style: spaced(style.stripes),
            "stripes_future": lambda style: spaced(style.as_future().stripes),
        },
    )
    assert n == 66


@pytest.mark.parametrize(
    ("style_list", "width", "restriction"),
    [("no_reguleringsplan", 1.5, ("horizontal", BLACK)), ("no_kommuneplan", 1.0, ("grid", RED))],
)
def test_the_special_consideration_zones(style_list: str, width: float, restriction: tuple[str, str]) -> None:
    """`restriction`: the pattern and the colour in future of those that the master plan draws in two ways."""
    n = check(
        "no_hensynssoner",
        style_list,
        code="h_code",
        columns={
            **LABELS,
            "zone_nb": lambda style: style.group["nb"],
            "zone_en": lambda style: style.group["en"],
        },
    )
    assert n == 43
    for row in rows("no_hensynssoner"):
        style = styles.style_for(style_list, code=row["h_code"])
        assert (style.stroke, style.dash, style.stroke_width) == (BLACK, (16, 5, 1, 5), width)
        assert (style.fill, style.fill_opacity) == ("", 1.0)
        labels = row["fill_pattern"]
        if "existing/future" in labels:
            assert (style.pattern, style.as_future().pattern_colour) == restriction
        else:
            angle = {"315°": "diagonal-315", "45°": "diagonal-45", "horizontal": "horizontal"}
            assert style.pattern == next(pattern for word, pattern in angle.items() if word in labels)
        assert style.pattern_colour == (RED if RED in labels else BLACK)
        if " px/" in labels:  # the line's part of the distance is kept, to a quarter of it
            thick, apart = (float(part.removesuffix(" px").split()[-1]) for part in labels[:-3].split(" px/"))
            assert style.pattern_width / style.pattern_step == pytest.approx(thick / apart, rel=0.25)


@pytest.mark.parametrize(
    ("name", "style_list", "n"),
    [
        ("no_old_1985_reguleringsformal", "no_reg1985", 136),
        ("no_old_1985_kommuneplan_arealbruk", "no_komm1985", 64),
    ],
)
def test_the_lists_of_1985(name: str, style_list: str, n: int) -> None:
    counted = check(
        name,
        style_list,
        code="code",
        columns={
            "fill_hex": lambda style: style.fill,
            "fill_future_hex": lambda style: style.as_future().fill,
            "pattern_colours": lambda style: spaced(style.stripes) or style.pattern_colour,
            "stroke": lambda style: style.pattern_colour,
        },
    )
    assert counted == n
    for row in rows(name):
        style = styles.style_for(style_list, code=row["code"])
        assert style.labels["nb"] == row["name_nb"].replace(" (eksisterende)", "")
        assert bool(row["pattern"]) == bool(style.pattern or style.stripes)


def test_restrictions_of_1985_differ_and_those_to_come_are_red() -> None:
    restrictions = [styles.style_for("no_komm1985", code=code) for code in (410, 420, 460, 470, 490)]
    assert len({style.pattern for style in restrictions}) == 5
    assert {style.as_future().pattern_colour for style in restrictions} == {RED}


def test_sweden_and_denmark() -> None:
    swedish = {
        "name_sv": lambda style: style.labels["sv"],
        "name_en": lambda style: style.labels["en"],
        "anvandningsform": lambda style: style.group["sv"],
        "hex": lambda style: style.fill,
    }
    danish = {
        "name_da": lambda style: style.labels["da"],
        "name_en": lambda style: style.labels["en"],
        "colour_used_in_one_public_style": lambda style: style.fill,
    }
    assert check("se_detaljplan_anvandning", "se_detaljplan", code="beteckning", columns=swedish) == 27
    assert check("dk_anvendelse_generel", "dk_anvendelse", code="anvgen", columns=danish) == 10


def test_every_pattern_that_a_list_has_can_be_drawn() -> None:
    script = (Path(__file__).resolve().parents[3] / "static/js/map/patterns.js").read_text(encoding="utf-8")
    assert [name for name in PATTERNS if f"'{name}'" not in script and f"    {name}:" not in script] == []
