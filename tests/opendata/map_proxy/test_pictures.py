"""Pictures of other map servers, through us: what is asked, what is passed on, and what never is."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client

from mapdialog.dialogue.models import Consultation
from mapdialog.map_services import outgoing, server
from mapdialog.map_services.choice import MapChoice
from mapdialog.map_services.server import Turns
from mapdialog.map_services.service import MapService
from mapdialog.opendata import map_proxy
from tests import factories
from tests.layers.questions.test_tiles import tile_at
from tests.map_upstream import HOST, IMAGE, PNG, Reply, Upstream
from tests.opendata.map_proxy.addresses import TILE, address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_ground")]


def problem(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json"
    assert "no-store" in answer["Cache-Control"]
    return json.loads(answer.content)


def test_a_tile_is_fetched_once_and_shown_to_all(
    client: Client, consultation: Consultation, upstream: Upstream
) -> None:
    first, second = client.get(address()), Client().get(address())
    for answer in (first, second):
        assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PNG, "image/png")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Set-Cookie" not in answer
        assert "Cookie" not in answer.get("Vary", "")
    assert [path for path, _ in upstream.asked] == [f"/{TILE['z']}/{TILE['x']}/{TILE['y']}.png"]


def test_nothing_of_the_reader_reaches_the_map_server(
    client: Client, consultation: Consultation, upstream: Upstream
) -> None:
    client.cookies["sessionid"] = "hemmelig-okt"
    client.get(
        address(),
        headers={
            "Referer": "https://map.example.org/c/hemmelig/",
            "Authorization": "Bearer hemmelig",
            "User-Agent": "hemmelig-nettleser",
            "X-Forwarded-For": "198.51.100.7",
            "Accept-Language": "nn",
            "If-None-Match": '"hemmelig"',
        },
    )
    ((_path, sent),) = upstream.asked
    assert sent == {
        "host": upstream.url.removeprefix("http://"),
        "connection": "close",
        "accept-encoding": "identity",
        "user-agent": "mapdialog (+https://map.example.org)",
        "accept": "image/png,image/jpeg,image/webp",
    }


def test_a_tile_costs_no_query_once_the_ground_is_known(
    client: Client, consultation: Consultation, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        client.get(address())
    with django_assert_num_queries(0):
        client.get(address())
        client.get(address(x=TILE["x"] + 1))


def test_a_tile_that_has_not_changed_is_not_sent_again(client: Client, consultation: Consultation) -> None:
    first = client.get(address())
    again = client.get(address(), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"].startswith("public, max-age=")


@pytest.mark.parametrize(
    ("z", "dx", "dy", "status"),
    [(14, 0, 0, 200), (14, 40, 0, 404), (14, 0, 40, 404), (8, 0, 0, 200), (8, 3, 0, 404), (1, 0, 0, 200)],
)
def test_only_the_ground_of_the_municipality_is_shown(
    client: Client, consultation: Consultation, upstream: Upstream, z: int, dx: int, dy: int, status: int
) -> None:
    tile = tile_at(*factories.middle(), z)
    answer = client.get(address(z=z, x=tile["x"] + dx, y=tile["y"] + dy))
    assert answer.status_code == status
    assert len(upstream.asked) == (status == 200)
    if status == 404:
        problem(answer)


@pytest.mark.parametrize(
    "path",
    [
        "prove/19/0/0",
        "prove/3/8/0",
        "prove/3/0/8",
        "prove/99999999999999999999/0/0",
        "prove/14/-1/0",
        "prove/14/٣/0",
        "prove/14/1.5/0",
        "annet/14/8633/4804",
        "kartverket-topo/14/8633/4804",
        "http:%2F%2F127.0.0.1/14/8633/4804",
        "prove/14/8633/4804.png",
        "prove/14/8633/4804/",
    ],
)
def test_nothing_else_can_be_asked_for(
    client: Client, consultation: Consultation, upstream: Upstream, path: str
) -> None:
    answer = client.get(f"/tiles/maps/{path}")
    assert answer.status_code == 404
    problem(answer)
    assert upstream.asked == []


def test_a_query_is_refused_and_so_is_writing(
    client: Client, consultation: Consultation, upstream: Upstream
) -> None:
    assert client.get(address() + "?url=http://127.0.0.1/").status_code == 400
    assert client.post(address()).status_code == 405
    assert upstream.asked == []


def test_in_direct_mode_nothing_is_fetched_for_anybody(
    client: Client, consultation: Consultation, upstream: Upstream, settings: Any
) -> None:
    settings.MAPS = MapChoice(base=upstream.service())
    assert client.get(address()).status_code == 404
    assert upstream.asked == []


HTML = b"<!doctype html><script>alert(1)</script>"
XML = b'<?xml version="1.0"?><ServiceExceptionReport>hemmelig</ServiceExceptionReport>'


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=HTML, headers={"Content-Type": "text/html"}),
        Reply(body=HTML),
        Reply(body=b"<svg xmlns='http://www.w3.org/2000/svg'/>", headers={"Content-Type": "image/svg+xml"}),
        Reply(body=XML, headers={"Content-Type": "application/vnd.ogc.se_xml"}),
        Reply(body=PNG, headers={"Content-Type": "text/html"}),
        Reply(body=PNG, headers={}),
        Reply(body=b""),
        Reply(body=PNG + b"x" * server.MOST_BYTES),
        Reply(length=server.MOST_BYTES + 1),
        Reply(length=len(PNG) + 1),
        Reply(status=301, headers={"Location": "http://127.0.0.1:1/"}),
        Reply(status=302, headers={**IMAGE, "Location": "/elsewhere"}),
        Reply(status=401, body=b"hemmelig"),
        Reply(status=403),
        Reply(status=500, body=b"Traceback: hemmelig"),
        Reply(status=503),
        Reply(status=304, body=b""),
        Reply(status=206),
    ],
)
def test_what_is_no_picture_is_not_passed_on(
    client: Client, consultation: Consultation, upstream: Upstream, reply: Reply
) -> None:
    upstream.reply = lambda _path: reply
    answer = client.get(address())
    assert answer.status_code == 502
    assert set(problem(answer)) == {"type", "title", "status", "detail"}
    assert len(upstream.asked) == 1
    for leaked in (b"hemmelig", b"script", HOST.encode(), b"elsewhere"):
        assert leaked not in answer.content


def test_a_jpeg_called_png_is_called_by_its_own_name(
    client: Client, consultation: Consultation, upstream: Upstream
) -> None:
    upstream.says(body=b"\xff\xd8\xff\xe0 and so on")
    assert client.get(address())["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("status", [204, 404])
def test_where_the_map_server_has_nothing_there_is_no_tile(
    client: Client, consultation: Consultation, upstream: Upstream, status: int
) -> None:
    upstream.says(status=status, body=b"")
    for _ in range(server.MOST_FAILURES + 1):
        assert client.get(address()).status_code == 404
    assert len(upstream.asked) == server.MOST_FAILURES + 1


def test_a_map_server_that_dawdles_is_a_504(
    client: Client, consultation: Consultation, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = outgoing.fetch
    monkeypatch.setattr(
        outgoing, "fetch", lambda *arguments, **named: fetch(*arguments, **named, total_s=0.2)
    )
    upstream.says(length=1000, stall=True)
    assert client.get(address()).status_code == 504


def test_a_dead_map_server_is_left_alone(
    client: Client, consultation: Consultation, upstream: Upstream
) -> None:
    upstream.says(status=500)
    for _ in range(server.MOST_FAILURES):
        assert client.get(address()).status_code == 502
    answer = client.get(address())
    assert answer.status_code == 503
    assert 1 <= int(answer["Retry-After"]) <= server.PAUSE_S
    problem(answer)
    assert len(upstream.asked) == server.MOST_FAILURES


def test_when_all_turns_are_taken_nobody_waits_for_long(
    client: Client, consultation: Consultation, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "TURN_S", 0.05)
    turns = Turns(most=1)
    monkeypatch.setattr(map_proxy, "_TURNS", turns)
    assert turns.take(at=0)
    answer = client.get(address())
    assert answer.status_code == 503
    assert answer["Retry-After"] == "2"
    assert upstream.asked == []
    turns.give_back()
    assert client.get(address()).status_code == 200


@pytest.fixture
def secret(settings: Any, consultation: Consultation, upstream: Upstream) -> Upstream:
    service = upstream.secretly(template=f"{upstream.url}/{{z}}/{{x}}/{{y}}.png?token={{key}}")
    settings.MAPS = upstream.choice(service)
    return upstream


def test_a_key_is_sent_to_the_map_server_and_to_nobody_else(
    client: Client, secret: Upstream, consultation: Consultation, caplog: pytest.LogCaptureFixture
) -> None:
    secret.says(status=500, body=b"wrong token hemmelig-nokkel", headers={"X-Token": "hemmelig-nokkel"})
    with caplog.at_level(logging.DEBUG):
        answer = client.get(address())
    assert secret.asked[0][0].endswith("?token=hemmelig-nokkel")
    assert answer.status_code == 502
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "The map server of prove: not understood."
    ]
    page = client.get(f"/c/{consultation.slug}/").content.decode()
    assert "/tiles/maps/prove/" in page
    for shown in (answer.content.decode(), str(answer.headers), caplog.text, page):
        assert "hemmelig-nokkel" not in shown
        assert HOST not in shown.replace(f"//{HOST}:8000", "")


def test_a_key_in_a_header_is_no_part_of_the_address(
    client: Client, consultation: Consultation, upstream: Upstream, settings: Any
) -> None:
    settings.MAPS = upstream.choice(upstream.secretly(key_header="Authorization"))
    assert client.get(address()).status_code == 200
    path, sent = upstream.asked[0]
    assert sent["authorization"] == "hemmelig-nokkel"
    assert "hemmelig" not in path


def test_a_draft_does_not_tell_where_it_lies(
    client: Client, consultation: Consultation, upstream: Upstream
) -> None:
    far = factories.square(300)
    lon, lat, *_ = far.centroid.coords
    draft = factories.consultation(status="draft", area=far)
    tile = tile_at(lon, lat, 14)
    there = address(**tile)
    assert client.get(there).status_code == 404
    client.force_login(
        factories.user(role="committee", of=draft.municipality),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert client.get(there).status_code == 404
    assert upstream.asked == []
    client.force_login(
        factories.user(role="planner", of=draft.municipality),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    answer = client.get(there)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


def test_a_service_shares_no_pictures_with_one_of_the_same_name(
    client: Client, consultation: Consultation, upstream: Upstream, settings: Any
) -> None:
    client.get(address())
    other: MapService = upstream.service(template=f"{upstream.url}/other/{{z}}/{{x}}/{{y}}.png")
    settings.MAPS = upstream.choice(other)
    client.get(address())
    assert upstream.asked[1][0].startswith("/other/")
