"""One closed process, asked about files of one format until it is closed."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from django.utils.translation import gettext as _

from layers.readers.closed import limits, wire
from layers.readers.refusals import refusal
from layers.readers.source_rows import ReadError
from layers.readers.warm_server import SERVER, WarmServer


class ServerGoneError(ReadError):
    """The process has ended, and with it the server, which could have said why."""


class Conversation:
    """`first` is what the process says to the question that begins it, which names the format and the files.

    All that is asked together may take as long and as much as the limits say. Raises ReadError.
    """

    def __init__(self, question: Mapping[str, Any], *, server: WarmServer = SERVER) -> None:
        self._until = time.monotonic() + limits.WALL_CLOCK_SECONDS
        try:
            self.first = self._begin(question, server=server)
        except ServerGoneError:  # it died, or went as nobody had asked for a while: the next one is new
            self.first = self._begin(question, server=server)
        server.tell_network(self.first["network"])

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        try:
            wire.send(self._connection, json.dumps(question).encode())
        except ConnectionError:
            raise self._failure() from None
        answer: dict[str, Any] = json.loads(self.received())
        if "error" in answer:
            raise refusal(answer)
        return answer

    def received(self) -> bytearray:
        """The next message: what an answer announces may come in one of its own."""
        try:
            return wire.receive(self._connection, most=limits.MAX_ANSWER_BYTES, until=self._until)
        except TimeoutError:
            raise refusal({"error": "resources"}) from None
        except wire.EndedError:
            raise self._failure() from None

    def close(self) -> None:
        """The process ends, whatever it is at."""
        self._connection.close()
        os.close(self._outcome)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, question: Mapping[str, Any], *, server: WarmServer) -> dict[str, Any]:
        self._connection, self._outcome = server.process()
        try:
            return self.ask(question)
        except BaseException:
            self.close()
            raise

    def _failure(self) -> ReadError:
        """Why there is no answer: a process that a limit has ended was killed by a signal."""
        seconds = max(self._until - time.monotonic(), 0)
        ready, _writable, _failed = select.select([self._outcome], [], [], seconds)
        code = os.read(self._outcome, 16) if ready else b"-"
        if not code:
            return ServerGoneError(_("Reading the file was interrupted. Try again."))
        return refusal({"error": "resources" if code.startswith(b"-") else "damaged"})
