"""`./run test --heavy`: the tests that are too heavy for every change, and only those.

A test is marked `heavy` with the reason beside it. What it needs and does not find is its failure, on every
machine (`tests/traps/left_out.py`): who asks for the heavy tests wants to know.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--heavy", action="store_true", help="the tests that are too heavy for every change, and only those"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        is_heavy = item.get_closest_marker("heavy") is not None
        wanted[is_heavy is config.getoption("heavy")].append(item)
    items[:] = wanted[True]
    if wanted[False]:
        config.hook.pytest_deselected(items=wanted[False])
