"""Small numbers hidden in a large table."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pandas as pd

from mapdialog.analysis.disclosure import suppress_small
from tests.bench.measurement import Measurement, Target, against, by_turns


def measure(*, full: bool) -> Iterator[Measurement]:
    rng = np.random.default_rng(1)
    counts = pd.DataFrame(rng.poisson(12 * rng.gamma(1, 1, (1_000, 50))))
    n_small = int(((counts > 0) & (counts < 10)).to_numpy().sum())

    def suppress() -> float:
        started = time.process_time()
        suppress_small(counts, minimum=10)
        return time.process_time() - started

    target = Target("at most 2 s", 2, of="value")
    note = f"1,000 × 50 cells, {n_small:,} of them small"
    figures = by_turns({"ours": suppress}, repeats=3)
    yield against(figures, name="suppress", unit="s", reference=None, target=target, note=note)
