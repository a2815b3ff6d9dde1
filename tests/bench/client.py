"""HTTP clients that cost little: they share the machine with the server they measure."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CONNECTIONS = 8


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage
    seconds: float
    first_byte_seconds: float


class Browser:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def get(self, path: str, *, expect: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer with the whole body. Raises RuntimeError when the status is another."""
        started = time.perf_counter()
        self._connection.request("GET", path, headers=dict(headers or {}))
        response = self._connection.getresponse()
        first = response.read(1)
        first_byte = time.perf_counter() - started
        body = first + response.read()
        seconds = time.perf_counter() - started
        if response.status != expect:
            raise RuntimeError(f"GET {path}: {response.status} {body[:300]!r}")
        return Answer(response.status, body, response.headers, seconds, first_byte)


def request(method: str, path: str, *, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The bytes of a whole request, made before the clock starts."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def rate(port: int, *, requests: Sequence[bytes], status: int) -> float:
    """Requests a second over CONNECTIONS connections, each sending the next when the last is answered."""
    started = time.perf_counter()
    _send(port, requests=requests, status=status, connections=CONNECTIONS, at=None)
    return len(requests) / (time.perf_counter() - started)


def latencies(port: int, *, requests: Sequence[bytes], status: int, per_second: float) -> list[float]:
    """Seconds from the moment each request was due, at a fixed rate, to its answer; sorted."""
    start = time.perf_counter() + 0.05
    due = [start + number / per_second for number in range(len(requests))]
    return sorted(_send(port, requests=requests, status=status, connections=4 * CONNECTIONS, at=due))


def _send(
    port: int, *, requests: Sequence[bytes], status: int, connections: int, at: Sequence[float] | None
) -> list[float]:
    waiting = iter(range(len(requests)))
    lock = threading.Lock()
    taken: list[float] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while not errors:
                    with lock:
                        number = next(waiting, None)
                    if number is None:
                        return
                    since = _due(at[number]) if at else time.perf_counter()
                    connection.sendall(requests[number])
                    _read(connection, status=status)
                    taken.append(time.perf_counter() - since)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return taken


def _due(moment: float) -> float:
    if (wait := moment - time.perf_counter()) > 0:
        time.sleep(wait)
    return moment


def _read(connection: socket.socket, *, status: int) -> None:
    received = b""
    while (end := received.find(b"\r\n\r\n")) < 0:
        if not (part := connection.recv(65536)):
            raise RuntimeError("The server closed the connection.")
        received += part
    head = received[:end].decode("latin-1")
    lengths = [line for line in head.lower().split("\r\n") if line.startswith("content-length:")]
    if not lengths:
        raise RuntimeError(f"an answer of unknown length: {head[:600]}")
    length = int(lengths[0].partition(":")[2])
    missing = length - (len(received) - end - 4)
    while missing > 0:
        part = connection.recv(65536)
        received += part
        missing -= len(part)
    if int(head.split(" ", 2)[1]) != status:
        raise RuntimeError(f"expected {status}, got {received[:600]!r}")
