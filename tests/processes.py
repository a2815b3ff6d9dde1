"""The suite runs in three processes, each with a database, an upload folder and a journal of its own.

Three for two cores: much of the time a test waits, for Chromium, for a server to start, for the database.
What cannot share the machine with its like, the tests of `./run`, which start and stop servers, stays in one.
So does each file of browser tests: their Chromium is closed before anything else begins.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

PROCESSES = 3
_BROWSER, _OPERATIONS = "tests/browser/", "tests/operations/"


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three processes for folders; for a few tests this one alone, which is sooner ready."""
    is_chosen = any(config.getoption(option, False) for option in ("heavy", "keyword", "markexpr", "lf"))
    paths = [config.invocation_params.dir / argument for argument in config.args]
    return PROCESSES if not is_chosen and all(path.is_dir() for path in paths) else 0


class _OneByOneButTheseTogether(LoadScopeScheduling):
    """A process gets the next test when it is ready, or all that stay together, the most of them first."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_OPERATIONS):
            return _OPERATIONS
        return nodeid.partition("::")[0] if nodeid.startswith(_BROWSER) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _OneByOneButTheseTogether(config, log)


def _turn(item: pytest.Item) -> int:
    return next(
        (turn for turn, folder in enumerate((_BROWSER, _OPERATIONS), 1) if item.nodeid.startswith(folder)), 0
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Any:
    """Folder by folder, the others first, in the order in which they were shuffled."""
    yield
    items.sort(key=_turn)
