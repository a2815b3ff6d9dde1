"""Statements that come with every contribution: the database plans them once a connection, not every time.

Planning one costs as much as running it. The pool keeps connections, and so the plans (see the settings).
Only a cursor that sends values apart from the statement can use that; Django's own puts them into the text.
"""

from __future__ import annotations

from typing import Any

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
