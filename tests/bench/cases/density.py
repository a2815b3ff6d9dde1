"""A heat tile over HTTP: far out from stored squares, close in counted on the spot."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from mapdialog.hotspots import density
from tests.bench.cases.tile import _tile_in_the_middle
from tests.bench.client import Browser
from tests.bench.measurement import Measurement, Target, against, by_turns
from tests.bench.world import HUGE_PINS, LARGE_PINS, World

_TARGET = Target("at most 40 ms, and 5 kB", 40, of="value")


def measure(world: World, *, full: bool) -> Iterator[Measurement]:
    slug, pins = ("huge", HUGE_PINS) if full else ("large", LARGE_PINS)
    consultation = world.consultation(slug, pins=pins)
    density.refresh(consultation, at=timezone.now())
    world.database().execute("VACUUM ANALYZE hotspots_densitycell")
    browser = Browser(world.web.port)
    for name, zoom in (("density", 9), ("density-near", 15)):
        path = "/tiles/density/{slug}/{z}/{x}/{y}".format(slug=slug, **_tile_in_the_middle(zoom))
        world.web.forget_peak()
        figures = by_turns({"ours": lambda path=path: browser.get(path).seconds}, repeats=30, warm_up=3)
        yield against(
            figures,
            name=name,
            unit="ms",
            scale=1_000,
            reference=None,
            target=_TARGET,
            peak_memory_mb=world.web.peak_mb(),
            note=f"zoom {zoom} over {pins:,} pins, {len(browser.get(path).body):,} bytes",
        )
