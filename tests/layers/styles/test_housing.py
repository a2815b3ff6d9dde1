"""Which zones people live in: those whose official words say housing."""

import re

import pytest

from layers.styles.catalog import LISTS, codes, style_for
from layers.styles.housing import HOUSING, is_housing

# As the lists' own words say it, and what says it without meaning homes.
_SAYS = re.compile(r"bolig|bostäder|housing|residential|småhus|blokkbebyggelse|studentbolig", re.IGNORECASE)
_BUT = re.compile(r"garasje|fritid|spredt|LNF|holiday|barnehage", re.IGNORECASE)


@pytest.mark.parametrize("list_name", HOUSING)
def test_every_code_whose_words_say_housing_is_housing_and_no_other(list_name: str) -> None:
    words = {
        code: " ".join(style_for(list_name, code=code).labels.values())
        for code in codes(list_name)
        if not code.startswith("H")
    }
    says_housing = {code for code, text in words.items() if _SAYS.search(text) and not _BUT.search(text)}
    assert {code for code in words if is_housing(list_name, code=code)} == says_housing


@pytest.mark.parametrize(
    ("list_name", "code", "is_home"),
    [
        ("us_dc_landuse", "CLD, RMOD", True),
        ("us_dc_landuse", "CLD, LPUB", False),
        ("se_detaljplan", "BC1", True),
        ("se_detaljplan", "C", False),
        ("no_reguleringsplan", "1120", False),
        ("no_reguleringsplan", "", False),
        ("neutral", "1110", False),
    ],
)
def test_of_several_uses_one_is_enough_and_an_unknown_list_says_nothing(
    list_name: str, code: str, is_home: bool
) -> None:
    assert is_housing(list_name, code=code) is is_home


def test_no_list_was_forgotten() -> None:
    assert set(HOUSING) == set(LISTS) - {"neutral", "no_hensynssoner"}
