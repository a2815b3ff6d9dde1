"""Tiles that were made already, kept in a web process' memory: an edition never changes, nor do its tiles."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Lock

from cachetools import LRUCache

# What an entry costs beside its bytes: the key, the object's head, the place in the order.
_ENTRY_BYTES = 400


class MadeTiles:
    """Up to `most_bytes` of tiles; the one that was asked for longest ago goes first. 0 keeps none."""

    def __init__(self, *, most_bytes: int) -> None:
        self._tiles: LRUCache[Hashable, bytes] = LRUCache(most_bytes, getsizeof=_weight)
        self._lock = Lock()

    def get(self, key: Hashable, *, make: Callable[[], bytes]) -> bytes:
        """The tile under the key, made when it is not kept. Two who ask at once may both make it."""
        with self._lock:
            if (tile := self._tiles.get(key)) is not None:
                return tile
        tile = make()
        with self._lock, suppress(ValueError):  # heavier than all that may be kept
            self._tiles.setdefault(key, tile)
        return tile


def _weight(tile: bytes) -> int:
    return len(tile) + _ENTRY_BYTES
