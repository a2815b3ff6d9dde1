"""Atoms that no cell tells apart, taken together: what a ledger counted, by blocks of them.

A ledger has as many atoms as pieces × themes × months, and a total has them all. Names that are in the same
cells are one group of their axis; a block is a group of pieces × one of themes × one of months. Every sum
over atoms is one over blocks, in a fraction of the memory.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
from scipy import sparse

from mapdialog.analysis.ledger import Cell, Ledger, Wrote

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Blocks:
    """What was counted, by the blocks of some cells. What is in none of these is left out.

    `members`: (cells, blocks) true where a block is in a cell. `fewest`: (blocks,) people in its atom of the
    fewest, of those in which somebody is; 0: nobody. `is_single`: (blocks,) whether it is one atom. `wrote`:
    (blocks, people) true where somebody wrote. `marks`: (blocks,) a number for what was written there,
    whatever its piece is called.
    """

    members: sparse.csr_array
    comments: Ints  # (blocks,)
    fewest: Ints
    is_single: Bools
    wrote: sparse.csr_array
    marks: Ints

    @classmethod
    def of(cls, cells: Sequence[Cell], *, ledger: Ledger) -> Blocks:
        """Raises ValueError for cells of names that the ledger does not have, or of none."""
        names = ledger.pieces, ledger.themes, ledger.months
        axes = [
            _Axis.of(each, sets=[cell.axes()[number] for cell in cells]) for number, each in enumerate(names)
        ]
        shape = tuple(len(axis.size) for axis in axes)
        n_blocks = int(np.prod(shape))
        wrote = [each for each in ledger.wrote if all(map(_Axis.has, axes, each[1:4]))]
        groups = [[axis.group[name] for axis, name in zip(axes, e[1:4], strict=True)] for e in wrote]
        pieces, themes, months = np.array(groups, dtype=np.int64).reshape(-1, 3).T
        block = (pieces * shape[1] + themes) * shape[2] + months
        _, person = np.unique([each.person for each in wrote], return_inverse=True)
        marks = np.zeros(n_blocks, dtype=np.int64)
        np.add.at(marks, block, np.array([_mark(each) for each in wrote], dtype=np.int64))
        weights = [each.comments for each in wrote]
        is_there = np.ones(len(wrote), dtype=bool)
        return cls(
            members=_members(cells, axes=axes, shape=shape),
            comments=np.bincount(block, weights=weights, minlength=n_blocks).astype(np.int64),
            fewest=_fewest(wrote, block=block, n_blocks=n_blocks),
            is_single=reduce(np.multiply.outer, [axis.size for axis in axes]).ravel() == 1,
            wrote=sparse.csr_array((is_there, (block, person)), shape=(n_blocks, len(wrote))),
            marks=marks,
        )

    def written(self) -> list[int]:
        """(cells,) a number for what was written in each: its marks added up, modulo 2⁶⁴."""
        marks: list[int] = (self.members @ self.marks).tolist()
        return marks

    def comments_of_cells(self) -> Ints:
        """(cells,)"""
        return np.asarray(self.members @ self.comments, dtype=np.int64)

    def people_of_cells(self) -> Ints:
        """(cells,) different people."""
        return np.asarray((self.members @ self.wrote).sum(axis=1), dtype=np.int64).ravel()


@dataclass(frozen=True)
class _Axis:
    """Names in groups: those in the same sets are one, numbered as they come. Names in none have no group."""

    group: dict[str, int]
    groups: dict[frozenset[str], Ints]  # of each set
    size: Ints  # (groups,)

    @classmethod
    def of(cls, names: Sequence[str], *, sets: Sequence[frozenset[str]]) -> _Axis:
        distinct = list(dict.fromkeys(sets))
        row_of = {name: row for row, name in enumerate(names)}
        is_in = np.zeros((len(names), len(distinct)), dtype=bool)
        for column, each in enumerate(distinct):
            if not each or not each <= row_of.keys():
                unknown = ", ".join(sorted(each - row_of.keys())) or "a cell of none"
                raise ValueError(
                    f"a cell needs closed months, and pieces and themes of the ledger: {unknown}"
                )
            is_in[[row_of[name] for name in each], column] = True
        number_of: dict[bytes, int] = {}
        group = {
            name: number_of.setdefault(row.tobytes(), len(number_of))
            for name, row in zip(names, np.packbits(is_in, axis=1), strict=True)
            if row.any()
        }
        groups = {each: np.unique([group[name] for name in each]) for each in distinct}
        return cls(group, groups, np.bincount(list(group.values()), minlength=0).astype(np.int64))

    def has(self, name: str) -> bool:
        return name in self.group


def _members(cells: Sequence[Cell], *, axes: Sequence[_Axis], shape: tuple[int, ...]) -> sparse.csr_array:
    """(cells, blocks), with a byte and a short index for each: of totals there are many millions."""
    n_blocks = int(np.prod(shape))
    index = np.int32 if n_blocks < 2**31 else np.int64
    rows = [np.zeros(0, dtype=index)]
    for cell in cells:
        groups = [axis.groups[names] for axis, names in zip(axes, cell.axes(), strict=True)]
        rows.append(np.asarray(np.ravel_multi_index(np.ix_(*groups), shape), dtype=index).ravel())
    ends = np.cumsum([row.size for row in rows])
    blocks = np.concatenate(rows)
    return sparse.csr_array((np.ones(blocks.size, dtype=bool), blocks, ends), shape=(len(cells), n_blocks))


def _fewest(wrote: Sequence[Wrote], *, block: Ints, n_blocks: int) -> Ints:
    people = Counter(each[1:4] for each in wrote)
    fewest = np.full(n_blocks, np.iinfo(np.int64).max)
    np.minimum.at(fewest, block, np.array([people[each[1:4]] for each in wrote], dtype=np.int64))
    return np.where(fewest == np.iinfo(np.int64).max, 0, fewest)


def _mark(wrote: Wrote) -> int:
    name = repr((wrote.person, wrote.theme, wrote.month, wrote.comments))
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
