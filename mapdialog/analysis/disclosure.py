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
    `contributors` (the same shape: distinct people behind each cell) a cell is small when its people are
    fewer than `minimum`, and a total when no cell of it has so many, since the same people may be behind
    several cells. Raises ValueError for negative or missing counts, and for shapes that differ.

    It protects one table by itself: two tables of the same pins with different divisions, or the same
    table day after day, can still tell. Source: the shortest-path heuristic for two-way tables; Fischetti
    and Salazar 1999 describe the problem.
    """
    values = _with_totals(_whole(counts))
    people = values if contributors is None else _with_most(_whole(contributors))
    if people.shape != values.shape:
        raise ValueError("contributors and counts must have the same shape")
    hidden = (values > 0) & (people < minimum)
    for row, column in np.argwhere(hidden):
        raised = max(1, minimum - int(values[row, column]))
        for cell in _cycle(values, hidden, row=int(row), column=int(column), raised=raised):
            hidden[cell] = True
    return _published(counts, values, hidden)


def _whole(table: pd.DataFrame) -> Ints:
    values = table.to_numpy(dtype=np.float64, na_value=np.nan)
    if not (values >= 0).all() or (values != np.floor(values)).any():
        raise ValueError("counts must be whole numbers, none missing or negative")
    return values.astype(np.int64)


def _with_totals(values: Ints) -> Ints:
    wide = np.column_stack([values, values.sum(axis=1)])
    return np.vstack([wide, wide.sum(axis=0)])


def _with_most(people: Ints) -> Ints:
    wide = np.column_stack([people, people.max(axis=1, initial=0)])
    return np.vstack([wide, wide.max(axis=0, initial=0)])


def _cycle(values: Ints, hidden: Bools, *, row: int, column: int, raised: int) -> list[tuple[int, int]]:
    """The cheapest cells to hide so that (row, column) could be higher by `raised` and all sums still hold.

    Nodes are the rows and the columns, edges the cells. Raising the cell leaves its row with a surplus,
    which another cell of the row takes up; that leaves the other cell's column with a deficit; and so on
    until the cell's own column is reached. A cell that must fall has to stay above 0. Hidden cells cost
    nothing, visible ones their count: so the least information is lost. There is always a cycle: by way
    of the totals, which rise with their cells.
    """
    rows, columns = values.shape
    signs = np.ones((rows, columns), dtype=np.int64)
    signs[-1, :] *= -1  # a total stands on the other side of its sum
    signs[:, -1] *= -1
    rises_in_row = signs != signs[row, column]  # a step from a row to a column goes against the cell's own
    roomy = values > raised
    cost = np.where(hidden, 0, values)
    from_row = np.where((values > 0) & (rises_in_row | roomy), cost, -1)
    from_column = np.where((values > 0) & (~rises_in_row | roomy), cost, -1)
    from_row[row, column] = from_column[row, column] = -1
    before = _shortest(from_row, from_column, start=row, goal=rows + column)
    path = []
    node = rows + column
    while node != row:
        previous = int(before[node])
        path.append((previous, node - rows) if node >= rows else (node, previous - rows))
        node = previous
    return path


def _shortest(from_row: Ints, from_column: Ints, *, start: int, goal: int) -> Ints:
    """Dijkstra over rows (0…) and columns (after the rows): each reached node's predecessor.

    A whole row or column of cells is looked at in one step: there are thousands of cells, few nodes.
    """
    rows, columns = from_row.shape
    best = np.full(rows + columns, np.inf)
    best[start] = 0
    waiting = best.copy()
    before = np.full(rows + columns, -1, dtype=np.int64)
    node = start
    while node != goal:
        beyond = slice(rows, None) if node < rows else slice(0, rows)
        steps = from_row[node] if node < rows else from_column[:, node - rows]
        price = np.where(steps >= 0, waiting[node] + steps, np.inf)
        nearer = price < best[beyond]
        best[beyond][nearer] = waiting[beyond][nearer] = price[nearer]
        before[beyond][nearer] = node
        waiting[node] = np.inf
        node = int(waiting.argmin())
    return before


def _published(counts: pd.DataFrame, values: Ints, hidden: Bools) -> PublishedCounts:
    shown = pd.DataFrame(values).astype("Int64").mask(pd.DataFrame(hidden))
    cells = shown.iloc[:-1, :-1].set_axis(counts.index, axis=0).set_axis(counts.columns, axis=1)
    return PublishedCounts(
        cells=cells,
        row_totals=shown.iloc[:-1, -1].set_axis(counts.index),
        column_totals=shown.iloc[-1, :-1].set_axis(counts.columns),
        total=None if hidden[-1, -1] else int(values[-1, -1]),
    )
