"""A call of the database from within an event loop is refused, in every test but those that drive a browser.

Playwright has a loop of its own in the tests' thread, for which Django's refusal is turned off. Left off, it
would hide the fault in all tests that come later in the same process.
"""

import asyncio
import os

import pytest


@pytest.fixture(autouse=True)
def no_event_loop_is_left_open(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("browser"):
        return
    assert "DJANGO_ALLOW_ASYNC_UNSAFE" not in os.environ, "Django's refusal is off: a browser was not closed."
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
