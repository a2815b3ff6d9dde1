"""A rulebook without a database, and features to try on it."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from mapdialog.contributions.rulebooks import Rulebook, RulebookQuestion

OPENS = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
CLOSES = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def rulebook(**fields: Any) -> Rulebook:
    values: dict[str, Any] = {
        "id": 1,
        "slug": "prove",
        "status": "published",
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "grace": dt.timedelta(hours=24),
        "boundary_layer_id": None,
        "moderation": "after",
        "address_limit": 600,
        "languages": ["nb"],
        "time_zone": ZoneInfo("Europe/Oslo"),
        "themes": {"lys": 7},
        "alternatives": {"a": 8},
        "alternative_layers": (),
        "questions": {},
        "rules_version": 1,
        **fields,
    }
    return Rulebook(**values)


def asked(
    kind: str = "text", *values: str | int, required: bool = False, kinds: tuple[str, ...] = ()
) -> RulebookQuestion:
    return RulebookQuestion(
        kind=kind, values={str(value): value for value in values}, required=required, kinds=kinds
    )


def feature(*, geometry: Any = "point", **properties: Any) -> dict[str, Any]:
    """A pin with a theme and a text; properties set to None are left out."""
    if geometry == "point":
        geometry = {"type": "Point", "coordinates": [9.705, 59.025]}
    filled = {"theme": "lys", "text": "Her er det mørkt.", **properties}
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {name: value for name, value in filled.items() if value is not None},
    }
