"""Personal data in free text, found before publication: identity numbers, telephone numbers, e-mails.

A find never refuses a text. It makes the contribution wait until somebody has read it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

_NOT_IN_NUMBER = r"(?<![\w-])", r"(?![\w-])"


def _standing_alone(pattern: str) -> re.Pattern[str]:
    before, after = _NOT_IN_NUMBER
    return re.compile(before + pattern + after, re.ASCII)


_NORWEGIAN = _standing_alone(r"(\d{6})[ .-]?(\d{5})")
_SWEDISH = _standing_alone(r"(?:19|20)?(\d{6})[-+ ]?(\d{4})")
_DANISH = _standing_alone(r"(\d{6})[- ](\d{4})")
_FINNISH = _standing_alone(r"(\d{6})([-+A-FU-Y])(\d{3})([0-9A-FHJ-NPR-Y])")
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_INTERNATIONAL = re.compile(r"(?<![\w+])(?:\+|00)[1-9]\d{0,2}(?:[ .()-]{0,2}\d){6,12}(?!\w)", re.ASCII)
# Eight digits as people in Norway and Denmark write them, and Swedish and Finnish numbers with their zero.
_NATIONAL = (
    _standing_alone(r"[2-9]\d{7}"),
    _standing_alone(r"[2-9]\d{2} \d{2} \d{3}"),
    _standing_alone(r"[2-9]\d(?: \d{2}){3}"),
    _standing_alone(r"0\d{1,3}[- /]?\d{2,3}(?:[ -]?\d{2,3}){1,3}"),
)
_FINNISH_LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_NORWEGIAN_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)

# Not found in a text: intake finds it beside another one of the same minute.
MAYBE_ALIKE = "perhaps-the-same"
# Not found by screening either: an import finds them in the rows of a file (`doubts`).
SWAPPED_AXES = "swapped-axes"
OUTSIDE_AREA = "outside-area"
DAMAGED_LETTERS = "damaged-letters"
MOVED_SPOT = "moved-spot"
FROM_DEMO = "from-demo"
ARRIVAL = "arrival-against-dates"
# What no text says: an edit leaves these flags as they are.
NOT_SCREENED = (MAYBE_ALIKE, SWAPPED_AXES, OUTSIDE_AREA, MOVED_SPOT, FROM_DEMO, ARRIVAL)

# What officials read of each flag, in the planner's list and in the administration.
WORDS = {
    "national-id": _("May hold an identity number"),
    "phone": _("May hold a telephone number"),
    "email": _("May hold an e-mail address"),
    MAYBE_ALIKE: _("Perhaps the same as another, sent within a minute"),
    SWAPPED_AXES: _("Longitude and latitude seem to be swapped"),
    OUTSIDE_AREA: _("Lies outside the area"),
    DAMAGED_LETTERS: _("Letters seem to be damaged"),
    MOVED_SPOT: _("Lies in the middle of a square: the exact spot is not known"),
    FROM_DEMO: _("Comes from a demo"),
    ARRIVAL: _("Whether it was in time does not agree with its dates"),
}


def flags(text: str) -> list[str]:
    """The sorts of personal data a text seems to hold: `national-id`, `phone`, `email`; empty if none.

    Identity numbers count only with a right checksum (Norway mod 11, Sweden Luhn, Finland mod 31), Danish
    ones, which have none since 2007, with a right date and their hyphen.
    """
    tests: dict[str, Callable[[str], bool]] = {
        "national-id": _has_identity,
        "phone": _has_phone,
        "email": _has_email,
    }
    return [name for name, is_in in tests.items() if is_in(text)]


def _has_identity(text: str) -> bool:
    return (
        any(is_norwegian_identity(date + rest) for date, rest in _NORWEGIAN.findall(text))
        or any(is_swedish_identity(date + rest) for date, rest in _SWEDISH.findall(text))
        or any(_is_date(date, order="dmy") for date, _rest in _DANISH.findall(text))
        or any(_is_finnish(*parts) for parts in _FINNISH.findall(text))
    )


def _has_phone(text: str) -> bool:
    if _INTERNATIONAL.search(text):
        return True
    return any(not _is_day(number.group()) for pattern in _NATIONAL for number in pattern.finditer(text))


def _has_email(text: str) -> bool:
    return _EMAIL.search(text) is not None


def is_norwegian_identity(digits: str) -> bool:
    """Eleven digits, both mod-11 check digits right; day + 40 (D-number) and month + 40 (synthetic) count."""
    numbers = [int(digit) for digit in digits]
    first, second = _NORWEGIAN_WEIGHTS
    day, month = int(digits[:2]) % 40, int(digits[2:4]) % 40
    return (
        1 <= day <= 31
        and 1 <= month <= 12
        and _mod_11(numbers[:9], first) == numbers[9]
        and _mod_11(numbers[:10], second) == numbers[10]
    )


def _mod_11(numbers: list[int], weights: tuple[int, ...]) -> int:
    return -sum(number * weight for number, weight in zip(numbers, weights, strict=True)) % 11


def is_swedish_identity(digits: str) -> bool:
    """Ten digits, a date (day + 60 for a coordination number) and a right Luhn digit."""
    year_month, day = digits[:4], int(digits[4:6])
    if not _is_date(f"{year_month}{day - 60 if day > 60 else day:02d}", order="ymd"):
        return False
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(digits)]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _is_finnish(date: str, _century: str, serial: str, check: str) -> bool:
    return _is_date(date, order="dmy") and _FINNISH_LETTERS[int(date + serial) % 31] == check


def _is_date(six: str, *, order: str) -> bool:
    parts = dict(zip(order, (int(six[:2]), int(six[2:4]), int(six[4:])), strict=True))
    try:
        dt.date(2000 + parts["y"] % 100, parts["m"], parts["d"])
    except ValueError:
        return False
    return True


def _is_day(number: str) -> bool:
    """20261121 is more often a day than a telephone number."""
    try:
        return 1990 <= dt.datetime.strptime(number, "%Y%m%d").year <= 2100  # noqa: DTZ007 (only a date is read)
    except ValueError:
        return False
