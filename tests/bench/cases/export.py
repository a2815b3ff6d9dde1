"""Every contribution as GeoJSON over HTTP, against COPY of ST_AsGeoJSON(row)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from tests.bench.client import Browser
from tests.bench.measurement import Measurement, Target, against, by_turns
from tests.bench.world import HUGE_PINS, LARGE_PINS, World

REFERENCE = "COPY ST_AsGeoJSON(row)"
# What everyone may see of a contribution, without committee and zones.
_BARE = """
COPY (
    SELECT ST_AsGeoJSON(f.*, 'geom_public', 7) FROM (
        SELECT c.id, c.geom_public, c.code, c.kind, t.key AS theme, c.text, c.language, a.key AS alternative,
            c.details, c.answers AS responses, c.place_words, c.radius_m, c.written_at, c.received_at,
            c.arrival
        FROM contributions_contribution AS c
        LEFT JOIN dialogue_theme AS t ON t.id = c.theme_id
        LEFT JOIN dialogue_alternative AS a ON a.id = c.alternative_id
        WHERE c.consultation_id = %(consultation)s AND c.state = 'published'
    ) AS f
) TO STDOUT WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')
"""


def measure(world: World, *, full: bool) -> Iterator[Measurement]:
    slug, pins = ("huge", HUGE_PINS) if full else ("large", LARGE_PINS)
    consultation = world.consultation(slug, pins=pins)
    database, browser = world.database(), Browser(world.web.port)
    path = f"/api/v1/consultations/{slug}/export.geojson"
    first_bytes: list[float] = []
    sizes: set[int] = set()

    def ours() -> float:
        answer = browser.get(path)
        first_bytes.append(answer.first_byte_seconds)
        sizes.add(len(answer.body))
        return answer.seconds

    def bare() -> float:
        started = time.perf_counter()
        with database.cursor() as cursor, cursor.copy(_BARE, {"consultation": consultation.pk}) as copy:
            for _chunk in copy:
                pass
        return time.perf_counter() - started

    world.web.forget_peak()
    figures = by_turns({"ours": ours, REFERENCE: bare}, repeats=3 if full else 5)
    yield against(
        figures,
        name="export",
        unit="s",
        reference=REFERENCE,
        target=Target("at most 1.3 times the COPY, memory flat, first byte within 100 ms", 1.3),
        peak_memory_mb=world.web.peak_mb(),
        note=f"{pins:,} contributions, {max(sizes) / 1e6:.0f} MB, first byte after "
        f"{median(first_bytes) * 1000:.0f} ms; ours tells committee and zones of each besides",
    )
