"""All of a consultation's contributions as one RFC 7946 file, streamed from the database.

PostgreSQL writes each feature, COPY hands them over as they come, and at most one chunk is in memory. The
order of the features is the table's: sorting a million of them would hold back the first.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, transaction
from django.db.models import QuerySet

from mapdialog.contributions import feature_sql, public_view
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.selection import Selection
from mapdialog.dialogue.demo_note import demo_note_in_files
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
    yield _head(consultation, officially=_is_official(consultation, reader=reader))
    is_first = True
    for chunk in _chunks(consultation, reader=reader, rows=rows):
        yield chunk[1:] if is_first else chunk
        is_first = False
    yield b"]}\n"


def file_name(consultation: Consultation, *, selection: Selection, at: dt.datetime) -> str:
    """What a downloaded file is called: the consultation, what was chosen, and when, by its own clocks."""
    stamp = at.astimezone(consultation.municipality.zone).strftime("%Y-%m-%dT%H%M")
    return f"{consultation.slug}_{selection.in_a_file_name()}_{stamp}.geojson"


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


def own_members(consultation: Consultation, *, officially: bool = False) -> dict[str, object]:
    """What a collection says of itself, as foreign members: that it is a demo, and what it holds back.

    So that an empty or a coarse file is not taken for all that was said.
    """
    note = demo_note_in_files(consultation)
    members: dict[str, object] = {"demo": True, "note": note} if note else {}
    if not officially:
        members |= {
            "visibility": consultation.visibility,
            "public_precision_m": consultation.public_precision_m,
        }
        withheld = public_view.withheld(consultation)
        members |= {"withheld": withheld} if withheld else {}
    return members


def _is_official(consultation: Consultation, *, reader: Reader) -> bool:
    return Consultation.objects.worked_on_by(reader).filter(pk=consultation.pk).exists()


def _head(consultation: Consultation, *, officially: bool) -> bytes:
    members = own_members(consultation, officially=officially)
    head = {"type": "FeatureCollection", "consultation": consultation.slug, **members}
    return json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "features": ['


def _chunks(
    consultation: Consultation, *, reader: Reader, rows: QuerySet[Contribution] | None
) -> Iterator[bytes]:
    """Chunks of features, each feature led by a comma and a line break."""
    officially = _is_official(consultation, reader=reader)
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
