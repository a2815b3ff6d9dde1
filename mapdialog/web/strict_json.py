"""JSON read strictly: what two programs could understand differently is refused, and nothing can exhaust us.

Python's own reader takes NaN and Infinity, keeps the last of two equal keys, lets lone surrogates through
(PostgreSQL then fails), makes infinity of 1e999, and dies of RecursionError at 100,000 brackets.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from django.utils.translation import gettext as _

MAX_DEPTH = 24
MAX_MEMBERS = 1_000
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_HALF = re.compile("[\ud800-\udfff]")
_LARGEST_EXACT = 2**53


class StrictJsonError(ValueError):
    """The text is not JSON that we take. The message says why, in the reader's language."""


def loads(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises StrictJsonError. The caller limits the size first."""
    _check_depth(body)
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except UnicodeDecodeError:
        raise StrictJsonError(_("The text is not UTF-8.")) from None
    except json.JSONDecodeError as error:
        raise StrictJsonError(
            _("This is not JSON: line %(line)d, column %(column)d.")
            % {"line": error.lineno, "column": error.colno}
        ) from None
    return value


def _check_depth(body: bytes) -> None:
    depth = deepest = 0
    for character in _STRING.sub(b"", body):
        if character in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in b"]}":
            depth -= 1
    if deepest > MAX_DEPTH:
        raise StrictJsonError(_("Nested too deeply."))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise StrictJsonError(_("The same name is there twice in one object."))
    if len(result) > MAX_MEMBERS:
        raise StrictJsonError(_("Too many names in one object."))
    for key, value in pairs:
        _check_text(key)
        _check_values(value)
    return result


def _check_values(value: Any) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, list):
        for item in value:
            _check_values(item)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise StrictJsonError(_("A text holds a character that cannot be stored (NUL)."))
    if _HALF.search(text):
        raise StrictJsonError(_("A text holds half a character (a lone surrogate)."))


def _refuse_constant(name: str) -> Any:
    raise StrictJsonError(_("%(name)s is not a number in JSON.") % {"name": name})


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise StrictJsonError(_("A number is too large."))
    return value


def _int(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > _LARGEST_EXACT:
        raise StrictJsonError(_("A number is too large."))
    return int(text)
