"""What lies in a draft, page by page: the list beside the map, for eyes and ears and fingers alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import FloatField, Func, Q

from layers.models import Edition, Zone
from layers.styles import style_for
from layers.styles.catalog import FUTURE
from layers.styles.drawing import words
from mapdialog.planner.layers import layer_map

PAGE = 50
_QUERY_MAX = 80
_OF_ZONES = ("field", "vertical_level", "land_use_status")


class _Edge(Func):
    """One side of a shape's box."""

    output_field = FloatField()
    arity = 1


def page_of(draft: Edition, *, after: int, query: str, language: str) -> dict[str, Any]:
    """At most PAGE features after an id, in the order of the file; `next` is None on the last page."""
    model = layer_map.content_of(draft)
    features = model._base_manager.filter(edition=draft, pk__gt=after).order_by("pk")
    if words := query.replace("\0", "").strip()[:_QUERY_MAX]:
        matching = Q(code__icontains=words) | Q(name__icontains=words)
        features = features.filter(matching | Q(field__icontains=words) if model is Zone else matching)
    edges = {name: _Edge("geom", function=f"ST_{name}") for name in ("XMin", "YMin", "XMax", "YMax")}
    names = ("pk", "code", "name", *(_OF_ZONES if model is Zone else ()), *edges)
    rows = list(features.annotate(**edges).values(*names)[: PAGE + 1])
    style = draft.layer.style or "neutral"
    return {
        "features": [
            {
                "id": row["pk"],
                "code": row["code"],
                "name": row["name"],
                "field": row.get("field", ""),
                "level": row.get("vertical_level"),
                "label": _label(row, style=style, language=language) if model is Zone else "",
                "box": [row[edge] for edge in edges],
            }
            for row in rows[:PAGE]
        ],
        "next": rows[PAGE - 1]["pk"] if len(rows) > PAGE else None,
    }


def _label(row: Mapping[str, Any], *, style: str, language: str) -> str:
    drawn_style = style_for(style, code=row["code"], future=row["land_use_status"] == FUTURE)
    return words(drawn_style, language=language)
