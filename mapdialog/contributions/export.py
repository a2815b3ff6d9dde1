"""All of a consultation's contributions as one RFC 7946 file, streamed from the database.

PostgreSQL writes each feature, COPY hands them over as they come, and at most one chunk is in memory. The
order of the features is the table's: sorting a million of them would hold back the first.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, transaction
from django.db.models import QuerySet

from mapdialog.contributions import feature_sql
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.demo_note import demo_note
from mapdialog.dialogue.models import Consultation, Reader

CHUNK_BYTES = 64 * 1024
TIMEOUT_MS = 15 * 60 * 1000
# What the database may sort and join the places in before it writes them to disk: enough for 100,000.
WORK_MEMORY = "32MB"
# JSON holds no raw control characters, so with these as quote and delimiter CSV changes nothing in it;
# the text format would double every backslash.
_COPY = "COPY ({query}) TO STDOUT WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"


def geojson(
    consultation: Consultation, *, reader: Reader, rows: QuerySet[Contribution] | None = None
) -> Iterator[bytes]:
    """The FeatureCollection in chunks: what the reader may see, and all of it or an exception.

    `rows` narrows it: a selection of the consultation's, which must have gone through `visible_to`.
    An exception after the first chunk must end the connection, not the document: callers let it through.
    """
    yield _head(consultation)
    is_first = True
    for chunk in _chunks(consultation, reader=reader, rows=rows):
        yield chunk[1:] if is_first else chunk
        is_first = False
    yield b"]}\n"


def write_geojson(consultation: Consultation, *, reader: Reader, to: Path) -> int:
    """The same as a file, which appears whole or not at all. Returns its size in bytes."""
    handle, temporary = tempfile.mkstemp(dir=to.parent, prefix=f".{to.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            size = sum(file.write(chunk) for chunk in geojson(consultation, reader=reader))
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, to)
    except BaseException:
        os.unlink(temporary)
        raise
    return size


def demo_members(consultation: Consultation) -> dict[str, object]:
    """What every export of a demo says of itself, as foreign members of the collection."""
    note = demo_note(consultation)
    return {"demo": True, "note": note} if note else {}


def _head(consultation: Consultation) -> bytes:
    head = {"type": "FeatureCollection", "consultation": consultation.slug, **demo_members(consultation)}
    return json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "features": ['


def _chunks(
    consultation: Consultation, *, reader: Reader, rows: QuerySet[Contribution] | None
) -> Iterator[bytes]:
    """Chunks of features, each feature led by a comma and a line break."""
    officially = Consultation.objects.worked_on_by(reader).filter(pk=consultation.pk).exists()
    chosen = feature_sql.visible(consultation, reader=reader) if rows is None else rows
    query = feature_sql.features(chosen.order_by(), of=consultation, officially=officially, with_places=True)
    statement = _COPY.format(query=f"SELECT concat(',', feature) FROM ({query.sql}) AS rows")  # noqa: S608
    chunk = bytearray()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {TIMEOUT_MS}; SET LOCAL work_mem = '{WORK_MEMORY}'")
        # psycopg's own cursor: Django's, when it logs queries, takes a COPY without parameters only
        with connection.wrap_database_errors, cursor.cursor.copy(statement, query.params) as copy:
            for row in copy:
                chunk += row
                if len(chunk) >= CHUNK_BYTES:
                    yield bytes(chunk)
                    chunk.clear()
    if chunk:
        yield bytes(chunk)
