"""A whole number is ASCII digits, and no more of them than asked for."""

import pytest

from layers.whole_number import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", " 1", "1\n", "+1", "-1", "1.0", "1e3", "1_000", "٣", "²", "9" * 19])
def test_nothing_else_is(text: str) -> None:
    assert whole_number(text) is None


def test_the_digits_may_be_fewer() -> None:
    assert whole_number("2025", digits=4) == 2025
    assert whole_number("02025", digits=4) is None
