"""Tests that commit leave an empty database behind in a tenth of the time.

Django empties all of more than fifty tables after each such test and writes its permissions anew: one to two
seconds, half of what a browser test costs. Only the few tables with rows in them are emptied here, and the
content types and permissions, which are the same before and after, stay.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.commands import flush
from django.db.backends.postgresql.operations import DatabaseOperations

_ALWAYS_THE_SAME = {"django_content_type", "auth_permission"}


@pytest.fixture(autouse=True, scope="session")
def only_tables_with_rows_are_emptied() -> Iterator[None]:
    sql_flush = DatabaseOperations.sql_flush

    def of_those_with_rows(
        self: DatabaseOperations, style: Any, tables: list[str], **options: Any
    ) -> list[str]:
        asked = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM {self.quote_name(table)})"
            for table in sorted(set(tables) - _ALWAYS_THE_SAME)
        )
        with self.connection.cursor() as cursor:
            cursor.execute(asked)
            filled = [table for (table,) in cursor.fetchall()]
        # The tables that refer to these are empty, or among them.
        return sql_flush(self, style, filled, **{**options, "allow_cascade": True})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", of_those_with_rows)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *arguments, **options: None)
        yield
