"""Gives up on a server that does not answer, for a while, instead of waiting for it in every request."""

from __future__ import annotations

from threading import Lock


class Breaker:
    """After `most_failures` in a row nobody goes through for `pause_s`; then one, who decides for all."""

    def __init__(self, *, most_failures: int, pause_s: float) -> None:
        self._most_failures = most_failures
        self._pause_s = pause_s
        self._failures = 0
        self._closed_until = 0.0
        self._lock = Lock()

    def wait_s(self, *, at: float) -> float:
        """How long to stay away, 0 for go ahead. Whoever may go calls `succeeded` or `failed` afterwards."""
        with self._lock:
            if self._failures < self._most_failures:
                return 0.0
            if at < self._closed_until:
                return self._closed_until - at
            # the others stay away while this one tries
            self._closed_until = at + self._pause_s
            return 0.0

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self, *, at: float) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._most_failures:
                self._closed_until = at + self._pause_s
