"""A check that could not be made is not a check that was passed."""

import os
from collections.abc import Generator
from typing import Any

import pytest

_REFUSED = "Where CI runs no test may be left out. Give the machine what this one needs: {}"


def _failed_if_left_out(report: Any) -> Any:
    if os.environ.get("CI") == "true" and report.skipped:
        report.outcome = "failed"
        report.longrepr = _REFUSED.format(report.longrepr)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    return _failed_if_left_out((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    return _failed_if_left_out((yield))
