"""Every test begins in the installation's language and time zone.

A request leaves its reader's language behind in the thread, and so a test that calls a function directly read
the language of whichever test went before it.
"""

import pytest
from django.utils import timezone, translation


@pytest.fixture(autouse=True)
def language_of_the_installation() -> None:
    translation.deactivate()
    timezone.deactivate()
