"""What is hidden for a proof, against every table of four atoms that there is."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from mapdialog.analysis import feasible
from mapdialog.analysis.feasible import Outcome, ProofParameters, Sums, Truth, hidden_for_proof

N_ATOMS, MOST = 4, 12
TABLES = np.array(list(itertools.product(range(MOST + 1), repeat=N_ATOMS)))
PARAMETERS = ProofParameters(minimum=3, most_nodes=1_000, most_seconds=600)


def hidden_in_proof(comments: np.ndarray, *, has_few: np.ndarray, sums: Sums) -> np.ndarray | None:
    """What is hidden for it, and None where nothing is proven."""
    truth = Truth(comments, has_few, is_single=np.ones(len(comments), dtype=bool))
    proof = hidden_for_proof(truth, sums=sums, parameters=PARAMETERS)
    return proof.is_hidden if proof.outcome is Outcome.PROVEN else None


def possible(*, members: np.ndarray, values: np.ndarray, hidden: np.ndarray, least: np.ndarray) -> np.ndarray:
    """(tables, atoms) all of up to 12 in an atom that a reader must think possible."""
    sums = TABLES @ members.T
    return np.asarray(TABLES[np.where(hidden, sums >= least, sums == values).all(axis=1)])


def is_proven(few: np.ndarray, **known: np.ndarray) -> bool:
    """Whether each atom of few can be 3 and can be 1 or 0."""
    comments = possible(**known)[:, few]
    return bool((comments.max(axis=0) >= 3).all() and (comments.min(axis=0) <= 1).all())


@settings(max_examples=100)
@given(data=st.data())
def test_what_is_left_is_proven_and_what_is_not_proven_cannot_be(data: st.DataObject):
    bools = st.lists(st.booleans(), min_size=5, max_size=5).map(np.array)
    members = np.array([data.draw(bools)[:N_ATOMS] for _ in range(5)], dtype=np.int64)
    comments = np.array(data.draw(st.lists(st.integers(0, 3), min_size=N_ATOMS, max_size=N_ATOMS)))
    few = (comments > 0) & ((comments < 3) | data.draw(bools)[:N_ATOMS])
    values = members @ comments
    hidden, offered = data.draw(bools) & (values > 0), data.draw(bools) & (values > 0)
    least = data.draw(bools).astype(np.int64)
    price = 1 + np.array(data.draw(st.permutations([0.0, 0.2, 0.4, 0.6, 0.8])))
    decoys = hidden & (values >= 3) & data.draw(bools)
    sums = Sums(sparse.csr_array(members > 0), values, hidden, offered, least, price, decoys)
    result = hidden_in_proof(comments, has_few=few, sums=sums)
    if not few.any() and not decoys.any():
        assert result is not None
        assert (result == hidden).all()
    elif result is None:
        all_hidden = hidden | offered
        assert not is_proven(few, members=members, values=values, hidden=all_hidden, least=least)
    else:
        assert not (result & ~hidden & ~offered).any()
        assert is_proven(few, members=members, values=values, hidden=result, least=least)
        lowest, could_be = (
            (possible(members=members, values=values, hidden=may, least=least) @ members.T).min(axis=0)
            for may in (result, hidden | offered)
        )
        assert ((lowest < 3) == (could_be < 3))[decoys].all()


def test_nothing_is_hidden_where_nothing_is_told():
    members = sparse.csr_array(np.array([[1, 1, 1, 1]], dtype=bool))
    yes, no = np.array([True]), np.array([False])
    sums = Sums(members, np.array([6]), no, yes, np.array([1]), np.array([1.0]), no)
    few = np.array([True, True, True, False])
    hidden = hidden_in_proof(np.array([1, 2, 3, 0]), has_few=few, sums=sums)
    assert hidden is not None
    assert not hidden.any()


def test_what_only_fractions_hide_is_not_hidden():
    """a + b + f, b + c + f and a + c + f are 3, as f + g is: then g is 0 or 2. In fractions it could be 3."""
    members = sparse.csr_array(np.array([[1, 1, 0, 1, 0], [0, 1, 1, 1, 0], [1, 0, 1, 1, 0], [0, 0, 0, 1, 1]]))
    comments, has_few = np.array([1, 1, 1, 1, 2]), np.array([False] * 4 + [True])
    values, no = members @ comments, np.zeros(4, dtype=bool)
    for offered, expected in ((no, None), (~no, 1)):
        sums = Sums(members, values, no, offered, np.ones(4, dtype=np.int64), np.ones(4), no)
        hidden = hidden_in_proof(comments, has_few=has_few, sums=sums)
        assert (hidden if hidden is None else hidden.sum()) == expected


def test_a_solver_is_not_believed(monkeypatch: pytest.MonkeyPatch):
    """One that leaves a comment out: what it proposes is not feasible, and nothing is proven."""
    solve = feasible.optimize.milp

    def lying(cost, **problem):
        answer = solve(cost, **problem)
        answer.x[0] -= 1
        return answer

    members = sparse.csr_array(np.array([[1, 1, 0], [0, 1, 1]]))
    no = np.zeros(2, dtype=bool)
    sums = Sums(members, np.array([5, 4]), no, no, np.ones(2, dtype=np.int64), np.ones(2), no)
    few = np.array([False, True, False])
    assert hidden_in_proof(np.array([3, 2, 2]), has_few=few, sums=sums) is not None
    monkeypatch.setattr(feasible.optimize, "milp", lying)
    assert hidden_in_proof(np.array([3, 2, 2]), has_few=few, sums=sums) is None


def test_what_is_proposed_as_time_runs_out_is_not_looked_at(monkeypatch: pytest.MonkeyPatch):
    """The solver answers, and rightly, but late."""
    solve, limits = feasible.optimize.milp, []

    def counting(*problem, **how):
        limits.append(how["options"]["time_limit"])
        return solve(*problem, **how)

    members = sparse.csr_array(np.array([[1, 1, 0], [0, 1, 1]], dtype=bool))
    no = np.zeros(2, dtype=bool)
    sums = Sums(members, np.array([5, 4]), no, no, np.ones(2, dtype=np.int64), np.ones(2), no)
    truth = Truth(np.array([3, 2, 2]), np.array([False, True, False]), is_single=np.ones(3, dtype=bool))
    monkeypatch.setattr(feasible.optimize, "milp", counting)

    def outcome(most_seconds: float) -> Outcome:
        """By a clock that goes on by a second at each look, before and after the solver is asked."""
        monkeypatch.setattr(feasible.time, "monotonic", iter(range(1_000)).__next__)
        limits.clear()
        parameters = replace(PARAMETERS, most_seconds=most_seconds)
        return hidden_for_proof(truth, sums=sums, parameters=parameters).outcome

    assert outcome(1_000) is Outcome.PROVEN
    needed = 2 * len(limits)
    assert needed > 0
    assert limits == [1_000 - 1 - 2 * number for number in range(len(limits))]
    assert outcome(needed + 1) is Outcome.PROVEN
    assert outcome(needed) is Outcome.OUT_OF_TIME  # the last answer was late
    assert outcome(1) is Outcome.OUT_OF_TIME
    assert limits == []
