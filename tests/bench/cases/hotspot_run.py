"""A whole hotspot run: read, committees, clusters, density, chance, write. Nobody else has one."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.utils import timezone

from mapdialog.analysis.parameters import HotspotParameters
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots import density
from mapdialog.hotspots.run import boundaries, calculate
from tests.bench.contestant import Contestant, alone
from tests.bench.measurement import Measurement, Repeat, Target
from tests.bench.world import HUGE_PINS, SMALL_PINS, World

_SMALL = Target("at most 2 s for 15,000 pins", 2, of="value")
_HUGE = Target("at most 20 s and 2 GB for a million pins", 20, of="value")


def measure(world: World, *, full: bool) -> Iterator[Measurement]:
    sizes = {"hotspot-run": ("small", SMALL_PINS, _SMALL, 5)}
    if full:
        sizes["hotspot-run-1M"] = ("huge", HUGE_PINS, _HUGE, 2)
    for name, (slug, pins, target, repeats) in sizes.items():
        world.consultation(slug, pins=pins)
        with Contestant(f"{__name__}:ours", with_django=True, slug=slug, pins=pins) as contestant:
            note = f"{pins:,} pins, 50 committees, the heat's squares counted anew too"
            yield alone(contestant, name=name, repeats=repeats, target=target, note=note)


def ours(*, slug: str, pins: int) -> Repeat:
    def repeat() -> float:
        started = time.perf_counter()
        consultation = Consultation.objects.select_related("municipality", "boundary_layer").get(slug=slug)
        at = timezone.now()
        outcome = calculate(
            consultation,
            at=at,
            on=at.date(),
            boundary=boundaries(consultation, on=at.date()),
            parameters=HotspotParameters(metric_srid=consultation.municipality.metric_srid),
        )
        density.refresh(consultation, at=at)
        seconds = time.perf_counter() - started
        assert outcome.run.n == pins
        return seconds

    return repeat
