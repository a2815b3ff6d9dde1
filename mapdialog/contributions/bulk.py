"""Many contributions at once, by COPY: what imports and synthetic pins share.

Rows carry a `source_id`; one that the consultation has already is passed over: a second run adds nothing.
Rows of our own files may carry their id instead, which the caller has looked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from django.db import DataError, IntegrityError, InternalError, connection, transaction

from layers.days import day_sql
from layers.questions.areas import hit_rows_sql
from mapdialog.contributions import columns, receipt
from mapdialog.contributions.columns import SenderFields
from mapdialog.contributions.rulebooks import Rulebook
from mapdialog.dialogue.models import DataVersion

_NAMESPACE = UUID("6a1d3c0e-62a5-4c5e-9d0e-3f6f4f0f7c11")
_CODE_TRIES = 5
CodeMaker = Callable[[int], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Row(SenderFields):
    """One contribution to store, and the submission it belongs to (by its `submission` id in the source)."""

    source_id: str | None = None
    line: int = 0
    identifier: UUID | None = None  # those that it had elsewhere; None and "": new ones
    code: str = ""
    submission: str = ""
    sender: str = "resident"
    sender_role: str = ""
    channel: str = "import"
    kind: str = "pin"
    contributor_key: str | None = None
    written_at: dt.datetime
    received_at: dt.datetime
    changed_at: dt.datetime | None = None
    arrival: str = "in_time"
    state: str = "published"
    flags: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What came of a batch. `outside` counts spots in no area; `refused` the database would not take."""

    new: int = 0
    known: int = 0
    without_place: int = 0
    outside: int = 0
    refused: tuple[Row, ...] = ()

    def __add__(self, other: Stored) -> Stored:
        return Stored(
            new=self.new + other.new,
            known=self.known + other.known,
            without_place=self.without_place + other.without_place,
            outside=self.outside + other.outside,
            refused=self.refused + other.refused,
        )


def random_codes(count: int) -> list[str]:
    """`count` different random receipt codes."""
    codes: set[str] = set()
    while len(codes) < count:
        codes.add(receipt.new_code())
    return list(codes)


def identifier_of(source_id: str, *, rulebook: Rulebook) -> UUID:
    """Always the same UUID for the same row of the same consultation."""
    return uuid5(_NAMESPACE, f"{rulebook.slug}\x1f{source_id}")


def store(rows: Sequence[Row], *, rulebook: Rulebook, codes: CodeMaker = random_codes) -> Stored:
    """Stores a batch in one transaction with its hits; raises the data version if anything is new.

    A row that the database refuses (a spot that the metric CRS cannot hold) does not take the others with
    it: the batch is halved until it stands alone.
    """
    try:
        return _store_with_codes(rows, rulebook=rulebook, codes=codes)
    except (DataError, IntegrityError, InternalError):
        if len(rows) == 1:
            return Stored(refused=tuple(rows))
    half = len(rows) // 2
    return store(rows[:half], rulebook=rulebook, codes=codes) + store(
        rows[half:], rulebook=rulebook, codes=codes
    )


