"""Bursts: where and when more people wrote than the place and the days by themselves explain.

The space–time permutation scan (Kulldorff et al. 2005) over `cylinders`. Chance is judged by the largest
value anywhere when it is dealt out anew who wrote when.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mapdialog.analysis.cylinders import Cylinder, Cylinders, SpaceTimeParameters
from mapdialog.analysis.evidence import EvidenceParameters, null_maxima
from mapdialog.analysis.null import DealtWorld
from mapdialog.analysis.people import PersonSpots
from mapdialog.analysis.significance import TIE

Ints = npt.NDArray[np.int64]

NO_STEP = -1


@dataclass(frozen=True)
class Burst:
    """A cylinder with evidence, and its p after looking at every place, size, day and length."""

    cylinder: Cylinder
    p: float


@dataclass(frozen=True)
class Bursts:
    """What was found; the first has the strongest evidence.

    `p`: of the strongest cylinder; 1 if none holds enough people and more than expected; NaN if none could
    (too few, or all at one step). `fewest_people`: so many in one cylinder could have been evidence
    somewhere; infinite if nothing could. `n_untimed`: person-spots left out, no time being known.
    """

    bursts: tuple[Burst, ...]
    p: float
    fewest_people: float
    n_untimed: int


def first_steps(step: Ints, *, spots: PersonSpots) -> Ints:
    """(spots,) the step of each spot's first pin whose time is known, else NO_STEP.

    `step`: (pins,) from 0, NO_STEP where not known. Whoever comes back to a place was there before.
    """
    latest = np.iinfo(np.int64).max
    first = np.full(len(spots.pin), latest, dtype=np.int64)
    is_known = step != NO_STEP
    np.minimum.at(first, spots.spot_of_pin[is_known], step[is_known])
    return np.where(first == latest, NO_STEP, first)


def find_bursts(
    cell: Ints,
    *,
    sender: Ints,
    step: Ints,
    n_steps: int,
    shape: tuple[int, int],
    cell_m: float,
    parameters: SpaceTimeParameters,
    evidence: EvidenceParameters,
) -> Bursts:
    """Bursts with p ≤ level, of which no two that reach each other have a step in common.

    `cell`, `sender`, `step`: (spots,) of person-spots on the ground, `step` from `first_steps`: whole steps
    (days) from 0 to below `n_steps`, NO_STEP is left out. `sender` UNKNOWN of all whom nobody knows: they
    count as one person, for they may be. `evidence.rescans` is not used. Each burst is judged against the
    largest value anywhere. Raises ValueError for other steps, and for too long runs.
    """
    in_order = np.argsort(step, kind="stable").astype(np.int64)  # so that persons' times are dealt in order
    known = in_order[step[in_order] != NO_STEP]
    n_untimed = len(step) - len(known)
    cell, sender, step = cell[known], sender[known], step[known]
    if ((step < 0) | (step >= n_steps)).any():
        raise ValueError("each step must lie from 0 to below n_steps, or be NO_STEP")
    cylinders = Cylinders.of(
        cell, sender=sender, shape=shape, cell_m=cell_m, n_steps=n_steps, parameters=parameters
    )
    if len(cylinders.zone) == 0 or step.min() == step.max():
        return Bursts((), math.nan, math.inf, n_untimed)
    strongest = cylinders.greatest(step)
    world = DealtWorld.of(step, person=sender)
    maxima = null_maxima(world, scanner=cylinders, parameters=evidence, observed=strongest)
    p = maxima.p(strongest) if strongest > 0 else 1.0
    critical = maxima.critical(evidence.level)
    apart = cylinders.apart(step, above=critical + TIE) if p <= evidence.level else []
    bursts = [Burst(replace(each, spots=np.sort(known[each.spots])), maxima.p(each.llr)) for each in apart]
    return Bursts(tuple(bursts), p, cylinders.fewest_people(step, critical=critical), n_untimed)
