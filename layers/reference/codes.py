"""Codes as files write them (1110.0, "1110 - Boligbebyggelse", 3010101) and as the official lists do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from layers import styles
from layers.styles.catalog import normal_code

# Enough to tell, few enough to be quick: lists are compared by the codes that are commonest in a file.
_DISTINCT_MAX = 300
_CACHED = 10_000
# No list has such a code, with its words; and what is cached stays in memory.
_LONGEST = 200
OFFERED_FROM = 0.8
_WHOLE_NUMBER = re.compile(r"([+-]?\d+)[.,]0+", re.ASCII)
# A code, then what it stands for: "1110 - Boligbebyggelse", "B: Bostäder", "220 Gul sone".
_WITH_WORDS = re.compile(
    r"(?P<code>[^\s,;/]+?)(?:\s*[-–—:=]\s*|\s+)(?P<words>[^\d\W].*)", re.UNICODE | re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class Known:
    """How many of the `total` zones with a code have one that the style list `list_name` knows.

    `unknown` counts the others by code, the commonest first.
    """

    list_name: str
    total: int
    unknown: Mapping[str, int]

    @property
    def share(self) -> float:
        return 1 - sum(self.unknown.values()) / self.total if self.total else 0.0


def cleaned(value: Any) -> str:
    """A code as text: whole numbers without ".0", several codes with commas, "" for none."""
    if isinstance(value, str) and value.isalnum():  # most are: no blank and no point to look for
        return value
    if isinstance(value, list | tuple):
        return ", ".join(text for text in map(cleaned, value) if text)
    if value is None or isinstance(value, bool | dict) or (isinstance(value, float) and value != value):
        return ""
    text = " ".join(normal_code(value).split())
    match = _WHOLE_NUMBER.fullmatch(text)
    return match.group(1) if match else text


def picked(code: str, *, pattern: str) -> str:
    """The part of a code that counts, as a source's pattern says (DP_KM_B1: B)."""
    match = re.fullmatch(pattern, code) if pattern else None
    return match.group(1) if match else code


def with_zeros(code: str, *, length: int) -> str:
    """The code with the zero that it lost when a table took it for a number.

    One at most: no country's codes begin with two, and "101" is a number within a municipality.
    """
    return f"0{code}" if len(code) == length - 1 and code.isdigit() and code.isascii() else code


def as_listed(code: str, list_name: str, prefix: str = "") -> str:
    """The code as the list writes it: without the words after it, in its letters; one it has not as it is."""
    return _as_listed(code, list_name, prefix) if code and list_name and len(code) <= _LONGEST else code


@lru_cache(maxsize=_CACHED)
def _as_listed(code: str, list_name: str, prefix: str) -> str:
    match = _WITH_WORDS.fullmatch(code)
    bare = match.group("code") if match else code
    tries = [code, code.upper(), bare, bare.upper()]
    if prefix:
        tries = [*(f"{prefix}{text}" for text in tries if text[:1].isdigit()), *tries]
    listed = next((text for text in dict.fromkeys(tries) if _is_known(text, list_name)), None)
    return (
        listed or _by_label(list_name).get(code.casefold()) or (f"{prefix}{code}" if code.isdigit() else code)
    )


def known(codes: Iterable[str], *, list_name: str) -> Known:
    """How well a list knows these codes, one for each zone; those without a code do not count."""
    counts = Counter(code for code in codes if code)
    unknown = {code: n for code, n in counts.most_common() if not _is_known(code, list_name)}
    return Known(list_name=list_name, total=counts.total(), unknown=unknown)


def lists_that_know(values: Iterable[Any], *, country: str) -> list[Known]:
    """The country's lists that know at least four fifths of the values, the best first."""
    counts = Counter(cleaned(value) for value in values)
    counts.pop("", None)
    most = Counter(dict(counts.most_common(_DISTINCT_MAX)))
    offered = []
    for name in styles.list_names():
        if name.startswith(f"{country.casefold()}_"):
            listed = (
                as_listed(code, name, "H" if name == "no_hensynssoner" else "") for code in most.elements()
            )
            offered.append(known(listed, list_name=name))
    return sorted((match for match in offered if match.share >= OFFERED_FROM), key=lambda match: -match.share)


def _is_known(code: str, list_name: str) -> bool:
    return len(code) <= _LONGEST and _is_in_list(code, list_name)


@lru_cache(maxsize=_CACHED)
def _is_in_list(code: str, list_name: str) -> bool:
    return styles.knows(list_name, code=code)


@lru_cache(maxsize=_CACHED)
def _by_label(list_name: str) -> Mapping[str, str]:
    """The words of a list, for files that hold them in place of the code; only those that mean one code."""
    words: dict[str, set[str]] = {}
    for code in styles.codes(list_name):
        for label in styles.style_for(list_name, code=code).labels.values():
            words.setdefault(label.casefold(), set()).add(code)
    return {label: codes.copy().pop() for label, codes in words.items() if len(codes) == 1}
