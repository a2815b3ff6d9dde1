"""A vector tile of a plan over HTTP, against a bare ST_AsMVT asked over a database connection."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import psycopg

from tests.bench import shapes
from tests.bench.client import Browser
from tests.bench.measurement import Measurement, Repeat, Target, against, by_turns
from tests.bench.world import World

REFERENCE = "ST_AsMVT in SQL"
AT_ONCE = 5
# What a tile of a plan needs at the least: the same columns, the stored EPSG:3857 shapes, the index.
_BARE = """
SELECT ST_AsMVT(tile, 'zoning', 4096, 'geom', 'id') FROM (
    SELECT id, code, name, field, vertical_level,
        ST_AsMVTGeom(geom_3857, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM layers_zone
    WHERE version_id = %(version)s
      AND geom_3857 && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096)
) AS tile
"""


def measure(world: World, *, full: bool) -> Iterator[Measurement]:
    database = world.database()
    with database.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE layers_zone")
    for name, zoom in (("tile", 14), ("tile-far", 11)):
        yield from _tile(world, database, name=name, zoom=zoom)


def _tile(world: World, database: psycopg.Connection, *, name: str, zoom: int) -> Iterator[Measurement]:
    """One tile, made anew and from memory, each beside the bare SQL."""
    where = {"version": world.zones.pk, **_tile_in_the_middle(zoom)}
    path = "/tiles/layers/{version}/{z}/{x}/{y}.mvt".format(**where)
    made, kept = Browser(world.forgetful_web.port), Browser(world.web.port)

    def bare() -> float:
        started = time.perf_counter()
        for _ in range(AT_ONCE):
            database.execute(_BARE, where, binary=True).fetchone()
        return (time.perf_counter() - started) / AT_ONCE

    world.forgetful_web.forget_peak()
    repeats = {"ours": _asked(made, path), "kept": _asked(kept, path), REFERENCE: bare}
    figures = by_turns(repeats, repeats=15, warm_up=3)
    ours, theirs = len(made.get(path).body), len(database.execute(_BARE, where, binary=True).fetchone()[0])
    target = Target("at most 1.2 times the bare SQL", 1.2)
    anew = (
        f"zoom {zoom} over 10,000 zones of 190 vertices, {ours:,} bytes (bare: {theirs:,}); "
        "ours is a whole HTTP request, and the tile is made for each"
    )
    again = "the same, from the memory of a web process that made it before"
    for called, own, web, note in (
        (name, "ours", world.forgetful_web, anew),
        (f"{name}-again", "kept", world.web, again),
    ):
        yield against(
            {"ours": figures[own], REFERENCE: figures[REFERENCE]},
            name=called,
            unit="ms",
            scale=1_000,
            reference=REFERENCE,
            target=target,
            peak_memory_mb=web.peak_mb(),
            note=note,
        )


def _asked(browser: Browser, path: str) -> Repeat:
    return lambda: sum(browser.get(path).seconds for _ in range(AT_ONCE)) / AT_ONCE


def _tile_in_the_middle(zoom: int) -> dict[str, int]:
    lon, lat = (shapes.WEST + shapes.EAST) / 2, (shapes.SOUTH + shapes.NORTH) / 2
    x = int((lon + 180) / 360 * 2**zoom)
    y = int((0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)) * 2**zoom)
    return {"z": zoom, "x": x, "y": y}
