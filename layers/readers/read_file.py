"""Bytes to rows, one reader for each wire format; the content decides which one, not the name."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext as _

from layers.readers import gdal
from layers.readers.closed.limits import MAX_FIELDS, MAX_FILE_BYTES
from layers.readers.pieces import Piece, laid_out
from layers.readers.table import ChooseTableError, Contents, ReadError, Table, TableInfo, joined

__all__ = ["ChooseTableError", "Contents", "ReadError", "Table", "TableInfo", "contents", "read"]


def contents(path: Path) -> Contents:
    """What the file is and which tables it holds, to choose among: read no further than that takes.

    GeoJSON and KML have to be parsed whole. Raises ReadError like `read`.
    """
    _check_size(path)
    with tempfile.TemporaryDirectory(prefix="layer-") as folder:
        return _together(_found_in(laid_out(path, folder=Path(folder))))


def read(path: Path, *, layer: str | Collection[str] | None = None) -> Table:
    """The rows of GeoJSON, GeoPackage, FlatGeobuf, GML, KML, or of a zip with one of them, a Shapefile or a
    File Geodatabase.

    `layer` names one or several of the file's tables (`contents` lists them); several become one Table, row
    after row, in the order of the file, each row with its table's name. Raises ChooseTableError when the file
    has several tables with shapes and `layer` does not say which; ReadError when it cannot be read, is too
    large, holds what no such file needs, or the chosen tables are in different coordinate systems; CrsError
    for a system that cannot be transformed.
    """
    _check_size(path)
    wanted = {layer} if isinstance(layer, str) else set(layer or ())
    with tempfile.TemporaryDirectory(prefix="layer-") as folder:
        pieces = laid_out(path, folder=Path(folder))
        table = gdal.read(pieces[0], wanted=wanted) if len(pieces) == 1 else _read_some(pieces, wanted)
    if len(table.field_names()) > MAX_FIELDS:
        raise ReadError(_("The file has more than %(limit)d different columns.") % {"limit": MAX_FIELDS})
    return table


def _check_size(path: Path) -> None:
    if path.stat().st_size == 0:
        raise ReadError(_("The file is empty."))
    if path.stat().st_size > MAX_FILE_BYTES:
        message = _("The file is larger than %(limit)d MB. Split it.")
        raise ReadError(message % {"limit": MAX_FILE_BYTES // 1024**2})


def _read_some(pieces: Sequence[Piece], wanted: Collection[str]) -> Table:
    """From a zip of several files: which of them hold what is wanted is looked up first."""
    found = _found_in(pieces)
    everything = _together(found)
    names = [table.name for table in everything.with_shapes()]
    if not wanted and len(names) == 1:
        wanted = names
    if not wanted or not {table.name for table in everything.tables}.issuperset(wanted):
        raise ChooseTableError(everything)
    tables = []
    for piece, one in found.items():
        own = {table.name for table in one.tables if _full_name(piece, table.name) in wanted}
        if own:
            table = gdal.read(piece, wanted=own)
            tables.append(replace(table, tables=[_full_name(piece, name) for name in table.tables]))
    return joined(tables)


def _found_in(pieces: Sequence[Piece]) -> dict[Piece, Contents]:
    """In the order of the pieces; those of one format are looked at together."""
    found: dict[Piece, Contents] = {}
    for form in dict.fromkeys(piece.format for piece in pieces):
        alike = [piece for piece in pieces if piece.format == form]
        found |= zip(alike, gdal.contents(alike), strict=True)
    return {piece: found[piece] for piece in pieces}


def _together(found: Mapping[Piece, Contents]) -> Contents:
    if len(found) == 1:
        return next(iter(found.values()))
    return Contents(
        format=", ".join(dict.fromkeys(one.format for one in found.values())),
        tables=tuple(
            replace(table, name=_full_name(piece, table.name))
            for piece, one in found.items()
            for table in one.tables
        ),
    )


def _full_name(piece: Piece, table: str) -> str:
    """`plan/RpOmråde`, or the file's name where it holds one table of that name."""
    return table if table == piece.name else f"{piece.name}/{table}"
