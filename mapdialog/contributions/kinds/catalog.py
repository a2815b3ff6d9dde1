"""The kinds of contribution: what each takes besides text, place, theme and responses.

A kind is a TOML file in this folder; SOURCE.md tells where the observation codes come from.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

FOLDER = Path(__file__).parent
LIGHTS = ("day", "dark")
HIGHEST_FEELING = 3
_DETAILS = ("code", "rating", "light", "feeling")
_STEPS = re.compile(r"^0\b.*?\b3\b")


class DetailError(ValueError):
    """A detail that its kind does not take. `field` is its name; the message is for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Code:
    """What was observed, such as lighting. `ratings` are the values it may have; None: free text."""

    value: str
    names: Mapping[str, str]
    ratings: tuple[int | str, ...] | None


@dataclass(frozen=True, kw_only=True)
class Kind:
    name: str
    also: tuple[str, ...]
    required: frozenset[str]
    optional: frozenset[str]
    codes: Mapping[str, Code]
    private_codes: frozenset[str]

    def details(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The details of `given` (code, rating, light, feeling), checked. Raises DetailError."""
        present = {name: given[name] for name in _DETAILS if given.get(name) not in (None, "")}
        for name in present:
            if name not in self.required | self.optional:
                raise DetailError(name, _("We do not ask about this here."))
        if "code" in present and not (isinstance(present["code"], str) and present["code"] in self.codes):
            raise DetailError("code", _("This code is not on the list."))
        if "light" in present and present["light"] not in LIGHTS:
            raise DetailError("light", _("Give “day” or “dark”."))
        self._check_scales(present)
        for name in sorted(self.required - present.keys()):
            # What is told in free text may stand in the contribution's own text instead.
            if name != "rating" or self.codes[present["code"]].ratings is not None:
                raise DetailError(name, _("This is missing."))
        return present

    def _check_scales(self, present: Mapping[str, Any]) -> None:
        if "feeling" in present and not _is_step(present["feeling"]):
            raise DetailError("feeling", _("Give a whole number from 0 to 3."))
        if "rating" not in present or "code" not in present:
            return
        ratings = self.codes[present["code"]].ratings
        if ratings is None:
            if not isinstance(present["rating"], str) or len(present["rating"]) > 500:
                raise DetailError("rating", _("Give a text of at most 500 characters."))
        elif isinstance(present["rating"], bool) or present["rating"] not in ratings:
            choices = ", ".join(str(rating) for rating in ratings)
            raise DetailError("rating", _("Choose one of: %(choices)s.") % {"choices": choices})

    def is_private(self, details: Mapping[str, Any]) -> bool:
        """True for what is never shown to the public, such as a report of an incident."""
        return details.get("code") in self.private_codes


def _is_step(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST_FEELING


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name."""
    found = (_kind(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.glob("*.toml")))
    return {kind.name: kind for kind in found}


def kind_called(word: str) -> Kind | None:
    """The kind with this name, or one that imported files call so."""
    return next((kind for kind in kinds().values() if word == kind.name or word in kind.also), None)


def _kind(table: Mapping[str, Any]) -> Kind:
    fields: Mapping[str, str] = table.get("fields", {})
    return Kind(
        name=table["name"],
        also=tuple(table.get("also", ())),
        required=frozenset(name for name, need in fields.items() if need == "required"),
        optional=frozenset(name for name, need in fields.items() if need == "optional"),
        codes=_codes(table["codes"]) if "codes" in table else {},
        private_codes=frozenset(table.get("private_codes", ())),
    )


def _codes(file_name: str) -> Mapping[str, Code]:
    with (FOLDER / file_name).open(encoding="utf-8", newline="") as file:
        return {row["code"]: _code(row) for row in csv.DictReader(file)}


def _code(row: Mapping[str, str]) -> Code:
    return Code(
        value=row["code"],
        names={language: row[f"name_{language}"] for language in ("nb", "nn", "sv", "da", "en")},
        ratings=_ratings(row["scale"]),
    )


def _ratings(scale: str) -> tuple[int | str, ...] | None:
    """`0..3 (3 = none)` and `0 none / 1 poor / …` → four steps; `good/bad` → two words; free text → None."""
    if _STEPS.match(scale):
        return (0, 1, 2, 3)
    return None if scale.startswith("free text") else tuple(scale.split("/"))
