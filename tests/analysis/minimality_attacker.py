"""A reader who knows how the ledger decides: its code, its parameters, what was offered and in which order.

Only what was counted and the secret are unknown. So all of it is tried: every count in a few atoms with each
of many secrets. What comes of the offers, refusals too, is compared with what came of them in truth: what is
hidden only where it must be tells that it had to (a minimality attack: Wong, Fu, Wang & Pei 2007).
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mapdialog.analysis.ledger import Audience, Cell, Ledger, Wrote
from mapdialog.analysis.release import ReleaseParameters, crossed, offer

Table = dict[tuple[str, ...], Cell]
Published = tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True)
class Suspicion:
    """Of the atoms of few people, over all counts and secrets: how many are known to be below the least.

    `mean`: how likely such an atom is to be one, on average, to who thinks all counts equally likely.
    """

    atoms: int
    certain: int
    likely: int  # by nineteen to one or more
    mean: float


def areas(*divisions: str, pieces: Iterable[str]) -> Sequence[Table]:
    """Tables of areas, each written as `"a bc"`, with their total."""
    total = {"total": list(pieces)}
    return [
        crossed(
            {each: list(each) for each in division.split()} | total, themes={"t": ["t"]}, periods={"m": ["m"]}
        )
        for division in divisions
    ]


def suspicion(
    tables: Sequence[Table],
    *,
    pieces: str,
    most: int,
    secrets: Iterable[bytes],
    with_zeros: bool,
    parameters: ReleaseParameters,
) -> Suspicion:
    """All counts from 0 to `most` in each piece, everybody with one comment."""
    truths = list(itertools.product(range(most + 1), repeat=len(pieces)))
    truths_of: dict[Published, Counter[tuple[int, ...]]] = defaultdict(Counter)
    for truth, secret in itertools.product(truths, list(secrets)):
        pairs = [(piece, number) for piece, n in zip(pieces, truth, strict=True) for number in range(n)]
        wrote = [Wrote(person, piece, "t", "m", 1) for person, (piece, _) in enumerate(pairs)]
        ledger = Ledger.empty(pieces, themes=["t"], secret=secret).with_month("m", wrote=wrote)
        view = []
        for table in tables:
            release = offer(
                table, ledger=ledger, audience=Audience.OPEN, with_people=False, with_zeros=with_zeros,
                parameters=parameters,
            )  # fmt: skip
            view.append(tuple(entry.comments for entry in release.entries.values()))
            ledger = release.ledger
        truths_of[tuple(view)][truth] += 1
    return _judged(truths_of.values(), least=parameters.least_people[Audience.OPEN])


def _judged(views: Iterable[Counter[tuple[int, ...]]], *, least: int) -> Suspicion:
    atoms = certain = likely = 0
    sum_of_chances = 0.0
    for truths in views:
        for atom in range(len(next(iter(truths)))):
            n_few = sum(n for truth, n in truths.items() if 0 < truth[atom] < least)
            chance = n_few / truths.total()
            surely_below = all(truth[atom] < least for truth in truths)
            atoms += n_few
            certain += n_few * surely_below
            likely += n_few * (chance >= 0.95)
            sum_of_chances += n_few * chance
    return Suspicion(atoms, certain, likely, sum_of_chances / atoms)
