"""One client's connection: everything of it is buffered, and nothing of it may take for ever.

The application's threads see whole requests only, and hand over whole answers: however slow a client is, none
of them waits for it. What is larger than a few pages lies on disk meanwhile.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import termios
import time
from contextlib import suppress
from typing import Any

from waitress.channel import HTTPChannel

from mapdialog.web.serving.patience import Patience
from mapdialog.web.serving.request import AnsweringTask, Request, answering_task

_SENT_AT_ONCE_BYTES = 64 * 1024
# What a refused client is still sending is read and thrown away, or it would see a broken pipe instead of the
# answer that says why; but not without end.
_READ_OUT_BYTES = 16 * 1024**2
_READ_OUT_S = 5.0
# A process that ends leaves an unused connection open so long: a request may be on its way over it.
_LAST_WAIT_S = 2.0


class Connection(HTTPChannel):  # type: ignore[misc] # waitress ships no types
    """A waitress channel that counts the time of each part as a whole. Moments are of `time.monotonic()`."""

    parser_class = Request
    task_class = AnsweringTask
    error_task_class = staticmethod(answering_task)

    adj: Any
    request: Any
    server: Any
    sendbuf_len: int
    close_when_flushed: bool

    free_since: float
    head_since: float | None = None
    body_since: float | None = None
    answer_since: float | None = None
    read_out_since: float | None = None
    read_out_bytes = 0
    sent_bytes = 0
    sent_before = 0  # sent_bytes when this answer began
    has_served = False
    leaves_body = False  # the answer went out before the client had sent everything

    @property
    def buffered_bytes(self) -> int:
        """What of this client lies in memory and on disk."""
        requests = [*self.requests, self.request] if self.request else list(self.requests)
        return int(self.total_outbufs_len + sum(request.body_bytes_received for request in requests))

    @property
    def is_idle(self) -> bool:
        """Nothing of it is being worked on or answered."""
        return not self.requests and not self.total_outbufs_len

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.free_since = time.monotonic()
        super().__init__(*args, **kwargs)
        # So much is read back for each try to send: the kernel's buffer is megabytes on a near network.
        self.sendbuf_len = min(self.sendbuf_len, _SENT_AT_ONCE_BYTES)

    # What comes and goes ---------------------------------------------------------------------------

    def received(self, data: bytes) -> bool:
        now = time.monotonic()
        if self.head_since is None:
            # empty lines before a request do not start its time anew
            self.head_since = now
        is_taken: bool = super().received(data)
        if self.request is not None and self.request.headers_finished and self.body_since is None:
            self.body_since = now
        return is_taken

    def service(self) -> None:
        self.server.last_taken = time.monotonic()
        super().service()
        self.has_served = True
        self.free_since = time.monotonic()

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent: int = super().send(data, do_close=do_close)
        self.sent_bytes += sent
        return sent

    # How long it takes -----------------------------------------------------------------------------

    def keep_time(self, *, at: float) -> None:
        """Cuts the connection off where the client takes too long. The server calls it every second."""
        if self.read_out_since is not None:
            if at - self.read_out_since > _READ_OUT_S:
                self.handle_close()
        elif self.total_outbufs_len:
            self._time_answer(at=at)
        else:
            self.answer_since = None
            if not self.requests and not self.will_close:
                self._time_request(at=at)

    def _time_answer(self, *, at: float) -> None:
        if self.answer_since is None:
            self.answer_since, self.sent_before = at, self.sent_bytes
            return
        passed = max(0, self.sent_bytes - self.sent_before - self._unread_bytes())
        if at - self.answer_since > self.server.patience.of_transfer(passed):
            self.handle_close()

    def _time_request(self, *, at: float) -> None:
        patience = self.server.patience
        if self.body_since is not None and self.request is not None:
            if at - self.body_since > patience.of_transfer(self.request.body_bytes_received):
                self._break_off()
        elif self.head_since is not None:
            if at - self.head_since > patience.part_s:
                self.handle_close()
        elif at - self.free_since > self._longest_idle_s():
            self.handle_close()

    def _longest_idle_s(self) -> float:
        if self.server.ends:
            return _LAST_WAIT_S
        patience: Patience = self.server.patience
        return patience.idle_s if self.has_served else patience.part_s

    def _break_off(self) -> None:
        with self.requests_lock:
            request, self.request = self.request, None
            request.break_off()
            self.requests.append(request)
            self.server.add_task(self)

    def _unread_bytes(self) -> int:
        """Of what the kernel was given, what the client has not confirmed."""
        with suppress(OSError):
            answer = fcntl.ioctl(self.socket.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
            return int(struct.unpack("i", answer)[0])
        return 0

    # How it ends -----------------------------------------------------------------------------------

    def handle_write(self) -> None:
        if not (self.close_when_flushed and self.leaves_body):
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.will_close:
            self.handle_close()
        elif not self.total_outbufs_len:
            self.close_when_flushed = False
            self.read_out_since = time.monotonic()
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)

    def readable(self) -> bool:
        return self.read_out_since is not None or bool(super().readable())

    def handle_read(self) -> None:
        if self.read_out_since is None:
            super().handle_read()
            return
        try:
            part = self.recv(self.adj.recv_bytes)
        except OSError:
            part = b""
        self.read_out_bytes += len(part)
        if not part or self.read_out_bytes > _READ_OUT_BYTES:
            self.handle_close()
