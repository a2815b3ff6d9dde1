"""Which field of a file is what, and its values as our tables hold them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from layers import catalog
from layers.catalog import Source
from layers.models import Area, Layer, Zone
from layers.readers import Table
from layers.styles.catalog import normal_code

# What a file made for this service calls its fields; others are found through sources/.
_OWN_NAMES = {
    "code": ("code",),
    "name": ("name",),
    "field": ("field", "field_name", "feltnavn", "feltbetegnelse"),
    "vertical_level": ("vertical_level", "vertikalnivå", "vertikalniva"),
    "provision": ("provision",),
}
# Identities rather than codes: an area's code only where the file offers one of them and nothing better.
_IDENTITIES = frozenset({"id", "objid", "objectid", "fid", "gid", "ogc_fid", "lokalid", "objtid"})
_PROVISION_IN = "provision_"
_LEVELS = range(1, 6)
_GROUND_LEVEL = 2
_CODE_MAX = Area._meta.get_field("code").max_length or 0
_NAME_MAX = Area._meta.get_field("name").max_length or 0
_FIELD_MAX = Zone._meta.get_field("field").max_length or 0


class ColumnError(ValueError):
    """A field is missing or its values cannot be used. The message names the option that helps."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One feature's fields, ready for the table. `properties` and `provision` are JSON texts."""

    code: str
    name: str
    properties: str
    field: str
    vertical_level: int
    provision: str


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Role -> field name in the file, and the data set it was recognised as, if any.

    `note` says what was taken for want of anything better.
    """

    roles: dict[str, str]
    source: Source | None
    note: str = ""

    def row(self, properties: dict[str, Any]) -> Row:
        code = normal_code(properties.get(self.roles.get("code", "")))
        if self.source and self.source.code_length and code.isdigit():
            code = code.zfill(self.source.code_length)
        used = set(self.roles.values())
        provision = _provision(properties, self.roles.get("provision"))
        rest = {
            name: value
            for name, value in properties.items()
            if name not in used and not name.startswith(_PROVISION_IN)
        }
        return Row(
            code=_text(code),
            name=_text(normal_code(properties.get(self.roles.get("name", ""))))[:_NAME_MAX],
            field=_text(normal_code(properties.get(self.roles.get("field", ""))))[:_FIELD_MAX],
            vertical_level=_level(properties.get(self.roles.get("vertical_level", ""))),
            provision=as_json(provision),
            properties=as_json(rest),
        )


def recognise(
    table: Table, *, kind: str, owner: str, code_field: str | None, name_field: str | None
) -> Columns:
    """Which field holds what: as told, else by our own names, else by a known data set.

    Boundaries without a field of codes take the only field of identities, if it tells them all apart.
    Raises ColumnError for a field that is not there, and for boundaries that have neither.
    """
    fields = table.field_names()
    source = catalog.detect(fields, kind=kind, owner=owner)
    if source and not (code_field or source.field_for("code", fields=fields)):
        source = None
    roles = source.roles_in(fields) if source else {}
    if "name" in roles and kind == Layer.Kind.ZONING:
        roles.setdefault("field", roles["name"])
    by_key = {name.casefold(): name for name in fields}
    for role, names in _OWN_NAMES.items():
        own = next((by_key[name] for name in names if name in by_key), None)
        if own is not None:
            roles[role] = own
    for role, told in (("code", code_field), ("name", name_field)):
        if told is not None:
            roles[role] = _existing(told, fields, option=f"--{role}-field")
    note = ""
    if kind == Layer.Kind.BOUNDARY and "code" not in roles:
        roles["code"] = _identity(table, taken=roles.get("name"))
        note = f"codes are taken from the field “{roles['code']}”; --code-field names another"
    known = {*_OWN_NAMES, "code", "name"}
    kept = {role: name for role, name in roles.items() if role in known}
    return Columns(roles=kept, source=source, note=note)


def _identity(table: Table, *, taken: str | None) -> str:
    """The one field that tells every area apart as a code would. Raises ColumnError: a person must say."""
    fields = table.field_names()
    candidates = [name for name in fields if name.casefold() in _IDENTITIES and name != taken]
    if len(candidates) == 1:
        values = [_text(normal_code(row.get(candidates[0]))) for row in table.properties]
        if all(values) and len(set(values)) == len(values):
            return candidates[0]
    message = _("Which field holds the areas' codes? Name it with --code-field. The file has: %(fields)s.")
    raise ColumnError(message % {"fields": _listed(fields)})


def rows(table: Table, columns: Columns, *, kept: Iterable[int], kind: str) -> dict[int, Row]:
    """The rows to store, by their place in the file. Raises ColumnError, listing every bad code at once."""
    result = {place: columns.row(table.properties[place]) for place in kept}
    too_long = [place + 1 for place, row in result.items() if len(row.code) > _CODE_MAX]
    if too_long:
        message = _(
            "Codes of more than %(limit)d characters in features %(numbers)s. Choose another --code-field."
        )
        raise ColumnError(message % {"limit": _CODE_MAX, "numbers": _listed(too_long)})
    if kind == Layer.Kind.BOUNDARY:
        _check_area_codes(result)
    return result


def as_json(value: Any) -> str:
    """JSON that PostgreSQL can store: no NaN, no NUL, no half characters."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        return json.dumps(_storable(value), ensure_ascii=False)
    return json.dumps(_storable(value), ensure_ascii=False) if "\\u0000" in text else text


