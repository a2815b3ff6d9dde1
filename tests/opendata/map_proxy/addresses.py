"""Where the proxy's pictures lie."""

from __future__ import annotations

from tests import factories
from tests.layers.questions.test_tiles import tile_at

TILE = tile_at(*factories.middle(), 14)


def address(*, name: str = "prove", z: int = TILE["z"], x: int = TILE["x"], y: int = TILE["y"]) -> str:
    return f"/tiles/maps/{name}/{z}/{x}/{y}"
