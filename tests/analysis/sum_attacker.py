"""Readers who want to know more than was published. They know nothing of how the ledger decides.

Every published sum is an equation over all atoms, in whole numbers; hidden sums have a least value. The
most and the least that a group can be is then a matter of whole-numbered programming.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from mapdialog.analysis.ledger import Audience, Entry, Ledger

Atom = tuple[str, str, str]


def atoms_of(ledger: Ledger) -> list[Atom]:
    return list(itertools.product(ledger.pieces, ledger.themes, ledger.months))


def membership(atoms: list[Atom], entry: Entry) -> np.ndarray:
    cell = entry.cell
    return np.array([p in cell.pieces and t in cell.themes and m in cell.months for p, t, m in atoms], float)


def readable(entries: Iterable[Entry], reader: Audience) -> list[Entry]:
    return [entry for entry in entries if entry.audience in (Audience.OPEN, reader)]


def extreme(goal: np.ndarray, *, constraints: LinearConstraint, sign: int) -> float:
    """The least (sign 1) or the most (sign -1) that it can be; infinite if there is no bound."""
    answer = milp(
        sign * goal, integrality=np.ones(len(goal)), bounds=Bounds(0, np.inf), constraints=constraints
    )
    if answer.status in (3, 4) and sign == -1:
        return np.inf
    assert answer.status == 0, answer.message
    return sign * round(answer.fun)


class SumAttacker:
    """Knows that comments are whole numbers, and of hidden ones what they are at least."""

    def __init__(self, ledger: Ledger, *, entries: Iterable[Entry], reader: Audience) -> None:
        self.atoms = atoms_of(ledger)
        sums = readable(entries, reader)
        low = [entry.least if entry.comments is None else entry.comments for entry in sums]
        high = [np.inf if entry.comments is None else entry.comments for entry in sums]
        matrix = np.array([membership(self.atoms, entry) for entry in sums]).reshape(-1, len(self.atoms))
        self.constraints = LinearConstraint(matrix, low, high)

    def interval(self, atom: Atom) -> tuple[float, float]:
        goal = np.array([each == atom for each in self.atoms], float)
        low, high = (extreme(goal, constraints=self.constraints, sign=sign) for sign in (1, -1))
        return low, high


class PeopleAttacker:
    """Thinks of every set of atoms that a person may have written in, so for a handful of atoms only.

    Knows, too, that a cell is shown only where it has as many people as its audience needs.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        entries: Iterable[Entry],
        reader: Audience,
        least_people: Mapping[Audience, int],
    ) -> None:
        self.atoms = atoms_of(ledger)
        n_atoms = len(self.atoms)
        self.profiles = np.array(list(itertools.product([0, 1], repeat=n_atoms))[1:])
        self.sums = readable(entries, reader)
        rows, low, high = [], [], []
        for entry in self.sums:
            of_comments = membership(self.atoms, entry)
            of_people = (self.profiles @ of_comments > 0).astype(float)
            rows += [np.r_[of_comments, 0 * of_people], np.r_[0 * of_comments, of_people]]
            if entry.comments is None:
                low, high = [*low, entry.least, 0], [*high, np.inf, np.inf]
            else:
                fewest = min(entry.comments, least_people[entry.audience])
                low += [entry.comments, fewest if entry.people is None else entry.people]
                high += [entry.comments, np.inf if entry.people is None else entry.people]
        for number, own in enumerate(np.eye(n_atoms)):  # whoever wrote has a comment, a comment has a writer
            rows += [np.r_[own, -self.profiles[:, number]], np.r_[-own, 10_000 * self.profiles[:, number]]]
            low, high = [*low, 0, 0], [*high, np.inf, np.inf]
        self.constraints = LinearConstraint(np.array(rows), low, high)

    def most_people(self, has_profile: np.ndarray) -> float:
        """The most people who can have one of the profiles."""
        goal = np.r_[np.zeros(len(self.atoms)), has_profile.astype(float)]
        return extreme(goal, constraints=self.constraints, sign=-1)

    def distinguished(self) -> np.ndarray:
        """(profiles, sums) in which of the sums whose people are known each is."""
        sums = [membership(self.atoms, entry) for entry in self.sums if entry.people]
        return self.profiles @ np.array(sums).reshape(-1, len(self.atoms)).T > 0
