"""Density on the ground: against scipy's kernels one by one, and against its filter of a fine histogram.

The kernels correct no edge; the filter is divided by a filtered land, which is cruder than pin by pin.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from threadpoolctl import threadpool_limits

from mapdialog.analysis.coverage import covered_area
from mapdialog.analysis.density import land_density
from mapdialog.analysis.ground import Ground
from tests.bench.contestant import Contestant
from tests.bench.measurement import Measurement, Repeat, Target, against, by_turns
from tests.calibration.consultations import HABITS, consultation
from tests.calibration.towns import ground_and_shares

KERNELS, FILTER = "scipy.stats.gaussian_kde", "scipy.ndimage.gaussian_filter"
BANDWIDTH_M = 200.0
FEW_PINS = 10_000  # one by one takes as long as there are pins times cells
_BIN_M = 25.0


def measure(*, full: bool) -> Iterator[Measurement]:
    many = 1_000_000 if full else 100_000
    memory = Target("at most five times the filter's time, and at most 1 GB for a million pins", 5)
    for name, n, reference, prepare, target in (
        ("land-density", FEW_PINS, KERNELS, "one_by_one", Target("at most a tenth", 1 / 10)),
        ("land-density-pins", many, FILTER, "filtered", memory),
    ):
        mine, theirs = f"{__name__}:ours", f"{__name__}:{prepare}"
        with Contestant(mine, n=n) as first, Contestant(theirs, n=n) as second:
            figures = by_turns({"ours": first.once, reference: second.once}, repeats=5)
            yield against(
                figures,
                name=name,
                unit="s",
                reference=reference,
                target=target,
                peak_memory_mb=first.peak_mb,
                note=f"{n:,} pins, Bamble's coast, 200 m; {reference}: {second.peak_mb:.0f} MB",
            )


def ours(*, n: int) -> Repeat:
    ground, pins = _town(n)
    return _repeat(lambda: land_density(pins, ground=ground, bandwidth_m=BANDWIDTH_M))


def one_by_one(*, n: int) -> Repeat:
    from scipy.stats import gaussian_kde  # heavy, and of this contestant only

    ground, pins = _town(n)
    row, column = np.nonzero(ground.is_land)
    centres = np.array([ground.x_m[column], ground.y_m[row]])
    factor = BANDWIDTH_M / float(np.sqrt(np.linalg.det(np.cov(pins.T))) ** 0.5)
    return _repeat(lambda: gaussian_kde(pins.T, bw_method=factor)(centres))


def filtered(*, n: int) -> Repeat:
    from scipy.ndimage import gaussian_filter

    ground, pins = _town(n)
    rows, columns = (round(cells * ground.parameters.cell_m / _BIN_M) for cells in ground.shape)
    east, north = (
        start + _BIN_M * np.arange(bins + 1)
        for start, bins in ((ground.west_m, columns), (ground.south_m, rows))
    )

    land = covered_area(
        ground.land, west_m=ground.west_m, south_m=ground.south_m, cell_m=_BIN_M, shape=(rows, columns)
    )

    def smooth(values: np.ndarray) -> np.ndarray:
        return gaussian_filter(values, BANDWIDTH_M / _BIN_M, mode="constant", truncate=6.0)

    def work() -> object:
        counts, _, _ = np.histogram2d(pins[:, 1], pins[:, 0], bins=(north, east))
        return smooth(counts) / np.maximum(smooth(land), 1e-9)

    return _repeat(work)


def _town(n: int) -> tuple[Ground, np.ndarray]:
    ground, shares = ground_and_shares("Bamble")
    pins, _ = consultation(
        ground,
        share=shares["population"],
        habits=HABITS["one pin each"],
        n=n,
        rng=np.random.default_rng(1),
    )
    return ground, pins


def _repeat(work: Callable[[], object]) -> Repeat:
    def repeat() -> float:
        with threadpool_limits(1):  # what a second thread of a matrix product waits for is no work
            started = time.process_time()
            work()
            return time.process_time() - started

    return repeat
