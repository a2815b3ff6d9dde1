"""What tests of guessing passwords share."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache


@pytest.fixture
def _locks_out(db: None, settings: Any) -> None:
    """Wrong passwords count, by the address that the one proxy in front gives; nobody has tried yet."""
    settings.AXES_ENABLED = True
    settings.PROXY_COUNT = 1
    cache.clear()
