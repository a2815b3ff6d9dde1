"""A map server of our own, to be asked for pictures through the proxy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mapdialog.dialogue import ground
from mapdialog.dialogue.models import Consultation
from tests import factories, map_upstream
from tests.map_upstream import Upstream


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with map_upstream.running() as running:
        yield running


@pytest.fixture(autouse=True)
def fresh_ground() -> Iterator[None]:
    ground.forget()
    yield
    ground.forget()


@pytest.fixture
def consultation(settings: Any, upstream: Upstream) -> Consultation:
    """A consultation on some ground, with the upstream as its base map, through us."""
    settings.MAPS = upstream.choice()
    settings.SITE_URL = "https://map.example.org"
    return factories.consultation()