def _check_area_codes(found: dict[int, Row]) -> None:
    missing = [place + 1 for place, row in found.items() if not row.code]
    if missing:
        message = _("Features without a code: %(numbers)s. Fill them in, or choose another --code-field.")
        raise ColumnError(message % {"numbers": _listed(missing)})
    places: dict[str, list[int]] = {}
    for place, row in found.items():
        places.setdefault(row.code, []).append(place + 1)
    twice = [f"{code} ({_listed(numbers)})" for code, numbers in places.items() if len(numbers) > 1]
    if twice:
        message = _(
            "Codes that several features have: %(codes)s. Merge them, or choose another --code-field."
        )
        raise ColumnError(message % {"codes": _listed(twice)})


def _existing(name: str, fields: Collection[str], *, option: str) -> str:
    if name not in fields:
        message = _("The file has no field “%(name)s” (%(option)s). It has: %(fields)s.")
        raise ColumnError(message % {"name": name[:80], "option": option, "fields": _listed(fields)})
    return name


def _listed(values: Collection[object], *, limit: int = 20) -> str:
    shown = ", ".join(str(value)[:60] for value in list(values)[:limit])
    return f"{shown}, …" if len(values) > limit else shown or "–"


def _level(value: Any) -> int:
    """1 under ground, 2 on it, 3 to 5 above (Norway's vertikalnivå); what is not told is on the ground."""
    try:
        level = int(value)
    except (TypeError, ValueError, OverflowError):
        return _GROUND_LEVEL
    return level if level in _LEVELS else _GROUND_LEVEL


def _provision(properties: dict[str, Any], name: str | None) -> dict[str, str]:
    """Language -> text, from an object (`provision`), its JSON text, or a field each (`provision_nb`)."""
    value = properties.get(name) if name else None
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    texts = dict(value) if isinstance(value, dict) else {}
    for field, text in properties.items():
        if field.startswith(_PROVISION_IN):
            texts.setdefault(field.removeprefix(_PROVISION_IN), text)
    return {str(language): text for language, text in texts.items() if isinstance(text, str) and text}


def _text(value: str) -> str:
    """Without what cannot be stored or would break a line: control characters, half characters."""
    return " ".join(_whole_characters(value).split())


def _whole_characters(value: str) -> str:
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _whole_characters(value)
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, dict):
        return {_whole_characters(str(key)): _storable(member) for key, member in value.items()}
    return [_storable(member) for member in value] if isinstance(value, list) else value
