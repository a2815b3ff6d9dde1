"""When the people of a simulated consultation write, whatever the place; and the p of its strongest burst."""

from __future__ import annotations

import numpy as np

from mapdialog.analysis.evidence import EvidenceParameters
from mapdialog.analysis.ground import Ground
from mapdialog.analysis.people import PersonSpots
from mapdialog.analysis.space_time import SpaceTimeParameters, find_bursts, first_steps

N_DAYS = 60
SPACE_TIME = SpaceTimeParameters(
    radii_m=(50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0, 700.0, 1000.0),
    least_people=5,
    largest_share=0.5,
    longest_steps=14,
)
LEVEL, _STOP_AFTER = 0.05, 10
DAYS = ("one sitting each", "half on one day", "heavy writers first", "two sittings", "any day")


def day_of_pins(person: np.ndarray, *, days: str, rng: np.random.Generator) -> np.ndarray:
    """(n,) from 0. `person`: (n,). Days are busy or not, by chance, and nobody's depend on the place."""
    rhythm = rng.gamma(0.7, size=N_DAYS)
    rhythm /= rhythm.sum()
    if days == "half on one day":
        rhythm = rhythm / 2 + np.eye(N_DAYS)[int(rng.integers(N_DAYS))] / 2
    people = int(person.max()) + 1
    sitting = rng.choice(N_DAYS, (people, 2), p=rhythm)
    if days == "heavy writers first":
        sitting[:, 0] = np.where(np.bincount(person) > 1, rng.integers(0, 5, people), sitting[:, 0])
    if days == "two sittings":
        return sitting[person, rng.integers(0, 2, len(person))]
    if days == "any day":
        return rng.choice(N_DAYS, len(person), p=rhythm)
    return sitting[person, 0]


def p_of_bursts(
    cell: np.ndarray,
    *,
    spots: PersonSpots,
    days: str,
    by_person: bool,
    ground: Ground,
    replicates: int,
    rng: np.random.Generator,
) -> float:
    """Of the strongest one. `cell`: (spots,). Not `by_person`: as if each spot was another person's."""
    day = day_of_pins(spots.sender[spots.spot_of_pin], days=days, rng=rng)
    result = find_bursts(
        cell,
        sender=spots.sender if by_person else np.arange(len(cell)),
        step=first_steps(day, spots=spots),
        n_steps=N_DAYS,
        shape=ground.shape,
        cell_m=ground.parameters.cell_m,
        parameters=SPACE_TIME,
        evidence=EvidenceParameters(
            level=LEVEL,
            replicates=replicates,
            stop_after=_STOP_AFTER,
            rescans=0,
            seed=int(rng.integers(2**31)),
        ),
    )
    return result.p
