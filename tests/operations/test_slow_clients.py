"""The web server as production runs it, among clients that are slow, broken or bent on harm.

These are fault tests: times are asserted, but loosely.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.bench.webserver import WebServer
from tests.operations.strained import LARGE_BYTES

pytestmark = pytest.mark.slow

MANY = 12  # more than a process has threads
_AT_ONCE_S = 3.0
_CLIENT_S = 3
_CUT_WITHIN_S = _CLIENT_S + 5.0
_API = "/api/v1/consultations/a/contributions/00000000-0000-4000-8000-000000000000"
_STRAINED = "tests.operations.strained:application"
_ENVIRONMENT = {
    "MAPDIALOG_WEB_WORKERS": "1",
    "MAPDIALOG_WEB_THREADS": "4",
    "MAPDIALOG_CLIENT_SECONDS": str(_CLIENT_S),
    "MAPDIALOG_CLIENT_BYTES_PER_SECOND": "100000",
}


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with WebServer(_STRAINED, environment=_ENVIRONMENT) as started:
        yield started


def _head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


_SLOW_BODY = _head("PUT", _API, "Content-Length: 5000", "Content-Type: application/json") + b"{"
_REFUSED_BODY = _head("PUT", _API, "Content-Length: 50000000", "Content-Type: application/json") + b"{"
_HALF_A_HEAD = _head("GET", "/healthz", "X-Slow: a")[:-4]
_LARGE = _head("GET", "/large")


def _connected(port: int) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", port))
    return connection


@contextmanager
def _clients(port: int, *, that_send: bytes, then: Callable[[socket.socket], object]) -> Iterator[None]:
    """Twelve that send this, and then do a little something ten times a second until the block ends."""
    connections = [_connected(port) for _ in range(MANY)]
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(0.1):
            for connection in connections:
                with suppress(OSError):
                    then(connection)

    for connection in connections:
        connection.sendall(that_send)
    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        for connection in connections:
            connection.close()


def _drip(connection: socket.socket) -> None:
    connection.send(b"a")


def _sip(connection: socket.socket) -> None:
    connection.recv(100, socket.MSG_DONTWAIT)


@pytest.mark.parametrize(
    ("that_send", "then"),
    [(_SLOW_BODY, _drip), (_HALF_A_HEAD, _drip), (_REFUSED_BODY, _drip), (_LARGE, _sip)],
    ids=["slow bodies", "half-sent heads", "refused bodies", "slow readers"],
)
def test_slow_clients_keep_nobody_waiting(
    server: WebServer, that_send: bytes, then: Callable[[socket.socket], object]
) -> None:
    with _clients(server.port, that_send=that_send, then=then):
        for _ in range(5):
            time.sleep(0.2)
            began = time.monotonic()
            assert _get(server, "/healthz")[0] == 200
            assert time.monotonic() - began < _AT_ONCE_S


def _get(server: WebServer, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("that_send", [_SLOW_BODY, _HALF_A_HEAD], ids=["body", "head"])
def test_a_byte_at_a_time_is_cut_off_after_a_total_time(server: WebServer, that_send: bytes) -> None:
    began = time.monotonic()
    with _connected(server.port) as connection:
        connection.sendall(that_send)
        answer = _until_closed(connection, meanwhile=lambda: connection.send(b"a"))
    assert _CLIENT_S - 1 < time.monotonic() - began < _CUT_WITHIN_S
    assert (b" 408 " in answer and b"application/problem+json" in answer) == (that_send == _SLOW_BODY)


def _until_closed(connection: socket.socket, *, meanwhile: Callable[[], object]) -> bytes:
    connection.settimeout(0.2)
    received, until = b"", time.monotonic() + 30
    while time.monotonic() < until:
        try:
            meanwhile()
            part = connection.recv(4096)
            if not part:
                return received
            received += part
        except TimeoutError:
            continue
        except OSError:
            return received
    raise AssertionError("never cut off")


def test_who_does_not_read_a_large_answer_is_cut_off(server: WebServer) -> None:
    with _connected(server.port) as connection:
        connection.sendall(_LARGE)
        assert connection.recv(100)
        time.sleep(_CUT_WITHIN_S)
        received = 0
        with suppress(ConnectionResetError):
            while part := connection.recv(1024**2):
                received += len(part)
        assert received < LARGE_BYTES


def test_a_large_answer_arrives_whole_where_it_is_read(server: WebServer) -> None:
    status, body = _get(server, "/large")
    assert (status, len(body)) == (200, LARGE_BYTES)


def test_connections_that_ask_nothing_and_empty_lines_are_cut_off_too(server: WebServer) -> None:
    for that_send in (b"", b"\r\n"):
        began = time.monotonic()
        with _connected(server.port) as connection:
            _until_closed(connection, meanwhile=lambda: connection.send(that_send))  # noqa: B023
        assert time.monotonic() - began < _CUT_WITHIN_S


@pytest.mark.parametrize(
    "that_send",
    [
        _REFUSED_BODY,
        _head("PUT", _API, "Content-Length: 50000000", "Expect: 100-continue"),
        _head("PUT", _API, "Transfer-Encoding: chunked") + b"5f5e100\r\n" + b"x" * 300_000,
    ],
    ids=["said beforehand", "asked beforehand", "in chunks"],
)
def test_a_body_larger_than_its_address_takes_is_refused_before_it_is_read(
    server: WebServer, that_send: bytes
) -> None:
    with _connected(server.port) as connection:
        connection.sendall(that_send)
        answer = _answer(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert json.loads(body)["type"] == "/problems/too-large"


def _answer(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(4096):
        received += part
    return received


def test_whoever_is_still_sending_a_refused_body_reads_why(server: WebServer) -> None:
    with _connected(server.port) as connection:
        connection.sendall(_head("PUT", _API, "Content-Length: 3000000") + b"x" * 3_000_000)
        assert b" 413 " in _answer(connection)


def test_a_large_upload_lies_on_disk_and_not_in_memory(server: WebServer) -> None:
    size = 200 * 1024**2
    _get(server, "/healthz")
    server.forget_peak()
    before = server.peak_mb()
    head = _head("POST", "/planner/layers/upload/", f"Content-Length: {size}", "Connection: close")
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(head)
        for _ in range(size // 1024**2):
            connection.sendall(b"x" * 1024**2)
        assert _answer(connection).startswith(b"HTTP/1.1 302 ")
    assert server.peak_mb() < before + 40


def test_a_flood_of_connections_leaves_room_for_those_that_ask(server: WebServer) -> None:
    # the oldest that has asked nothing makes room
    connections = []
    try:
        for _ in range(2_200):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            connections.append(connection)
        assert _get(server, "/healthz")[0] == 200
    finally:
        for connection in connections:
            connection.close()


def test_a_reload_fails_no_request_and_replaces_the_processes() -> None:
    with WebServer(_STRAINED, environment={**_ENVIRONMENT, "MAPDIALOG_WEB_WORKERS": "2"}) as server:
        before = set(server.workers())
        failures: list[BaseException] = []
        answered = [0]
        ended = threading.Event()
        threads = [
            threading.Thread(target=_hammer, args=(server, is_kept, ended, answered, failures))
            for is_kept in (True, True, False, False)
        ]
        for thread in threads:
            thread.start()
        time.sleep(1)
        server.reload()
        until = time.monotonic() + 40
        while time.monotonic() < until and before & set(server.workers()):
            time.sleep(0.2)
        time.sleep(1)
        ended.set()
        for thread in threads:
            thread.join()
        assert failures == []
        assert answered[0] > 50
        assert not before & set(server.workers())


def _hammer(
    server: WebServer,
    is_kept: bool,
    ended: threading.Event,
    answered: list[int],
    failures: list[BaseException],
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        while not ended.is_set():
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            answered[0] += 1
            if not is_kept:
                connection.close()
            time.sleep(0.005)
    except BaseException as error:
        failures.append(error)
    finally:
        connection.close()


def test_a_process_whose_threads_all_hang_is_replaced() -> None:
    # gunicorn's own variable: a minute would be long for a test
    with WebServer(_STRAINED, environment={**_ENVIRONMENT, "GUNICORN_CMD_ARGS": "--timeout 3"}) as server:
        hanging = [_connected(server.port) for _ in range(5)]
        for connection in hanging:
            connection.sendall(_head("GET", "/never"))
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with suppress(OSError):
                assert _get_soon(server) == 200
                break
        else:
            raise AssertionError("the service stayed silent")
        for connection in hanging:
            connection.close()


def _get_soon(server: WebServer) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    finally:
        connection.close()


def test_folders_of_the_server_go_with_it() -> None:
    def folders() -> set[Path]:
        """Of this server: others may run meanwhile."""
        mapped = "".join(Path(f"/proc/{pid}/maps").read_text(encoding="utf-8") for pid in server.workers())
        return {Path(folder) for folder in re.findall(r"(/\S+/mapdialog-metrics-[^/\s]+)/", mapped)}

    with WebServer(_STRAINED, environment=_ENVIRONMENT) as server:
        of_first_workers = folders()
        assert of_first_workers
        server.reload()
        time.sleep(3)
        of_all_workers = of_first_workers | folders()
    assert [folder for folder in of_all_workers if folder.exists()] == []
