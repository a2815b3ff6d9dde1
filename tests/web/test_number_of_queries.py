"""How often each address asks the database: written down, and the same for ten times as many rows.

`tests/web/queries.txt` has a line for every address, by method and reader. A new address, or one that asks
more or less often than before, fails until its line is renewed, on purpose and in the same change:

    WRITE_QUERIES=1 ./run test tests/web/test_number_of_queries.py

Not counted: what begins and ends a transaction.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.formats import number_format

from mapdialog.contributions.hash_key import hash_key
from mapdialog.contributions.models import RateBucket
from tests.addresses import NOT_READ, STAFF, addresses, audience_of, paths_of
from tests.rows import taken_back
from tests.web.small_world import SmallWorld, first_of, small_world
from tests.web.writes import WRITES, Write

pytestmark = pytest.mark.django_db
WRITTEN_DOWN = Path(__file__).with_name("queries.txt")
FEW, MANY = 2, 20
RENEW = "WRITE_QUERIES=1 ./run test tests/web/test_number_of_queries.py"
ONLY_WRITTEN = WRITES.keys() & {
    *NOT_READ,
    "admin/logout/",
    "api/v1/consultations/<slug:slug>/contributions/<identifier>",  # what is read there is in WRITES too
}
# Whether a step can still be undone is looked up step by step, a page of them at a time.
GROWS_UP_TO_A_PAGE = {"planner GET /planner/layers/<int:pk>/log/"}
_OF_TRANSACTIONS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


# Set around each number that a template writes; of a length that no page has by itself.
_MARK = "\u2063"
_READ_BY_MACHINES = re.compile(rf'\s(?!title=|alt=|aria-label=|placeholder=)[\w-]+="[^"]*{_MARK}[^"]*"')
_numbers: dict[str, list[str]] = {}


def _marked(value: Any, *arguments: Any, **options: Any) -> str:
    return f"{_MARK}{number_format(value, *arguments, **options)}{_MARK}"


def _readers_of(route: str) -> tuple[str, ...]:
    return ("superuser",) if audience_of(route) == STAFF else ("anonymous", "planner")


def _requests(world: SmallWorld) -> Iterator[tuple[str, Write]]:
    """Every route with what is sent to it, and by whom."""
    for route in sorted(set(addresses())):
        if route not in ONLY_WRITTEN:
            yield from ((route, Write(method="GET", reader=reader)) for reader in _readers_of(route))
        yield from ((route, write) for write in WRITES.get(route, lambda world: [])(world))


def _path(world: SmallWorld, route: str, write: Write) -> str:
    values = {**world.values_of(route), **write.values}
    parts = route.split("/")
    if parts[0] == "admin" and len(parts) > 3 and (parts[1], parts[2]) in _administered():
        row = first_of(apps.get_model(parts[1], parts[2]))
        values["object_id"] = [row.pk if row else 0]
    return paths_of(route, values)[0]


def _administered() -> set[tuple[str, str]]:
    return {(model._meta.app_label, model._meta.model_name or "") for model in apps.get_models()}


def _asked(world: SmallWorld, route: str, write: Write) -> str:
    """Status and number of queries of one request, whose traces are taken back."""
    client = Client(headers={"accept-language": "nb"})
    with taken_back():
        RateBucket.objects.all().delete()
        caches["memory"].clear()
        if write.reader != "anonymous":
            client.force_login(getattr(world, write.reader))
        path = _path(world, route, write)
        with CaptureQueriesContext(connection) as asked:
            with mock.patch("django.utils.formats.number_format", _marked):
                response = client.generic(write.method, path, **write.arguments())
            if response.streaming:
                b"".join(response.streaming_content)
            elif _MARK.encode() in response.content and not path.startswith("/admin/"):
                _numbers[path] = _READ_BY_MACHINES.findall(response.content.decode())
    n = sum(not query["sql"].startswith(_OF_TRANSACTIONS) for query in asked.captured_queries)
    return f"{response.status_code} {n}"


def _measured(n: int) -> dict[str, str]:
    """Reader, method and address → status and number of queries, in a world of n rows that is then gone."""
    hash_key()  # looked up once a process
    with taken_back():
        world = small_world(n)
        ContentType.objects.clear_cache()
        ContentType.objects.get_for_models(*apps.get_models())
        return {
            f"{write.reader} {write.method} /{route}": _asked(world, route, write)
            for route, write in _requests(world)
        }


@pytest.fixture(scope="module")
def few_and_many(django_db_setup: None, django_db_blocker: Any) -> tuple[dict[str, str], dict[str, str]]:
    with django_db_blocker.unblock():
        return _measured(FEW), _measured(MANY)


def _written() -> dict[str, str]:
    lines = [line.split(" ", 2) for line in WRITTEN_DOWN.read_text(encoding="utf-8").splitlines()[1:]]
    return {request: f"{status} {n}" for status, n, request in lines}


def _differences(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    return {
        request: f"{before.get(request, 'nothing')} -> {after.get(request, 'nothing')}"
        for request in sorted(before.keys() | after.keys())
        if before.get(request) != after.get(request)
    }


def test_no_address_is_asked_by_a_method_it_does_not_know(few_and_many: Any) -> None:
    few, _ = few_and_many
    assert [line for line, asked in few.items() if asked.startswith("405")] == [], (
        "Put it into tests/web/writes.py."
    )
    assert sorted(WRITES.keys() - set(addresses())) == []


def test_each_address_asks_as_often_as_is_written_down(few_and_many: Any) -> None:
    few, _ = few_and_many
    if os.environ.get("WRITE_QUERIES"):
        lines = ["status queries reader method address", *(f"{asked} {line}" for line, asked in few.items())]
        WRITTEN_DOWN.write_text("\n".join([*lines, ""]), encoding="utf-8")
    assert _differences(_written(), few) == {}, f"Status and queries, written down -> now. If meant: {RENEW}"


def test_no_address_asks_more_often_where_there_are_ten_times_as_many_rows(few_and_many: Any) -> None:
    differences = _differences(*few_and_many)
    assert differences.keys() >= GROWS_UP_TO_A_PAGE
    grown = {request: n for request, n in differences.items() if request not in GROWS_UP_TO_A_PAGE}
    assert grown == {}, f"Status and queries with {FEW} rows -> with {MANY} rows of each kind."


def test_no_number_that_a_machine_reads_is_written_for_people(few_and_many: Any) -> None:
    """A thousand is 1 000 for readers: in an address or a form's value it would be another word.

    The administration's pages are Django's, which knows of it, and its forms count to a hundred.
    """
    assert _numbers, "No page writes a number: the mark is not set."
    assert {path: parts for path, parts in _numbers.items() if parts} == {}
