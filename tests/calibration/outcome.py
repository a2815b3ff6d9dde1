"""What comes of the runs of a cell, a few at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .planted import metres_off
from .trial import LEVEL, Cell, p_of


@dataclass(frozen=True)
class Outcome:
    """Of some runs of a cell. `metres_off`: of the planted hotspots found; `seconds`: of processor time."""

    alarms: int
    metres_off: tuple[float, ...]
    seconds: float


def outcome_of(task: tuple[Cell, range], *, seed: int) -> Outcome:
    """How many of these runs show a small p, and how far off the place is that shows it."""
    cell, runs = task
    started = time.process_time()
    if not cell.planted:
        alarms = sum(p_of(cell, seed=seed, run=run) <= LEVEL for run in runs)
        return Outcome(alarms, (), time.process_time() - started)
    each = (metres_off(cell, seed=seed, run=run) for run in runs)
    metres = tuple(of_run for of_run in each if of_run is not None)
    return Outcome(len(metres), metres, time.process_time() - started)
