"""The rows of a GeoPackage that holds views, by SQLite alone: GDAL, whose functions do more, never opens it.

A view is SQL out of the file. It may ask for the file's plain tables and its other views, with functions that
only compute, for as long as `VIEW_SECONDS`; SQLite itself refuses it everything else.
"""

from __future__ import annotations

import re
import sqlite3
import time
import unicodedata
from collections.abc import Collection, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import shapely

from . import features
from .limits import MAX_FEATURES, MAX_VALUE_BYTES, MAX_VIEW_BYTES, VIEW_SECONDS
from .source_layer import RefusedError, Rows, SourceLayer

# Those that make much of little (zeroblob, printf), look outside (load_extension) or are chance are not here.
_PLAIN_FUNCTIONS = (
    "abs avg ceil ceiling char coalesce concat concat_ws count date datetime dense_rank first_value floor "
    "glob group_concat hex ifnull iif instr julianday lag last_value lead length like lower ltrim max min "
    "mod nth_value nullif pow power quote rank replace round row_number rtrim sign sqrt strftime "
    "string_agg substr substring sum time total trim trunc typeof unicode unixepoch upper"
)
_FUNCTIONS = frozenset(_PLAIN_FUNCTIONS.split())
_REPEATED = re.compile(r"(.+):\d+", re.S)  # of two columns of one name SQLite calls the second `name:1`
_STEPS_BETWEEN_LOOKS = 10_000
_ROWS_BETWEEN_LOOKS = 1_000
_BYTES_OF_ANY_VALUE = 32
# SQLite says these of what is too much, and other errors of what a view may not do.
_TOO_MUCH = (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_NOMEM)
# The header of a shape: GP, a version, flags, four bytes for its system, then a box of the size in the flags.
_HEADER_BYTES = 8
_BOX_BYTES = (0, 32, 48, 48, 64)
_FLAGS_AT, _EXTENDED = 3, 0x20


def connected(path: str) -> sqlite3.Connection:
    """The database at `path`, to be read; texts that are no UTF-8 get marks for what cannot be read."""
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "temp_store = MEMORY"):
        database.execute(f"PRAGMA {pragma}")
    return database


def column_names(database: sqlite3.Connection, name: str) -> dict[str, str]:
    """What the columns of a table or view are called here, by what SQLite calls them; without its key."""
    columns = database.execute("SELECT name, pk FROM pragma_table_info(?)", [name]).fetchall()
    raw = [column for column, key in columns if not key]
    return dict(zip(raw, features.different_names(_without_numbers(raw)), strict=True))


def rows(path: str, *, layer: SourceLayer, shape: str, readable: Collection[str]) -> Rows:
    """Every row of a table or view; `shape` is the column of its shapes, `readable` what it may ask for.

    Raises RefusedError where a view asks for more, or for too much.
    """
    with closing(connected(path)) as database:
        try:
            names = column_names(database, layer.name)
            _confine(database, readable=readable)
            raw = list(names)
            fetched = _fetched(database, raw, layer=layer)
        except sqlite3.Error as error:
            if error.sqlite_errorcode in _TOO_MUCH:
                raise RefusedError("resources") from error
            raise RefusedError("view-sql", name=layer.name[:80]) from error
    values = dict(
        zip(names.values(), zip(*fetched, strict=True) if fetched else [()] * len(raw), strict=True)
    )
    shapes, faults = _shapes(values.pop(shape, ()))
    if not shape:
        shapes = [None] * len(fetched)
    features.check_size(shapes, n_columns=len(values))
    return Rows(
        layer=layer,
        shapes=shapes,
        columns={name: [features.plain_value(value) for value in column] for name, column in values.items()},
        faults=faults,
        warnings=features.repeated_names(_without_numbers(raw)),
    )


def _without_numbers(raw: Sequence[str]) -> list[str]:
    """The names as the view gives them: `navn` twice for `navn`, `navn:1`. Letter case counts for nothing."""
    first: dict[str, str] = {}
    names = []
    for column in raw:
        match = _REPEATED.fullmatch(column)
        name = unicodedata.normalize("NFC", column.replace("|", "."))
        if match:
            name = first.get(unicodedata.normalize("NFC", match[1]).casefold(), name)
        names.append(first.setdefault(name.casefold(), name))
    return names


def _confine(database: sqlite3.Connection, *, readable: Collection[str]) -> None:
    """From here on SQLite does nothing but read these, as long as there is time."""

    def verdict(action: int, first: str | None, second: str | None, *_where: str | None) -> int:
        is_allowed = (
            action == sqlite3.SQLITE_SELECT
            or (action == sqlite3.SQLITE_READ and first in readable)
            or (action == sqlite3.SQLITE_FUNCTION and (second or "").casefold() in _FUNCTIONS)
        )
        return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY

    until = time.monotonic() + VIEW_SECONDS
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    database.set_progress_handler(lambda: time.monotonic() > until, _STEPS_BETWEEN_LOOKS)
    database.set_authorizer(verdict)


def _fetched(
    database: sqlite3.Connection, columns: Sequence[str], *, layer: SourceLayer
) -> list[tuple[Any, ...]]:
    """The rows. A view, whose rows nobody has counted, makes much of a small file: of it there is a limit."""
    listed = ", ".join(map(_quoted, columns))
    cursor = database.execute(f"SELECT {listed} FROM {_quoted(layer.name)} LIMIT {MAX_FEATURES + 1}")  # noqa: S608
    if layer.rows >= 0:
        return cursor.fetchall()
    fetched: list[tuple[Any, ...]] = []
    n_bytes = 0
    while part := cursor.fetchmany(_ROWS_BETWEEN_LOOKS):
        n_bytes += sum(_bytes(value) for row in part for value in row)
        if n_bytes > MAX_VIEW_BYTES:
            raise RefusedError("resources")
        fetched += part
    return fetched


def _bytes(value: Any) -> int:
    """About what a value takes on its way."""
    return _BYTES_OF_ANY_VALUE + (len(value) if isinstance(value, str | bytes) else 0)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _shapes(blobs: Sequence[Any]) -> tuple[list[bytes | None], dict[int, str]]:
    """The shapes as flat WKB, and by row why there is none where the file has something else."""
    raw = [_wkb(blob) for blob in blobs]
    faults = {row: "shape" for row, wkb in enumerate(raw) if wkb is None and blobs[row] is not None}
    geometries = shapely.from_wkb(np.array(raw, dtype=object), on_invalid="ignore")
    flat = shapely.to_wkb(shapely.force_2d(geometries)).tolist() if raw else []
    return [wkb if plain is None else plain for plain, wkb in zip(flat, raw, strict=True)], faults


def _wkb(blob: Any) -> bytes | None:
    if not isinstance(blob, bytes) or len(blob) < _HEADER_BYTES or blob[:2] != b"GP":
        return None
    flags = blob[_FLAGS_AT]
    kind_of_box = flags >> 1 & 0b111
    if flags & _EXTENDED or kind_of_box >= len(_BOX_BYTES):
        return None
    return blob[_HEADER_BYTES + _BOX_BYTES[kind_of_box] :]
