"""The closed process that files with shapes are read in: what they hold, and rows of what was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from layers.readers import decoding
from layers.readers.conversation import Conversation
from layers.readers.pieces import Piece
from layers.readers.source_rows import SourceLayer, SourceRows
from layers.readers.warm_server import SERVER, WarmServer


class ReadingProcess(Conversation):
    """The pieces are of one format, and open until this is closed: `layers` are those of each piece.

    Raises ReadError, and CrsError for rows in a coordinate system that is not on the list.
    """

    def __init__(self, pieces: Sequence[Piece], *, server: WarmServer = SERVER) -> None:
        self._pieces = pieces
        files = [{"path": str(piece.path), "encodings": piece.encodings} for piece in pieces]
        super().__init__({"format": pieces[0].format, "files": files}, server=server)
        self.layers: list[list[SourceLayer]] = [
            [decoding.source_layer(layer, piece=piece) for layer in layers]
            for piece, layers in zip(pieces, self.first["files"], strict=True)
        ]

    def rows(self, piece: Piece, *, numbers: Sequence[int]) -> list[SourceRows]:
        """The rows of some of the piece's source layers, by their numbers, in that order."""
        answer = self.ask({"file": self._pieces.index(piece), "layers": list(numbers)})
        body = memoryview(self.received())
        rows = []
        for layer in answer["layers"]:
            rows.append(decoding.source_rows(body, header=layer, piece=piece))
            body = body[sum(layer["sizes"]) :]
        return rows
