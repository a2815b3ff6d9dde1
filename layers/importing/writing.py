"""An edition's features into their table: one binary COPY, PostgreSQL's fastest way in, and none or all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from struct import Struct
from typing import Any, NoReturn, TypeVar

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray
from psycopg.copy import QueuedLibpqWriter

from layers.geometry import WGS84
from layers.importing.recognition.columns import Row
from layers.importing.request import WRITING, Progress
from layers.models import Area, Edition, Feature, Layer, Zone

_ROWS_AT_ONCE = 500
# The format's head and end (PostgreSQL's manual, COPY, "Binary Format").
_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_JSONB_VERSION = b"\x01"
_LENGTH = Struct(">i").pack
_FIELDS = Struct(">h").pack
_INT2 = Struct(">ih").pack
_INT8 = Struct(">iq").pack
# Of shapes: PostGIS's WKB says the system after the type; a part of a MultiPolygon is a polygon's plain WKB.
_LITTLE_ENDIAN, _POLYGON, _MULTIPOLYGON, _HAS_SRID = 1, 3, 6, 0x20000000
_START_OF_SHAPE = Struct("<BII").pack
_START_OF_ONE_PART = Struct("<BIII").pack(_LITTLE_ENDIAN, _MULTIPOLYGON | _HAS_SRID, WGS84, 1)
_PLAIN_START_BYTES = 5


Answer = TypeVar("Answer")


def write(
    edition: Edition,
    *,
    rows: Mapping[int, Row],
    geometries: NDArray[np.object_],
    progress: Progress,
    meanwhile: Callable[[], Answer],
) -> Answer:
    """Write the rows, whose shapes are `geometries` by the same number, in lon/lat.

    To be called in a transaction. `progress` hears rows written and rows to write. What `meanwhile` answers
    is returned: it is called when all rows are on their way and the database is still busy with them, and
    may ask the database nothing.
    """
    model, columns = _target(edition.layer.kind)
    names = ", ".join(columns)
    statement = f"COPY {model._meta.db_table} (version_id, geom, {names}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor:
        driver = cursor.cursor
        # A thread hands the bytes on, so that the database works while the next ones are made.
        writer = QueuedLibpqWriter(driver)
        with connection.wrap_database_errors, driver.copy(statement, writer=writer) as copy:
            copy.write(_HEAD)
            for done, block in _blocks(edition, rows, geometries, columns):
                copy.write(block)
                progress(WRITING, done, len(rows))
            copy.write(_END)
            with connection.execute_wrapper(_refuse_questions):
                answer = meanwhile()
        # Of the columns that plans hang on; sampling the shapes themselves takes longer than writing them.
        cursor.execute(f"ANALYZE {model._meta.db_table} (version_id, code)")
        cursor.execute("SELECT layers_fill_search(%s)", [edition.pk])
    return answer


def _refuse_questions(*_query: Any) -> NoReturn:
    """While rows are on their way, the connection would wait for their end, which waits for us."""
    raise RuntimeError("the database takes no question while rows are being written: ask before")


def _blocks(
    edition: Edition,
    rows: Mapping[int, Row],
    geometries: NDArray[np.object_],
    columns: Mapping[str, str],
) -> Iterator[tuple[int, bytes]]:
    """How many rows are done, and the bytes of those since the last."""
    row_start = _FIELDS(2 + len(columns)) + _INT8(8, edition.pk)
    row_numbers = list(rows)
    has_parts = edition.layer.kind in (Layer.Kind.BOUNDARY, Layer.Kind.ZONING)
    for first in range(0, len(row_numbers), _ROWS_AT_ONCE):
        part = row_numbers[first : first + _ROWS_AT_ONCE]
        starts, rests = _shapes(geometries[part], has_parts=has_parts)
        of_part = [rows[row_number] for row_number in part]
        texts = [_column([getattr(row, name) for row in of_part], kind) for name, kind in columns.items()]
        lengths = [_LENGTH(len(start) + len(rest)) for start, rest in zip(starts, rests, strict=True)]
        yield (
            first + len(part),
            b"".join(
                chain.from_iterable(
                    zip(repeat(row_start, len(part)), lengths, starts, rests, *texts, strict=True)
                )
            ),
        )


def _shapes(geometries: NDArray[np.object_], *, has_parts: bool) -> tuple[list[bytes], list[bytes]]:
    """Starts and rests of the shapes as PostGIS reads them; with `has_parts` polygons are MultiPolygons.

    By bytes: GEOS would copy each vertex to say the system, and again for a MultiPolygon of one part.
    """
    starts, rests = [], []
    kinds = shapely.get_type_id(geometries).tolist()
    for kind, plain in zip(kinds, shapely.to_wkb(geometries, byte_order=_LITTLE_ENDIAN), strict=True):
        if has_parts and kind == _POLYGON:
            starts.append(_START_OF_ONE_PART)
            rests.append(plain)
        else:
            code = int.from_bytes(plain[1:_PLAIN_START_BYTES], "little")
            starts.append(_START_OF_SHAPE(_LITTLE_ENDIAN, code | _HAS_SRID, WGS84))
            rests.append(plain[_PLAIN_START_BYTES:])
    return starts, rests


def _column(values: Sequence[Any], kind: str) -> list[bytes]:
    """The values as bytes; each different one is written once, as most columns of a plan hold few."""
    known = {value: _encoded(value, kind) for value in set(values)}
    return [known[value] for value in values]


def _encoded(value: Any, kind: str) -> bytes:
    if value is None:
        return _NULL
    if kind == "int2":
        return _INT2(2, value)
    text: bytes = value.encode()
    if kind == "jsonb":
        text = _JSONB_VERSION + text
    return _LENGTH(len(text)) + text


def _target(kind: str) -> tuple[type[Area | Zone | Feature], dict[str, str]]:
    """The table of a kind, and its columns beside edition and shape, with their types."""
    common = {"code": "text", "name": "text", "names": "jsonb", "properties": "jsonb"}
    if kind == Layer.Kind.BOUNDARY:
        return Area, common
    if kind == Layer.Kind.ZONING:
        levels = {"vertical_level": "int2", "land_use_status": "int2"}
        texts = {"field": "text", "provision": "jsonb", "legal_text": "text"}
        return Zone, {**common, **levels, **texts}
    return Feature, common
