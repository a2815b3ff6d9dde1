"""A check that could not be made is not a check that was passed."""

import os
from collections.abc import Generator
from typing import Any

import pytest

_REFUSED = "Where CI runs no test may be left out, nor a heavy one. Give the machine what this one needs: {}"


def _failed_if_left_out(report: Any, config: pytest.Config) -> Any:
    must_be_made = os.environ.get("CI") == "true" or config.getoption("heavy", False)
    if must_be_made and report.skipped:
        report.outcome = "failed"
        report.longrepr = _REFUSED.format(report.longrepr)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    return _failed_if_left_out((yield), item.config)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    return _failed_if_left_out((yield), collector.config)
