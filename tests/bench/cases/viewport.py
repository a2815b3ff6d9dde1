"""About 1,000 of 100,000 pins in view, as GeoJSON over HTTP, against the same built in bare SQL."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg

from mapdialog.dialogue.models import Consultation
from tests.bench import shapes
from tests.bench.client import Browser
from tests.bench.measurement import Measurement, Target, against, by_turns
from tests.bench.world import HUGE_PINS, LARGE_PINS, World

REFERENCE = "SQL-built"
WANTED = 1_000
AT_ONCE = 3
# The same properties, without order, count or limit.
_BARE = """
SELECT concat('{"type":"FeatureCollection","features":[', string_agg(concat(
    '{"type":"Feature","id":"', c.id, '","geometry":', ST_AsGeoJSON(c.geom_public, 7), ',"properties":',
    (SELECT row_to_json(properties) FROM (SELECT c.code, c.kind, t.key AS theme, c.text, c.language,
        a.key AS alternative, c.details, c.answers AS responses, c.place_words, c.radius_m, c.written_at,
        c.received_at, c.arrival) AS properties),
    '}'), ','), ']}')
FROM contributions_contribution AS c
LEFT JOIN dialogue_theme AS t ON t.id = c.theme_id
LEFT JOIN dialogue_alternative AS a ON a.id = c.alternative_id
WHERE c.consultation_id = %(consultation)s AND c.state = 'published'
  AND c.geom_public && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
"""
_COUNT = """
SELECT count(*) FROM contributions_contribution
WHERE consultation_id = %(consultation)s
  AND geom_public && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
"""


def measure(world: World, *, full: bool) -> Iterator[Measurement]:
    yield from _view(world, name="viewport", consultation=world.consultation("large", pins=LARGE_PINS))
    if full:
        huge = world.consultation("huge", pins=HUGE_PINS)
        yield from _view(world, name="viewport-1M", consultation=huge)


def _view(world: World, *, name: str, consultation: Consultation) -> Iterator[Measurement]:
    database = world.database()
    view, pins = _box_with(database, consultation=consultation)
    browser = Browser(world.web.port)
    sides = "{west},{south},{east},{north}".format(**view)
    path = f"/api/v1/consultations/{consultation.slug}/contributions?bbox={sides}&limit=10000"
    first = browser.get(path)
    again = {"If-None-Match": first.headers["ETag"]}

    def bare() -> float:
        started = time.perf_counter()
        for _ in range(AT_ONCE):
            database.execute(_BARE, view).fetchone()
        return (time.perf_counter() - started) / AT_ONCE

    def ours(expect: int = 200, **headers: str) -> float:
        wire_headers = {key.replace("_", "-"): value for key, value in headers.items()}
        return (
            sum(browser.get(path, expect=expect, headers=wire_headers).seconds for _ in range(AT_ONCE))
            / AT_ONCE
        )

    world.web.forget_peak()
    repeats = {
        "ours": ours,
        REFERENCE: bare,
        "packed": lambda: ours(Accept_Encoding="gzip"),
        "again": lambda: ours(304, **again),
    }
    figures = by_turns(repeats, repeats=15, warm_up=3)
    note = f"{pins:,} pins, {len(first.body) / 1e3:.0f} kB; ours is a whole HTTP request, ordered and counted"
    yield from _measurements(figures, name=name, note=note, peak_mb=world.web.peak_mb())


def _measurements(
    figures: dict[str, list[float]], *, name: str, note: str, peak_mb: float
) -> Iterator[Measurement]:
    """The view, the view packed, and the view asked for again, each beside the reference."""
    twice = Target("at most twice the SQL-built answer", 2)
    for called, own, target, about in (
        (name, "ours", twice, note),
        (f"{name}-gzip", "packed", twice, "the same, compressed for the network"),
        (f"{name}-again", "again", None, "a repeat view: a 304 without a body"),
    ):
        yield against(
            {"ours": figures[own], REFERENCE: figures[REFERENCE]},
            name=called,
            unit="ms",
            scale=1_000,
            reference=REFERENCE,
            target=target,
            peak_memory_mb=peak_mb,
            note=about,
        )


def _box_with(database: psycopg.Connection, *, consultation: Consultation) -> tuple[dict[str, float], int]:
    """The box around the middle that holds about WANTED pins, and how many it holds."""
    lon, lat = (shapes.WEST + shapes.EAST) / 2, (shapes.SOUTH + shapes.NORTH) / 2
    low, high = 0.0, 0.5
    view: dict[str, float] = {}
    n = 0
    for _ in range(30):
        part = (low + high) / 2
        width, height = part * (shapes.EAST - shapes.WEST), part * (shapes.NORTH - shapes.SOUTH)
        sides = {"west": lon - width, "south": lat - height, "east": lon + width, "north": lat + height}
        view = {name: round(side, 7) for name, side in sides.items()} | {"consultation": consultation.pk}
        n = database.execute(_COUNT, view).fetchone()[0]
        if abs(n - WANTED) < WANTED / 50:
            break
        low, high = (part, high) if n < WANTED else (low, part)
    return view, n
