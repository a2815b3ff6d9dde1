"""Feasible tables: the proof that published sums tell nothing of small groups.

A reader knows sums over atoms, and what hidden sums are at least. A *feasible table* has a whole number of
comments for each atom, with which all that is right. For each atom of few people one is made in which it has
many: whatever the reader computes, fractions, bounds or differences, is right in it too. The linear programme
only proposes; sums are checked in whole numbers.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from enum import Enum
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
    """What a reader sees or may see. `members`: (sums, blocks) true or false; all others (sums,).

    `values`: the true numbers of comments. `is_hidden`: of these only what they are at `least` is known.
    `is_offered`: these are shown unless a proof wants them hidden, at `price`, 1 or more. Others are known.
    `is_decoy`: hidden without need; where it can be, readers are to think it possible that they have few.
    """

    members: sparse.csr_array
    values: Ints
    is_hidden: Bools
    is_offered: Bools
    least: Ints
    price: Floats
    is_decoy: Bools


@dataclass(frozen=True)
class Truth:
    """What was counted, by blocks of atoms that no sum tells apart. All (blocks,).

    `has_few`: an atom of it is to be protected. `is_single`: it is one atom; of several each may be empty.
    """

    comments: Ints
    has_few: Bools
    is_single: Bools


@dataclass(frozen=True, kw_only=True)
class ProofParameters:
    """What has to be proven, and how long is searched; nothing has a default."""

    minimum: int  # people; fewer are few
    most_nodes: int  # of a search for whole numbers; 1,000. Not found within: not proven
    most_seconds: float  # of all searches together, by the clock on the wall; 600


class Outcome(Enum):
    """Only what is proven may be published."""

    PROVEN = "proven"
    NOT_PROVEN = "not proven"  # with all that is offered hidden; there is no proof, or none in `most_nodes`
    OUT_OF_TIME = "out of time"  # not proven in `most_seconds`; with more there may be a proof


@dataclass(frozen=True)
class Proof:
    """`is_hidden`: (sums,) what has to be hidden for it; of no use unless proven. `seconds`: what it took."""

    outcome: Outcome
    is_hidden: Bools
    seconds: float


def hidden_for_proof(truth: Truth, *, sums: Sums, parameters: ProofParameters) -> Proof:
    """What is hidden, so that no atom of few people is known to be one.

    For each of them there is then a feasible table in which it has `minimum` comments, and one in which it
    has at most one; and for each decoy one in which it has fewer than `minimum`, where one is found. The same
    input gives the same, unless time runs out. Then nothing is proven, whatever was proposed by then. So a
    slower machine may refuse what another proves, and never shows what that one hides.
    """
    started = time.monotonic()
    search = _Search(_collapsed(truth, sums=sums), sums=sums, parameters=parameters, started=started)
    try:
        outcome = Outcome.PROVEN if search.succeeds() else Outcome.NOT_PROVEN
    except _OutOfTimeError:
        outcome = Outcome.OUT_OF_TIME
    return Proof(outcome, search.is_hidden, time.monotonic() - started)


class _OutOfTimeError(Exception):
    """A search took longer than it may, all together."""


@dataclass(frozen=True)
class _System:
    """The sums over classes of blocks that no sum tells apart; blocks in a sum of 0 or in none are left out.

    A class of several atoms may be all in one of them: its feasible tables are some of atoms.
    """

    rows: sparse.csr_array  # (sums, classes)
    truth: Ints  # (classes,)
    upper: Ints  # classes of which an atom has few people
    lower: Ints  # those of them that are a single atom: of others each atom may be empty


def _collapsed(truth: Truth, *, sums: Sums) -> _System:
    is_empty = sums.members[(sums.values == 0) & ~sums.is_hidden].sum(axis=0) > 0
    class_of: dict[bytes, int] = {}
    label = np.full(len(truth.comments), -1, dtype=np.int64)
    for block, signature in enumerate(_signatures(sums.members)):
        if signature and not is_empty[block]:
            label[block] = class_of.setdefault(signature, len(class_of))
    labels, first, size = np.unique(label[label >= 0], return_index=True, return_counts=True)
    blocks = np.flatnonzero(label >= 0)
    few = np.unique(label[(label >= 0) & truth.has_few])
    is_single = (size == 1) & truth.is_single[blocks[first]]
    comments = np.bincount(label[blocks], weights=truth.comments[blocks], minlength=len(labels))
    return _System(
        rows=sums.members[:, blocks[first]],
        truth=comments.astype(np.int64),
        upper=few,
        lower=few[is_single[few]],
    )


def _signatures(members: sparse.csr_array) -> list[bytes]:
    """(blocks,) the same for blocks in the same sums, and empty for those in none."""
    columns = sparse.csc_array(members)
    columns.sort_indices()
    return [
        hashlib.blake2b(columns.indices[start:end].tobytes(), digest_size=16).digest() if end > start else b""
        for start, end in pairwise(columns.indptr.tolist())
    ]


class _Search:
    """For feasible tables. What is hidden on the way leaves earlier ones feasible: they had it right."""

    def __init__(self, system: _System, *, sums: Sums, parameters: ProofParameters, started: float) -> None:
        self.system = system
        self.parameters = parameters
        self.is_hidden = sums.is_hidden.copy()
        self.sums = sums
        self.until = started + parameters.most_seconds

    def succeeds(self) -> bool:
        """Whether each class could be many, and few. The truth is a feasible table, too."""
        for goal in (
            _Goal(self.system.upper, self.parameters.minimum, np.inf),
            _Goal(self.system.lower, 0, 1),
        ):
            unproven = goal.without_met(self.system.truth)
            while len(unproven.classes):
                feasible = self._feasible(unproven)
                if feasible is None:
                    return False
                unproven = unproven.without_met(feasible)
        self._lower_decoys()
        return True

    def _feasible(self, goal: _Goal) -> Ints | None:
        """(classes,) a feasible table that meets the goal in its first class, in others where that is cheap.

        Fractions are mended, or the whole is searched.
        """
        alone = replace(goal, classes=goal.classes[:1])
        for hoped, is_searched in ((goal, False), (alone, False), (alone, True)):
            proposed = self._proposed(self._problem(hoped), is_searched=is_searched)
            if proposed is not None and not len(alone.without_met(proposed).classes):
                return self._accepted(proposed)
        return None

    def _lower_decoys(self) -> None:
        """Hides what tells that a decoy has many, where that is found to help. Others stay as they are."""
        waiting = np.flatnonzero(self.sums.is_decoy)
        while len(waiting):
            feasible = self._lowered(int(waiting[0]))
            waiting = waiting[1:]
            if feasible is not None:
                waiting = waiting[(self.system.rows @ feasible)[waiting] >= self.parameters.minimum]

    def _lowered(self, decoy: int) -> Ints | None:
        """(classes,) a feasible table in which a hidden sum has few."""
        for is_searched in (False, True):
            problem = self._problem(_Goal(self.system.upper[:0], 0, np.inf), decoy=decoy)
            proposed = self._proposed(problem, is_searched=is_searched)
            if proposed is not None and (self.system.rows @ proposed)[decoy] < self.parameters.minimum:
                return self._accepted(proposed)
        return None

    def _proposed(self, problem: _Problem, *, is_searched: bool) -> Ints | None:
        """(classes,) a feasible table: in whole numbers, and by nothing that the solver says."""
        nodes = self.parameters.most_nodes
        proposed = problem.searched(most_nodes=nodes) if is_searched else problem.mended(most_nodes=nodes)
        if proposed is None:
            return None
        sums = self.system.rows @ proposed
        may_differ = self.is_hidden | self.sums.is_offered
        is_right = np.where(may_differ, sums >= self.sums.least, sums == self.sums.values)
        return proposed if (proposed >= 0).all() and is_right.all() else None

    def _accepted(self, feasible: Ints) -> Ints:
        """The same. Offered sums that it contradicts are hidden."""
        self.is_hidden |= self.sums.is_offered & (self.system.rows @ feasible != self.sums.values)
        return feasible

    def _problem(self, goal: _Goal, *, decoy: int | None = None) -> _Problem:
        """Unknowns: the classes; how far offered sums fall short, and exceed; what others reach."""
        values, least_value, first = self.sums.values, self.sums.least, goal.classes[:1]
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
        high = np.where(self.is_hidden, np.inf, values)
        if decoy is not None:
            high[decoy] = self.parameters.minimum - 1
        return _Problem(
            cost=np.r_[cost, price, price, np.full(len(further), -_HOPE)],
            least=np.r_[least, np.zeros(2 * n_differ + len(further))],
            most=np.r_[
                most, (values - least_value)[may_differ], any_number, np.full(len(further), goal.least)
            ],
            matrix=sparse.block_array(matrix, format="csr"),
            low=np.r_[np.where(self.is_hidden, least_value, values), np.zeros(len(further))],
            high=np.r_[high, np.full(len(further), np.inf)],
            n_classes=n_classes,
            until=self.until,
        )


@dataclass(frozen=True)
class _Goal:
    """Classes that are to have from `least` to `most` comments, each in some feasible table."""

    classes: Ints
    least: int
    most: float

    def without_met(self, feasible: Ints) -> _Goal:
        comments = feasible[self.classes]
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
    until: float  # of the monotonic clock

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
        """What is proposed as time runs out is not looked at: what is hidden would depend on the machine."""
        is_whole = np.zeros(len(self.cost))
        is_whole[: self.n_classes] = most_nodes > 0
        left_s = self.until - time.monotonic()
        if left_s <= 0:
            raise _OutOfTimeError
        answer = optimize.milp(
            self.cost,
            integrality=is_whole,
            bounds=optimize.Bounds(self.least, self.most),
            constraints=optimize.LinearConstraint(self.matrix, self.low, self.high),
            options={"time_limit": left_s} | ({"node_limit": most_nodes} if most_nodes else {}),
        )
        if time.monotonic() >= self.until:
            raise _OutOfTimeError
        return None if answer.x is None else np.asarray(answer.x[: self.n_classes], dtype=np.float64)
