"""One Hypothesis profile for all properties; a test says at most how many examples it wants.

No deadline: how long an example takes is the machine's business, and speed is a benchmark. Where CI runs the
examples are the same each time, so that nobody's change is refused for what another's code does once in ten
thousand runs; on a developer's machine they are new ones, and what they find is kept in `.hypothesis`.
The order of the tests follows the same thought: new each time at home, the same in CI.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

_CI = os.environ.get("CI") == "true"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    settings.register_profile(
        "mapdialog",
        deadline=None,
        derandomize=_CI,
        database=None if _CI else settings.default.database,
        print_blob=True,
        # Fixtures here give read-only worlds; a slow machine is not a fault of a strategy.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    settings.load_profile("mapdialog")
    if _CI and config.getoption("randomly_seed", "default") == "default":
        config.option.randomly_seed = 1
