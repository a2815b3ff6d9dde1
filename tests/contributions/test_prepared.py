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


def test_a_statement_with_names_is_planned_once_too() -> None:
    statement = prepared.Statement("SELECT %(a)s::int - %(b)s::int + %(a)s::int AS planned_with_names")
    assert [statement.row({"b": 1, "a": number, "c": 0}) for number in (2, 3)] == [(3,), (5,)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement, generic_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            ["%planned_with_names%"],
        )
        assert cursor.fetchall() == [("SELECT $1::int - $2::int + $1::int AS planned_with_names", 2)]


def test_a_statement_with_names_is_logged_too() -> None:
    statement = prepared.Statement("SELECT %(number)s::int WHERE false")
    with CaptureQueriesContext(connection) as queries:
        assert statement.row({"number": 4}) is None
    assert queries[0]["sql"] == "SELECT 4::int WHERE false"
