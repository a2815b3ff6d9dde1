"""THE table of a contribution's columns: what each is called and holds, where it comes in, who may see it.

Intake, edits, erasure, imports, exports, the form and the API's document read it, so that a column is named
once. What everyone gets less of than is stored is not said here: that is `public_view`'s rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import reduce
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry


class Origin(Enum):
    """Where a column's value comes in."""

    SENDER = "the sender says it, and may change it"
    PLACING = "the same, of how the spot was found: it may differ between two taps of one finger"
    ONCE = "the sender says it once"
    HASH = "a hash of what the sender's device sends beside it"
    RECEPTION = "we say it, whichever way the contribution comes"
    FILE = "only what is brought in as a file has it"
    CHANGE = "an edit says it, and our own file of what was edited"
    LATER = "nobody says it when it comes: the database computes it, or somebody adds it"


class Audience(Enum):
    """Who may read a column."""

    EVERYONE = "everyone, less what `public_view` takes away"
    OFFICIALS = "those who work on the consultation"
    NOBODY = "it does not leave the house as a property"


class Erasure(Enum):
    """What erasure does with a column that is not emptied."""

    STAYS = "stays: it answers 410 and keeps the permanent number taken"


STAYS: Final = Erasure.STAYS


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. `attribute` is the model's, `name` the database's; empty names are the attribute.

    `sent_as` is the property of a Feature that fills it (`sent_before`: its earlier name), `shown_as` the one
    that shows it, "" for none; `source` leads from a contribution to what is shown. `limit` is the most
    characters, or the highest number from 0 on; what has one and comes from a sender is read by it alone, and
    a text by `pattern` where there is one. `empty` is what an erasure leaves.
    """

    attribute: str
    sql: str
    origin: Origin
    name: str = ""
    sent_as: str = ""
    sent_before: str = ""
    shown_as: str = ""
    source: str = ""
    seen_by: Audience = Audience.NOBODY
    limit: int | None = None
    pattern: re.Pattern[str] | None = None
    is_one_line: bool = False
    empty: Any = STAYS
    is_of_spot: bool = False

    @property
    def column(self) -> str:
        return self.name or self.attribute

    @property
    def path(self) -> str:
        """Django's path to what is shown: `theme__key`."""
        return self.source or self.attribute

    @property
    def parameter(self) -> str:
        """The value in a statement, as SQL."""
        return f"%({self.attribute})s::{self.sql}"

    def shown_of(self, contribution: object) -> Any:
        """What is shown of it: a theme's key, not its number."""
        return reduce(
            lambda holder, part: None if holder is None else getattr(holder, part),
            self.path.split("__"),
            contribution,
        )

    def as_parameter(self, value: Any) -> Any:
        """A Python value as a statement takes it: JSON as text, a geometry as EWKB."""
        if self.sql == "jsonb":
            return json.dumps(value)
        if self.sql == "geometry":
            return value and bytes(value.ewkb)
        return value


_EVERYONE, _OFFICIALS = Audience.EVERYONE, Audience.OFFICIALS
TEXT_MAX = 5000
_MAX_M = 100_000


def _sent(
    attribute: str,
    sql: str,
    *,
    origin: Origin = Origin.SENDER,
    shown_as: str = "",
    seen_by: Audience = _EVERYONE,
    **more: Any,
) -> Column:
    """A column that is sent and shown as one property: `shown_as`, else its own name."""
    name = shown_as or attribute
    return Column(
        attribute=attribute, sql=sql, origin=origin, sent_as=name, shown_as=name, seen_by=seen_by, **more
    )


def _added(
    attribute: str,
    sql: str,
    *,
    origin: Origin = Origin.RECEPTION,
    shown_as: str = "",
    seen_by: Audience = _OFFICIALS,
    **more: Any,
) -> Column:
    """A column that nobody sends as a property, and that is shown."""
    return Column(
        attribute=attribute, sql=sql, origin=origin, shown_as=shown_as or attribute, seen_by=seen_by, **more
    )


def _inner(attribute: str, sql: str, origin: Origin, **more: Any) -> Column:
    """A column that is no property of what leaves the house."""
    return Column(attribute=attribute, sql=sql, origin=origin, **more)


_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,4})?", re.ASCII)
_AGE_BAND = re.compile(r"\d{1,2}-\d{1,3}|\d{1,3}\+", re.ASCII)
_OF_SPOT: Final[dict[str, Any]] = {"origin": Origin.PLACING, "seen_by": _OFFICIALS, "is_of_spot": True}

