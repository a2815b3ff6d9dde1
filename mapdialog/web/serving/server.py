"""A waitress server on a socket that several processes share, with bounds on what clients may take of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from mapdialog.web.serving.connection import Connection
from mapdialog.web.serving.patience import Patience

# From here on a body or an answer lies in a file, not in memory.
_IN_MEMORY_BYTES = 128 * 1024
_HEAD_BYTES = 32 * 1024
_UNBOUNDED = 2**40


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What the clients of one process may take together."""

    connections: int
    buffered_bytes: int


def adjustments(*, threads: int, backlog: int) -> Adjustments:
    return Adjustments(
        threads=threads,
        backlog=backlog,
        ident=None,
        recv_bytes=64 * 1024,
        inbuf_overflow=_IN_MEMORY_BYTES,
        outbuf_overflow=_IN_MEMORY_BYTES,
        # No thread waits for a slow reader: an answer is buffered whole, and `Bounds` limits the sum of all.
        outbuf_high_watermark=_UNBOUNDED,
        max_request_header_size=_HEAD_BYTES,
        connection_limit=_UNBOUNDED,  # see `handle_accept`
        # PROXY_COUNT says in the application how much of them is to be believed.
        clear_untrusted_proxy_headers=False,
        log_socket_errors=False,
    )


class Server(TcpWSGIServer):  # type: ignore[misc] # waitress ships no types
    """Accepts connections until it `ends`."""

    channel_class = Connection

    def __init__(
        self, application: Any, sock: Any, *, map: dict[int, Any], dispatcher: Any, adj: Adjustments,
        patience: Patience, bounds: Bounds,
    ) -> None:  # fmt: skip
        self.patience = patience
        self.bounds = bounds
        self.ends = False
        self.last_taken = time.monotonic()  # when a thread last began to work on a request
        super().__init__(
            application,
            map,
            True,
            sock,
            dispatcher=dispatcher,
            adj=adj,
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
            bind_socket=False,
        )

    def handle_accept(self) -> None:
        """When there are too many, the connection that has waited longest makes room, not the newcomer."""
        super().handle_accept()
        if len(self.active_channels) > self.bounds.connections:
            idle = [channel for channel in self.active_channels.values() if channel.is_idle]
            if idle:
                min(idle, key=_waiting_since).handle_close()

    def add_task(self, task: Connection) -> None:
        """A whole request has come: the client's time for it is over."""
        task.head_since = task.body_since = None
        super().add_task(task)

    def maintenance(self, now: float) -> None:
        """Nothing: waitress would look for idle ones only; `keep_time` looks at all."""

    def keep_time(self, *, at: float) -> None:
        """Cuts off who takes too long or too much. To be called about every second."""
        for channel in list(self.active_channels.values()):
            channel.keep_time(at=at)
        channels = sorted(self.active_channels.values(), key=lambda channel: channel.buffered_bytes)
        buffered = sum(channel.buffered_bytes for channel in channels)
        while channels and buffered > self.bounds.buffered_bytes:
            largest = channels.pop()
            buffered -= largest.buffered_bytes
            largest.handle_close()

    def end(self) -> None:
        """Takes no more connections; those that are there are answered and then closed."""
        self.ends = True
        self.accepting = False


def _waiting_since(channel: Connection) -> float:
    return channel.free_since if channel.head_since is None else channel.head_since
