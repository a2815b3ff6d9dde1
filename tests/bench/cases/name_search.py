"""A search among 100,000 addresses over HTTP: the beginnings of words, misspelled, and what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from tests.bench.client import Browser
from tests.bench.measurement import Measurement, Target, against, by_turns
from tests.bench.world import ADDRESSES, World

_TARGET = Target("at most 50 ms", 50, of="value")
_TYPED = {
    "search": ("sto", "storg", "ne fur 1", "øvre granåsen 12", "12"),
    "search-alike": ("stroåsen", "ovre granasen 12", "gamle bjørkvegne 3"),
    "search-nothing": ("xqzwv", "xqzwv 12", "99 99"),
}


def measure(world: World, *, full: bool) -> Iterator[Measurement]:
    """Each figure is the slowest of its texts: the target holds for what anybody types."""
    consultation = world.consultation("small", pins=0)
    _ = world.addresses
    world.database().execute("VACUUM ANALYZE layers_searchentry")
    browser = Browser(world.web.port)
    for name, texts in _TYPED.items():
        paths = [f"/api/v1/consultations/{consultation.slug}/names?q={quote(text)}" for text in texts]
        world.web.forget_peak()
        figures = by_turns({"ours": lambda paths=paths: _slowest(browser, paths)}, repeats=20, warm_up=3)
        yield against(
            figures,
            name=name,
            unit="ms",
            scale=1_000,
            reference=None,
            target=_TARGET,
            peak_memory_mb=world.web.peak_mb(),
            note=f"{ADDRESSES:,} addresses; the slowest of " + ", ".join(f"“{text}”" for text in texts),
        )


def _slowest(browser: Browser, paths: list[str]) -> float:
    return max(browser.get(path).seconds for path in paths)
