"""The web server as production runs it: of an answer to HEAD nothing but its head goes out."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.bench.webserver import WebServer

pytestmark = pytest.mark.slow

_CONTRIBUTION = "/api/v1/consultations/a/contributions/00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with WebServer(
        "tests.operations.strained:application", environment={"MAPDIALOG_WEB_WORKERS": "1"}
    ) as started:
        yield started


def _answers(server: WebServer, request: str) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode())
        received = b""
        while part := connection.recv(64 * 1024):
            received += part
    return received


@pytest.mark.parametrize(
    ("path", "line", "status"),
    [
        ("/healthz", "Connection: close", 200),
        ("/api/v1/openapi.json", "Connection: close", 200),
        ("/api/v1/nothing", "Connection: close", 404),
        ("/large", "Connection: close", 200),
        ("/file", "Connection: close", 200),
        (_CONTRIBUTION, "Content-Length: 50000000", 413),
        ("/healthz", "Content-Length: x", 400),
    ],
)
def test_an_answer_to_head_ends_with_its_head(server: WebServer, path: str, line: str, status: int) -> None:
    answer = _answers(server, f"HEAD {path} HTTP/1.1\nHost: localhost\n{line}\n\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert body == b""


def test_the_head_says_how_long_the_answer_to_get_is(server: WebServer) -> None:
    answers = [
        _answers(server, f"{method} /healthz HTTP/1.1\nHost: localhost\nConnection: close\n\n")
        for method in ("HEAD", "GET")
    ]
    lengths = [
        [line for line in answer.split(b"\r\n") if line.startswith(b"Content-Length")] for answer in answers
    ]
    assert lengths[0] == lengths[1] != []


def test_the_next_answer_on_the_connection_begins_where_the_head_ended(server: WebServer) -> None:
    head = "HEAD /healthz HTTP/1.1\nHost: localhost\n\n"
    get = "GET /healthz HTTP/1.1\nHost: localhost\nConnection: close\n\n"
    _first, second, body = _answers(server, head + get).split(b"\r\n\r\n")
    assert second.startswith(b"HTTP/1.1 200 ")
    assert body == b'{"status": "ok"}'
