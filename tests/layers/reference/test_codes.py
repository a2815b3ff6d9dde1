"""Codes as files write them become the codes of the official lists, or stay what they are."""

from typing import Any

import pytest

from layers.reference import codes


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1110, "1110"),
        (1110.0, "1110"),
        ("1110.0", "1110"),
        ("1110,00", "1110"),
        (" 1110 ", "1110"),
        ("22.1", "22.1"),
        (None, ""),
        (float("nan"), ""),
        (True, ""),
        ({"a": 1}, ""),
        (["B", None, "C"], "B, C"),
        ("0301", "0301"),
    ],
)
def test_a_value_is_a_text(value: Any, code: str) -> None:
    assert codes.cleaned(value) == code


@pytest.mark.parametrize(
    ("code", "list_name", "prefix", "listed"),
    [
        ("1110 - Boligbebyggelse", "no_reguleringsplan", "", "1110"),
        ("1110 – Boligbebyggelse", "no_reguleringsplan", "", "1110"),
        ("1110: Bolig", "no_reguleringsplan", "", "1110"),
        ("1110 Boligbebyggelse", "no_reguleringsplan", "", "1110"),
        ("320", "no_reguleringsplan", "H", "H320"),
        ("H320", "no_reguleringsplan", "H", "H320"),
        ("h320", "no_hensynssoner", "H", "H320"),
        ("320 - Flomfare", "no_reguleringsplan", "H", "H320"),
        ("Flomfare", "no_hensynssoner", "H", "H320"),  # words in place of the code
        ("Boligområde", "dk_anvendelse", "", "11"),
        ("gata", "se_detaljplan", "", "GATA"),
        ("P-plats", "se_detaljplan", "", "P-PLATS"),
        ("B - Bostäder", "se_detaljplan", "", "B"),
        ("CLD, RMOD", "us_dc_landuse", "", "CLD, RMOD"),
        ("9999 - Noe", "no_reguleringsplan", "", "9999 - Noe"),  # unknown: as it is
        ("999", "no_hensynssoner", "H", "H999"),
        ("1110 - Boligbebyggelse", "", "", "1110 - Boligbebyggelse"),
        ("1110 - Boligbebyggelse", "neutral", "", "1110 - Boligbebyggelse"),
    ],
)
def test_a_code_is_written_as_the_list_does(code: str, list_name: str, prefix: str, listed: str) -> None:
    assert codes.as_listed(code, list_name, prefix) == listed


def test_one_lost_zero_comes_back_and_no_more() -> None:
    assert codes.with_zeros("3010101", length=8) == "03010101"
    assert codes.with_zeros("40120101", length=8) == "40120101"
    assert codes.with_zeros("101", length=8) == "101"  # the number within a municipality
    assert codes.with_zeros("ABC", length=4) == "ABC"
    assert codes.with_zeros("301", length=4) == "0301"


def test_codes_that_a_list_does_not_know_are_counted() -> None:
    known = codes.known(["1110", "1110", "9999", "9998", "9999", ""], list_name="no_reguleringsplan")
    assert (known.total, dict(known.unknown)) == (5, {"9999": 2, "9998": 1})
    assert known.share == pytest.approx(0.4)


def test_the_lists_that_know_the_codes_are_named_best_first() -> None:
    lists = codes.lists_that_know([1169, 1110, 2010], country="NO")
    assert [known.list_name for known in lists] == ["no_reguleringsplan"]
    assert codes.lists_that_know([1169, 9999], country="NO") == []
    assert codes.lists_that_know([320, 220, 570], country="NO")[0].list_name == "no_hensynssoner"
    assert codes.lists_that_know([], country="NO") == []
    assert [known.list_name for known in codes.lists_that_know(["B", "C"], country="SE")] == ["se_detaljplan"]


def test_an_endless_code_is_left_alone() -> None:
    endless = "1110 - " + "x" * 100_000
    assert codes.as_listed(endless, "no_reguleringsplan") is endless
    assert codes.known([endless], list_name="no_reguleringsplan").share == 0
