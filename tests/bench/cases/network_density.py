"""Density along the streets of a city: streets joined, pins brought to them, and the kernel let run."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import shapely

from mapdialog.analysis.network_density import NetworkParameters, network_density
from mapdialog.analysis.streets import nearest_street, network_of
from tests.bench.contestant import Contestant, alone
from tests.bench.measurement import Measurement, Repeat, Target

AVENUES = 100  # and as many streets: 19,800 from corner to corner
BLOCK_M = 100.0
PARAMETERS = NetworkParameters(bandwidth_m=200.0, lixel_m=25.0)


def measure(*, full: bool) -> Iterator[Measurement]:
    n, seconds = (1_000_000, 60) if full else (15_000, 5)
    target = Target(f"at most {seconds} s, and at most 1 GB for a million pins", seconds, of="value")
    note = f"{2 * AVENUES * (AVENUES - 1):,} streets, {n:,} pins, 200 m, parts of 25 m"
    with Contestant(f"{__name__}:ours", n=n) as contestant:
        yield alone(contestant, name="network-density", repeats=3, target=target, note=note)


def ours(*, n: int) -> Repeat:
    side = BLOCK_M * np.arange(AVENUES)
    lines = [np.column_stack([np.full(AVENUES, at), side]) for at in side]
    streets = shapely.linestrings(np.array(lines + [line[:, ::-1] for line in lines]))
    pins = np.random.default_rng(1).uniform(0, side[-1], (n, 2))

    def repeat() -> float:
        started = time.process_time()
        network = network_of(streets)
        at = nearest_street(pins, network=network, reach_m=BLOCK_M / 2)
        network_density(at, network=network, parameters=PARAMETERS)
        return time.process_time() - started

    return repeat
