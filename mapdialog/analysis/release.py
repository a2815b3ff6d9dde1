"""What of a table may be published beside all that a consultation's ledger already published.

`docs/methods/disclosure.md` says what this protects against and what not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from mapdialog.analysis.ledger import Audience, Cell, Entry, Ledger, Wrote
from mapdialog.analysis.worlds import ProofParameters, Sums, hidden_for_proof

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Key = tuple[str, ...]

_SEES = {Audience.OPEN: (Audience.OPEN,), Audience.COMMITTEE: (Audience.OPEN, Audience.COMMITTEE)}
_READERS = {Audience.OPEN: (Audience.OPEN, Audience.COMMITTEE), Audience.COMMITTEE: (Audience.COMMITTEE,)}


@dataclass(frozen=True, kw_only=True)
class ReleaseParameters:
    """What is few, and how hard is searched; nothing has a default."""

    least_people: Mapping[Audience, int]  # fewer are few; 10 for all, 5 for committees
    by_lot: float  # share of cells hidden for no reason, so that a hidden cell need not have few; 0.02
    most_nodes: int  # of a search for a whole-numbered world, see `worlds`; 1,000

    def __post_init__(self) -> None:
        if set(self.least_people) != set(Audience) or not min(self.least_people.values()) >= 2:
            raise ValueError("least_people must be 2 or more for each audience")
        if not (0 <= self.by_lot < 1 and self.most_nodes >= 1):
            raise ValueError("by_lot must be from 0 to less than 1, and most_nodes 1 or more")


@dataclass(frozen=True)
class Release:
    """What came of an offer. `entries`: what may be published, by the table's keys; none if it was refused.

    `ledger`: to be stored before anything is published.
    """

    ledger: Ledger
    entries: Mapping[Key, Entry]


def crossed(
    areas: Mapping[str, Collection[str]],
    *,
    themes: Mapping[str, Collection[str]],
    periods: Mapping[str, Collection[str]],
) -> dict[Key, Cell]:
    """A table of every area (by its pieces), theme (or sum of themes) and period (by its months).

    Totals are areas, themes and periods like others: name all their pieces, themes or months.
    """
    return {
        (area, theme, period): Cell(frozenset(pieces), frozenset(names), frozenset(months))
        for area, pieces in areas.items()
        for theme, names in themes.items()
        for period, months in periods.items()
    }


def offer(
    table: Mapping[Key, Cell],
    *,
    ledger: Ledger,
    audience: Audience,
    with_people: bool,
    with_zeros: bool,
    parameters: ReleaseParameters,
) -> Release:
    """What of a table may be published to an audience, beside all that its readers already know.

    Cells of few people are hidden, then others, until for every atom of few people there is a world in which
    nothing contradicts what is known and it has many (`worlds`). Where there is none, the table is refused,
    and nothing of it shown. What was hidden to an audience stays so, but for zeros; what is known is shown.
    `with_zeros`: zeros are shown, which tells that hidden cells are not 0; else they are hidden, too.
    `with_people`: numbers of people are shown, where nobody knows another of people in any of the same atoms.
    Raises ValueError for months that are not closed, for unknown pieces and themes, and where few was
    something else in an offer before.
    """
    if ledger.least_people not in ({}, parameters.least_people):
        raise ValueError("what is few was decided with the first offer to this ledger")
    ledger = replace(ledger, least_people=dict(parameters.least_people))
    offered = _Offered.of(
        table.values(), ledger=ledger, audience=audience, with_zeros=with_zeros, parameters=parameters
    )
    for reader in _READERS[audience]:
        is_hidden = offered.hidden_from(reader, ledger=ledger, parameters=parameters)
        if is_hidden is None:
            return Release(ledger, {})
        offered = replace(offered, is_hidden=is_hidden)
    shows_people = offered.may_show_people(ledger) & with_people
    entries = {
        key: offered.entry(number, audience=audience, shows_people=bool(shows_people[number]))
        for number, key in enumerate(table)
    }
    return Release(replace(ledger, entries=(*ledger.entries, *entries.values())), entries)


@dataclass(frozen=True)
class _Offered:
    """The cells of a table. Arrays are (cells,), `members` is (cells, atoms), `lots` (cells, 2)."""

    atoms: _Atoms
    cells: tuple[Cell, ...]
    members: sparse.csr_array
    comments: Ints
    people: Ints
    lots: Floats
    is_hidden: Bools
    least: Ints

    @classmethod
    def of(
        cls,
        table: Iterable[Cell],
        *,
        ledger: Ledger,
        audience: Audience,
        with_zeros: bool,
        parameters: ReleaseParameters,
    ) -> _Offered:
        """Hidden are cells of few people, some by lot, and what was hidden before; not what is known."""
        atoms, cells = _Atoms.of(ledger), tuple(table)
        members = atoms.members(cells)
        comments, people = atoms.sums(members)
        written = atoms.written(members)
        lots = np.array([_lots(each, secret=ledger.secret) for each in written]).reshape(-1, 2)
        known = {e.cell for e in ledger.entries if e.audience in _SEES[audience] and e.comments is not None}
        hidden = {e.cell for e in ledger.entries if e.audience in _READERS[audience] and e.comments is None}
        is_hidden = np.array([cell in hidden for cell in cells], dtype=bool)
        is_hidden |= (people < parameters.least_people[audience]) | (lots[:, 0] < parameters.by_lot)
        is_hidden &= np.array([cell not in known for cell in cells], dtype=bool)
        is_hidden &= (comments > 0) | (not with_zeros)
        least = np.full(len(cells), int(with_zeros))
        return cls(atoms, cells, members, comments, people, lots, is_hidden, least)

    def hidden_from(self, reader: Audience, *, ledger: Ledger, parameters: ReleaseParameters) -> Bools | None:
        """(cells,) what has to be hidden beside all that the reader knows. None: that is not enough."""
        entries = [entry for entry in ledger.entries if entry.audience in _SEES[reader]]
        known = self.atoms.members(entry.cell for entry in entries)
        was_hidden = np.array([entry.comments is None for entry in entries], dtype=bool)
        members = sparse.vstack([known, self.members], format="csr")
        touched = _touched(members, n_known=len(entries))
        sums = Sums(
            members=members[touched],
            values=np.r_[self.atoms.sums(known)[0], self.comments][touched],
            is_hidden=np.r_[was_hidden, self.is_hidden][touched],
            is_offered=np.r_[np.zeros(len(entries), dtype=bool), self.comments > 0][touched],
            least=np.r_[np.array([entry.least for entry in entries], dtype=np.int64), self.least][touched],
            price=np.r_[np.ones(len(entries)), 1 + self.lots[:, 1]][touched],
        )
        minimum = parameters.least_people[reader]
        is_hidden = hidden_for_proof(
            self.atoms.comments,
            has_few=(self.atoms.people > 0) & (self.atoms.people < minimum),
            sums=sums,
            parameters=ProofParameters(minimum=minimum, most_nodes=parameters.most_nodes),
        )
        return None if is_hidden is None else is_hidden[len(is_hidden) - len(self.cells) :]

    def entry(self, number: int, *, audience: Audience, shows_people: bool) -> Entry:
        if self.is_hidden[number]:
            return Entry(self.cells[number], audience, None, None, int(self.least[number]))
        comments, people = int(self.comments[number]), int(self.people[number])
        return Entry(self.cells[number], audience, comments, people if shows_people else None, comments)

    def may_show_people(self, ledger: Ledger) -> Bools:
        """(cells,) those that share no atom with another whose people anybody knows; first come."""
        known = {entry.cell for entry in ledger.entries if entry.people}
        is_taken = self.atoms.members(known).sum(axis=0) > 0
        shows = np.zeros(len(self.cells), dtype=bool)
        for number, cell in enumerate(self.cells):
            atoms = self.members.indices[self.members.indptr[number] : self.members.indptr[number + 1]]
            shows[number] = cell in known or self.comments[number] == 0 or not is_taken[atoms].any()
            if shows[number] and self.comments[number] and not self.is_hidden[number]:
                known.add(cell)
                is_taken[atoms] = True
        return shows


def _touched(members: sparse.csr_array, *, n_known: int) -> Ints:
    """The sums that hang together with what is offered by the atoms in them: others were proven before."""
    graph = sparse.block_array([[None, members], [members.T, None]], format="csr")
    _, component = csgraph.connected_components(graph, directed=False)
    of_sum = component[: members.shape[0]]
    return np.flatnonzero(np.isin(of_sum, of_sum[n_known:]))


def _lots(written: int, *, secret: bytes) -> tuple[float, float]:
    """Whether a cell is hidden by lot, and its price; the same for all cells with the same comments in them.

    Were they cast by the cell's name, the same sum under many names would show what the lot is to hide.
    """
    digest = hashlib.blake2b(str(written).encode(), key=secret, digest_size=16).digest()
    return int.from_bytes(digest[:8]) / 2**64, int.from_bytes(digest[8:]) / 2**64


@dataclass(frozen=True)
class _Atoms:
    """A ledger's pieces × themes × months, the last running fastest."""

    axes: tuple[dict[str, int], ...]
    comments: Ints  # (atoms,)
    people: Ints  # (atoms,)
    wrote: sparse.csr_array  # (atoms, people): 1 where somebody wrote
    marks: Ints  # (atoms,) a number for what was written there, whatever its piece is called

    @classmethod
    def of(cls, ledger: Ledger) -> _Atoms:
        axes = tuple(
            {name: number for number, name in enumerate(names)}
            for names in (ledger.pieces, ledger.themes, ledger.months)
        )
        numbers = [[axis[name] for axis, name in zip(axes, each[1:4], strict=True)] for each in ledger.wrote]
        shape = tuple(map(len, axes))
        atom = np.ravel_multi_index(tuple(np.array(numbers, dtype=np.int64).reshape(-1, 3).T), shape)
        n_atoms = int(np.prod(shape))
        _, person = np.unique([each.person for each in ledger.wrote], return_inverse=True)
        n_wrote = len(ledger.wrote)
        wrote = sparse.csr_array((np.ones(n_wrote, dtype=np.int64), (atom, person)), shape=(n_atoms, n_wrote))
        weights = [each.comments for each in ledger.wrote]
        comments = np.bincount(atom, weights=weights, minlength=n_atoms).astype(np.int64)
        marks = np.zeros(n_atoms, dtype=np.int64)
        np.add.at(marks, atom, np.array([_mark(each) for each in ledger.wrote], dtype=np.int64))
        return cls(axes, comments, np.bincount(atom, minlength=n_atoms), wrote, marks)

    def members(self, cells: Iterable[Cell]) -> sparse.csr_array:
        """(cells, atoms): 1 where an atom is in a cell. Raises ValueError for names that are none."""
        shape = tuple(map(len, self.axes))
        rows: list[Ints] = [np.zeros(0, dtype=np.int64)]
        for cell in cells:
            pairs = list(zip(self.axes, cell.axes(), strict=True))
            if not all(names and names <= axis.keys() for axis, names in pairs):
                raise ValueError(f"a cell needs closed months, and pieces and themes of the ledger: {cell}")
            numbers = [sorted(axis[name] for name in names) for axis, names in pairs]
            rows.append(np.asarray(np.ravel_multi_index(np.ix_(*numbers), shape)).ravel())
        atoms = np.concatenate(rows)
        ends = np.cumsum([row.size for row in rows])
        ones = np.ones(len(atoms), dtype=np.int64)
        return sparse.csr_array((ones, atoms, ends), shape=(ends.size - 1, self.comments.size))

    def written(self, members: sparse.csr_array) -> list[int]:
        """(cells,) a number for what was written in each: its atoms' marks added up, modulo 2⁶⁴."""
        marks: list[int] = (members @ self.marks).tolist()
        return marks

    def sums(self, members: sparse.csr_array) -> tuple[Ints, Ints]:
        """(cells,) each: comments, and different people."""
        people = np.asarray((members @ self.wrote > 0).sum(axis=1), dtype=np.int64).ravel()
        return members @ self.comments, people


def _mark(wrote: Wrote) -> int:
    name = repr((wrote.person, wrote.theme, wrote.month, wrote.comments))
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