def count_anew() -> None:
    """Tells PostgreSQL how large its tables are now.

    Until it knows, it plans for the few rows of yesterday, and a query over many takes minutes. It would
    find out by itself, but a minute too late for who looks at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE contributions_submission, contributions_contribution, contributions_contributionplace"
        )


def _store_with_codes(rows: Sequence[Row], *, rulebook: Rulebook, codes: CodeMaker) -> Stored:
    for attempt in range(_CODE_TRIES):
        try:
            return _store_once(rows, codes=codes(len(rows)), rulebook=rulebook)
        except IntegrityError as error:
            if "contributions_contribution_code" not in str(error) or attempt == _CODE_TRIES - 1:
                raise
    return Stored()


# What the statements below say for the whole batch.
_OF_BATCH = {
    "consultation_id": "%(consultation)s",
    "submission_id": "submission.id",
    "version": "1",
}
_OF_SUBMISSION = ("submission", "sender", "sender_role", "channel")
_BROUGHT = tuple(column for column in columns.IN_BULK if column.attribute not in _OF_BATCH)
_INSTEAD = {column.attribute: f"incoming.{column.column}" for column in _BROUGHT} | _OF_BATCH
COLUMNS = {**dict.fromkeys(_OF_SUBMISSION, "text"), **{column.column: column.sql for column in _BROUGHT}}
_TABLE = "contributions_incoming"
_MAKE_TABLE = (
    f"CREATE TEMPORARY TABLE {_TABLE} ("
    + ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    + ") ON COMMIT DROP"
)

_SUBMISSIONS = f"""
INSERT INTO contributions_submission (consultation_id, sender, sender_role, channel, source_id, received_at)
SELECT DISTINCT ON (submission) %(consultation)s, sender, sender_role, channel, submission, received_at
FROM {_TABLE} AS incoming
WHERE NOT EXISTS (
    SELECT FROM contributions_contribution AS known
    WHERE known.consultation_id = %(consultation)s AND known.source_id = incoming.source_id
)
ORDER BY submission, received_at
ON CONFLICT (consultation_id, source_id) DO NOTHING
"""  # noqa: S608 (our own text)

INSERTED = f"""
    INSERT INTO contributions_contribution ({columns.list_of(columns.IN_BULK)})
    SELECT {columns.parameters_of(columns.IN_BULK, instead=_INSTEAD)}"""
_CONTRIBUTIONS = f"""
WITH stored AS (
    {INSERTED}
    FROM {_TABLE} AS incoming
    JOIN contributions_submission AS submission
        ON submission.consultation_id = %(consultation)s AND submission.source_id = incoming.submission
    ON CONFLICT (consultation_id, source_id) DO NOTHING
    RETURNING id, geom, received_at
), placed AS (
    INSERT INTO contributions_contributionplace (contribution_id, version_id, area_id, zone_id, share)
    SELECT stored.id, hit.version_id, hit.area_id, hit.zone_id, hit.share
    FROM stored CROSS JOIN LATERAL ({
    hit_rows_sql(
        geom="stored.geom",
        on=day_sql("stored.received_at", zone="%(time_zone)s"),
        layers="%(layers)s",
    )
}) AS hit
    RETURNING contribution_id, area_id
)
SELECT count(*), count(*) FILTER (WHERE geom IS NULL),
    count(*) FILTER (WHERE geom IS NOT NULL)
        - (SELECT count(DISTINCT contribution_id) FROM placed WHERE area_id IS NOT NULL)
FROM stored
"""  # noqa: S608 (our own text)


def _store_once(rows: Sequence[Row], *, codes: Sequence[str], rulebook: Rulebook) -> Stored:
    values: dict[str, Any] = {
        "consultation": rulebook.id,
        "layers": rulebook.hit_layers,
        "time_zone": str(rulebook.time_zone),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_MAKE_TABLE)
        with cursor.copy(f"COPY {_TABLE} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row, code in zip(rows, codes, strict=True):
                copy.write_row(_values(row, code=code, rulebook=rulebook))
        cursor.execute(_SUBMISSIONS, values)
        cursor.execute(_CONTRIBUTIONS, values)
        new, without_place, outside = cursor.fetchone()
        cursor.execute(f"DROP TABLE {_TABLE}")
        if new:
            DataVersion.bump(rulebook.id)
    return Stored(new=new, known=len(rows) - new, without_place=without_place, outside=outside)


def _values(row: Row, *, code: str, rulebook: Rulebook) -> list[Any]:
    """What COPY takes for a row, in the order of `COLUMNS`."""
    ours = {
        "id": row.identifier or identifier_of(row.source_id or "", rulebook=rulebook),
        "code": row.code or code,
        "geom": row.geom and row.geom.hexewkb.decode(),
    }
    return [
        row.submission or row.source_id,
        row.sender,
        row.sender_role,
        row.channel,
        *(
            ours[column.attribute]
            if column.attribute in ours
            else column.as_parameter(getattr(row, column.attribute))
            for column in _BROUGHT
        ),
    ]
