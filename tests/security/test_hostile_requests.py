"""Values that nobody means well with, at every door of every address: in it, its query and in headers.

None may end in a failure of ours, and an API says what is wrong as a problem. New addresses need no listing,
nor do their parameters: a strict door names them when it refuses one, of a page is seen what it looks for.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice, product
from typing import Any

import pytest
from django.contrib import admin
from django.core.cache import caches
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from mapdialog.contributions.models import RateBucket
from mapdialog.people.models import User
from mapdialog.web.problem import API_PREFIXES, MEDIA_TYPE
from tests.addresses import NOT_READ, OFFICIALS, SIGNED_IN, STAFF, addresses, audience_of, paths_of
from tests.rows import taken_back
from tests.web.small_world import TOKEN, SmallWorld, small_world
from tests.web.writes import WRITES

pytestmark = pytest.mark.django_db
# Written for an address: a line end, NUL, numbers too large, digits that are none of ours, no number, half a
# character, far too much.
VALUES = ("%0Ax", "a%00b", "9" * 20, "%D9%A3", "1e999", "%ED%A0%80", "x" * 10_000)
# What a server lets through in a header: bytes, as latin-1, without line ends.
HEADER_VALUES = (
    "9" * 20,
    "\xd9\xa3",
    "\xed\xa0\x80",
    "1e999",
    '"' + "9" * 40 + '"',
    ",,;q=1e999",
    "x" * 10_000,
)
HEADERS = ("Accept-Language", "If-None-Match", "X-Forwarded-For", "X-Edit-Token", "X-Device-Key", "If-Match")
ROUTES = sorted({route for route in addresses() if audience_of(route) != STAFF} - {"metrics"})
# Who is not let in is sent away before anything is read: there only the address itself is tried.
OF_OFFICIALS = {route for route in ROUTES if audience_of(route) in {OFFICIALS, SIGNED_IN}}
OF_OTHERS = set(ROUTES) - OF_OFFICIALS | {"planner/layers/upload/"}
OWN = "api/v1/consultations/<slug:slug>/contributions/<identifier>"


class Asker:
    """Asks, and keeps what was answered wrongly."""

    def __init__(self, reader: User | None) -> None:
        self.routes = sorted(OF_OFFICIALS if reader else OF_OTHERS)
        self.client = Client(raise_request_exception=False, headers={"accept-language": "en"})
        if reader is not None:
            self.client.force_login(reader)
        self.wrong: list[str] = []

    def __call__(self, path: str, *, method: str = "GET", body: str = "", **headers: str) -> bytes:
        with taken_back():
            response = self.client.generic(
                method, path, body, content_type="application/x-www-form-urlencoded", headers=headers
            )
            answer = b"".join(response)
        is_api = path.startswith(API_PREFIXES)
        is_right = response.status_code < 400 or not is_api or response["Content-Type"] == MEDIA_TYPE
        if response.status_code >= 500 or not is_right:
            raised = getattr(response, "exc_info", None)
            shown = {name: value[:40] for name, value in headers.items()}
            self.wrong.append(
                f"{response.status_code} {method} {path[:120]} {shown} {raised and raised[1]!r:.200}"
            )
        return answer


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[SmallWorld]:
    with django_db_blocker.unblock(), taken_back():
        yield small_world(1)


@pytest.fixture(params=["anonymous", "planner"])
def ask(request: pytest.FixtureRequest, world: SmallWorld, settings: Any) -> Iterator[Asker]:
    settings.PROXY_COUNT = 1  # the address from outside is looked at
    asker = Asker(world.planner if request.param == "planner" else None)
    with quiet():
        yield asker
    assert asker.wrong == []


@contextmanager
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _path(world: SmallWorld, route: str) -> str:
    return paths_of(route, world.values_of(route))[0]


def _names(ask: Asker, path: str, monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], bool]:
    """What the door looks for in a query, and whether it refuses everything else."""
    looked_for: set[str] = set()

    def watching(of: str) -> Any:
        usual = getattr(QueryDict, of)

        def look(query_dict: QueryDict, name: str, *arguments: Any) -> Any:
            looked_for.add(name)
            return usual(query_dict, name, *arguments)

        return look

    with monkeypatch.context() as patched:
        for of in ("__getitem__", "__contains__", "get", "getlist"):
            patched.setattr(QueryDict, of, watching(of), raising=False)
        refusal = ask(f"{path}?nobody=1").decode(errors="replace")
    if known := re.search(r"is unknown. There are: ([a-z_, ]+|–)", refusal):
        return set(known[1].split(", ")) - {"–"}, True
    return {name for name in looked_for if name.isidentifier()} - {"nobody"}, False


def _ask_a_page(ask: Asker, path: str, *, names: list[str]) -> None:
    """All that it looks for at once, each with another value: it reads one by one what it finds."""
    ask(f"{path}?a%00b=%0Ax&%ED%A0%80")
    for turn in range(0, len(VALUES) if names else 0, 2):
        values = islice(cycle(VALUES), turn, None)
        ask(f"{path}?{'&'.join(f'{name}={value}' for name, value in zip(names, values, strict=False))}")


def test_no_query_value_is_too_much(ask: Asker, world: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    n_of_names = 0
    for route in ask.routes:
        path = _path(world, route)
        bare, _mark, needed = path.partition("?")
        names, is_strict = _names(ask, bare, monkeypatch)
        n_of_names += len(names)
        if not is_strict:
            _ask_a_page(ask, bare, names=sorted(names))
            continue
        ask(f"{bare}?a%00b=%0Ax")
        for name, value in product(sorted(names), VALUES):
            others = [pair for pair in needed.split("&") if pair and pair.partition("=")[0] != name]
            ask(f"{bare}?{'&'.join((*others, f'{name}={value}'))}")
    assert n_of_names > 20


def test_no_value_in_an_address_is_too_much(ask: Asker, world: SmallWorld) -> None:
    for route in ROUTES:
        for part, value in product(re.findall(r"<[^>]+>", route), VALUES):
            values = world.values_of(route) | {part.strip("<>").rpartition(":")[2]: [value]}
            ask(paths_of(route, values)[0])


def test_no_header_is_too_much(ask: Asker, world: SmallWorld) -> None:
    """They are read in a few places that all share: each address gets two of the values."""
    turns = cycle(HEADER_VALUES)
    for route in ask.routes:
        for value in islice(turns, 0 if route in NOT_READ else 2):
            ask(_path(world, route), **dict.fromkeys(HEADERS, value))


def test_no_field_of_a_form_is_too_much(world: SmallWorld) -> None:
    """Each field with each value would take a minute: here each has one of them, the others as usual."""
    values = cycle(VALUES)
    writes = [(route, write) for route, sends in sorted(WRITES.items()) for write in sends(world)]
    with quiet():
        for route, write in writes:
            if not write.content_type.startswith("application/x-www-form"):
                continue
            ask = Asker(None if write.reader == "anonymous" else getattr(world, write.reader))
            path = paths_of(route, world.values_of(route) | dict(write.values))[0]
            pairs = [pair.split("=", 1) for pair in write.body.split("&") if pair]
            for changed in range(len(pairs)):
                fields = [
                    (name, next(values) if n == changed else value) for n, (name, value) in enumerate(pairs)
                ]
                body = "&".join(f"{name}={value}" for name, value in fields)
                ask(path, method=write.method, body=body)
            assert ask.wrong == []


def test_no_header_of_an_author_is_too_much(world: SmallWorld, settings: Any) -> None:
    settings.PROXY_COUNT = 1
    ask = Asker(None)
    right = {"X-Edit-Token": TOKEN, "X-Device-Key": "fedcba9876543210", "If-Match": '"1"'}
    with quiet():
        for method, name, value in product(("GET", "PUT", "PATCH", "DELETE"), HEADERS, HEADER_VALUES):
            ask(_path(world, OWN), method=method, **(right | {name: value}))
    assert ask.wrong == []


def test_no_look_up_is_too_much_for_the_administration(world: SmallWorld) -> None:
    ask = Asker(world.superuser)
    with quiet():
        for model, pages in admin.site._registry.items():
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            filters = [entry for entry in pages.list_filter if isinstance(entry, str)]
            lookups = [f"{entry}__exact" for entry in filters[:1]]
            lookups += [f"{pages.date_hierarchy}__year"] if pages.date_hierarchy else []
            for lookup, value in product([*lookups, "id__exact"], VALUES[1:3]):
                ask(f"{reverse(f'{name}_changelist')}?{lookup}={value}")
            for value in VALUES[1:3]:
                ask(f"{reverse(f'{name}_changelist')}{value}/change/")
    assert ask.wrong == []


@pytest.fixture(autouse=True)
def _as_if_nobody_had_asked(world: SmallWorld) -> None:
    RateBucket.objects.all().delete()
    caches["default"].clear()
