"""A scan of a city, against one that goes circle by circle; and the replicates that give its p."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from mapdialog.analysis.null import SpotsWorld
from mapdialog.analysis.scan import Scanner
from tests.analysis.brute_force import brute_force
from tests.bench.measurement import Measurement, Target, against, by_turns
from tests.calibration.towns import ground_and_shares
from tests.calibration.trial import RADII_M, SCAN

REFERENCE = "circle by circle"
REPLICATES = 999


def measure(*, full: bool) -> Iterator[Measurement]:
    spots = 5_572 if full else 1_000
    ground, shares = ground_and_shares("Washington")
    share = shares["population"]
    scanner = Scanner.of(share, is_land=ground.is_land, cell_m=100.0, parameters=SCAN)
    anchors = np.ones(spots, dtype=np.int64)
    habits = {"anchors": anchors, "copying": 0.02, "link_m": 500.0, "unevenness": 0.2, "reach_m": 500.0}
    world = SpotsWorld(ground=ground, share=share, **habits)
    drawn = world.draw(np.random.default_rng(1))
    limits = {"radii_m": RADII_M, "least_people": 5, "largest_share": 0.25}

    def slow() -> None:
        brute_force(drawn.cell, share=share, is_land=ground.is_land, cell_m=100.0, **limits)

    def replicates() -> None:
        for number in range(REPLICATES):
            scanner.greatest(world.draw(np.random.default_rng(number)))

    figures = by_turns({"ours": _timed(lambda: scanner.greatest(drawn)), REFERENCE: _timed(slow)}, repeats=3)
    target = Target("at most 60 ms", 60, of="value")
    note = f"{spots:,} spots, {share.size:,} cells, nine radii"
    yield against(figures, name="scan", unit="ms", scale=1_000, reference=REFERENCE, target=target, note=note)
    figures = by_turns({"ours": _timed(replicates)}, repeats=1, warm_up=0)
    target = Target("at most 30 s", 30, of="value")
    yield against(
        figures, name="scan-replicates", unit="s", reference=None, target=target, note=f"{REPLICATES} of them"
    )


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def repeat() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return repeat
