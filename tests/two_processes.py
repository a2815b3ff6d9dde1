"""The suite runs in two processes, each with a database, an upload folder and a journal of its own.

What cannot share the machine with its like stays together in one of them, in this order: the browser tests,
which wait for Chromium, and the tests of `./run`, which start and stop servers.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

PROCESSES = 2
_TOGETHER = ("tests/browser/", "tests/operations/")


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two processes for folders; for a few tests this one alone, which is sooner ready."""
    is_chosen = any(config.getoption(option, False) for option in ("heavy", "keyword", "markexpr", "lf"))
    paths = [config.invocation_params.dir / argument for argument in config.args]
    return PROCESSES if not is_chosen and all(path.is_dir() for path in paths) else 0


class _OneByOneButTheseTogether(LoadScopeScheduling):
    """A process gets the next test when it is ready, or all of those that stay together, which come first."""

    def _split_scope(self, nodeid: str) -> str:
        return "together" if nodeid.startswith(_TOGETHER) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _OneByOneButTheseTogether(config, log)


def _turn(item: pytest.Item) -> int:
    return next((turn for turn, folder in enumerate(_TOGETHER, 1) if item.nodeid.startswith(folder)), 0)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Any:
    """Folder by folder, the others first, in the order in which they were shuffled."""
    yield
    items.sort(key=_turn)
