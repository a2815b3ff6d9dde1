"""Statements that come with every contribution: the database plans them once a connection, not every time.

Planning one costs as much as running it. The pool keeps connections, and so the plans (see the settings).
Only a cursor that sends values apart from the statement can use that; Django's own puts them into the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


def cursor() -> CursorWrapper:
    """A cursor for a `with` block, as `connection.cursor()` gives it."""
    if connection.queries_logged:  # Django cannot read back what was sent so
        return connection.cursor()
    connection.ensure_connection()
    server_binding: Any = ServerBindingCursor  # its stubs take it for Django's wrapper
    return connection.make_cursor(server_binding(connection.connection))


_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class Statement:
    """A statement with values by name, `%(id)s`, for its first row.

    Its placeholders are translated once. The driver does so for every contribution anew, for a tenth of the
    whole request, when a statement is longer than 4,096 characters.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._names = list(dict.fromkeys(_PLACEHOLDER.findall(text)))
        numbers = {name: f"${number}" for number, name in enumerate(self._names, 1)}
        self._numbered = _PLACEHOLDER.sub(lambda placeholder: numbers[placeholder[1]], text)

    def row(self, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row, or None. Values that the statement does not name are left alone."""
        if connection.queries_logged:
            with connection.cursor() as cursor:
                cursor.execute(self._text, values)
                return _first(cursor)
        connection.ensure_connection()
        numbers_only: Any = psycopg.RawCursor(connection.connection)
        with connection.make_cursor(numbers_only) as cursor:
            cursor.execute(self._numbered, [values[name] for name in self._names])
            return _first(cursor)


def _first(cursor: CursorWrapper) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = cursor.fetchone()
    return row
