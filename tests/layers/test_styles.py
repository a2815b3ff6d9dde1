"""Official codes, labels and colours: complete, findable in every spelling, and readable under a pin."""

import json

import pytest

from layers import styles
from layers.styles.catalog import NEUTRAL_FILLS, normal_code

PIN_CORE, PIN_CASING, TEXT = "#1a1a1a", "#ffffff", "#1a1a1a"
SIZES = {
    "no_reguleringsplan": 224 + 43,
    "no_hensynssoner": 43,
    "no_kommuneplan": 66 + 43,
    "no_reg1985": 136,
    "no_komm1985": 64,
    "se_detaljplan": 27,
    "dk_anvendelse": 10,
    "us_dc_landuse": 15,
    "neutral": 0,
}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def over_white(colour: str, opacity: float) -> str:
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - opacity * (255 - part)):02x}" for part in parts)


def every_style() -> list[styles.Style]:
    from layers.styles.catalog import _styles

    return [style for name in styles.list_names() for style in _styles(name).values()]


def test_every_list_is_complete():
    from layers.styles.catalog import _styles

    assert {name: len(_styles(name)) for name in styles.list_names()} == SIZES


def test_every_style_is_named_and_has_real_colours():
    for style in every_style():
        assert style.label("nb") not in ("", style.code)
        drawn = [style.fill, style.fill_future, style.stroke, style.pattern_colour, *style.stripes]
        for colour in filter(None, drawn):
            assert len(colour) == 7
            int(colour[1:], 16)
        assert style.fill or style.pattern, style.code
        assert style.pattern in ("", "diagonal-45", "diagonal-315", "horizontal", "vertical", "cross", "dots")


def test_a_pin_is_seen_on_every_fill():
    """The dark core or the white casing stands out at least 3:1, on the full colour and as it is drawn."""
    fills = {
        fill for style in every_style() for fill in (style.fill, style.fill_future, *style.stripes) if fill
    }
    assert len(fills) > 100
    for fill in fills:
        for shown in (fill, over_white(fill, styles.style_for("neutral", code="x").fill_opacity)):
            assert max(contrast(PIN_CORE, shown), contrast(PIN_CASING, shown)) >= 3.0, fill


def test_words_are_readable_on_the_neutral_colours():
    assert all(contrast(TEXT, fill) >= 7 for fill in NEUTRAL_FILLS)
    assert len(set(NEUTRAL_FILLS)) == len(NEUTRAL_FILLS)


@pytest.mark.parametrize("code", ["1113", 1113, 1113.0, " 1113 ", "1113.0"])
def test_a_code_is_found_however_a_table_wrote_it(code):
    style = styles.style_for("no_reguleringsplan", code=code)
    assert (style.known, style.code, style.fill) == (True, "1113", "#ffff33")
    assert style.label("en") == "Housing - apartment blocks"


def test_zones_of_concern_are_found_in_the_plan_and_by_bare_number():
    assert styles.style_for("no_reguleringsplan", code="H220").pattern == "diagonal-315"
    assert styles.style_for("no_hensynssoner", code=220).code == "H220"
    assert styles.style_for("no_hensynssoner", code=320).pattern_colour == "#ff0000"


def test_future_use_has_its_own_colour():
    assert styles.style_for("no_kommuneplan", code=1110).fill == "#ffff99"
    assert styles.style_for("no_kommuneplan", code=1110, future=True).fill == "#ffff33"
    assert styles.style_for("no_kommuneplan", code=1800, future=True).stripes == ("#e6b800", "#ffffff")


def test_several_codes_in_one_are_striped():
    style = styles.style_for("us_dc_landuse", code="CLD, RMOD")
    assert style.known
    assert style.stripes == ("#f9c9c4", "#ffe066")
    assert style.label("en") == "Commercial low density / Residential moderate density"


def test_an_unknown_code_keeps_its_own_colour_and_is_its_own_label():
    style = styles.style_for("no_reguleringsplan", code="XYZ")
    assert not style.known
    assert style.label("nb") == "XYZ"
    assert style.fill in NEUTRAL_FILLS
    assert style == styles.style_for("no_reguleringsplan", code="XYZ")
    assert len({styles.style_for("neutral", code=code).fill for code in range(40)}) > 6


def test_a_language_the_list_lacks_falls_back_to_one_it_has():
    assert styles.style_for("se_detaljplan", code="B").label("nb") == "Bostäder"
    assert styles.style_for("no_reg1985", code=110).label("en") == "Område for boliger med tilhørende anlegg"


def test_an_unknown_list_names_the_known_ones():
    with pytest.raises(styles.UnknownStyleListError, match="no_kommuneplan"):
        styles.style_for("no_such", code="1")
    with pytest.raises(styles.UnknownStyleListError):
        styles.legend("no_such", codes=["1"])


def test_the_legend_has_each_code_once_in_the_official_order():
    codes = [2015, "H220", "1113", "odd", "1113", 1113.0]
    assert [style.code for style in styles.legend("no_reguleringsplan", codes=codes)] == [
        "1113",
        "2015",
        "H220",
        "odd",
    ]


def test_the_official_order_is_not_the_alphabet():
    found = styles.legend("us_dc_landuse", codes=["CLD", "WATER", "RMOD", "PROS", "RLD"])
    assert [style.code for style in found] == ["RLD", "RMOD", "CLD", "PROS", "WATER"]


def test_the_browser_gets_small_plain_json():
    table = styles.style_table("no_reguleringsplan", codes=["1801", "H220"])
    assert json.loads(json.dumps(table)) == table
    assert table["1801"]["stripes"] == ["#ffff00", "#ccccff"]
    assert "fill" not in table["H220"]
    assert table["H220"]["dash"] == [16, 5, 1, 5]


@pytest.mark.parametrize(
    ("given", "text"), [(None, ""), (3.5, "3.5"), ("o_BTAN1", "o_BTAN1"), (True, "True")]
)
def test_other_codes_stay_as_they_are(given, text):
    assert normal_code(given) == text
