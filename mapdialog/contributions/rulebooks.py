"""What a consultation asks for and allows: read in one query, and remembered for as long as it holds.

Each process remembers the rulebooks of the consultations it takes contributions for. Whether one is still
current is asked by the statement that stores a contribution, which names its version (see `intake.receive`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from layers.days import day_in
from mapdialog.contributions import prepared
from mapdialog.dialogue.models import Alternative, Consultation, Question, Reader, Theme

_COLUMNS = (
    "id", "slug", "status", "opens_at", "closes_at", "grace", "boundary_layer_id", "moderation",
    "address_limit", "languages", "rules_version",
)  # fmt: skip
_LOOKED_UP = ("zone", "theme_rows", "alternative_rows", "question_rows")
_REMEMBERED = 64
_ANY_SLUG = "<slug>"  # no slug looks like this


_rulebooks: dict[str, Rulebook] = {}


class NoConsultationError(LookupError):
    """There is no such consultation for this reader."""


@dataclass(frozen=True, kw_only=True)
class RulebookQuestion:
    """A question of the consultation. `values` leads from a choice as text to its value (none: free text).

    `kinds` of contributions it is asked with; empty: with all.
    """

    kind: str
    values: Mapping[str, str | int]
    required: bool
    kinds: tuple[str, ...]

    def applies_to(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """`themes` and `alternatives` lead from key to id, `theme_words` from key to its names."""

    id: int
    slug: str
    status: str
    opens_at: dt.datetime  # as clocks in the municipality show it
    closes_at: dt.datetime | None
    grace: dt.timedelta
    boundary_layer_id: int | None
    moderation: str
    address_limit: int
    languages: Sequence[str]
    time_zone: ZoneInfo
    themes: Mapping[str, int]
    alternatives: Mapping[str, int]
    alternative_layers: tuple[int, ...]
    questions: Mapping[str, RulebookQuestion]
    rules_version: int
    theme_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def hit_layers(self) -> list[int]:
        """The layers in which a contribution's hits are looked up: the boundary set and every plan."""
        boundary = [] if self.boundary_layer_id is None else [self.boundary_layer_id]
        return [*boundary, *dict.fromkeys(self.alternative_layers)]

    def day(self, at: dt.datetime) -> dt.date:
        """The day it is in the municipality."""
        return day_in(self.time_zone, at=at)


def remembered(slug: str) -> Rulebook:
    """The rulebook for everyone, as this process read it last: it may have changed since.

    No query, or one. Raises NoConsultationError.
    """
    return _rulebooks.get(slug) or read(slug)


def read(slug: str, *, reader: Reader | None = None) -> Rulebook:
    """The rulebook of a consultation that the reader (None: everyone) may see. One query.

    Raises NoConsultationError.
    """
    if reader is None or not reader.is_authenticated:
        _rulebooks.pop(slug, None)
        rulebook = _read(slug, *_public_statement())
        if len(_rulebooks) >= _REMEMBERED:
            _rulebooks.clear()
        _rulebooks[slug] = rulebook
        return rulebook
    return _read(slug, *_statement(Consultation.objects.visible_to(reader)))


def read_any(slug: str) -> Rulebook:
    """The same for commands and moderation, drafts included. Raises NoConsultationError."""
    return _read(slug, *_statement(Consultation.objects.all()))


def keep_rulebook(consultation_id: int) -> None:
    """Keeps a consultation's rulebook as it is until the transaction ends.

    The first statement of whatever changes a contribution: a change of the rulebook, which changes them all,
    takes the consultation first too, so that neither waits for the other for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM dialogue_consultation WHERE id = %s FOR SHARE", [consultation_id])


def _read(slug: str, sql: str, parameters: tuple[Any, ...]) -> Rulebook:
    with prepared.cursor() as cursor:
        cursor.execute(sql, [slug if value == _ANY_SLUG else value for value in parameters])
        row = cursor.fetchone()
    if row is None:
        raise NoConsultationError(slug)
    return _rulebook(tuple(tuple(value) if isinstance(value, list) else value for value in row))


@cache
def _public_statement() -> tuple[str, tuple[Any, ...]]:
    """Made once, for every resident's contribution: making it costs five times as long as running it."""
    return _statement(Consultation.objects.visible_to(AnonymousUser()))


def _statement(shown: QuerySet[Consultation]) -> tuple[str, tuple[Any, ...]]:
    sql, parameters = _rows(shown).filter(slug=_ANY_SLUG).query.sql_with_params()
    return sql, tuple(parameters)


def _rows(consultations: QuerySet[Consultation]) -> QuerySet[Consultation, dict[str, Any]]:
    def rows_of(model: type[Theme] | type[Alternative] | type[Question], **fields: str) -> ArraySubquery:
        rows = model._default_manager.filter(consultation=OuterRef("pk")).order_by("pk")
        return ArraySubquery(rows.values(row=JSONObject(**fields)))

    rows: QuerySet[Consultation, dict[str, Any]] = consultations.order_by().values(
        *_COLUMNS,
        zone=F("municipality__time_zone"),
        theme_rows=rows_of(Theme, id="id", key="key", name="name"),
        alternative_rows=rows_of(Alternative, id="id", key="key", layer="layer_id"),
        question_rows=rows_of(
            Question, key="key", kind="kind", options="options", required="required", applies_to="applies_to"
        ),
    )
    return rows


@lru_cache(_REMEMBERED)
def _rulebook(values: tuple[Any, ...]) -> Rulebook:
    """The same row is the same rulebook: read for every contribution, it is taken apart once."""
    row = dict(zip((*_COLUMNS, *_LOOKED_UP), values, strict=True))
    # a bare cursor hands out JSON as text
    themes, alternatives, questions = (
        [json.loads(text) for text in row[f"{name}_rows"]] for name in ("theme", "alternative", "question")
    )
    zone = ZoneInfo(row["zone"])
    for name in ("opens_at", "closes_at"):
        row[name] = row[name] and row[name].astimezone(zone)
    return Rulebook(
        **{name: row[name] for name in _COLUMNS},
        time_zone=zone,
        themes={theme["key"]: theme["id"] for theme in themes},
        theme_words={theme["key"]: tuple(theme["name"].values()) for theme in themes},
        alternatives={alternative["key"]: alternative["id"] for alternative in alternatives},
        alternative_layers=tuple(alternative["layer"] for alternative in alternatives),
        questions={question["key"]: _question(question) for question in questions},
    )


def _question(question: Mapping[str, Any]) -> RulebookQuestion:
    return RulebookQuestion(
        kind=question["kind"],
        values={str(option["value"]): option["value"] for option in question["options"]},
        required=question["required"],
        kinds=tuple(question["applies_to"]),
    )
