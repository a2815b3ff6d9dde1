"""What the contribution API takes and gives, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from mapdialog.contributions import columns, screening
from mapdialog.contributions.columns import EARLIER_NAMES, Column
from mapdialog.contributions.kinds.catalog import detail_names, kinds
from mapdialog.contributions.models import ROUGHEST_POINT_M, Contribution

_TEXT = {"type": "string"}
# How a column of this SQL type is sent; texts in `_MORE` are what a person has to know besides.
_OF_TYPE: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    "bigint": _TEXT,  # by key
    "timestamptz": {"type": "string", "format": "date-time"},
    "float8": {"type": ["number", "null"], "minimum": 0},
    "jsonb": {"type": "object"},
}
_OURS = {"type": ["string", "null"], "format": "date-time", "readOnly": True}
_GEOMETRY = {
    "type": ["object", "null"],
    "description": "RFC 7946 in WGS 84 (longitude, latitude), without a `crs`; null for a place in words.",
    "properties": {
        "type": {
            "enum": ["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"],
        },
        "coordinates": {"type": "array"},
    },
    "required": ["type", "coordinates"],
}


def feature(*, is_whole: bool = True, is_answer: bool = False) -> dict[str, Any]:
    """The schema of a contribution as a Feature: to send, where other members and properties are refused, to
    change (not `is_whole`), or as it is answered, with times and receipt beside what was sent.
    """
    properties, ours = _properties(), {}
    if not is_answer:
        properties |= {
            earlier: {
                **properties[name],
                "deprecated": True,
                "description": f"What `{name}` was called. Send `{name}`.",
            }
            for name, earlier in EARLIER_NAMES.items()
        }
    if is_answer or not is_whole:
        properties |= {"received_at": _OURS, "changed_at": _OURS}
        ours = {"receipt": {**RECEIPT, "readOnly": True}}
    return {
        "type": "object",
        "additionalProperties": is_answer,
        "required": ["type", "properties"] if is_whole else [],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string", "format": "uuid", "description": "If given, the one in the address."},
            "bbox": {"type": "array"},
            "geometry": _GEOMETRY,
            "properties": {"type": "object", "additionalProperties": is_answer, "properties": properties},
            **ours,
        },
        "example": {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [9.7009, 59.0279]},
            "properties": {"theme": "lys", "text": "Her er det mørkt."},
        },
    }


def _properties() -> dict[str, Any]:
    return {
        **{name: {**_schema(column), **_more(name)} for name, column in columns.SENT_AS.items()},
        **{name: _detail(name) for name in detail_names()},
    }


def _schema(column: Column) -> dict[str, Any]:
    schema = dict(_OF_TYPE[column.sql])
    if column.limit is not None:
        schema["maximum" if column.sql == "float8" else "maxLength"] = column.limit
    return schema


def _more(name: str) -> dict[str, Any]:
    texts = {
        "theme": "A theme's key; needed where the consultation has themes.",
        "text": "Needed unless a question is answered.",
        "language": "The text's language tag.",
        "responses": "By question's key: a value, or a list for `multiple`.",
        "alternative": "The key of the plan it is about.",
        "written_at": "When it was written, with its zone; offline that is before it is sent.",
        "placed_by": "How the place was chosen. `default`: the map's first view, which nobody chose;"
        " stored, and left out of heat and hotspots.",
        "accuracy_m": "How far off the position may be. A place known only to within more than"
        f" {ROUGHEST_POINT_M} m is stored and left out of heat and hotspots.",
        "age_band": "Such as 13-17 or 67+.",
        "contributor": "A random key of one sender; only a keyed hash is kept.",
    }
    choices: dict[str, dict[str, Any]] = {
        "kind": {"enum": sorted(kinds()), "default": "pin"},
        "placed_by": {"enum": sorted(Contribution.PlacedBy.values)},
    }
    return {**choices.get(name, {}), **({"description": texts[name]} if name in texts else {})}


_DETAILS = {
    "code": {**_TEXT, "description": "What is observed (kind `observation`)."},
    "rating": {"description": "On the scale of what is observed (kind `observation`)."},
    "feeling": {"description": "How it feels there (kind `observation`)."},
    "light": {"description": "Day or dark (kind `observation`)."},
}


def _detail(name: str) -> dict[str, Any]:
    """A detail that some kind asks for, with what it takes where it is a kind's own."""
    if name in _DETAILS:
        return _DETAILS[name]
    asking = [kind for kind in kinds().values() if name in kind.own]
    values = sorted({value for kind in asking for value in kind.own[name].choices})
    of_kinds = ", ".join(f"`{kind.name}`" for kind in asking)
    return {**_TEXT, **({"enum": values} if values else {}), "description": f"Of the kind {of_kinds}."}


RECEIPT: dict[str, Any] = {
    "type": "object",
    "required": ["id", "code", "number", "status_url", "state", "arrival", "places", "version"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "code": {**_TEXT, "description": "Short, to write down."},
        "number": {"type": "integer", "description": "The submission's permanent number."},
        "status_url": {**_TEXT, "description": "What became of it; needs no token."},
        "state": {"enum": sorted(Contribution.State.values)},
        "arrival": {"enum": sorted(Contribution.Arrival.values)},
        "places": {
            "type": "array",
            "description": "Every committee and plan zone there, on the day it was received.",
            "items": {"type": "object", "properties": {"kind": _TEXT, "code": _TEXT, "name": _TEXT}},
        },
        "version": {"type": "integer", "description": "The number in the ETag."},
        "personal_data": {
            "type": "array",
            "description": "What the words seem to hold. If anything, the state is `pending`: nobody else"
            " sees it until a moderator has read it.",
            "items": {"enum": list(screening.PERSONAL)},
        },
    },
}
