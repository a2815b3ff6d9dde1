"""A pin is seen on every fill of every list: half transparent over the ground, with stripes and heat.

The colours are read from the files that draw with them: there is no second place to keep in step.
"""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from layers.styles.catalog import FILL_OPACITY, NEUTRAL_FILLS, _styles, list_names
from tests.layers.colours import Colour, contrast, over, parsed

STATIC = Path(__file__).resolve().parents[3] / "static"
LEAST = 3.0  # WCAG 2.2, 1.4.11
PLANNERS_OPACITY = (0.1, 0.7, 1.0)  # the slider's ends and where it begins


def read(path: str) -> str:
    return (STATIC / path).read_text(encoding="utf-8")


def constant(path: str, name: str) -> str:
    match = re.search(rf"{name}(?: =|:) '?(#[0-9a-f]{{3,6}})", read(path))
    assert match, (path, name)
    return match[1]


CORE, CASING = parsed(constant("js/map/pin.js", "CORE")), parsed(constant("js/map/pin.js", "CASING"))
GROUNDS = [
    parsed(constant("css/tokens.css", "--map-ground")),
    *(parsed(colour) for colour in re.findall(r"fill: '(#[0-9a-f]{6})'", read("js/map/base.js"))),
]
HEAT = [parsed(colour) for colour in re.findall(r"'(#[0-9a-f]{6})'", read("js/lib/colours.js"))]


def contrast_on(under: Colour) -> float:
    """How far the better of core and casing stands out."""
    return max(contrast(CORE, under), contrast(CASING, under))


def fills() -> list[Colour]:
    styles = [style for name in list_names() for style in _styles(name).values()]
    match = {
        colour
        for style in styles
        for colour in (
            style.fill,
            style.fill_future,
            *style.stripes,
            *style.stripes_future,
            style.pattern_colour,
            style.pattern_colour_future,
        )
        if colour
    }
    return [parsed(colour) for colour in sorted(match | set(NEUTRAL_FILLS))]


def test_the_drop_and_the_dot_have_the_same_colours_in_every_theme() -> None:
    assert parsed(constant("css/tokens.css", "--pin-core")) == CORE
    assert parsed(constant("css/tokens.css", "--pin-casing")) == CASING
    sheets = [path.read_text(encoding="utf-8") for path in (STATIC / "css").glob("*.css")]
    assert sum(sheet.count("--pin-core:") for sheet in sheets) == 1
    assert sum(sheet.count("--pin-casing:") for sheet in sheets) == 1
    assert sum(sheet.count("--map-ground:") for sheet in sheets) == 1


def test_core_and_casing_stand_out_from_each_other() -> None:
    assert contrast(CORE, CASING) >= LEAST


@pytest.mark.parametrize("opacity", PLANNERS_OPACITY)
def test_a_pin_is_seen_on_every_fill_over_every_ground(opacity: float) -> None:
    assert len(fills()) > 140
    assert len(GROUNDS) > 3
    for fill, ground in product(fills(), GROUNDS):
        for alpha in (FILL_OPACITY * opacity, opacity):
            assert contrast_on(over(fill, ground, opacity=alpha)) >= LEAST, (fill, ground)


def test_a_pin_is_seen_on_heat_over_every_fill() -> None:
    assert len(HEAT) >= 20
    for fill, heat in product(fills(), HEAT):
        for opacity in (0.1, 0.4, 0.8, 1.0):
            assert contrast_on(over(heat, fill, opacity=opacity)) >= LEAST, (fill, heat)
