"""A million pins to 500 areas, against geopandas.sjoin."""

from __future__ import annotations

import time
from collections.abc import Iterator

import geopandas as gpd

from mapdialog.analysis.areas import assign_areas
from tests.bench import shapes
from tests.bench.contestant import Contestant
from tests.bench.measurement import Measurement, Repeat, Target, against, by_turns

NAME = "assignment"
REFERENCE = "geopandas.sjoin"
PINS = 1_000_000


def measure(*, full: bool) -> Iterator[Measurement]:
    ours, theirs = f"{__name__}:ours", f"{__name__}:sjoin"
    with Contestant(ours, n=PINS) as mine, Contestant(theirs, n=PINS) as other:
        figures = by_turns({"ours": mine.once, REFERENCE: other.once}, repeats=5)
        note = f"1M pins, 500 areas of 200 vertices, one thread; {REFERENCE}: {other.peak_mb:.0f} MB"
        yield against(
            figures,
            name=NAME,
            unit="s",
            reference=REFERENCE,
            target=Target("at most a third of sjoin's time", 1 / 3),
            peak_memory_mb=mine.peak_mb,
            note=note,
        )


def ours(*, n: int) -> Repeat:
    pins, areas = shapes.pins(n), _areas()

    def repeat() -> float:
        started = time.perf_counter()
        assigned = assign_areas(pins, areas=areas)
        seconds = time.perf_counter() - started
        assert assigned.notna().all()
        return seconds

    return repeat


def sjoin(*, n: int) -> Repeat:
    pins, areas = shapes.pins(n), _areas()

    def repeat() -> float:
        started = time.perf_counter()
        joined = gpd.sjoin(pins, areas, how="left", predicate="intersects")
        seconds = time.perf_counter() - started
        assert joined["code"].notna().all()
        return seconds

    return repeat


def _areas() -> gpd.GeoDataFrame:
    return shapes.jagged_areas(columns=25, rows=20, vertices=200)