# In the order in which properties are shown.
COLUMNS: tuple[Column, ...] = (
    _inner("id", "uuid", Origin.RECEPTION),
    _inner("consultation_id", "bigint", Origin.RECEPTION),
    _added("code", "text", seen_by=_EVERYONE),
    _sent("kind", "text", origin=Origin.ONCE),
    _sent("theme_id", "bigint", shown_as="theme", source="theme__key", empty=None),
    _sent("text", "text", limit=TEXT_MAX, empty=""),
    _sent("language", "text", limit=8, pattern=_LANGUAGE, empty=""),
    _sent("alternative_id", "bigint", shown_as="alternative", source="alternative__key", empty=None),
    # what its kind asks for; sent as properties of their own
    _added("details", "jsonb", origin=Origin.SENDER, seen_by=_EVERYONE, empty={}),
    _sent("responses", "jsonb", name="answers", sent_before="answers", empty={}),
    _sent("place_words", "text", limit=300, is_one_line=True, empty=""),
    _sent("radius_m", "float8", limit=_MAX_M, empty=None, is_of_spot=True),
    _sent("written_at", "timestamptz", origin=Origin.ONCE),
    _added("received_at", "timestamptz", seen_by=_EVERYONE),
    _added("arrival", "text", seen_by=_EVERYONE),
    _added("state", "text"),
    _added("flags", "jsonb", name="concerns", shown_as="concerns", empty=[]),
    _added("submission_id", "bigint", shown_as="submission"),
    _sent("age_band", "text", seen_by=_OFFICIALS, limit=10, pattern=_AGE_BAND, empty=""),
    _sent("accuracy_m", "float8", limit=_MAX_M, empty=None, **_OF_SPOT),
    _sent("placed_by", "text", empty="none", **_OF_SPOT),
    _sent("zoom_at_placing", "float8", limit=24, empty=None, **_OF_SPOT),
    # the Feature's own geometry, which `feature_sql` chooses for each audience
    _inner("geom", "geometry", Origin.SENDER, empty=None),
    _inner("geom_public", "geometry", Origin.LATER, empty=None),
    _inner("contributor_key", "text", Origin.ONCE, sent_as="contributor", empty=None),
    _added("source_id", "text", origin=Origin.FILE),
    _inner("photo_id", "uuid", Origin.LATER, empty=None),
    _inner("photo_x", "float8", Origin.LATER, empty=None),
    _inner("photo_y", "float8", Origin.LATER, empty=None),
    _added("changed_at", "timestamptz", origin=Origin.CHANGE),
    _inner("version", "integer", Origin.RECEPTION),
    _inner("token_hash", "bytea", Origin.HASH, empty=None),
    _inner("body_hash", "bytea", Origin.HASH, empty=None),
)


def of_origin(*origins: Origin) -> tuple[Column, ...]:
    """The columns that come in so, in the table's order."""
    return tuple(column for column in COLUMNS if column.origin in origins)


# What a sender says and may change; what is stored of a new one that is sent, and of one out of a file.
FROM_SENDER = of_origin(Origin.SENDER, Origin.PLACING)
AT_INTAKE = of_origin(Origin.SENDER, Origin.PLACING, Origin.ONCE, Origin.HASH, Origin.RECEPTION)
IN_BULK = of_origin(Origin.SENDER, Origin.PLACING, Origin.ONCE, Origin.FILE, Origin.RECEPTION, Origin.CHANGE)
# Today's name of a property → the one before, which is read as well.
EARLIER_NAMES = {column.sent_as: column.sent_before for column in COLUMNS if column.sent_before}
SENT_AS = {column.sent_as: column for column in COLUMNS if column.sent_as}


def shown_to(audience: Audience) -> dict[str, str]:
    """From property to Django's path of what it shows, for what this audience is the widest to see."""
    return {column.shown_as: column.path for column in COLUMNS if column.seen_by is audience}


def limit(name: str) -> int:
    """The most characters of a property that is sent, or its highest number. KeyError where there is none."""
    most = SENT_AS[name].limit
    if most is None:
        raise KeyError(name)
    return most


def list_of(columns: tuple[Column, ...]) -> str:
    """The database's names, for an INSERT."""
    return ", ".join(column.column for column in columns)


def parameters_of(columns: tuple[Column, ...], *, instead: Mapping[str, str]) -> str:
    """What is put into them, as SQL in the same order; `instead` by attribute, where it is no parameter."""
    return ", ".join(instead.get(column.attribute, column.parameter) for column in columns)


def emptied() -> Iterator[tuple[str, Any]]:
    """(attribute, value) of what an erasure leaves."""
    return ((column.attribute, column.empty) for column in COLUMNS if column.empty is not STAYS)


@dataclass(frozen=True, kw_only=True)
class SenderFields:
    """What a sender says and may change, as Python holds it: `FROM_SENDER` with its types, EPSG:4326."""

    geom: GEOSGeometry | None = None
    place_words: str = ""
    accuracy_m: float | None = None
    placed_by: str = "map"
    zoom_at_placing: float | None = None
    radius_m: float | None = None
    text: str = ""
    language: str = ""
    responses: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    theme_id: int | None = None
    alternative_id: int | None = None
    age_band: str = ""

    def values(self) -> dict[str, Any]:
        """By attribute."""
        return {each.name: getattr(self, each.name) for each in _SENDER_FIELDS}

    def parameters(self) -> dict[str, Any]:
        """By attribute, as statements take them."""
        return {
            column.attribute: column.as_parameter(getattr(self, column.attribute)) for column in FROM_SENDER
        }


_SENDER_FIELDS = fields(SenderFields)
