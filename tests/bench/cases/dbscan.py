"""Clusters of pins, against scikit-learn's DBSCAN."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from mapdialog.analysis.clusters import dbscan
from tests.bench import shapes
from tests.bench.contestant import Contestant
from tests.bench.measurement import Measurement, Repeat, Target, against, by_turns

NAME = "dbscan"
REFERENCE = "sklearn.cluster.DBSCAN"
DISTANCE_M, MINIMUM = 100.0, 5


def measure(*, full: bool) -> Iterator[Measurement]:
    n = 1_000_000 if full else 200_000
    # as many neighbours a pin, whatever n: about 100 in a cluster
    arguments = {"n": n, "clusters": n // 1_000}
    mine, theirs = f"{__name__}:ours", f"{__name__}:sklearn"
    with Contestant(mine, **arguments) as first, Contestant(theirs, **arguments) as second:
        figures = by_turns({"ours": first.once, REFERENCE: second.once}, repeats=3)
        yield against(
            figures,
            name=NAME,
            unit="s",
            reference=REFERENCE,
            target=Target(
                "at most a fifth of scikit-learn's time, and at most 1 GB for a million pins", 1 / 5
            ),
            peak_memory_mb=first.peak_mb,
            note=f"{n:,} pins, 100 m, at least 5; {REFERENCE}: {second.peak_mb:.0f} MB",
        )


def ours(*, n: int, clusters: int) -> Repeat:
    return _repeat(
        lambda xy_m: dbscan(xy_m, distance_m=DISTANCE_M, minimum=MINIMUM)[1],
        n=n,
        clusters=clusters,
    )


def sklearn(*, n: int, clusters: int) -> Repeat:
    from sklearn.cluster import DBSCAN  # heavy, and of this contestant only

    def cores(xy_m: shapes.Floats) -> object:
        labelled = DBSCAN(eps=DISTANCE_M, min_samples=MINIMUM, algorithm="kd_tree").fit(xy_m)
        return labelled.core_sample_indices_

    return _repeat(cores, n=n, clusters=clusters)


def _repeat(cores: Callable[[shapes.Floats], object], *, n: int, clusters: int) -> Repeat:
    xy_m = shapes.gathered(n, clusters=clusters, spread_m=200)

    def repeat() -> float:
        started = time.perf_counter()
        labelled = cores(xy_m)
        seconds = time.perf_counter() - started
        assert np.size(labelled) > n // 2
        return seconds

    return repeat
