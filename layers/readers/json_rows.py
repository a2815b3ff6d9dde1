"""JSON that holds a table: a list of objects, or the properties of a GeoJSON file's features."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from layers.control_characters import storable
from layers.figure import Figure
from layers.readers.source_rows import ReadError

_DEEPEST = 3
MAX_OBJECTS = 1_000_000


def parsed(text: str) -> list[dict[str, Any]]:
    """The objects, one for each row. Raises ReadError for what is no JSON, or holds no list of objects."""
    if text.count("{") > MAX_OBJECTS:
        raise ReadError(_("The file holds more than %(limit)s objects.") % {"limit": Figure(MAX_OBJECTS)})
    try:
        document = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ReadError(_("The file is nested too deeply.")) from None
    except json.JSONDecodeError as error:
        message = _("The file is not JSON: line %(line)d, column %(column)d.")
        raise ReadError(message % {"line": error.lineno, "column": error.colno}) from None
    except ReadError:
        raise
    except ValueError:  # a whole number of more than 4,300 figures
        raise ReadError(_("The file holds a number that is too large.")) from None
    rows = _list_in(document)
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise ReadError(_("The JSON file holds no list of objects."))
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        return [row["properties"] if isinstance(row.get("properties"), dict) else {} for row in rows]
    return list(rows)


def flat(row: dict[str, Any], *, before: str = "", depth: int = 1) -> dict[str, str]:
    """A row's values as texts; what lies in an inner object gets a name with a point: `ages.0-4`."""
    result: dict[str, str] = {}
    for key, value in row.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and depth < _DEEPEST:
            result |= flat(value, before=f"{name}.", depth=depth + 1)
        else:
            result[storable(name)] = storable(_as_text(value))
    return result


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _list_in(document: Any) -> Any:
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        return document.get("features") or (lists[0] if len(lists) == 1 else None)
    return document


def _refuse(constant: str) -> NoReturn:
    raise ReadError(_("The file holds %(constant)s, which is not a number.") % {"constant": constant})
