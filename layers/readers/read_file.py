"""Bytes to rows, one reader for each wire format; the content decides which one, not the name."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext as _

from layers.readers.closed.limits import MAX_COLUMNS, MAX_FILE_BYTES
from layers.readers.pieces import Piece, pieces_of
from layers.readers.reading_process import ReadingProcess
from layers.readers.refusals import refusal
from layers.readers.source_rows import (
    ChooseLayerError,
    Contents,
    ReadError,
    SourceLayer,
    SourceRows,
    joined,
)

__all__ = [
    "Choice",
    "ChooseLayerError",
    "Contents",
    "FileRead",
    "ReadError",
    "SourceLayer",
    "SourceRows",
    "contents",
    "named",
    "read",
    "rows",
]


# Its features may have their shapes among their properties (`nested_shapes`): it is read without any too.
_NESTED = "GeoJSON"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The names of the source layers to read as one, and of those to read beside them."""

    layers: Collection[str]
    beside: Collection[str] = ()


Choose = Callable[[Contents], Choice | None]


@dataclass(frozen=True, kw_only=True)
class FileRead:
    """What a file holds, and the rows of what was chosen of it: None where nothing was, or nothing beside."""

    contents: Contents
    rows: SourceRows | None
    beside: SourceRows | None = None


def read(path: Path, *, choose: Choose) -> FileRead:
    """Read GeoJSON, GeoPackage, FlatGeobuf, GML, KML, or a zip with those, Shapefiles or File Geodatabases.

    The file is opened once: `choose` is called while it is open, with what it holds, and returns which source
    layers to read, by name, or None for none of them. Several become one, row after row, in the order of the
    file. Raises ReadError when the file cannot be read, is too large, holds what no such file needs, or what
    was chosen is not there, has no shapes or is in different coordinate systems; CrsError for a system that
    cannot be transformed.
    """
    _check_size(path)
    with tempfile.TemporaryDirectory(prefix="layer-") as folder, ExitStack() as processes:
        opened = _Opened(pieces_of(path, folder=Path(folder)), processes=processes)
        choice = choose(opened.contents)
        if choice is None:
            return FileRead(contents=opened.contents, rows=None)
        return FileRead(
            contents=opened.contents,
            rows=opened.rows(choice.layers),
            beside=opened.rows(choice.beside) if choice.beside else None,
        )


def rows(path: Path, *, layer: str | Collection[str] | None = None) -> SourceRows:
    """The rows of the source layers of that name, or of the only one with shapes.

    Raises ChooseLayerError when there are several and `layer` does not say which, and as `read`.
    """
    reading = read(path, choose=named(layer))
    if reading.rows is None:
        raise ChooseLayerError(reading.contents)
    return reading.rows


def contents(path: Path) -> Contents:
    """What the file is and which source layers it holds. Raises ReadError like `read`."""
    return read(path, choose=lambda _contents: None).contents


def named(layer: str | Collection[str] | None) -> Choose:
    """Chooses the source layers of that name; without one, the only one with shapes, and rather with rows.

    None where one of that name is not there, or where there are several. Raises ReadError for one without
    shapes, or a file that has none with them.
    """
    layers = [layer] if isinstance(layer, str) else layer or ()
    names = {unicodedata.normalize("NFC", name) for name in layers}

    def choose(contents: Contents) -> Choice | None:
        if names:
            return Choice(layers=names) if names <= {layer.name for layer in contents.layers} else None
        with_shapes = contents.layers if contents.format == _NESTED else contents.with_shapes()
        if not with_shapes:
            raise refusal({"error": "no-table"})
        candidates = [layer for layer in with_shapes if layer.rows] or with_shapes
        return Choice(layers=[candidates[0].name]) if len(candidates) == 1 else None

    return choose


class _Opened:
    """The pieces of a file, in a process for each of their formats."""

    def __init__(self, pieces: Sequence[Piece], *, processes: ExitStack) -> None:
        self._pieces = pieces
        self._layers: dict[Piece, list[SourceLayer]] = {}
        self._processes: dict[str, ReadingProcess] = {}
        for format_name in dict.fromkeys(piece.format for piece in pieces):
            of_format = [piece for piece in pieces if piece.format == format_name]
            process = processes.enter_context(ReadingProcess(of_format))
            self._processes[format_name] = process
            self._layers |= zip(of_format, process.layers, strict=True)
        self.contents = Contents(
            format=", ".join(self._processes),
            layers=tuple(
                replace(layer, name=self._name(piece, layer.name))
                for piece in pieces
                for layer in self._layers[piece]
            ),
        )

    def rows(self, names: Collection[str]) -> SourceRows:
        """The source layers of these names as one, in the order of the file. Raises as `read`."""
        self._check_names(names)
        source_rows = joined(list(self._parts(names)))
        if len(source_rows.column_names()) > MAX_COLUMNS:
            raise refusal({"error": "columns"})
        return source_rows

    def _check_names(self, names: Collection[str]) -> None:
        by_name = {layer.name: layer for layer in self.contents.layers}
        if not names or not by_name.keys() >= set(names):
            raise ChooseLayerError(self.contents)
        for name in names:
            if not by_name[name].geometry and self.contents.format != _NESTED:
                raise refusal({"error": "no-shapes", "name": name[:80]})

    def _parts(self, names: Collection[str]) -> Iterator[SourceRows]:
        for piece in self._pieces:
            numbers = [
                number
                for number, layer in enumerate(self._layers[piece])
                if self._name(piece, layer.name) in names
            ]
            if numbers:
                for part in self._processes[piece.format].rows(piece, numbers=numbers):
                    yield replace(part, layers=[self._name(piece, name) for name in part.layers])

    def _name(self, piece: Piece, layer: str) -> str:
        """Of several files in a zip `plan/RpOmråde`, or the file's name where it holds one of that name."""
        return layer if len(self._pieces) == 1 or layer == piece.name else f"{piece.name}/{layer}"


def _check_size(path: Path) -> None:
    if path.stat().st_size == 0:
        raise ReadError(_("The file is empty."))
    if path.stat().st_size > MAX_FILE_BYTES:
        message = _("The file is larger than %(limit)d MB. Split it.")
        raise ReadError(message % {"limit": MAX_FILE_BYTES // 1024**2})
