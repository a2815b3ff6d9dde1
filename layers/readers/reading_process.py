"""A conversation with a closed process: what is in files of one format, and rows of what was chosen."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from django.utils.translation import gettext as _

from layers.readers import decoding
from layers.readers.closed import limits, wire
from layers.readers.pieces import Piece
from layers.readers.refusals import refusal
from layers.readers.source_rows import ReadError, SourceLayer, SourceRows
from layers.readers.warm_server import SERVER, WarmServer


class ServerGoneError(ReadError):
    """The process has ended, and with it the server, which could have said why."""


class ReadingProcess:
    """The pieces are of one format, and open until this is closed: `layers` are those of each piece.

    All together may take as long and as much as the limits say. Raises ReadError, and CrsError for rows in a
    coordinate system that is not on the list.
    """

    def __init__(self, pieces: Sequence[Piece], *, server: WarmServer = SERVER) -> None:
        self._pieces = pieces
        self._until = time.monotonic() + limits.WALL_CLOCK_SECONDS
        files = [{"path": str(piece.path), "encodings": piece.encodings} for piece in pieces]
        question = {"format": pieces[0].format, "files": files}
        try:
            header = self._begin(question, server=server)
        except ServerGoneError:  # it died, or went as nobody had asked for a while: the next one is new
            header = self._begin(question, server=server)
        server.tell_network(header["network"])
        self.layers: list[list[SourceLayer]] = [
            [decoding.source_layer(layer, piece=piece) for layer in layers]
            for piece, layers in zip(pieces, header["files"], strict=True)
        ]

    def _begin(self, question: Mapping[str, Any], *, server: WarmServer) -> dict[str, Any]:
        self._connection, self._outcome = server.process()
        try:
            return self._answer(question)
        except BaseException:
            self.close()
            raise

    def rows(self, piece: Piece, *, numbers: Sequence[int]) -> list[SourceRows]:
        """The rows of some of the piece's source layers, by their numbers, in that order."""
        header = self._answer({"file": self._pieces.index(piece), "layers": list(numbers)})
        body = memoryview(self._received())
        rows = []
        for layer in header["layers"]:
            rows.append(decoding.source_rows(body, header=layer, piece=piece))
            body = body[sum(layer["sizes"]) :]
        return rows

    def close(self) -> None:
        """The process ends, whatever it is at."""
        self._connection.close()
        os.close(self._outcome)

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        try:
            wire.send(self._connection, json.dumps(question).encode())
        except ConnectionError:
            raise self._failure() from None
        header: dict[str, Any] = json.loads(self._received())
        if "error" in header:
            raise refusal(header)
        return header

    def _received(self) -> bytearray:
        try:
            return wire.receive(self._connection, most=limits.MAX_ANSWER_BYTES, until=self._until)
        except TimeoutError:
            raise refusal({"error": "resources"}) from None
        except wire.EndedError:
            raise self._failure() from None

    def _failure(self) -> ReadError:
        """Why there is no answer: a process that a limit has ended was killed by a signal."""
        seconds = max(self._until - time.monotonic(), 0)
        ready, _writable, _failed = select.select([self._outcome], [], [], seconds)
        code = os.read(self._outcome, 16) if ready else b"-"
        if not code:
            return ServerGoneError(_("Reading the file was interrupted. Try again."))
        return refusal({"error": "resources" if code.startswith(b"-") else "damaged"})
