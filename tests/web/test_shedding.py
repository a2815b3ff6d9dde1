"""Long reads give way to those who write: which they are, and that a turn always comes back."""

from __future__ import annotations

import gc
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from mapdialog.contributions.models import Contribution
from mapdialog.opendata import contributions
from mapdialog.web import shedding
from mapdialog.web.shedding import LONG, TURNS, Turns, expensive, most_at_once
from tests import factories as make
from tests.addresses import NOT_READ, STAFF, addresses, audience_of, paths_of
from tests.citizen.phones import Phone
from tests.contributions.rulebooks import feature
from tests.web.small_world import small_world

# What streams, or gives 1,000 rows and more. Tiles do not: one is bounded by what can be drawn in it, and a
# map asks for a dozen at once, so that a single reader would be refused. The planner's list has 50 rows.
EXPENSIVE = {
    "api/v1/consultations/<slug:slug>/contributions",
    "api/v1/consultations/<slug:slug>/export.geojson",
    "planner/c/<slug:slug>/export.geojson",
    "planner/c/<slug:slug>/pins.pack",
    "planner/layers/<int:pk>/compose/<int:edition_id>/table.csv",
    "planner/layers/<int:pk>/compose/units.json",
    "planner/layers/<int:pk>/provisions/table.csv",
    "planner/layers/editions/<int:edition_id>/report.csv",
    "planner/layers/editions/<int:edition_id>/report.json",
    "planner/layers/uploads/<uuid:upload>/report.csv",
}


@contextmanager
def no_turn_left() -> Iterator[None]:
    taken = 0
    while TURNS.take():
        taken += 1
    try:
        yield
    finally:
        for _turn in range(taken):
            TURNS.give_back()


@pytest.fixture(autouse=True)
def _all_turns_come_back() -> Iterator[None]:
    before = n_free(TURNS)
    yield
    gc.collect()
    assert n_free(TURNS) == before


def n_free(turns: Turns) -> int:
    taken = 0
    while turns.take():
        taken += 1
    for _turn in range(taken):
        turns.give_back()
    return taken


def test_half_of_the_threads_and_never_none() -> None:
    assert [most_at_once(threads) for threads in (1, 2, 3, 8)] == [1, 1, 1, 4]


class TestWhichAreLong:
    @pytest.mark.django_db
    def test_all_that_stream_or_give_a_thousand_rows_take_turns_and_nothing_else_does(self) -> None:
        world = small_world(2)
        client = Client()
        client.force_login(world.planner)
        refused, streamed, long_pages = set(), set(), set()
        for route in sorted(set(addresses()) - NOT_READ):
            if audience_of(route) == STAFF or route.startswith("accounts/"):
                continue
            path = paths_of(route, world.values_of(route))[0]
            response = client.get(path)
            if response.streaming and not isinstance(response, FileResponse):
                streamed.add(route)
            b"".join(response)
            if takes_long_pages(client, path):
                long_pages.add(route)
            with no_turn_left():
                again = client.get(path)
            b"".join(again)
            if again.status_code == 503:
                refused.add(route)
                assert again["Retry-After"]
                assert again["Content-Type"] == "application/problem+json"
        assert streamed
        assert long_pages
        assert streamed | long_pages <= refused, "Decorate the view with `expensive`."
        assert refused == EXPENSIVE

    @pytest.mark.django_db
    def test_who_follows_a_link_is_answered_with_a_page(self) -> None:
        world = small_world(1)
        client = Client(headers={"accept": "text/html,*/*;q=0.8", "accept-language": "nb"})
        client.force_login(world.planner)
        with no_turn_left():
            response = client.get("/planner/c/apen/export.geojson")
        assert response.status_code == 503
        assert response["Retry-After"]
        assert b"<h1>" in response.content

    @pytest.mark.django_db
    def test_who_is_not_let_in_takes_no_turn_and_reads_so(self, client: Client) -> None:
        make.consultation(slug="apen")
        with no_turn_left():
            assert client.get("/planner/c/apen/export.geojson").status_code == 302

    @pytest.mark.django_db
    def test_a_short_page_and_one_that_has_not_changed_take_no_turn(self, client: Client) -> None:
        make.consultation(slug="apen")
        listed = "/api/v1/consultations/apen/contributions"
        etag = client.get(listed)["ETag"]
        with no_turn_left():
            assert client.get(f"{listed}?limit={LONG - 1}").status_code == 200
            assert client.get(f"{listed}?limit={LONG}").status_code == 503
            assert client.get(listed, headers={"If-None-Match": etag}).status_code == 304

    @pytest.mark.django_db
    def test_what_is_shed_is_counted(self, client: Client) -> None:
        make.consultation(slug="apen")
        line = 'mapdialog_reads_shed_total{route="api:list_contributions"}'

        def counted() -> float:
            text = client.get("/metrics").content.decode()
            return next((float(row.split()[-1]) for row in text.splitlines() if row.startswith(line)), 0.0)

        before = counted()
        with no_turn_left():
            client.get("/api/v1/consultations/apen/contributions")
        assert counted() == before + 1


