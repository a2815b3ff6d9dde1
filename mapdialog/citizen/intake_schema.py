"""What the contribution API takes and gives, for the OpenAPI document: ninja does not see these bodies."""

from __future__ import annotations

from typing import Any

from mapdialog.contributions.feature import EARLIER_NAMES
from mapdialog.contributions.kinds.catalog import kinds
from mapdialog.contributions.models import ROUGHEST_POINT_M, TEXT_MAX, Contribution

_TEXT = {"type": "string"}
_METRES = {"type": ["number", "null"], "minimum": 0, "maximum": 100_000}
_RESPONSES = {"type": "object", "description": "By question's key: a value, or a list for `multiple`."}
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
        "theme": {**_TEXT, "description": "A theme's key; needed where the consultation has themes."},
        "text": {**_TEXT, "maxLength": TEXT_MAX, "description": "Needed unless a question is answered."},
        "kind": {"enum": sorted(kinds()), "default": "pin"},
        "language": {**_TEXT, "description": "The text's language tag."},
        "responses": _RESPONSES,
        "alternative": {**_TEXT, "description": "The key of the plan it is about."},
        "written_at": {
            "type": "string",
            "format": "date-time",
            "description": "When it was written, with its zone; offline that is before it is sent.",
        },
        "placed_by": {
            "enum": sorted(Contribution.PlacedBy.values),
            "description": "How the place was chosen. `default`: the map's first view, which nobody chose;"
            " stored, and left out of heat and hotspots.",
        },
        "place_words": {**_TEXT, "maxLength": 300},
        "accuracy_m": {
            **_METRES,
            "description": "How far off the position may be. A place known only to within more than"
            f" {ROUGHEST_POINT_M} m is stored and left out of heat and hotspots.",
        },
        "radius_m": _METRES,
        "zoom_at_placing": {"type": ["number", "null"], "minimum": 0, "maximum": 24},
        "age_band": {**_TEXT, "description": "Such as 13-17 or 67+."},
        "contributor": {**_TEXT, "description": "A random key of one sender; only a keyed hash is kept."},
        "code": {**_TEXT, "description": "What is observed (kind `observation`)."},
        "rating": {"description": "On the scale of what is observed (kind `observation`)."},
        "feeling": {"description": "How it feels there (kind `observation`)."},
        "light": {"description": "Day or dark (kind `observation`)."},
    }


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
    },
}
