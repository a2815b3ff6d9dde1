"""Small answers are packed well, large ones fast, and nothing is packed that nobody can open."""

import gzip

import brotli
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from mapdialog.web.compression import packed, respond

SMALL = b"a place, and what was said of it. " * 100
LARGE = SMALL * 30


def asking(accepted: str) -> HttpRequest:
    return RequestFactory().get("/", headers={"Accept-Encoding": accepted})


@pytest.mark.parametrize(
    ("accepted", "body", "coding"),
    [
        ("gzip, deflate, br", SMALL, "br"),
        ("gzip, br;q=0", SMALL, "gzip"),
        ("gzip, deflate, br", LARGE, "gzip"),
        ("br", LARGE, ""),
        ("deflate", SMALL, ""),
        ("gzip, br", b"short", ""),
    ],
)
def test_the_coding_follows_the_client_and_the_size(accepted: str, body: bytes, coding: str) -> None:
    response = respond(asking(accepted), body, content_type="application/json")
    assert response.get("Content-Encoding", "") == coding
    assert "Accept-Encoding" in response["Vary"]
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[coding]
    assert unpack(response.content) == body


def test_a_page_is_packed_once() -> None:
    @packed
    @packed
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(SMALL)

    response = view(asking("br"))
    assert brotli.decompress(response.content) == SMALL
