"""The kinds of contribution: what each takes besides text, place, theme and responses.

A kind is a TOML file in this folder, with fields of its own if it has some; SOURCE.md tells how it is written
and where the observation codes come from.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field

from layers import toml_file
from layers.toml_file import Beside, Strings, Table, Texts, one_of
from mapdialog.contributions import columns

FOLDER = Path(__file__).parent
LIGHTS = ("day", "dark")
HIGHEST_FEELING = 3
_WORDS_MAX = 500
# What several kinds may ask for; how these are checked needs more than a list of choices.
_SHARED = ("code", "rating", "light", "feeling")
# What an own field cannot be called: it means something in the API, in the form or in files brought in.
_TAKEN = frozenset(
    {
        *_SHARED, *columns.SENT_AS, *columns.EARLIER_NAMES.values(), "uuid", "token", "version", "key", "act",
        "coordinates", "listed_place", "search_hit", "page", "lon", "lat", "geometry", "source_id",
        "submission_id", "sender", "sender_role", "channel", "received_at", "changed_at", "day_offset",
    }
)  # fmt: skip
_STEPS = re.compile(r"^0\b.*?\b3\b")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


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
class OwnField:
    """A field that one kind has alone. `choices`: from value to its words by language; empty: free text."""

    name: str
    label: Mapping[str, str]
    required: bool
    choices: Mapping[str, Mapping[str, str]]

    def check(self, value: Any) -> None:
        """Raises DetailError."""
        if self.choices:
            if not isinstance(value, str) or value not in self.choices:
                choices = ", ".join(self.choices)
                raise DetailError(self.name, _("Choose one of: %(choices)s.") % {"choices": choices})
        elif not isinstance(value, str) or len(value) > _WORDS_MAX:
            raise DetailError(self.name, _("Give a text of at most 500 characters."))


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`title` and `invitation` by language: the heading of its form, and the words that lead to it."""

    name: str
    also: tuple[str, ...]
    title: Mapping[str, str]
    invitation: Mapping[str, str]
    required: frozenset[str]
    optional: frozenset[str]
    own: Mapping[str, OwnField]
    codes: Mapping[str, Code]
    private_codes: frozenset[str]

    def details(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """The details among the properties of a feature, checked. Raises DetailError."""
        filled = (name for name in detail_names() if properties.get(name) not in (None, ""))
        present = {name: properties[name] for name in filled}
        for name in present:
            if name not in self.required | self.optional:
                raise DetailError(name, _("We do not ask about this here."))
        if "code" in present and not (isinstance(present["code"], str) and present["code"] in self.codes):
            raise DetailError("code", _("This code is not on the list."))
        if "light" in present and present["light"] not in LIGHTS:
            raise DetailError("light", _("Give “day” or “dark”."))
        self._check_scales(present)
        for name in self.own.keys() & present.keys():
            self.own[name].check(present[name])
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
            if not isinstance(present["rating"], str) or len(present["rating"]) > _WORDS_MAX:
                raise DetailError("rating", _("Give a text of at most 500 characters."))
        elif isinstance(present["rating"], bool) or present["rating"] not in ratings:
            choices = ", ".join(str(rating) for rating in ratings)
            raise DetailError("rating", _("Choose one of: %(choices)s.") % {"choices": choices})

    def is_private(self, details: Mapping[str, Any]) -> bool:
        """True for what is never shown to the public, such as a report of an incident."""
        return details.get("code") in self.private_codes

    def in_own_words(self) -> frozenset[str]:
        """The details that a sender may write freely, to be cleaned and screened like a text."""
        return frozenset({"rating", *(name for name, field in self.own.items() if not field.choices)})


def _is_step(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST_FEELING


def _own_name(name: str) -> str:
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise ValueError("cannot be a kind's own field: it is no name, or means something already.")
    return name


Need = Annotated[str, one_of(("required", "optional"))]


class OwnFieldOfFile(Table):
    need: Need
    label: Texts
    choices: dict[str, Texts] = Field(default_factory=dict)


class KindFile(Table):
    name: str
    also: Strings = Field(default_factory=list)
    title: Texts = Field(default_factory=dict)
    invitation: Texts = Field(default_factory=dict)
    needs: dict[Annotated[str, one_of(_SHARED)], Need] = Field(default_factory=dict, alias="fields")
    own: dict[Annotated[str, AfterValidator(_own_name)], OwnFieldOfFile] = Field(default_factory=dict)
    codes: Beside | None = None
    private_codes: Strings = Field(default_factory=list)


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name. Raises TomlFileError."""
    files = (toml_file.read(path, KindFile) for path in sorted(FOLDER.glob("*.toml")))
    return {kind.name: kind for kind in map(_kind, files)}


def detail_names() -> tuple[str, ...]:
    """The properties that some kind asks for: those that several share, and each kind's own."""
    return tuple(dict.fromkeys([*_SHARED, *(name for kind in kinds().values() for name in kind.own)]))


def kind_called(word: str) -> Kind | None:
    """The kind with this name, or one that imported files call so."""
    return next((kind for kind in kinds().values() if word == kind.name or word in kind.also), None)


def _kind(file: KindFile) -> Kind:
    needs = {**file.needs, **{name: field.need for name, field in file.own.items()}}
    return Kind(
        name=file.name,
        also=tuple(file.also),
        title=file.title,
        invitation=file.invitation,
        required=frozenset(name for name, need in needs.items() if need == "required"),
        optional=frozenset(name for name, need in needs.items() if need == "optional"),
        own={
            name: OwnField(
                name=name, label=field.label, required=field.need == "required", choices=field.choices
            )
            for name, field in file.own.items()
        },
        codes=_codes(file.codes) if file.codes else {},
        private_codes=frozenset(file.private_codes),
    )


def _codes(path: Path) -> Mapping[str, Code]:
    with path.open(encoding="utf-8", newline="") as file:
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
