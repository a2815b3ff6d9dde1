"""A map server of our own, to be asked for pictures through the proxy."""

from __future__ import annotations

from typing import Any

import pytest

from mapdialog.dialogue.models import Consultation
from tests import factories
from tests.map_upstream import Upstream


@pytest.fixture
def consultation(settings: Any, upstream: Upstream) -> Consultation:
    """A consultation on some ground, with the upstream as its base map, through us."""
    settings.MAPS = upstream.choice()
    settings.SITE_URL = "https://map.example.org"
    return factories.consultation()
