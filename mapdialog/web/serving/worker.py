"""A gunicorn worker that serves with waitress. gunicorn minds the processes, waitress the clients.

gunicorn's main process imports this module and lives on when its workers are replaced by newer code, so
nothing else of ours is imported before a worker has begun.
"""

from __future__ import annotations

import os
import resource
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

_TURN_S = 1.0
_MOST_FILES = 16_384
_FILES_OF_A_CLIENT = 3  # the connection, a body and an answer on disk
_FILES_OF_OURS = 200
_MOST_CONNECTIONS = 2_000


class BufferingWorker(Worker):  # type: ignore[misc] # gunicorn ships no types
    """One process: one thread that talks with clients, and `threads` that run the application."""

    def run(self) -> None:
        self._map: dict[int, Any] = {}
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(self.cfg.threads)
        self._servers = self._listening()
        self._looked_at = 0.0
        self._waiting_since: float | None = None
        while self.alive and self.ppid == os.getppid():
            self._turn()
        self._end()

    def _listening(self) -> list[Any]:
        from mapdialog.web.serving import patience, server

        return [
            server.Server(
                self.wsgi,
                listener.sock,
                map=self._map,
                dispatcher=self._dispatcher,
                adj=server.adjustments(threads=self.cfg.threads, backlog=self.cfg.backlog),
                patience=patience.from_environment(),
                bounds=server.Bounds(connections=_most_connections(), buffered_bytes=_most_buffered_bytes()),
            )
            for listener in self.sockets
        ]

    def _turn(self) -> None:
        """Waits for clients at most a second, and looks at the clock about as often."""
        now = time.monotonic()
        if now - self._looked_at >= _TURN_S:
            self._looked_at = now
            if not self._is_stuck(at=now):
                self.notify()
            for server in self._servers:
                server.keep_time(at=now)
        wasyncore.loop(timeout=_TURN_S, use_poll=True, map=self._map, count=1)

    def _is_stuck(self, *, at: float) -> bool:
        """Requests wait, and for as long as `timeout` no thread has taken one: gunicorn is to replace us."""
        if not self._dispatcher.queue:
            self._waiting_since = None
            return False
        last_taken = max(server.last_taken for server in self._servers)
        self._waiting_since = max(last_taken, at if self._waiting_since is None else self._waiting_since)
        return bool(at - self._waiting_since > self.timeout)

    def _end(self) -> None:
        """Answers what has begun to come in, for as long as gunicorn waits."""
        until = time.monotonic() + self.cfg.graceful_timeout
        for server in self._servers:
            server.end()
        while time.monotonic() < until and any(server.active_channels for server in self._servers):
            self._turn()
        wasyncore.close_all(self._map)


def _most_connections() -> int:
    """As many as there may be open files for."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return min(_MOST_CONNECTIONS, max(1, (files - _FILES_OF_OURS) // _FILES_OF_A_CLIENT))


def _most_buffered_bytes() -> int:
    from mapdialog import environment

    return environment.number("MAPDIALOG_SPOOL_MB", default=4096, minimum=1) * 1024**2
