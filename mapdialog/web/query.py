"""Query strings read strictly: an unknown or repeated parameter is a 400, never a silent full scan."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from layers import control_characters
from layers.whole_number import whole_number
from mapdialog.web.problem import Problem
from mapdialog.web.reading import (
    MissingError,
    Parameters,
    Reading,
    UnreadableError,
    parameter_names,
    parameters_of,
)

# ASCII only: Python's float() takes Arabic-Indic digits, which the database would not.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)

_KIND = "bad-query"
_NAMED = 50  # of the words that there are, so many are named where one is not known
Bounds = tuple[float, float, float, float]


class Query(Parameters):
    """The parameters of an address: each an `Annotated[…, Reading]`, or a plain `str`; without any, none."""


AnyQuery = TypeVar("AnyQuery", bound=Query)


def read(model: type[AnyQuery], request: HttpRequest) -> AnyQuery:
    """The query's parameters, each known, given once and readable. Raises Problem 400."""
    return parameters_of(model, _texts(request, known=parameter_names(model)), kind=_KIND)


def read_part(model: type[AnyQuery], request: HttpRequest) -> AnyQuery:
    """The same of a page's address, which says more than the model knows: the rest is others' business."""
    names = parameter_names(model)
    others = [name for name in request.GET if name not in names]
    texts = _texts(request, known={*names, *others})
    return parameters_of(model, {name: texts[name] for name in texts if name in names}, kind=_KIND)


def _texts(request: HttpRequest, *, known: Collection[str]) -> dict[str, str]:
    for name, values in request.GET.lists():
        if name not in known:
            message = _("The parameter “%(name)s” is unknown. There are: %(known)s.")
            raise _bad(name, message % {"name": name[:80], "known": ", ".join(sorted(known)) or "–"})
        if len(values) > 1:
            raise _bad(name, _("The parameter “%(name)s” is given twice.") % {"name": name})
        if control_characters.ANY.search(values[0]):
            raise _bad(
                name, _("The parameter “%(name)s” holds a character that is not allowed.") % {"name": name}
            )
    return {name: request.GET[name] for name in request.GET}


def check_known(name: str, words: Iterable[str], *, known: Collection[str], message: str) -> None:
    """Raises Problem 400 for the first word that is not known; `message` holds the name and `known`."""
    for word in words:
        if word not in known:
            listed = ", ".join(sorted(known)[:_NAMED]) or "–"
            raise _bad(name, message % {name: word[:60], "known": listed})


def identifier(text: str) -> UUID | None:
    """The UUID that a text is, None for any other; Python's takes braces, `urn:` and none of the hyphens."""
    return UUID(text) if _UUID.fullmatch(text) else None


def _bad(name: str, detail: str) -> Problem:
    return Problem(_KIND, status=400, detail=detail, field=name[:80])


@dataclass(frozen=True)
class Text(Reading):
    """Any text but an empty one."""

    def read(self, text: str) -> str:
        if not text:
            raise MissingError
        return text


@dataclass(frozen=True)
class OneOf(Reading):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, text: str) -> str:
        if text not in self.words:
            raise UnreadableError(_("“%(name)s” is one of %(known)s."), known=", ".join(self.words))
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True)
class Several(Reading):
    """Words with commas between, in order and each once."""

    def read(self, text: str) -> tuple[str, ...]:
        return tuple(sorted(set(text.split(","))))


@dataclass(frozen=True)
class Whole(Reading):
    """A whole number within limits."""

    minimum: int
    maximum: int

    def read(self, text: str) -> int:
        number = whole_number(text, digits=9)
        if number is None or not self.minimum <= number <= self.maximum:
            message = _("“%(name)s” must be a whole number from %(minimum)d to %(maximum)d.")
            raise UnreadableError(message, minimum=self.minimum, maximum=self.maximum)
        return number

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True)
class Number(Reading):
    """A number within limits; needed, so that an empty one is missing."""

    minimum: float
    maximum: float

    def read(self, text: str) -> float:
        if not text:
            raise MissingError
        if not _NUMBER.fullmatch(text) or not self.minimum <= float(text) <= self.maximum:
            message = _("“%(name)s” must be a number from %(minimum)g to %(maximum)g.")
            raise UnreadableError(message, minimum=self.minimum, maximum=self.maximum)
        return float(text)

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True)
class Language(Reading):
    """A language as browsers write it: nb, nb-NO."""

    def read(self, text: str) -> str:
        if not _LANGUAGE.fullmatch(text):
            raise UnreadableError(_("“%(name)s” must be a language such as nb or sv."))
        return text


@dataclass(frozen=True)
class Day(Reading):
    """A day between 1900 and 2200, written as 2026-05-31."""

    def read(self, text: str) -> dt.date:
        if _DAY.fullmatch(text):
            with suppress(ValueError):
                day = dt.date.fromisoformat(text)
                if 1900 <= day.year <= 2200:
                    return day
        raise UnreadableError(_("“%(name)s” must be a date such as 2026-05-31."))

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class Box(Reading):
    """`west,south,east,north` in degrees, south below north, west below east."""

    def read(self, text: str) -> Bounds:
        parts = text.split(",")
        if len(parts) == 4 and all(_NUMBER.fullmatch(part) for part in parts):
            west, south, east, north = (float(part) for part in parts)
            finite = all(math.isfinite(side) for side in (west, south, east, north))
            if finite and -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
                return west, south, east, north
        raise UnreadableError(_("“%(name)s” must be west,south,east,north in degrees."))
