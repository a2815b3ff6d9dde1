"""Requests that this service makes to others: to configured hosts only, and never into its own network.

The host is looked up once, every address it has is checked, and the connection goes to the address that was
checked, under the host's name: a name server that answers differently the second time (DNS rebinding) is not
asked a second time. No redirects, no cookies, nothing of the reader's. `http.client` does it: a client that
follows redirects, reads proxies from the environment and resolves by itself would have to be told not to.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from threading import Thread, Timer
from typing import Any
from urllib.parse import SplitResult, urlsplit

from layers.whole_number import whole_number

CONNECT_S = 3.0
TOTAL_S = 10.0
_PART_BYTES = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# All that has been given out of IPv6; the rest stands for something else, or for nothing.
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
_PORTS = {"https": 443, "http": 80}


class Failure(StrEnum):
    """Why there is no answer. These words may be logged; nothing that the other side said may."""

    REFUSED = "an address that is not allowed"
    UNREACHABLE = "not reachable"
    TOO_SLOW = "too slow"
    TOO_LARGE = "too large"
    BROKEN = "not understood"


class OutgoingError(Exception):
    """The request was not made or not answered. Holds neither address nor key."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status; header names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str


def fetch(
    address: str,
    *,
    headers: Mapping[str, str],
    most_bytes: int,
    private_hosts: frozenset[str] = frozenset(),
    connect_s: float = CONNECT_S,
    total_s: float = TOTAL_S,
) -> Answer:
    """GET. `private_hosts` may have inner addresses and no TLS. Raises OutgoingError, within `total_s`."""
    target = _target(urlsplit(address), private_hosts=private_hosts)
    until = time.monotonic() + total_s
    addresses = _look_up(target, within_s=connect_s)
    if target.host not in private_hosts and not all(is_public(address[4][0]) for address in addresses):
        raise OutgoingError(Failure.REFUSED)
    connection = _Connection(target, until=until)
    try:
        connection.open(addresses, within_s=connect_s)
        return connection.get(target.path, headers=headers, most_bytes=most_bytes)
    except TimeoutError:
        raise OutgoingError(Failure.TOO_SLOW) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.is_cut:
            raise OutgoingError(Failure.TOO_SLOW) from None
        is_network = isinstance(error, OSError) and not isinstance(error, http.client.HTTPException)
        raise OutgoingError(Failure.UNREACHABLE if is_network else Failure.BROKEN) from None
    finally:
        connection.close()


def is_public(address: str) -> bool:
    """Whether the IP address leads out, and not to this machine or network (in IPv6 wrapping neither)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (inner := _wrapped(ip)) is not None:
        return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and (ip.version == 4 or ip in _GIVEN_OUT)


def _wrapped(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4, Teredo, NAT64."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def _target(parts: SplitResult, *, private_hosts: frozenset[str]) -> _Target:
    try:
        port = parts.port
    except ValueError:
        raise OutgoingError(Failure.REFUSED) from None
    host = parts.hostname or ""
    is_private = host in private_hosts
    if not host or parts.username is not None or parts.scheme not in _PORTS:
        raise OutgoingError(Failure.REFUSED)
    if parts.scheme == "http" and not is_private:
        raise OutgoingError(Failure.REFUSED)
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    return _Target(parts.scheme, host, port or _PORTS[parts.scheme], path)


def _look_up(target: _Target, *, within_s: float) -> list[Any]:
    """What `getaddrinfo` finds. It knows no time limit, so a thread that may be left behind asks it."""
    addresses: list[Any] = []

    def ask() -> None:
        try:
            addresses.extend(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            return

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(within_s)
    if asking.is_alive():
        raise OutgoingError(Failure.TOO_SLOW)
    if not addresses:
        raise OutgoingError(Failure.UNREACHABLE)
    return addresses


class _Connection:
    """One connection to a checked address, cut when its time is up, whatever it is doing then."""

    def __init__(self, target: _Target, *, until: float) -> None:
        self._target = target
        self._http = http.client.HTTPConnection(target.host, target.port)
        self._http.auto_open = 0  # it must never look the host up by itself
        self._socket: socket.socket | None = None
        self.is_cut = False
        self._timer = Timer(max(0.0, until - time.monotonic()), self._cut)
        self._timer.daemon = True
        self._timer.start()

    def open(self, addresses: list[Any], *, within_s: float) -> None:
        """To the first of the addresses that takes it."""
        until = time.monotonic() + within_s
        self._socket = _connected(addresses, until=until)
        if self._target.scheme == "https":
            self._socket.settimeout(max(0.1, until - time.monotonic()))
            self._socket = _tls().wrap_socket(self._socket, server_hostname=self._target.host)
        self._socket.settimeout(None)  # from here on the timer cuts it
        self._refuse_cut()
        self._http.sock = self._socket

    def get(self, path: str, *, headers: Mapping[str, str], most_bytes: int) -> Answer:
        self._http.request("GET", path, headers={"Host": self._host(), "Connection": "close", **headers})
        with self._http.getresponse() as response:
            answered = {name.lower(): value for name, value in response.getheaders()}
            stated_bytes = whole_number(answered.get("content-length", "")) or 0
            if stated_bytes > most_bytes:
                raise OutgoingError(Failure.TOO_LARGE)
            body = bytearray()
            while part := response.read(_PART_BYTES):
                body += part
                if len(body) > most_bytes:
                    raise OutgoingError(Failure.TOO_LARGE)
            self._refuse_cut()
        if len(body) < stated_bytes and response.status != http.HTTPStatus.NOT_MODIFIED:
            raise OutgoingError(Failure.BROKEN)  # reading in parts, http.client does not notice
        return Answer(response.status, answered, bytes(body))

    def close(self) -> None:
        self._timer.cancel()
        self._http.close()
        if self._socket is not None:
            self._socket.close()

    def _host(self) -> str:
        host = f"[{self._target.host}]" if ":" in self._target.host else self._target.host
        is_usual = self._target.port == _PORTS[self._target.scheme]
        return host if is_usual else f"{host}:{self._target.port}"

    def _refuse_cut(self) -> None:
        if self.is_cut:
            raise TimeoutError

    def _cut(self) -> None:
        self.is_cut = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _connected(addresses: list[Any], *, until: float) -> socket.socket:
    """A socket to the address as it was looked up: `create_connection` would look it up once more."""
    failed: OSError = TimeoutError()
    for family, kind, protocol, _name, address in addresses:
        left = until - time.monotonic()
        if left <= 0:
            break
        connecting = socket.socket(family, kind, protocol)
        try:
            connecting.settimeout(left)
            connecting.connect(address)
        except OSError as error:
            connecting.close()
            failed = error
        else:
            return connecting
    raise failed


@cache
def _tls() -> ssl.SSLContext:
    """The system's certificates, read once: that takes longer than many an answer."""
    return ssl.create_default_context()
