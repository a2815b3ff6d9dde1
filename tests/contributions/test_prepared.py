"""Planned once: the database keeps the plan of what comes with every contribution."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapdialog.contributions import prepared

pytestmark = pytest.mark.django_db
STATEMENT = "SELECT %(number)s::int + 1 AS planned_once"


def test_a_statement_is_planned_once_for_all_its_values() -> None:
    for number in (1, 2, 3):
        with prepared.cursor() as cursor:
            cursor.execute(STATEMENT, {"number": number})
            assert cursor.fetchone() == (number + 1,)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            ["%planned_once%"],
        )
        assert cursor.fetchall() == [(3, 0)]


def test_queries_are_still_logged_for_those_who_look() -> None:
    with CaptureQueriesContext(connection) as queries, prepared.cursor() as cursor:
        cursor.execute(STATEMENT, {"number": 4})
    assert queries[0]["sql"] == "SELECT 4::int + 1 AS planned_once"
