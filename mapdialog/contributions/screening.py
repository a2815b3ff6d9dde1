"""What stands in free text that its sender should be pointed to, and what waits for a reader because of it.

What is looked for is data, `looked_for.json`: this module and `static/js/citizen/looked_for.js` read the same
file, and both are held against `tests/contributions/looked_for_examples.json`. Personal data (identity
numbers, telephone numbers, e-mails, names in stated phrases) never refuses a text: it makes the contribution
wait until somebody has read it. Words of a fault or of danger hold nothing back: the resident's page asks.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

_LOOKED_FOR = Path(__file__).with_name("looked_for.json")
_PART = re.compile(r"<([a-z-]+)>")
# How much beside a number says what it is: “plan 20240012”, “25000000 kr”.
_BESIDE = 24
PERSONAL = ("national-id", "phone", "email", "name")
FAULT, DANGER = "fault", "danger"
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
    "name": _("May hold somebody's name"),
    MAYBE_ALIKE: _("Perhaps the same as another, sent within a minute"),
    SWAPPED_AXES: _("Longitude and latitude seem to be swapped"),
    OUTSIDE_AREA: _("Lies outside the area"),
    DAMAGED_LETTERS: _("Letters seem to be damaged"),
    MOVED_SPOT: _("Lies in the middle of a square: the exact spot is not known"),
    FROM_DEMO: _("Comes from a demo"),
    ARRIVAL: _("Whether it was in time does not agree with its dates"),
}


@dataclass(frozen=True, kw_only=True)
class Find:
    """A part of a text, and what it seems to be."""

    sort: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class _Pattern:
    sort: str
    pattern: re.Pattern[str]
    check: str
    needs: re.Pattern[str]  # looked for first: most texts hold no figure, and intake has no time for them
    not_after: re.Pattern[str] | None
    not_before: re.Pattern[str] | None

    def finds(self, text: str) -> Iterator[Find]:
        if not self.needs.search(text):
            return
        for match in self.pattern.finditer(text):
            if self._counts(match, text=text):
                # of a name the words around it stay
                part = match.group(1) if self.sort == "name" else match.group()
                yield Find(sort=self.sort, start=match.end() - len(part), end=match.end(), text=part)

    def _counts(self, match: re.Match[str], *, text: str) -> bool:
        before, after = (
            text[max(0, match.start() - _BESIDE) : match.start()],
            text[match.end() : match.end() + _BESIDE],
        )
        if (self.not_after and self.not_after.search(before)) or (
            self.not_before and self.not_before.search(after)
        ):
            return False
        return not self.check or _CHECKS[self.check](*match.groups())


@cache
def looked_for() -> Mapping[str, Any]:
    """The list as the page gets it: `parts` stand in the patterns as <part>."""
    content: dict[str, Any] = json.loads(_LOOKED_FOR.read_text(encoding="utf-8"))
    return content


@cache
def _patterns(sorts: tuple[str, ...]) -> list[_Pattern]:
    parts = looked_for()["parts"]

    def compiled(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
        while _PART.search(pattern):
            pattern = _PART.sub(lambda part: parts[part[1]], pattern)
        return re.compile(pattern, flags)

    def beside(entry: Mapping[str, Any], key: str) -> re.Pattern[str] | None:
        return compiled(entry[key]) if key in entry else None

    return [
        _Pattern(
            sort=entry["sort"],
            pattern=compiled(entry["pattern"], re.IGNORECASE if "ignore_case" in entry else re.NOFLAG),
            check=entry.get("check", ""),
            needs=re.compile(entry.get("needs", "")),
            not_after=beside(entry, "not_after"),
            not_before=beside(entry, "not_before"),
        )
        for entry in looked_for()["patterns"]
        if entry["sort"] in sorts
    ]


def finds(text: str, *, sorts: tuple[str, ...] = PERSONAL) -> list[Find]:
    """What is in a text, in its order; of parts that overlap the one that is earlier in the list."""
    parts: list[Find] = []
    for pattern in _patterns(sorts):
        parts += [
            find
            for find in pattern.finds(text)
            if all(find.end <= part.start or part.end <= find.start for part in parts)
        ]
    return sorted(parts, key=lambda find: find.start)


def flags(text: str) -> list[str]:
    """The sorts of personal data a text seems to hold, of PERSONAL; empty if none.

    Identity numbers count only with a right checksum (Norway mod 11, Sweden Luhn, Finland mod 31), Danish
    ones, which have none since 2007, with a right date and their hyphen.
    """
    sorts = {find.sort for find in finds(text)}
    return [sort for sort in PERSONAL if sort in sorts]


def _is_norwegian(date: str, rest: str) -> bool:
    """Eleven digits, both mod-11 check digits right; day + 40 (D-number) and month + 40 (synthetic) count."""
    digits = date + rest
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


def _is_swedish(date: str, rest: str) -> bool:
    """Ten digits, a date (day + 60 for a coordination number) and a right Luhn digit."""
    day = int(date[4:])
    if not _is_date(f"{date[:4]}{day - 60 if day > 60 else day:02d}", order="ymd"):
        return False
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(date + rest)]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _is_danish(date: str, _rest: str) -> bool:
    return _is_date(date, order="dmy")


def _is_finnish(date: str, _century: str, serial: str, check: str) -> bool:
    return _is_date(date, order="dmy") and _FINNISH_LETTERS[int(date + serial) % 31] == check


def _is_date(six: str, *, order: str) -> bool:
    parts = dict(zip(order, (int(six[:2]), int(six[2:4]), int(six[4:])), strict=True))
    try:
        dt.date(2000 + parts["y"], parts["m"], parts["d"])
    except ValueError:
        return False
    return True


_CHECKS: dict[str, Callable[..., bool]] = {
    "norwegian": _is_norwegian,
    "swedish": _is_swedish,
    "danish": _is_danish,
    "finnish": _is_finnish,
}
