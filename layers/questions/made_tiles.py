"""Tiles that were made already, kept in a web process' memory: an edition never changes, nor do its tiles."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

# What an entry costs beside its bytes: the key, the object's head, the place in the order.
_ENTRY_BYTES = 400


class MadeTiles:
    """Up to `most_bytes` of tiles; the one that was asked for longest ago goes first. 0 keeps none."""

    def __init__(self, *, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._tiles: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, *, make: Callable[[], bytes]) -> bytes:
        """The tile under the key, made when it is not kept. Two who ask at once may both make it."""
        with self._lock:
            if (kept := self._tiles.get(key)) is not None:
                self._tiles.move_to_end(key)
                return kept
        made = make()
        with self._lock:
            self._keep(key, made)
        return made

    def _keep(self, key: Hashable, made: bytes) -> None:
        if key in self._tiles or len(made) + _ENTRY_BYTES > self._most_bytes:
            return
        self._tiles[key] = made
        self._bytes += len(made) + _ENTRY_BYTES
        while self._bytes > self._most_bytes:
            _key, dropped = self._tiles.popitem(last=False)
            self._bytes -= len(dropped) + _ENTRY_BYTES
