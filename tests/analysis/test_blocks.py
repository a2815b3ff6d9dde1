"""Sums over blocks, against sums over all atoms one by one."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapdialog.analysis.blocks import Blocks
from mapdialog.analysis.ledger import Cell, Ledger, Wrote
from tests.analysis.ledger_town import SECRET

PIECES, THEMES, MONTHS = ("a", "b", "c", "d"), ("light", "road", "tree"), ("may", "june")
ATOMS = list(itertools.product(PIECES, THEMES, MONTHS))


def some(names: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(names), min_size=1)


cells = st.lists(st.builds(Cell, some(PIECES), some(THEMES), some(MONTHS)), max_size=5)
comments = st.dictionaries(
    st.tuples(st.integers(1, 4), st.sampled_from(ATOMS)), st.integers(1, 300), max_size=15
)


def ledger_of(counted: dict[tuple[int, tuple[str, str, str]], int]) -> Ledger:
    ledger = Ledger.empty(PIECES, themes=THEMES, secret=SECRET)
    for month in MONTHS:
        wrote = [Wrote(p, *atom, n) for (p, atom), n in counted.items() if atom[2] == month]
        ledger = ledger.with_month(month, wrote=wrote)
    return ledger


@given(cells=cells, counted=comments)
def test_blocks_count_what_atoms_do(cells: list[Cell], counted: dict):
    blocks = Blocks.of(cells, ledger=ledger_of(counted))

    def inside(cell: Cell) -> Callable[[tuple[str, str, str]], bool]:
        return lambda atom: all(name in names for name, names in zip(atom, cell.axes(), strict=True))

    for row, cell in enumerate(cells):
        rows = {key: n for key, n in counted.items() if inside(cell)(key[1])}
        assert blocks.comments_of_cells()[row] == sum(rows.values())
        assert blocks.people_of_cells()[row] == len({person for person, _ in rows})
    signatures: dict[tuple[bool, ...], list] = {}
    for atom in ATOMS:
        signatures.setdefault(tuple(inside(cell)(atom) for cell in cells), []).append(atom)
    columns = blocks.members.toarray().T
    for signature, atoms in signatures.items():
        if any(signature):
            is_block = (columns == signature).all(axis=1)
            people = [len({p for p, at in counted if at == atom}) for atom in atoms]
            known = blocks.fewest[is_block]
            assert min(known[known > 0], default=0) == min(filter(None, people), default=0)
            assert (is_block.sum() == 1 and blocks.is_single[is_block].all()) == (len(atoms) == 1)


@given(cells=cells, counted=comments, seed=st.integers(0, 3))
def test_what_was_written_is_the_same_whatever_pieces_are_called(cells: list[Cell], counted: dict, seed: int):
    """And all marks together are those of the cells, however they are divided."""
    order = np.random.default_rng(seed).permutation(len(PIECES))
    name_of = dict(zip(PIECES, (PIECES[number] for number in order), strict=True))
    moved = {(person, (name_of[p], *rest)): n for (person, (p, *rest)), n in counted.items()}
    there = [Cell(frozenset(map(name_of.__getitem__, c.pieces)), c.themes, c.months) for c in cells]
    before, after = Blocks.of(cells, ledger=ledger_of(counted)), Blocks.of(there, ledger=ledger_of(moved))
    assert before.written() == after.written()


@pytest.mark.parametrize("cell", [Cell(*map(frozenset, ("z", ["light"], ["may"])))])
def test_a_name_that_the_ledger_does_not_have_is_said(cell: Cell):
    with pytest.raises(ValueError, match="of the ledger: z"):
        Blocks.of([cell], ledger=ledger_of({}))
