"""The trail is append-only, for our own code and for whoever holds the database password alike."""

import pytest
from django.db import DatabaseError, connection, transaction

from mapdialog.audit.models import AuditEntry, record
from mapdialog.audit.verb import Verb
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_row_names_its_subject_and_no_person() -> None:
    person = factories.user()
    detail = {"fields": ["name"]}
    entry = record(Verb.USER_MADE, subject=person, by=person.audit_name, at=factories.NOON, detail=detail)
    assert (entry.subject_type, entry.subject_id, entry.by) == ("user", str(person.pk), f"user:{person.pk}")
    assert person.email not in str(entry.detail)


@pytest.mark.parametrize("sql", ["UPDATE audit_auditentry SET by = 'x'", "DELETE FROM audit_auditentry"])
def test_rows_are_only_ever_added(sql: str) -> None:
    record(Verb.USER_MADE, subject=factories.user(), by="command", at=factories.NOON)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditEntry.objects.count() == 1
