"""How shapes lie in the database."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_every_shape_of_a_layer_is_packed_by_the_quick_method() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attrelid::regclass::text, attname, attcompression FROM pg_attribute"
            " WHERE attname IN ('geom', 'geom_3857') AND attrelid::regclass::text LIKE 'layers\\_%'"
            " AND attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r')"
        )
        columns = {(table, name): method for table, name, method in cursor.fetchall()}
    assert len(columns) >= 6
    assert set(columns.values()) == {"l"}, columns
