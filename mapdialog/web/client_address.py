"""Where a request comes from, seen past our own proxies: for limits, the lock-out, metrics and logs alike.

`PROXY_COUNT` proxies of ours each append to X-Forwarded-For the address that they saw. So the hop that far
from the right is the client's; whatever stands left of it, the client wrote itself.
"""

from __future__ import annotations

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Some proxies add the client's port, and IPv6 then needs its brackets: 203.0.113.5:4711, [2001:db8::1]:4711.
_WITH_PORT = re.compile(r"(?P<v4>[0-9.]+)(?::\d+)?|\[(?P<v6>[^\]]*)\](?::\d+)?", re.ASCII)
# Of IPv6 a household has a whole network.
_HOUSEHOLD_BITS = 64


def address_of(request: HttpRequest) -> str:
    """The client's network address; `UNKNOWN` where nobody knows it (a socket file, a proxy that says junk).

    A request with fewer hops than proxies did not come through all of them: its own address counts.
    """
    hops = [hop for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    forwarded = hops[-settings.PROXY_COUNT] if 0 < settings.PROXY_COUNT <= len(hops) else ""
    address = _parsed(forwarded) or _parsed(str(request.META.get("REMOTE_ADDR", "")))
    return str(address) if address else UNKNOWN


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 network of an IPv6 one; `UNKNOWN` for what is no address."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, _HOUSEHOLD_BITS), strict=False))
    return str(parsed) if parsed else UNKNOWN


def household_of(request: HttpRequest) -> str:
    """`network_of` the client as a plain address, for libraries that store one; "0.0.0.0" where unknown."""
    network = network_of(address_of(request)).partition("/")[0]
    return "0.0.0.0" if network == UNKNOWN else network  # noqa: S104 (nothing listens there)


def is_this_machine(request: HttpRequest) -> bool:
    """Whether a program on this machine asks, past no proxy."""
    came_through_a_proxy = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    address = _parsed(str(request.META.get("REMOTE_ADDR", "")))
    return address is not None and address.is_loopback and not came_through_a_proxy


def _parsed(text: str) -> Address | None:
    text = text.strip().strip('"')
    match = _WITH_PORT.fullmatch(text)
    if match:
        text = match["v4"] or match["v6"] or ""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])  # the interface says nothing of the client
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
