"""The Gumbel law of the largest LLR, against counting 9,999 replicates."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pytest

from mapdialog.analysis.evidence import Maxima
from tests.calibration.planted import consultation_with
from tests.calibration.trial import Cell, scanner_of

REPLICATES, AT_ONCE, LEAST_P = 9_999, 500, 0.001
STATED_P = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
PLACEBO = (1.0, 0.1)  # nobody is added


def maxima_of(numbers: range, *, cell: Cell) -> list[float]:
    """Of these replicates of the world of one consultation."""
    *_, world = consultation_with(cell, rng=np.random.default_rng(cell.n))
    scanner = scanner_of(cell.town, cell.kind)
    return [scanner.greatest(world.draw(np.random.default_rng([1, number]))) for number in numbers]


def counted(cell: Cell) -> Maxima:
    parts = [range(first, min(first + AT_ONCE, REPLICATES)) for first in range(0, REPLICATES, AT_ONCE)]
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawned) as pool:
        values = [value for part in pool.map(partial(maxima_of, cell=cell), parts) for value in part]
    return Maxima(np.array(values), stopped=False)


def off(maxima: Maxima) -> tuple[np.ndarray, np.ndarray]:
    """At each value with p ≥ 0.001: p by counting, and by how many of what is allowed the law is off.

    Allowed is a tenth of the counted p, or two standard errors of counting what the law says, if more.
    """
    values = np.unique(maxima.values)
    p = np.array([maxima.p(value) for value in values])
    tail = np.array([maxima.p_tail(value) for value in values])
    allowed = np.maximum(0.1 * p, 2 * np.sqrt(tail * (1 - tail) / REPLICATES))
    return p[p >= LEAST_P], (np.abs(tail - p) / allowed)[p >= LEAST_P]


@pytest.mark.heavy  # 9,999 replicates of each of five worlds: minutes
@pytest.mark.parametrize(
    ("town", "kind", "habits", "n", "is_law"),
    [
        ("Washington", "population", "one pin each", 1000, True),
        ("Bamble", "population", "one pin each", 384, True),
        ("Stockholm", "population", "heavy writers anywhere", 1000, True),
        ("Washington", "population", "exposure off by 50 %", 1000, False),
        ("Bamble", "built-up", "snapped, a tenth copied", 384, False),
    ],
)
def test_the_tail_is_what_counting_says_or_is_counted(town, kind, habits, n, is_law):
    """What is allowed holds at each stated p; of thousands of values one may be off by a little more."""
    maxima = counted(Cell(town, kind, habits, n, planted=PLACEBO))
    p, off_by = off(maxima)
    words = f"{off_by.max():.2f} of what is allowed, at p = {p[off_by.argmax()]:.4f}"
    assert maxima.follow_law == is_law
    assert max(off_by[np.abs(p - stated).argmin()] for stated in STATED_P) <= 1, words
    assert off_by.max() <= 1.1, words