def takes_long_pages(client: Client, path: str) -> bool:
    """Whether so many may be asked for: who does not know `limit` refuses it, or passes it over."""
    path = path.partition("?")[0]
    refusal = b"".join(client.get(f"{path}?nobody=1", headers={"accept-language": "en"}))
    return (
        bool(re.search(rb"There are: [^.]*\blimit\b", refusal))
        and client.get(f"{path}?limit={LONG}").status_code == 200
    )


class TestATurnComesBack:
    @pytest.fixture
    def turns(self, monkeypatch: pytest.MonkeyPatch) -> Turns:
        turns = Turns(most=1)
        monkeypatch.setattr(shedding, "TURNS", turns)
        return turns

    @staticmethod
    def streaming(*chunks: Any) -> Callable[[HttpRequest], StreamingHttpResponse]:
        def made() -> Iterator[bytes]:
            for chunk in chunks:
                if isinstance(chunk, Exception):
                    raise chunk
                yield chunk

        return expensive(lambda request: StreamingHttpResponse(made()))

    def test_when_a_whole_answer_is_made(self, turns: Turns, rf: RequestFactory) -> None:
        statuses = []
        view = expensive(lambda request: (statuses.append(n_free(turns)), HttpResponse("whole"))[1])
        assert view(rf.get("/")).content == b"whole"
        assert statuses == [0]
        assert n_free(turns) == 1

    def test_when_the_view_fails(self, turns: Turns, rf: RequestFactory) -> None:
        def failing(request: HttpRequest) -> HttpResponse:
            raise KeyError

        with pytest.raises(KeyError):
            expensive(failing)(rf.get("/"))
        assert n_free(turns) == 1

    def test_when_a_stream_is_closed_and_not_before(self, turns: Turns, rf: RequestFactory) -> None:
        response = self.streaming(b"a", b"b")(rf.get("/"))
        assert b"".join(response.streaming_content) == b"ab"
        assert n_free(turns) == 0
        response.close()
        assert n_free(turns) == 1
        response.close()
        assert n_free(turns) == 1, "a turn given back twice is one too many"

    def test_when_a_stream_is_closed_half_way(self, turns: Turns, rf: RequestFactory) -> None:
        response = self.streaming(b"a", b"b")(rf.get("/"))
        assert next(iter(response.streaming_content)) == b"a"
        response.close()
        assert n_free(turns) == 1

    def test_when_a_stream_fails(self, turns: Turns, rf: RequestFactory) -> None:
        response = self.streaming(b"a", ZeroDivisionError())(rf.get("/"))
        with pytest.raises(ZeroDivisionError):
            b"".join(response.streaming_content)
        response.close()
        assert n_free(turns) == 1

    def test_when_the_answer_is_lost_on_its_way(self, turns: Turns, rf: RequestFactory) -> None:
        response = self.streaming(b"a")(rf.get("/"))
        assert n_free(turns) == 0
        del response
        gc.collect()
        assert n_free(turns) == 1

    def test_when_the_reader_is_gone(self, turns: Turns, rf: RequestFactory) -> None:
        """As waitress does when the connection is closed: it stops, and closes what the application gave."""
        response = self.streaming(b"a", b"b")(rf.get("/"))

        def serve() -> None:
            try:
                for _chunk in response:
                    raise ConnectionResetError
            finally:
                response.close()

        with pytest.raises(ConnectionResetError):
            serve()
        assert n_free(turns) == 1


@pytest.mark.django_db(transaction=True)
def test_while_long_reads_fill_their_half_a_contribution_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    consultation = make.consultation(slug="apen")
    listed = "/api/v1/consultations/apen/contributions"
    go_on, n = threading.Event(), n_free(TURNS)
    begun = threading.Semaphore(0)
    page = contributions.page

    def slow_page(*arguments: Any, **named: Any) -> bytes:
        begun.release()
        assert go_on.wait(20)
        return page(*arguments, **named)

    monkeypatch.setattr(contributions, "page", slow_page)

    def read(_number: int) -> int:
        try:
            return Client().get(listed).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(n) as pool:
        reads = [pool.submit(read, number) for number in range(n)]
        try:
            assert all(begun.acquire(timeout=20) for _read in range(n))
            refused = Client().get(listed)
            statuses = {
                "put": Phone(Client(), consultation).put(feature()).status_code,
                "healthz": Client().get("/healthz").status_code,
                "page": Client().get("/c/apen/").status_code,
            }
        finally:
            go_on.set()
        assert [read.result() for read in reads] == [200] * n
    assert (refused.status_code, refused["Retry-After"]) == (503, "10")
    assert refused["Content-Type"] == "application/problem+json"
    assert statuses == {"put": 201, "healthz": 200, "page": 200}
    assert Client().get(listed).status_code == 200
    assert Contribution.objects.count() == 1
