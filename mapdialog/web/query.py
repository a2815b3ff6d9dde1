"""Query strings read strictly: an unknown or repeated parameter is a 400, never a silent full scan."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from layers.whole_number import whole_number
from mapdialog.web.problem import Problem

# ASCII only: Python's float() takes Arabic-Indic digits, which the database would not.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

# Neither a header nor the database takes them, and nobody writes them into an address.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)

Bounds = tuple[float, float, float, float]


def parameters(request: HttpRequest, *, known: Collection[str]) -> dict[str, str]:
    """The query's parameters, each known and given once. Raises Problem 400."""
    for name, values in request.GET.lists():
        if name not in known:
            message = _("The parameter “%(name)s” is unknown. There are: %(known)s.")
            raise _bad(name, message % {"name": name[:80], "known": ", ".join(sorted(known)) or "–"})
        if len(values) > 1:
            raise _bad(name, _("The parameter “%(name)s” is given twice.") % {"name": name})
        if _CONTROLS.search(values[0]):
            raise _bad(
                name, _("The parameter “%(name)s” holds a character that is not allowed.") % {"name": name}
            )
    return {name: request.GET[name] for name in request.GET}


def whole(value: str, *, name: str, minimum: int, maximum: int) -> int:
    """A whole number within limits. Raises Problem 400."""
    result = whole_number(value, digits=9)
    if result is None or not minimum <= result <= maximum:
        message = _("“%(name)s” must be a whole number from %(minimum)d to %(maximum)d.")
        raise _bad(name, message % {"name": name, "minimum": minimum, "maximum": maximum})
    return result


def identifier(text: str) -> UUID | None:
    """The UUID that a text is, None for any other; Python's takes braces, `urn:` and none of the hyphens."""
    return UUID(text) if _UUID.fullmatch(text) else None


def number(value: str, *, name: str, minimum: float, maximum: float) -> float:
    """A number within limits. Raises Problem 400."""
    if not _NUMBER.fullmatch(value) or not minimum <= (result := float(value)) <= maximum:
        message = _("“%(name)s” must be a number from %(minimum)g to %(maximum)g.")
        raise _bad(name, message % {"name": name, "minimum": minimum, "maximum": maximum})
    return result


def language(value: str, *, name: str = "lang") -> str:
    """A language as browsers write it: nb, nb-NO. Raises Problem 400."""
    if not _LANGUAGE.fullmatch(value):
        raise _bad(name, _("“%(name)s” must be a language such as nb or sv.") % {"name": name})
    return value


def day(value: str, *, name: str) -> dt.date:
    """A day between 1900 and 2200, written as 2026-05-31. Raises Problem 400."""
    if _DAY.fullmatch(value):
        with suppress(ValueError):
            written = dt.date.fromisoformat(value)
            if 1900 <= written.year <= 2200:
                return written
    raise _bad(name, _("“%(name)s” must be a date such as 2026-05-31.") % {"name": name})


def bounds(value: str, *, name: str = "bbox") -> Bounds:
    """`west,south,east,north` in degrees, south below north, west below east. Raises Problem 400."""
    parts = value.split(",")
    if len(parts) == 4 and all(_NUMBER.fullmatch(part) for part in parts):
        west, south, east, north = (float(part) for part in parts)
        finite = all(math.isfinite(side) for side in (west, south, east, north))
        if finite and -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
            return west, south, east, north
    raise _bad(name, _("“%(name)s” must be west,south,east,north in degrees.") % {"name": name})


def _bad(name: str, detail: str) -> Problem:
    return Problem("bad-query", status=400, detail=detail, field=name[:80])
