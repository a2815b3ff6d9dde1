"""Worlds that a reader must think possible: the proof that published sums tell nothing of small groups.

A reader knows sums over atoms, and what hidden sums are at least. For each atom with few people a world is
built, in whole numbers, in which every published sum holds and the atom has many. A world is a proof,
whatever the reader computes: fractions, bounds and differences are all true in it. The linear programme only
proposes; sums are checked in whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_HOPE = 1e-3  # what it is worth to prove others by the way; hiding a sum costs 1 and more
_WHOLE = 1e-6  # closer to a whole number than this is meant to be it; what is meant is checked


@dataclass(frozen=True)
class Sums:
    """What a reader sees or may see. `members`: (sums, atoms) 0 or 1; all others (sums,).

    `values`: the true numbers of comments. `is_hidden`: of these only what they are at `least` is known.
    `is_offered`: these are shown unless a proof wants them hidden, at `price`, 1 or more. Others are known.
    """

    members: sparse.csr_array
    values: Ints
    is_hidden: Bools
    is_offered: Bools
    least: Ints
    price: Floats


@dataclass(frozen=True, kw_only=True)
class ProofParameters:
    """What has to be proven; nothing has a default."""

    minimum: int  # people; fewer are few
    most_nodes: int  # of a search for a whole-numbered world; 1,000. Not found within: not proven


def hidden_for_proof(
    comments: Ints, *, has_few: Bools, sums: Sums, parameters: ProofParameters
) -> Bools | None:
    """(sums,) what is hidden, so that no atom of few people is known to be one.

    `comments`: (atoms,) in truth. `has_few`: (atoms,) those to be protected. For each of them there is then a
    world in which it has `minimum` comments, and one in which it has at most one. None: not proven, even with
    all that is offered hidden.
    """
    proof = _Proof(_collapsed(comments, has_few=has_few, sums=sums), sums=sums, parameters=parameters)
    return proof.is_hidden if proof.succeeds() else None


@dataclass(frozen=True)
class _System:
    """The sums over classes of atoms that no sum tells apart; atoms in a sum of 0 or in none are left out.

    A class of several atoms may be all in one of them: its worlds are worlds of atoms.
    """

    rows: sparse.csr_array  # (sums, classes)
    truth: Ints  # (classes,)
    upper: Ints  # classes of which an atom has few people
    lower: Ints  # those of them that are a single atom: of others each atom may be empty


def _collapsed(comments: Ints, *, has_few: Bools, sums: Sums) -> _System:
    in_empty = sums.members[(sums.values == 0) & ~sums.is_hidden].sum(axis=0) > 0
    class_of: dict[bytes, int] = {}
    label = np.full(len(comments), -1, dtype=np.int64)
    for atom, signature in enumerate(_signatures(sums.members)):
        if signature and not in_empty[atom]:
            label[atom] = class_of.setdefault(signature, len(class_of))
    labels, first, size = np.unique(label[label >= 0], return_index=True, return_counts=True)
    atoms = np.flatnonzero(label >= 0)
    few = np.unique(label[(label >= 0) & has_few])
    return _System(
        rows=sums.members[:, atoms[first]],
        truth=np.bincount(label[atoms], weights=comments[atoms], minlength=len(labels)).astype(np.int64),
        upper=few,
        lower=few[size[few] == 1],
    )


def _signatures(members: sparse.csr_array) -> list[bytes]:
    """(atoms,) the same for atoms in the same sums, and empty for those in none."""
    columns = sparse.csc_array(members)
    columns.sort_indices()
    return [columns.indices[start:end].tobytes() for start, end in pairwise(columns.indptr.tolist())]


class _Proof:
    """The search for worlds. What is hidden on the way leaves earlier worlds possible: they had it right."""

    def __init__(self, system: _System, *, sums: Sums, parameters: ProofParameters) -> None:
        self.system = system
        self.parameters = parameters
        self.is_hidden = sums.is_hidden.copy()
        self.sums = sums

    def succeeds(self) -> bool:
        """Whether each class could be many, and few. The truth is a world, too."""
        for goal in (
            _Goal(self.system.upper, self.parameters.minimum, np.inf),
            _Goal(self.system.lower, 0, 1),
        ):
            unproven = goal.without_met(self.system.truth)
            while len(unproven.classes):
                world = self._world(unproven)
                if world is None:
                    return False
                unproven = unproven.without_met(world)
        return True

    def _world(self, goal: _Goal) -> Ints | None:
        """A world that meets the goal in its first class, and in others where it comes cheaply.

        Fractions are mended, or the whole is searched. Offered sums that the world contradicts are hidden.
        """
        alone = replace(goal, classes=goal.classes[:1])
        for hoped, is_searched in ((goal, False), (alone, False), (alone, True)):
            problem = self._problem(hoped)
            nodes = self.parameters.most_nodes
            world = problem.searched(most_nodes=nodes) if is_searched else problem.mended(most_nodes=nodes)
            if world is not None and self._is_world(world) and not len(alone.without_met(world).classes):
                self.is_hidden |= self.sums.is_offered & (self.system.rows @ world != self.sums.values)
                return world
        return None

    def _is_world(self, world: Ints) -> bool:
        """In whole numbers, and by nothing that the solver says."""
        sums = self.system.rows @ world
        may_differ = self.is_hidden | self.sums.is_offered
        is_right = np.where(may_differ, sums >= self.sums.least, sums == self.sums.values)
        return bool((world >= 0).all() and is_right.all())

    def _problem(self, goal: _Goal) -> _Problem:
        """Unknowns: the classes; how far offered sums fall short, and exceed; what others reach."""
        values, least_value, first = self.sums.values, self.sums.least, goal.classes[0]
        may_differ = self.sums.is_offered & ~self.is_hidden
        n_classes, n_differ = len(self.system.truth), int(may_differ.sum())
        further = goal.classes[1:] if goal.least else goal.classes[:0]
        differ = sparse.eye_array(len(values), format="csc")[:, may_differ]
        reached = sparse.eye_array(n_classes, format="csr")[further]
        matrix = [
            [self.system.rows, differ, -differ, None],
            [reached, None, None, -sparse.eye_array(len(further))],
        ]
        least, most, cost = np.zeros(n_classes), np.full(n_classes, np.inf), np.zeros(n_classes)
        least[first], most[first] = goal.least, goal.most
        cost[goal.classes] = 0 if goal.least else _HOPE
        price, any_number = self.sums.price[may_differ], np.full(n_differ, np.inf)
        return _Problem(
            cost=np.r_[cost, price, price, np.full(len(further), -_HOPE)],
            least=np.r_[least, np.zeros(2 * n_differ + len(further))],
            most=np.r_[
                most, (values - least_value)[may_differ], any_number, np.full(len(further), goal.least)
            ],
            matrix=sparse.block_array(matrix, format="csr"),
            low=np.r_[np.where(self.is_hidden, least_value, values), np.zeros(len(further))],
            high=np.r_[np.where(self.is_hidden, np.inf, values), np.full(len(further), np.inf)],
            n_classes=n_classes,
        )


@dataclass(frozen=True)
class _Goal:
    """Classes that are to have from `least` to `most` comments, each in some world."""

    classes: Ints
    least: int
    most: float

    def without_met(self, world: Ints) -> _Goal:
        comments = world[self.classes]
        return replace(self, classes=self.classes[(comments < self.least) | (comments > self.most)])


@dataclass(frozen=True)
class _Problem:
    """At the least cost `low` ≤ matrix · x ≤ `high` and `least` ≤ x ≤ `most`; the first of x are classes."""

    cost: Floats
    least: Floats
    most: Floats
    matrix: sparse.csr_array
    low: Floats
    high: Floats
    n_classes: int

    def searched(self, *, most_nodes: int) -> Ints | None:
        """(classes,) by branch and bound."""
        x = self._solved(most_nodes=most_nodes)
        return None if x is None else np.rint(x).astype(np.int64)

    def mended(self, *, most_nodes: int) -> Ints | None:
        """(classes,) by linear programming; fractions are searched anew with the rest left as it is."""
        x = self._solved(most_nodes=0)
        if x is None:
            return None
        least, most = self.least.copy(), self.most.copy()
        fixed = np.flatnonzero(np.abs(x - np.rint(x)) <= _WHOLE)
        least[fixed] = most[fixed] = np.rint(x[fixed])
        if len(fixed) == self.n_classes:
            return np.rint(x).astype(np.int64)
        return replace(self, least=least, most=most).searched(most_nodes=most_nodes)

    def _solved(self, *, most_nodes: int) -> Floats | None:
        is_whole = np.zeros(len(self.cost))
        is_whole[: self.n_classes] = most_nodes > 0
        answer = optimize.milp(
            self.cost,
            integrality=is_whole,
            bounds=optimize.Bounds(self.least, self.most),
            constraints=optimize.LinearConstraint(self.matrix, self.low, self.high),
            options={"node_limit": most_nodes} if most_nodes else {},
        )
        return None if answer.x is None else np.asarray(answer.x[: self.n_classes], dtype=np.float64)
