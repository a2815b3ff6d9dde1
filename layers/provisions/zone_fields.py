"""A plan's fields and what its provisions say of each: the text as decided, and the line in plain language.

A field (`B1`) is what a plan's provisions are written for; all zones of an edition that have the name share
its texts. Nothing is ever guessed: a field without a text has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from layers.models import Edition, Zone
from layers.natural_order import natural_sql


@dataclass(frozen=True, kw_only=True)
class Provision:
    """The text as decided, and the line in plain language by language; empty where there is none."""

    legal_text: str = ""
    plain: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.legal_text or self.plain)


@dataclass(frozen=True, kw_only=True)
class ZoneField:
    """A field of a plan. `differs`: its zones came with different texts, of which one is shown here."""

    name: str
    codes: tuple[str, ...]
    zones: int
    provision: Provision
    differs: bool


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many fields an edition has, how many of them lack a text, and how many zones have no field name."""

    fields: int
    without_plain: int
    without_legal: int
    zones_without_field: int


_FIELDS = f"""
SELECT field, array_agg(DISTINCT code ORDER BY code), count(*),
    (array_agg(legal_text ORDER BY legal_text = '', id))[1],
    (array_agg(provision ORDER BY provision = '{{}}', id))[1],
    count(DISTINCT (legal_text, provision)) > 1
FROM layers_zone
WHERE version_id = %(edition)s AND field <> ''
    AND (%(search)s = '' OR strpos(lower(field), %(search)s) > 0 OR strpos(lower(code), %(search)s) > 0)
GROUP BY field
HAVING NOT %(missing)s OR bool_and(provision = '{{}}' OR legal_text = '')
ORDER BY {natural_sql("field")}, field
"""  # noqa: S608 (our own text)


def zone_fields_of(edition: Edition, *, search: str = "", missing: bool = False) -> list[ZoneField]:
    """The fields of an edition, B2 before B10. `search`: part of a name or code; `missing`: a text is."""
    values: dict[str, int | str | bool] = {
        "edition": edition.pk,
        "search": search.strip().lower(),
        "missing": missing,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIELDS, values)
        return [
            ZoneField(
                name=name,
                codes=tuple(codes),
                zones=zones,
                provision=Provision(legal_text=legal_text, plain=json.loads(plain)),
                differs=differs,
            )
            for name, codes, zones, legal_text, plain, differs in cursor.fetchall()
        ]


def zone_field_of(edition: Edition, *, name: str) -> ZoneField | None:
    """One field by its exact name."""
    return next(
        (zone_field for zone_field in zone_fields_of(edition, search=name) if zone_field.name == name), None
    )


def hectares(edition: Edition, *, names: Iterable[str]) -> dict[str, float]:
    """The ground that each of these fields covers, on the ellipsoid. Zones over each other count each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT field, sum(ST_Area(geom::geography)) / 10000 FROM layers_zone"
            " WHERE version_id = %s AND field = ANY(%s) GROUP BY field",
            [edition.pk, list(names)],
        )
        return dict(cursor.fetchall())


def counts(edition: Edition) -> Counts:
    """How far the writing has come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE no_plain), count(*) FILTER (WHERE no_legal) FROM ("
            " SELECT bool_and(provision = '{}') AS no_plain, bool_and(legal_text = '') AS no_legal"
            " FROM layers_zone WHERE version_id = %s AND field <> '' GROUP BY field) AS fields",
            [edition.pk],
        )
        fields, without_plain, without_legal = cursor.fetchone()
    return Counts(
        fields=fields,
        without_plain=without_plain,
        without_legal=without_legal,
        zones_without_field=Zone.objects.filter(edition=edition, field="").count(),
    )


def without_plain(editions: Iterable[int]) -> dict[int, int]:
    """Edition id → how many of its fields have no plain line; only editions that have such fields."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version_id, count(*) FROM ("
            " SELECT version_id FROM layers_zone WHERE version_id = ANY(%s) AND field <> ''"
            " GROUP BY version_id, field HAVING bool_and(provision = '{}')) AS fields GROUP BY version_id",
            [list(editions)],
        )
        return dict(cursor.fetchall())
