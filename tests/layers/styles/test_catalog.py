"""Official codes, labels and colours: complete, findable in every spelling, and readable under a pin."""

import json
import re

import pytest

from layers import styles
from layers.styles import drawing, titles
from layers.styles.catalog import NEUTRAL_FILLS, NEUTRAL_STROKE, PATTERNS, normal_code
from tests.layers.colours import contrast, parsed

TEXT = "#1a1a1a"
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
        assert style.pattern in ("", *PATTERNS)


def test_words_are_readable_on_the_neutral_colours():
    assert all(contrast(parsed(TEXT), parsed(fill)) >= 7 for fill in NEUTRAL_FILLS)
    assert len(set(NEUTRAL_FILLS)) == len(NEUTRAL_FILLS)


def test_the_border_of_a_neutral_zone_is_seen_on_every_neutral_colour():
    assert all(contrast(parsed(NEUTRAL_STROKE), parsed(fill)) >= 3 for fill in NEUTRAL_FILLS)


@pytest.mark.parametrize("code", ["1113", 1113, 1113.0, " 1113 ", "1113.0"])
def test_a_code_is_found_however_a_table_wrote_it(code):
    style = styles.style_for("no_reguleringsplan", code=code)
    assert (style.known, style.code, style.fill) == (True, "1113", "#ffff33")
    assert style.label("en") == "Housing – apartment blocks"


def test_special_consideration_zones_are_found_in_the_plan_and_by_bare_number():
    assert styles.style_for("no_reguleringsplan", code="H220").pattern == "diagonal-315"
    assert styles.style_for("no_hensynssoner", code=220).code == "H220"
    assert styles.style_for("no_hensynssoner", code=320).pattern_colour == "#ff0000"


def test_a_planned_use_has_a_key_and_words_of_its_own():
    table = drawing.table(
        styles.legend("no_kommuneplan", codes=["1110"], future=[1110, "H720"]), language="en"
    )
    assert {key: drawn["label"] for key, drawn in table.items()} == {
        "1110": "Housing",
        "1110:2": "Housing, future",
        "H720:2": "Restricted under nature conservation act, future",
    }
    assert (table["1110"]["fill"], table["1110:2"]["fill"]) == ("#ffff99", "#ffff33")
    assert table["H720:2"]["patternColour"] == "#ff0000"


def test_many_uses_stand_under_the_headings_of_their_list():
    many = styles.legend("no_kommuneplan", codes=styles.codes("no_kommuneplan")[:30])
    assert drawing.table(many, language="en")["1110"]["group"] == "Buildings and facilities"
    assert "group" not in drawing.table(many[:5], language="en")["1001"]


def test_a_code_the_list_lacks_is_said_to_be_unknown_and_one_without_a_list_is_not():
    unknown = styles.style_for("no_reguleringsplan", code="XYZ")
    assert drawing.words(unknown, language="en") == "Unknown code"
    assert drawing.words(styles.style_for("neutral", code="R-1"), language="en") == "R-1"


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
    legend = styles.legend("us_dc_landuse", codes=["CLD", "WATER", "RMOD", "PROS", "RLD"])
    assert [style.code for style in legend] == ["RLD", "RMOD", "CLD", "PROS", "WATER"]


def test_the_browser_gets_small_plain_json():
    table = styles.style_table("no_reguleringsplan", codes=["1801", "H220"])
    assert json.loads(json.dumps(table)) == table
    assert table["1801"]["stripes"] == ["#ffff00", "#ccccff"]
    assert "fill" not in table["H220"]
    assert table["H220"]["dash"] == [16, 5, 1, 5]


@pytest.mark.parametrize(("code", "text"), [(None, ""), (3.5, "3.5"), ("o_BTAN1", "o_BTAN1"), (True, "True")])
def test_other_codes_stay_as_they_are(code, text):
    assert normal_code(code) == text


def test_what_has_no_code_is_drawn_and_says_so():
    (drawn,) = drawing.table(styles.legend("no_reguleringsplan", codes=[""]), language="en").values()
    assert drawn["label"] == "Without a code"
    assert drawn["fill"]


def test_every_list_has_a_title():
    assert [name for name in styles.list_names() if titles.title(name) == name] == []


@pytest.mark.parametrize(
    ("code", "label", "stripes"),
    [
        ("B1", "Bostäder", 0),
        ("BC", "Bostäder / Centrum", 2),
        ("B2C1", "Bostäder / Centrum", 2),
        ("GATA1", "Gata", 0),
        ("P-PLATS2", "Parkering", 0),
    ],
)
def test_swedish_designations_hold_numbers_and_several_uses(code: str, label: str, stripes: int) -> None:
    style = styles.style_for("se_detaljplan", code=code)
    assert (style.known, style.label("sv"), len(style.stripes)) == (True, label, stripes)
    assert style.code == code


@pytest.mark.parametrize("code", ["BX", "1", "B,", "bc", "XYZ"])
def test_what_is_no_swedish_designation_stays_unknown(code: str) -> None:
    assert not styles.style_for("se_detaljplan", code=code).known


BOKMAAL = re.compile(r"bolig|formål|hensyn|offentlig\b|plasser\b| ikke |skole", re.IGNORECASE)


@pytest.mark.parametrize("name", [name for name in styles.list_names() if name.startswith("no_")])
def test_a_norwegian_list_reads_in_nynorsk(name: str) -> None:
    labels = [styles.style_for(name, code=code).labels.get("nn", "") for code in styles.codes(name)]
    assert all(labels)
    assert [label for label in labels if BOKMAAL.search(label)] == []
