"""Small numbers hidden so that nobody can work them out again from the totals.

A table with its totals is one system of sums: every row and every column adds up, those of the totals
too. Hiding the small cells is not enough: a lone hidden cell is its total less the others. So for each
small cell a cycle of further hidden cells is found, along which it could be raised to the minimum with
every total still right: a reader cannot even tell that it is small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_NO_WAY = 2**60  # more than all counts together
_MOST = 2**53  # as a float still a whole number


@dataclass(frozen=True)
class PublishedCounts:
    """A table fit to be seen: whole numbers, missing where hidden; totals count what is hidden too."""

    cells: pd.DataFrame
    row_totals: pd.Series[int]
    column_totals: pd.Series[int]
    total: int | None


def suppress_small(
    counts: pd.DataFrame, *, minimum: int, contributors: pd.DataFrame | None = None
) -> PublishedCounts:
    """Hide every count from 1 to `minimum` - 1, and as little else as keeps them hidden.

    `counts`: whole numbers ≥ 0, for example areas by themes. Zeros stay: nobody is in them. With
    `contributors` (the same rows and columns: distinct people behind each cell) a cell is small when its
    people are fewer than `minimum`, and a total when no cell of it has so many, since the same people may be
    behind several cells. Raises ValueError for what is no number of comments (negative, missing, beyond 2⁵³),
    for other rows or columns of contributors, for more of them than comments, and for a minimum below 1.

    It protects one table by itself: two tables of the same pins with different divisions, or the same
    table day after day, can still tell. Source: the shortest-path heuristic for two-way tables; Fischetti
    and Salazar 1999 describe the problem.
    """
    if not minimum >= 1:
        raise ValueError("the minimum must be 1 or more")
    values = _with_totals(_whole(counts))
    people = values if contributors is None else _with_most(_people(contributors, counts=counts))
    small = (values > 0) & (people < minimum)
    if values.shape[0] < values.shape[1]:  # steps are counted between columns: let these be the fewer
        hidden = _with_company(values.T, small=small.T, minimum=minimum).T
    else:
        hidden = _with_company(values, small=small, minimum=minimum)
    return _published(counts, values, hidden)


def _whole(table: pd.DataFrame) -> Ints:
    values = table.to_numpy(dtype=np.float64, na_value=np.nan)
    if not (values >= 0).all() or (values != np.floor(values)).any() or values.sum() > _MOST:
        raise ValueError("counts must be whole numbers, none missing or negative, and less than 2⁵³ together")
    return values.astype(np.int64)


def _people(contributors: pd.DataFrame, *, counts: pd.DataFrame) -> Ints:
    if not (contributors.index.equals(counts.index) and contributors.columns.equals(counts.columns)):
        raise ValueError("contributors and counts must have the same rows and columns, in the same order")
    people = _whole(contributors)
    if (people > _whole(counts)).any():
        raise ValueError("nobody contributes without a comment: there are more people than comments")
    return people


def _with_totals(values: Ints) -> Ints:
    wide = np.column_stack([values, values.sum(axis=1)])
    return np.vstack([wide, wide.sum(axis=0)])


def _with_most(people: Ints) -> Ints:
    wide = np.column_stack([people, people.max(axis=1, initial=0)])
    return np.vstack([wide, wide.max(axis=0, initial=0)])


def _with_company(values: Ints, *, small: Bools, minimum: int) -> Bools:
    """What is hidden so that every small cell could reach the minimum, or one more if it has as many."""
    hidden = small.copy()
    signs = np.ones(values.shape, dtype=np.int64)
    signs[-1, :] *= -1  # a total stands on the other side of its sum
    signs[:, -1] *= -1
    raised = np.where(small, np.maximum(minimum - values, 1), 0)
    for height in np.unique(raised[small])[::-1].tolist():  # who must rise most needs most company
        for sign in (1, -1):
            targets = (raised == height) & (signs == sign)
            if targets.any():
                detours = _Detours.of(values, hidden=hidden, rises=signs != sign, raised=height)
                for row in np.flatnonzero(targets.any(axis=1)).tolist():
                    detours.hide_for(row, columns=np.flatnonzero(targets[row]))
    return hidden


@dataclass
class _Detours:
    """The cheapest cells to hide so that a cell could be higher by `raised` and all sums still hold.

    Nodes are the rows and the columns, edges the cells. Raising a cell leaves its row with a surplus, which
    another cell of the row takes up; that leaves the other cell's column with a deficit; and so on until the
    cell's own column is reached. A cell that must fall has to stay above 0. Hidden cells cost nothing,
    visible ones their count: so the least information is lost. There is always a cycle: by way of the
    totals, which rise with their cells. Rows are many, columns few: so the ways between two columns by one
    row are kept, the cheapest and the next (for cells of the cheapest one's own row), and mended where a
    cell is hidden.
    """

    down: Ints  # (rows, columns): what a step from the row to the column costs
    up: Ints  # (rows, columns): and one from the column to the row
    first: Ints  # (columns, columns): from column to column by the cheapest row
    row_of_first: Ints
    second: Ints  # by the cheapest other row
    hidden: Bools  # (rows, columns): what is hidden so far; written to

    @classmethod
    def of(cls, values: Ints, *, hidden: Bools, rises: Bools, raised: int) -> _Detours:
        """`rises`: cells that rise on a step from row to column and fall on one back; the others reverse."""
        cost = np.where(hidden, 0, values)
        roomy = values > raised
        down = np.where((values > 0) & (rises | roomy), cost, _NO_WAY)
        up = np.where((values > 0) & (~rises | roomy), cost, _NO_WAY)
        columns = values.shape[1]
        first, row_of_first, second = (np.empty((columns, columns), dtype=np.int64) for _ in range(3))
        onward = np.ascontiguousarray(down.T)
        every = np.arange(columns)
        for column in range(columns):
            ways = onward + up[:, column]
            row_of_first[column] = ways.argmin(axis=1)
            first[column] = ways[every, row_of_first[column]]
            ways[every, row_of_first[column]] = 2 * _NO_WAY
            second[column] = ways.min(axis=1)
        return cls(down, up, first, row_of_first, second, hidden)

    def hide_for(self, row: int, *, columns: Ints) -> None:
        """Hide what the cells of a row need to be able to rise, one cell after another."""
        waiting = columns
        while len(waiting := waiting[~self._at_no_cost(row, columns=waiting)]):
            for cell in self._cheapest(row, column=int(waiting[0])):
                self._hide(*cell)
            waiting = waiting[1:]

    def _at_no_cost(self, row: int, *, columns: Ints) -> Bools:
        """(columns,) which cells of the row can rise by hidden cells alone, the cell itself left out."""
        is_free = (self._steps(row) == 0).astype(np.float64)
        reached = np.repeat(self.down[row][np.newaxis] == 0, len(columns), axis=0)
        reached[np.arange(len(columns)), columns] = False
        while True:
            further = reached | (reached @ is_free > 0)
            if (further == reached).all():
                goals: Bools = reached[np.arange(len(columns)), columns]
                return goals
            reached = further

    def _steps(self, row: int) -> Ints:
        """(columns, columns): what it costs from column to column by another row than this."""
        return np.where(self.row_of_first == row, self.second, self.first)

    def _cheapest(self, row: int, *, column: int) -> list[tuple[int, int]]:
        """The cells of the cheapest way from a row to a column, the cell where they meet left out."""
        steps = self._steps(row)
        best = self.down[row].copy()
        best[column] = _NO_WAY
        before = np.full(len(best), -1, dtype=np.int64)
        while True:
            ways = best[:, np.newaxis] + steps
            nearest = ways.argmin(axis=0)
            shorter = ways[nearest, np.arange(len(best))]
            is_shorter = shorter < best
            if not is_shorter.any():
                break
            best[is_shorter], before[is_shorter] = shorter[is_shorter], nearest[is_shorter]
        cells = []
        while (previous := int(before[column])) >= 0:
            ways = self.up[:, previous] + self.down[:, column]
            ways[row] = 2 * _NO_WAY
            between = int(ways.argmin())
            cells += [(between, column), (between, previous)]
            column = previous
        return [*cells, (row, column)]

    def _hide(self, row: int, column: int) -> None:
        if self.hidden[row, column]:
            return
        self.hidden[row, column] = True
        for steps in (self.down, self.up):
            if steps[row, column] < _NO_WAY:
                steps[row, column] = 0
        ways = self.up[row][:, np.newaxis] + self.down[row]
        is_own = self.row_of_first == row
        is_first = ~is_own & (ways < self.first)
        self.second[:] = np.where(is_own, self.second, np.minimum(self.second, np.maximum(ways, self.first)))
        self.first[:] = np.minimum(self.first, ways)
        self.row_of_first[is_first] = row


def _published(counts: pd.DataFrame, values: Ints, hidden: Bools) -> PublishedCounts:
    shown = pd.DataFrame(values).astype("Int64").mask(pd.DataFrame(hidden))
    cells = shown.iloc[:-1, :-1].set_axis(counts.index, axis=0).set_axis(counts.columns, axis=1)
    return PublishedCounts(
        cells=cells,
        row_totals=shown.iloc[:-1, -1].set_axis(counts.index),
        column_totals=shown.iloc[-1, :-1].set_axis(counts.columns),
        total=None if hidden[-1, -1] else int(values[-1, -1]),
    )
