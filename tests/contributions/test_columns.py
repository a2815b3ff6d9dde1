"""A contribution's columns stand in one table, and whoever handles them reads it there."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, models

from mapdialog.contributions import columns, erasure, feature_sql, own_marks
from mapdialog.contributions.columns import COLUMNS, Audience, Column, Origin
from mapdialog.contributions.models import Contribution
from mapdialog.opendata import schemas
from tests.contributions.column_readers import reading

FIELDS: dict[str, Any] = {field.attname: field for field in Contribution._meta.concrete_fields}
TYPES = {
    "uuid": "uuid",
    "character varying": "text",
    "text": "text",
    "jsonb": "jsonb",
    "double precision": "float8",
    "bigint": "bigint",
    "integer": "integer",
    "bytea": "bytea",
    "timestamp with time zone": "timestamptz",
    "USER-DEFINED": "geometry",
}
ids = [column.attribute for column in COLUMNS]


def test_the_table_has_each_column_of_the_model_once() -> None:
    assert sorted(column.attribute for column in COLUMNS) == sorted(FIELDS)
    assert {column.attribute: column.column for column in COLUMNS} == {
        name: field.column for name, field in FIELDS.items()
    }


@pytest.mark.django_db
def test_types_are_those_of_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = 'contributions_contribution' ORDER BY column_name"
        )
        stored = {name: TYPES[kind] for name, kind in cursor.fetchall()}
    assert {column.column: column.sql for column in COLUMNS} == stored


@pytest.mark.parametrize("column", COLUMNS, ids=ids)
def test_a_text_is_not_let_in_that_the_column_cannot_hold(column: Column) -> None:
    field = FIELDS[column.attribute]
    if column.limit is not None and isinstance(field, models.CharField):
        assert field.max_length == column.limit


def test_what_a_sender_says_is_typed_column_by_column() -> None:
    assert {field.name for field in fields(columns.SenderFields)} == {
        column.attribute for column in columns.FROM_SENDER
    }
    assert set(columns.SenderFields().parameters()) == set(columns.SenderFields().values())


def test_only_what_keeps_the_number_taken_outlives_an_erasure() -> None:
    kept = {column.attribute for column in COLUMNS if column.empty is columns.STAYS}
    assert kept == {
        "id", "consultation_id", "submission_id", "code", "kind", "source_id", "written_at", "received_at",
        "changed_at", "arrival", "state", "version",
    }  # fmt: skip
    assert dict(columns.emptied()) == erasure.EMPTY


def test_only_the_properties_of_the_table_leave_the_house() -> None:
    everyone = {column.shown_as for column in COLUMNS if column.seen_by is Audience.EVERYONE}
    assert set(feature_sql.PUBLIC) == everyone
    assert set(schemas.ContributionProperties.model_fields) == everyone | set(own_marks.NAMES)
    nobody = {column.attribute for column in COLUMNS if column.seen_by is Audience.NOBODY}
    assert not nobody & {path.split("__")[0] for path in (feature_sql.PUBLIC | feature_sql.OFFICIAL).values()}
    assert {"geom", "geom_public", "contributor_key", "token_hash", "body_hash"} <= nobody


@pytest.mark.parametrize(
    "column",
    [column for column in columns.of_origin(Origin.SENDER) if column.seen_by is Audience.EVERYONE],
    ids=lambda column: column.attribute,
)
def test_every_reader_handles_what_a_sender_says(column: Column) -> None:
    handled = reading(column.attribute)
    elsewhere = {
        "text": {"feature"},  # the feature that is read here has one
        "theme_id": {"feature"},  # so it has
        "details": {"schema of what is sent", "import"},  # each detail is a property of its own
        "responses": {"import"},  # a file has no column for a whole object
    }.get(column.attribute, set())
    assert {reader for reader, is_handled in handled.items() if not is_handled} == elsewhere


_WITH_ONE_MORE = """
import importlib.util, json, sys
from pathlib import Path
import mapdialog.contributions as package
spec = importlib.util.find_spec("mapdialog.contributions.columns")
module = importlib.util.module_from_spec(spec)
source = Path(spec.origin).read_text(encoding="utf-8")
for before, more in (
    ("COLUMNS: tuple[Column, ...] = (",
     "    Column(attribute='mood', sql='text', origin=Origin.SENDER, sent_as='mood', shown_as='mood',"
     " seen_by=Audience.EVERYONE, limit=7, empty=''),"),
    ("    age_band: str = ''".replace("''", '""'), "    mood: str = ''"),
):
    assert before in source, before
    source = source.replace(before, before + chr(10) + more)
sys.modules[spec.name] = package.columns = module
exec(compile(source, spec.origin, "exec"), module.__dict__)
import django
django.setup()
from tests.contributions.column_readers import reading
print(json.dumps(reading("mood", value="glad")))
"""


def test_a_column_that_is_added_to_the_table_is_handled_by_all_who_read_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITH_ONE_MORE],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    handled = json.loads(done.stdout)
    assert [reader for reader, is_handled in handled.items() if not is_handled] == []
