"""How long pictures of other map servers are kept, by us and by caches on the way."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from mapdialog.dialogue.models import Consultation
from mapdialog.map_services.server import Picture, Pictures, allowed_age_s
from tests.map_upstream import IMAGE, PNG, Upstream
from tests.opendata.map_proxy.addresses import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_ground")]


NOW = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("headers", "passed_on"),
    [
        ({}, "public, max-age=3600"),
        ({"Cache-Control": "public, max-age=600"}, "public, max-age=600"),
        ({"Cache-Control": "max-age=600, s-maxage=60"}, "public, max-age=60"),
        ({"Cache-Control": "max-age=600", "Age": "500"}, "public, max-age=100"),
        ({"Cache-Control": "max-age=31536000"}, "public, max-age=604800"),
        ({"Cache-Control": "no-cache"}, "public, no-cache"),
        ({"Cache-Control": "max-age=0"}, "public, no-cache"),
        ({"Expires": "0"}, "public, no-cache"),
        ({"Cache-Control": "private, max-age=60"}, "no-store"),
        ({"Cache-Control": "no-store"}, "no-store"),
    ],
)
def test_caches_get_what_the_map_server_says(
    client: Client, consultation: Consultation, upstream: Upstream, headers: dict[str, str], passed_on: str
) -> None:
    upstream.says(headers={**IMAGE, **headers})
    assert client.get(address())["Cache-Control"] == passed_on


def test_a_date_of_expiry_counts_where_nothing_else_is_said() -> None:
    assert allowed_age_s({"expires": "Mon, 04 May 2026 12:10:00 GMT"}, now=NOW) == 600
    assert allowed_age_s({"expires": "Mon, 04 May 2020 12:10:00 GMT"}, now=NOW) == 0
    assert (
        allowed_age_s({"expires": "Mon, 04 May 2026 12:10:00 GMT", "cache-control": "max-age=5"}, now=NOW)
        == 5
    )


def test_what_must_not_be_kept_is_fetched_each_time(
    client: Client, consultation: Consultation, upstream: Upstream
) -> None:
    upstream.says(headers={**IMAGE, "Cache-Control": "no-store"})
    client.get(address())
    client.get(address())
    assert len(upstream.asked) == 2


def test_an_old_picture_is_asked_about_and_kept_when_it_still_holds(
    client: Client, consultation: Consultation, upstream: Upstream
) -> None:
    upstream.says(headers={**IMAGE, "Cache-Control": "max-age=0", "ETag": '"upstream"'})
    first = client.get(address())
    upstream.says(status=304, headers={"Cache-Control": "max-age=60"}, body=b"")
    second = client.get(address())
    assert upstream.asked[1][1]["if-none-match"] == '"upstream"'
    assert (second.status_code, second.content, second["ETag"]) == (200, PNG, first["ETag"])
    client.get(address())
    assert len(upstream.asked) == 2


def test_the_last_picture_serves_while_its_server_is_away(
    client: Client, consultation: Consultation, upstream: Upstream
) -> None:
    upstream.says(headers={**IMAGE, "Cache-Control": "max-age=0"})
    client.get(address())
    upstream.says(status=500)
    answer = client.get(address())
    assert (answer.status_code, answer.content) == (200, PNG)
    assert len(upstream.asked) == 2


def kept(pictures: Pictures, *keys: str) -> list[bool]:
    return [pictures.get(key) is not None for key in keys]


def test_the_picture_asked_for_longest_ago_makes_room() -> None:
    pictures = Pictures(most_bytes=5000)
    for key in ("a", "b"):
        pictures.keep(key, Picture(b"x" * 1500, "image/png", '"e"', "", 1.0))
    assert kept(pictures, "b", "a") == [True, True]
    pictures.keep("c", Picture(b"x" * 1500, "image/png", '"e"', "", 1.0))
    assert kept(pictures, "a", "b", "c") == [True, False, True]
    pictures.keep("d", Picture(b"x" * 6000, "image/png", '"e"', "", 1.0))
    assert kept(pictures, "a", "c", "d") == [True, True, False]


def test_a_picture_kept_anew_is_weighed_once() -> None:
    pictures = Pictures(most_bytes=5000)
    for _ in range(10):
        pictures.keep("a", Picture(b"x" * 1500, "image/png", '"e"', "", 1.0))
    pictures.keep("b", Picture(b"x" * 1500, "image/png", '"e"', "", 1.0))
    assert kept(pictures, "a", "b") == [True, True]
