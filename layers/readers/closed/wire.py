"""Messages between us and a closed process: a length, and as many bytes."""

from __future__ import annotations

import socket
import struct
import time

_LENGTH = struct.Struct("<Q")


class EndedError(Exception):
    """The other side is gone, or says what no message is."""


def send(connection: socket.socket, *parts: bytes) -> None:
    """One message, made of these parts."""
    connection.sendall(_LENGTH.pack(sum(map(len, parts))))
    for part in parts:
        connection.sendall(part)


def receive(connection: socket.socket, *, most: int, until: float | None = None) -> bytearray:
    """One message of at most so many bytes. Raises EndedError, and TimeoutError at `until` (monotonic)."""
    (length,) = _LENGTH.unpack(_bytes(connection, _LENGTH.size, until))
    if length > most:
        raise EndedError
    return _bytes(connection, length, until)


def _bytes(connection: socket.socket, length: int, until: float | None) -> bytearray:
    message = bytearray(length)
    missing = memoryview(message)
    while missing:
        if until is not None:
            connection.settimeout(max(until - time.monotonic(), 0.001))
        try:
            count = connection.recv_into(missing)
        except ConnectionError as error:
            raise EndedError from error
        if count == 0:
            raise EndedError
        missing = missing[count:]
    return message
