"""What of a table may be published beside all that a consultation's ledger already published.

`docs/methods/disclosure.md` says what this protects against and what not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from mapdialog.analysis.blocks import Blocks
from mapdialog.analysis.feasible import Outcome, Proof, ProofParameters, Sums, Truth, hidden_for_proof
from mapdialog.analysis.ledger import Audience, Cell, Entry, Ledger

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
    most_nodes: int  # of a search for whole numbers, see `feasible`; 1,000
    most_seconds: float  # of all searches of an offer, by the clock on the wall; 600; math.inf: no limit

    def __post_init__(self) -> None:
        if set(self.least_people) != set(Audience) or not min(self.least_people.values()) >= 2:
            raise ValueError("least_people must be 2 or more for each audience")
        if not (0 <= self.by_lot < 1 and self.most_nodes >= 1 and self.most_seconds > 0):
            raise ValueError(
                "by_lot must be from 0 to less than 1, most_nodes 1 or more, most_seconds above 0"
            )


@dataclass(frozen=True)
class Release:
    """What came of an offer. `entries`: what may be published, by the table's keys; none if it was refused.

    `ledger`: to be stored before anything is published. `outcome`: why a table was refused, for staff only.
    """

    ledger: Ledger
    entries: Mapping[Key, Entry]
    outcome: Outcome


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

    Cells of few people are hidden, then others, until for every atom of few people there is a feasible table
    in which it has many (`feasible`). Where none is found, or not in time, the table is refused, and nothing
    of it shown. What was hidden to an audience stays so, but for zeros; what is known is shown. So what was
    answered before is answered the same, without a proof, and the ledger gets no longer.
    `with_zeros`: zeros are shown, which tells that hidden cells are not 0; else they are hidden, too.
    `with_people`: numbers of people are shown, where nobody knows another of people in any of the same atoms.
    Raises ValueError for months that are not closed, for unknown pieces and themes, where few was something
    else in an offer before, and where what was published is no longer what is counted: readers know both, and
    the difference names who was added or taken away.
    """
    if ledger.least_people not in ({}, parameters.least_people):
        raise ValueError("what is few was decided with the first offer to this ledger")
    ledger = replace(ledger, least_people=dict(parameters.least_people))
    offered = _Offered.of(
        table.values(), ledger=ledger, audience=audience, with_zeros=with_zeros, parameters=parameters
    )
    left_s = parameters.most_seconds
    for reader in _READERS[audience]:
        proof = offered.proof(reader, parameters=parameters, most_seconds=left_s)
        if proof.outcome is not Outcome.PROVEN:
            return Release(ledger, {}, proof.outcome)
        offered = offered.after(proof)
        left_s -= proof.seconds
    answers = offered.answers(audience, with_people=with_people)
    known = {key for entry in ledger.entries if entry.audience in _SEES[audience] for key in _facts(entry)}
    news = [entry for entry in answers.values() if not known.issuperset(_facts(entry))]
    entries = {key: answers[cell] for key, cell in table.items()}
    return Release(replace(ledger, entries=(*ledger.entries, *news)), entries, Outcome.PROVEN)


def _facts(entry: Entry) -> set[tuple[object, ...]]:
    """What a reader learns. A hidden cell is hidden from an audience, as others may see it."""
    if entry.comments is None:
        return {(entry.cell, entry.audience, entry.least)}
    people = set() if entry.people is None else {(entry.cell, "people", entry.people)}
    return {(entry.cell, "comments", entry.comments)} | people


