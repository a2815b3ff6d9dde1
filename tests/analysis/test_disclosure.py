"""Small-number suppression, attacked with linear programming: what could a hidden cell be at most?"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from mapdialog.analysis.disclosure import PublishedCounts, suppress_small


def published_grid(published: PublishedCounts) -> np.ndarray:
    """The table with its totals as the reader sees it; NaN is hidden."""
    grid = published.cells.assign(total=published.row_totals)
    last = [*published.column_totals, published.total if published.total is not None else pd.NA]
    rows = [
        *grid.to_numpy(dtype=float, na_value=np.nan).tolist(),
        [np.nan if v is pd.NA else float(v) for v in last],
    ]
    return np.array(rows)


def full_grid(counts: np.ndarray) -> np.ndarray:
    wide = np.column_stack([counts, counts.sum(axis=1)])
    return np.vstack([wide, wide.sum(axis=0)])


def most(published: np.ndarray, row: int, column: int) -> float:
    """The largest value the reader must think possible: every sum holds, hidden cells are at least 1."""
    rows, columns = published.shape
    number = np.arange(published.size).reshape(published.shape)
    equations = []
    for line in [*number, *number.T]:
        equation = np.zeros(published.size)
        equation[line[:-1]], equation[line[-1]] = 1, -1
        equations.append(equation)
    bounds = [(1, None) if np.isnan(value) else (value, value) for value in published.ravel()]
    goal = np.zeros(published.size)
    goal[number[row, column]] = -1
    answer = linprog(goal, A_eq=np.array(equations), b_eq=np.zeros(rows + columns), bounds=bounds)
    return np.inf if answer.status == 3 else -answer.fun  # 3: without bound


def assert_safe(counts: np.ndarray, minimum: int) -> None:
    published = published_grid(suppress_small(pd.DataFrame(counts), minimum=minimum))
    full = full_grid(counts)
    shown = ~np.isnan(published)
    assert (published[shown] == full[shown]).all()
    for row, column in np.argwhere((full > 0) & (full < minimum)):
        assert np.isnan(published[row, column])
        assert most(published, row, column) >= minimum - 1e-6


@settings(max_examples=150)
@given(
    counts=arrays(np.int64, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.integers(0, 14)),
    minimum=st.integers(2, 6),
)
def test_no_small_cell_can_be_worked_out(counts: np.ndarray, minimum: int):
    assert_safe(counts, minimum)


def test_a_lone_small_cell_takes_company():
    counts = pd.DataFrame({"light": [2, 30, 9], "road": [12, 8, 40]}, index=["a", "b", "c"])
    published = suppress_small(counts, minimum=5)
    assert published.cells.isna().to_numpy().tolist() == [[True, True], [False, False], [True, True]] or (
        published.cells.isna().to_numpy().tolist() == [[True, True], [True, True], [False, False]]
    )
    assert published.row_totals.to_list() == [14, 38, 49]
    assert published.total == 101
    assert list(published.cells.index) == ["a", "b", "c"]
    assert list(published.column_totals.index) == ["light", "road"]


def test_large_tables_and_zeros_are_left_alone():
    counts = pd.DataFrame({"light": [0, 30], "road": [12, 0]})
    published = suppress_small(counts, minimum=5)
    assert not published.cells.isna().any(axis=None)
    assert (published.cells == counts).all(axis=None)


def test_two_ones_do_not_protect_each_other():
    assert_safe(np.array([[1, 1, 20, 30], [9, 9, 9, 9]]), minimum=5)


def test_a_single_column_and_a_table_that_is_small_altogether():
    assert_safe(np.array([[3], [20], [11]]), minimum=5)
    published = suppress_small(pd.DataFrame({"light": [1, 2]}), minimum=5)
    assert published.total is None
    assert published.cells.isna().all(axis=None)


def test_many_pins_by_few_people_are_small():
    counts = pd.DataFrame({"light": [40, 30], "road": [20, 25]})
    people = pd.DataFrame({"light": [2, 20], "road": [15, 18]})
    published = suppress_small(counts, minimum=5, contributors=people)
    assert published.cells.isna().all(axis=None)
    assert published.row_totals.to_list() == [60, 55]


@pytest.mark.parametrize(
    ("counts", "options", "why"),
    [
        ([-1], {}, "whole"),
        ([np.nan], {}, "whole"),
        ([1.5], {}, "whole"),
        ([np.inf], {}, "whole"),
        ([2**53, 2**53], {}, "less than 2⁵³"),
        ([1], {"minimum": 0}, "minimum"),
        ([1], {"minimum": np.nan}, "minimum"),
        ([1], {"contributors": pd.DataFrame({"a": [1, 2]})}, "same rows"),
        ([9, 1], {"contributors": pd.DataFrame({"a": [1, 9]}, index=[1, 0])}, "same rows"),
        ([3], {"contributors": pd.DataFrame({"a": [20]})}, "more people"),
    ],
)
def test_nonsense_is_refused(counts: list[float], options: dict[str, Any], why: str):
    with pytest.raises(ValueError, match=why):
        suppress_small(pd.DataFrame({"a": counts}), **{"minimum": 5, **options})


@settings(max_examples=60)
@given(data=st.data(), minimum=st.integers(2, 6))
def test_few_people_with_many_comments_could_always_have_one_more(data: st.DataObject, minimum: int):
    shape = data.draw(st.tuples(st.integers(1, 7), st.integers(1, 4)))
    counts = data.draw(arrays(np.int64, shape, elements=st.integers(0, 14)))
    people = np.minimum(counts, data.draw(arrays(np.int64, shape, elements=st.integers(1, 14))))
    shown = suppress_small(pd.DataFrame(counts), minimum=minimum, contributors=pd.DataFrame(people))
    published, full = published_grid(shown), full_grid(counts)
    for row, column in np.argwhere((counts > 0) & (people < minimum)):
        assert np.isnan(published[row, column])
        assert most(published, row, column) >= max(minimum, full[row, column] + 1) - 1e-6
