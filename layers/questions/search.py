"""The question of what is called like this: addresses, streets and named places by what somebody types.

First the names whose words begin as the words typed do; where these are few, those that are spelled alike,
by their trigrams. A house number is never guessed: it is looked for in the streets that are spelled alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from layers.models import SearchEntry

MOST = 8
# Rows that are read for each question: some are the same thing, known from two layers.
_READ = 3 * MOST
_MOST_WORDS = 8
# From so few upwards, likeness has nothing to add but noise.
_ENOUGH = 3
# Share of the typed trigrams that a stretch of the name has: two letters turned round in a word of eight.
_ALIKE = 0.35
# Beside names that begin as they were typed: å for a, one letter in a long word.
_VERY_ALIKE = 0.6
_INSIDE_COUNTS = 0.15
# In so many streets that are spelled alike a house number is looked for.
_STREETS = 6
_SAME_WITHIN_M = 500.0
_DEGREE_M = 111_195.0


@dataclass(frozen=True, kw_only=True)
class NameHit:
    """A name with a point on what bears it. `extent_m`: to its farthest part; None where only a point is
    known. `within`: what tells two of one name apart, as far as the layer says."""

    id: int
    kind: str
    name: str
    within: str
    lon: float
    lat: float
    extent_m: float | None
    is_inside: bool
    key: str

    @property
    def position(self) -> tuple[float, float]:
        return self.lon, self.lat


@dataclass(frozen=True, kw_only=True)
class Where:
    """Which editions are searched; what lies inside the area comes first, then what is near the point."""

    editions: Sequence[int]
    area: GEOSGeometry | None = None
    near: tuple[float, float] | None = None


_COLUMNS = """entry.id, entry.kind, entry.name, entry.within, ST_X(entry.geom), ST_Y(entry.geom),
    entry.extent_m, is_inside, entry.key"""
_FROM = """FROM layers_searchentry AS entry, LATERAL (SELECT coalesce(
    ST_Intersects(%(area)s::geometry, entry.geom), true) AS is_inside) AS inside"""
_DISTANCE = "coalesce(entry.geom <-> ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), 0)"
# The name with the least that was not typed; so is 2 before 12 in one street.
_SHORTEST = "length(entry.key), entry.key, entry.id"
_ADDRESSES, _OTHERS = "entry.kind = 'address'", "entry.kind <> 'address'"


def search(text: str, *, where: Where) -> list[NameHit]:
    """At most MOST names, the likeliest first; none for a text without letters and figures."""
    with transaction.atomic(), connection.cursor() as cursor:
        words = _words(cursor, text)
        if not words or not where.editions:
            return []
        hits = _beginning(cursor, words, where=where)
        if len(hits) < _ENOUGH:
            hits += _alike(cursor, words, where=where, share=_VERY_ALIKE if hits else _ALIKE)
    return _distinct(hits)[:MOST]


def entry_hit(entry: SearchEntry) -> NameHit:
    """An entry that has been chosen from a list."""
    return NameHit(
        id=entry.pk,
        kind=entry.kind,
        name=entry.name,
        within=entry.within,
        lon=entry.geom.x,
        lat=entry.geom.y,
        extent_m=entry.extent_m,
        is_inside=True,
        key=entry.key,
    )


def _words(cursor: CursorWrapper, text: str) -> list[str]:
    cursor.execute("SELECT layers_search_key(%s)", [text])
    key: str = cursor.fetchone()[0]
    return list(dict.fromkeys(key.split()))[:_MOST_WORDS]


def _beginning(cursor: CursorWrapper, words: list[str], *, where: Where) -> list[NameHit]:
    """Names with a word that begins like each of those typed: streets and places, then house numbers."""
    hits: list[NameHit] = []
    for kind in (_OTHERS, _ADDRESSES):
        if len(hits) < MOST:
            hits += _of_kind(cursor, words, kind=kind, where=where)
    return hits


def _of_kind(cursor: CursorWrapper, words: list[str], *, kind: str, where: Where) -> list[NameHit]:
    begins = {f"begins_{n}": f"% {word}%" for n, word in enumerate(words)}
    whole = {f"whole_{n}": f"% {word} %" for n, word in enumerate(words)}
    each_begins = " AND ".join(f"entry.key LIKE %({name})s" for name in begins)
    n_whole = " + ".join(f"(entry.key LIKE %({name})s)::int" for name in whole)
    cursor.execute(
        f"""
        SELECT {_COLUMNS} {_FROM}
        WHERE entry.version_id = ANY(%(editions)s) AND {kind} AND {each_begins}
        ORDER BY is_inside DESC, {n_whole} DESC, entry.key LIKE %(first)s DESC, {_DISTANCE}, {_SHORTEST}
        LIMIT {_READ}
        """,
        {**_values(where), **begins, **whole, "first": f" {words[0]}%"},
    )
    return _hits(cursor)


def _alike(cursor: CursorWrapper, words: list[str], *, where: Where, share: float) -> list[NameHit]:
    """Names of streets and places that are spelled like the words, or the house numbers in those streets."""
    letters = " ".join(word for word in words if not _has_figure(word))
    if not letters:
        return []
    cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(share)])
    cursor.execute(
        f"""
        SELECT {_COLUMNS} {_FROM}
        WHERE entry.version_id = ANY(%(editions)s) AND {_OTHERS} AND %(letters)s <%% entry.key
        ORDER BY word_similarity(%(letters)s, entry.key) + similarity(%(letters)s, entry.key)
            + CASE WHEN is_inside THEN {_INSIDE_COUNTS} ELSE 0 END DESC, {_DISTANCE}, {_SHORTEST}
        LIMIT {_READ}
        """,
        {**_values(where), "letters": letters},
    )
    hits = _hits(cursor)
    number = next((word for word in words if _has_figure(word)), "")
    return (number and hits and _numbered(cursor, hits, number=number, where=where)) or hits


def _numbered(cursor: CursorWrapper, streets: list[NameHit], *, number: str, where: Where) -> list[NameHit]:
    """House numbers that begin like this, in the streets that are likest, street by street."""
    keys = list(dict.fromkeys(street.key for street in streets))[:_STREETS]
    begins = {f"begins_{n}": f"{key}{number}%" for n, key in enumerate(keys)}
    in_one = " OR ".join(f"entry.key LIKE %({name})s" for name in begins)
    cursor.execute(
        f"""
        SELECT {_COLUMNS} {_FROM}
        WHERE entry.version_id = ANY(%(editions)s) AND {_ADDRESSES} AND ({in_one})
        ORDER BY is_inside DESC, entry.key LIKE %(whole)s DESC, {_DISTANCE}, {_SHORTEST}
        LIMIT {_READ}
        """,
        {**_values(where), **begins, "whole": f"% {number} %"},
    )
    hits = _hits(cursor)
    return sorted(hits, key=lambda hit: next(n for n, key in enumerate(keys) if hit.key.startswith(key)))


def _values(where: Where) -> dict[str, Any]:
    lon, lat = where.near or (None, None)
    area = None if where.area is None else where.area.hexewkb.decode()
    return {"editions": list(where.editions), "area": area, "lon": lon, "lat": lat}


def _hits(cursor: CursorWrapper) -> list[NameHit]:
    return [
        NameHit(
            id=row[0],
            kind=row[1],
            name=row[2],
            within=row[3],
            lon=row[4],
            lat=row[5],
            extent_m=row[6],
            is_inside=row[7],
            key=row[8],
        )
        for row in cursor.fetchall()
    ]


def _has_figure(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _distinct(hits: Iterable[NameHit]) -> list[NameHit]:
    """A street that two layers know is one; the one that knows more of it stands for both."""
    distinct: list[NameHit] = []
    for hit in hits:
        index = next((n for n, other in enumerate(distinct) if _is_same(hit, other)), None)
        if index is None:
            distinct.append(hit)
        else:
            less, more = sorted((hit, distinct[index]), key=lambda hit: hit.extent_m or 0.0)
            distinct[index] = replace(more, within=more.within or less.within)
    return distinct


def _is_same(hit: NameHit, other: NameHit) -> bool:
    if hit.id == other.id:
        return True
    if (hit.kind, hit.name.casefold()) != (other.kind, other.name.casefold()):
        return False
    reach_m = max(_SAME_WITHIN_M, hit.extent_m or 0.0, other.extent_m or 0.0)
    return _distance_m(hit.position, other.position) <= reach_m


def _distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = (a[0] - b[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return math.hypot(east, a[1] - b[1]) * _DEGREE_M