@dataclass(frozen=True)
class _Offered:
    """The different cells of a table, beside the entries of the ledger. Arrays are (cells,) or (rows,)."""

    entries: tuple[Entry, ...]
    row_of_entry: Ints  # (entries,) in the blocks' `members`
    cells: tuple[Cell, ...]
    row: Ints  # in the blocks' `members`
    blocks: Blocks
    people: Ints  # (rows,)
    has_lot: Bools  # (rows,)
    comments: Ints
    price: Floats
    is_hidden: Bools
    is_answered: Bools  # as before: its entry was proven then
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
        cells, before = tuple(dict.fromkeys(table)), _Before.of(ledger, audience=audience)
        row_of = {c: row for row, c in enumerate(dict.fromkeys((*(e.cell for e in ledger.entries), *cells)))}
        blocks = Blocks.of(tuple(row_of), ledger=ledger)
        comments, people, written = blocks.comments_of_cells(), blocks.people_of_cells(), blocks.written()
        row_of_entry = np.array([row_of[entry.cell] for entry in ledger.entries], dtype=np.int64)
        _check(ledger.entries, comments=comments[row_of_entry], people=people[row_of_entry])
        row = np.array([row_of[cell] for cell in cells], dtype=np.int64)
        lots = np.array([_lots(each, secret=ledger.secret) for each in written]).reshape(-1, 2)
        has_lot = lots[:, 0] < parameters.by_lot
        is_shown = np.array([cell in before.shown for cell in cells], dtype=bool)
        is_hidden = np.array([cell in before.hidden for cell in cells], dtype=bool)
        is_hidden |= (people[row] < parameters.least_people[audience]) | has_lot[row]
        is_hidden &= ~is_shown & ((comments[row] > 0) | (not with_zeros))
        least_before = np.array([before.least.get(cell, -1) for cell in cells], dtype=np.int64)
        return cls(
            ledger.entries,
            row_of_entry,
            cells,
            row,
            blocks,
            people,
            has_lot,
            comments=comments[row],
            price=1 + lots[row, 1],
            is_hidden=is_hidden,
            is_answered=is_shown | (least_before >= int(with_zeros)),
            least=np.maximum(least_before, int(with_zeros)),
        )

    def proof(self, reader: Audience, *, parameters: ReleaseParameters, most_seconds: float) -> Proof:
        """What has to be hidden beside all that the reader knows: sums that are known, then the new cells."""
        numbers = [at for at, entry in enumerate(self.entries) if entry.audience in _SEES[reader]]
        entries, is_new = [self.entries[number] for number in numbers], ~self.is_answered
        was_hidden = np.array([entry.comments is None for entry in entries], dtype=bool)
        least = np.array([entry.least for entry in entries], dtype=np.int64)  # of shown ones their number
        rows = np.r_[self.row_of_entry[numbers], self.row[is_new]]
        touched = np.flatnonzero(_touched(self.blocks.members, rows=rows, n_known=len(entries))[rows])
        minimum, fewest = parameters.least_people[reader], self.blocks.fewest
        is_hidden = np.r_[was_hidden, self.is_hidden[is_new]]
        sums = Sums(
            members=self.blocks.members[rows[touched]],
            values=np.r_[least, self.comments[is_new]][touched],
            is_hidden=is_hidden[touched],
            is_offered=np.r_[np.zeros(len(entries), dtype=bool), (self.comments > 0)[is_new]][touched],
            least=np.r_[least, self.least[is_new]][touched],
            price=np.r_[np.ones(len(entries)), self.price[is_new]][touched],
            is_decoy=(is_hidden & (self.has_lot & (self.people >= minimum))[rows])[touched],
        )
        truth = Truth(self.blocks.comments, (fewest > 0) & (fewest < minimum), self.blocks.is_single)
        how = ProofParameters(minimum=minimum, most_nodes=parameters.most_nodes, most_seconds=most_seconds)
        return hidden_for_proof(truth, sums=sums, parameters=how)

    def after(self, proof: Proof) -> _Offered:
        """With what has to be hidden for a proof. New cells are the last of its sums."""
        is_hidden, is_new = self.is_hidden.copy(), ~self.is_answered
        is_hidden[is_new] = proof.is_hidden[len(proof.is_hidden) - int(is_new.sum()) :]
        return replace(self, is_hidden=is_hidden)

    def answers(self, audience: Audience, *, with_people: bool) -> dict[Cell, Entry]:
        shows_people = self._may_show_people() & with_people
        return {
            cell: Entry(cell, audience, None, None, int(self.least[number]))
            if self.is_hidden[number]
            else Entry(
                cell,
                audience,
                comments=int(self.comments[number]),
                people=int(self.people[self.row[number]]) if shows_people[number] else None,
                least=int(self.comments[number]),
            )
            for number, cell in enumerate(self.cells)
        }

    def _may_show_people(self) -> Bools:
        """(cells,) those that share no atom with another whose people anybody knows; first come."""
        members = self.blocks.members
        numbers = [at for at, entry in enumerate(self.entries) if entry.people]
        known = {self.entries[number].cell for number in numbers}
        is_taken = members[np.unique(self.row_of_entry[numbers])].sum(axis=0) > 0
        shows = np.zeros(len(self.cells), dtype=bool)
        for number, (cell, row) in enumerate(zip(self.cells, self.row, strict=True)):
            inside = members.indices[members.indptr[row] : members.indptr[row + 1]]
            shows[number] = cell in known or self.comments[number] == 0 or not is_taken[inside].any()
            if shows[number] and self.comments[number] and not self.is_hidden[number]:
                known.add(cell)
                is_taken[inside] = True
        return shows


@dataclass(frozen=True)
class _Before:
    """What was answered before: cells `shown` to an audience, `hidden` from it or others who see it."""

    shown: frozenset[Cell]
    hidden: frozenset[Cell]
    least: Mapping[Cell, int]  # that the audience was told of a hidden one

    @classmethod
    def of(cls, ledger: Ledger, *, audience: Audience) -> _Before:
        hidden = [entry for entry in ledger.entries if entry.comments is None]
        seen_by = _SEES[audience]
        return cls(
            frozenset(e.cell for e in ledger.entries if e.audience in seen_by and e.comments is not None),
            frozenset(entry.cell for entry in hidden if entry.audience in _READERS[audience]),
            {entry.cell: entry.least for entry in hidden if entry.audience is audience},
        )


def _check(entries: Sequence[Entry], *, comments: Ints, people: Ints) -> None:
    for entry, n_comments, n_people in zip(entries, comments.tolist(), people.tolist(), strict=True):
        if entry.comments not in (None, n_comments) or entry.people not in (None, n_people):
            raise ValueError(f"what was published is not what is counted now: {entry}, {n_comments}")


def _touched(members: sparse.csr_array, *, rows: Ints, n_known: int) -> Bools:
    """(cells,) which of the rows hang together with those after the known ones, by what is in them.

    The others were proven before.
    """
    is_row = np.zeros(members.shape[0], dtype=bool)
    reached = is_row.copy()
    is_row[rows], reached[rows[n_known:]] = True, True
    while True:
        further: Bools = reached | (is_row & np.asarray(members @ (members.T @ reached), dtype=bool))
        if np.array_equal(further, reached):
            return reached
        reached = further


def _lots(written: int, *, secret: bytes) -> tuple[float, float]:
    """Whether a cell is hidden by lot, and its price; the same for all cells with the same comments in them.

    Were they cast by the cell's name, the same sum under many names would show what the lot is to hide.
    """
    digest = hashlib.blake2b(str(written).encode(), key=secret, digest_size=16).digest()
    return int.from_bytes(digest[:8]) / 2**64, int.from_bytes(digest[8:]) / 2**64
