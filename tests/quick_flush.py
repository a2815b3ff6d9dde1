"""Tests that commit leave an empty database behind in a fiftieth of the time.

Django truncates all of more than fifty tables after each such test and writes its permissions anew: one to
two seconds, half of what a browser test costs. An empty table costs as much as a full one. Here the rows are
deleted, past triggers (what may only be added to goes too) and references (all of them go). The content types
and permissions, which are the same before and after, stay. The queue's rows go as well, which Django leaves:
its tables are not Django's.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management.commands import flush
from django.db import OperationalError
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg.errors import DeadlockDetected

_ALWAYS_THE_SAME = {"django_content_type", "auth_permission"}


def _rows_deleted(self: DatabaseOperations, style: Any, tables: list[str], **options: Any) -> list[str]:
    queue = {model._meta.db_table for model in apps.get_app_config("procrastinate").get_models()}
    names = [self.quote_name(table) for table in sorted((set(tables) | queue) - _ALWAYS_THE_SAME)]
    statements = [
        # Whoever still writes, such as a page that is just closing, is waited for, as TRUNCATE does.
        f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE",
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {name}" for name in names),
    ]
    return ["; ".join(statements)]


def again_after_a_deadlock(flush: Callable[..., None]) -> Callable[..., None]:
    """A request that nobody waits for may hold what the flush wants and want what it has: one is ended.

    Were it the flush, the next test would begin with the rows of this one. The second time it is done.
    """

    def flush_again(*arguments: Any, **options: Any) -> None:
        try:
            flush(*arguments, **options)
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
            flush(*arguments, **options)

    return flush_again


@pytest.fixture(autouse=True, scope="session")
def rows_are_deleted_and_tables_stay() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", _rows_deleted)
        carried_out = again_after_a_deadlock(DatabaseOperations.execute_sql_flush)
        patch.setattr(DatabaseOperations, "execute_sql_flush", carried_out)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *arguments, **options: None)
        yield
