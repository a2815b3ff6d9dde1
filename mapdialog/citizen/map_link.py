"""The position in a link that somebody copied from a map service, or in a `geo:` address.

A pin that the link carries goes before the middle of the view. `static/js/lib/map_link.js` reads the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

_LINK = re.compile(
    r"^(?:geo:|[a-z][a-z0-9+.-]*://|www\.|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|no|se|dk|fi|org|net|gl)/)"
)
_N = r"(-?[0-9]{1,9}(?:\.[0-9]+)?)"
_PAIR = re.compile(rf"^(?:loc:)?\+?{_N}[,~| ]+\+?{_N}(?:[,; (z].*)?$")
_GEO = re.compile(rf"^geo:{_N},{_N}")
_PIN_OF_DATA = re.compile(rf"!3d{_N}!4d{_N}")
_AT = re.compile(rf"[@~]{_N},{_N}")
_SLASHES = re.compile(rf"^[0-9]{{1,2}}(?:\.[0-9]+)?/{_N}/{_N}(?:/.*)?$")
_SYSTEM_IN_PATH = re.compile(r"/(3006|3067|258[0-9]{2}|326[0-9]{2})/")
# (north, east), the pin's before the view's
_NAMED_PAIRS = (
    ("markerlat", "markerlon"), ("mlat", "mlon"), ("latitude", "longitude"), ("lat", "lon"), ("lat", "lng"),
    ("lat", "long"), ("n", "e"), ("y", "x"),
)  # fmt: skip
_TOGETHER = (
    "q",
    "query",
    "coordinate",
    "destination",
    "daddr",
    "ll",
    "sll",
    "cbll",
    "center",
    "centre",
    "cp",
    "c",
    "map",
)
_SYSTEMS = ("projection", "epsg", "srid", "srs", "crs")
# Services that write metres and do not say of which zone.
_SYSTEM_OF_HOST = (("norgeskart.no", 25833), ("lantmateriet.se", 3006))

Pinned = tuple[float, float, int | None]


def is_link(text: str) -> bool:
    """Whether a text in lower case is an address rather than numbers."""
    return _LINK.match(text) is not None


def read_link(link: str) -> Pinned | str | None:
    """(north or latitude, east or longitude, EPSG number where metres have one); a text to read in its turn
    (a search for a position in degrees, minutes and seconds); None where the link carries no position."""
    lowered = link.lower()
    names = dict(_parameters(lowered))
    geo = _GEO.match(lowered)
    if geo is not None and "q" not in names:
        return float(geo[1]), float(geo[2]), None
    return (
        _pin(lowered, names) or _named(names, lowered) or _view(lowered, names) or _searched(lowered, names)
    )


def _parameters(link: str) -> Iterator[tuple[str, str]]:
    """Names and values after `?`, `#` and `#!?`; the first of a name counts."""
    names = set()
    for part in re.split(r"[?#&]", link)[1:]:
        name, equals, value = part.partition("=")
        if equals and name not in names:
            names.add(name)
            yield name, unquote(value.replace("+", " ")).strip()


def _pin(link: str, names: dict[str, str]) -> Pinned | None:
    if "mlat" not in names and (pin := _PIN_OF_DATA.search(link)):
        return float(pin[1]), float(pin[2]), None
    return None


def _named(names: dict[str, str], link: str) -> Pinned | None:
    for north, east in _NAMED_PAIRS:
        values = [re.fullmatch(_N, names.get(name, "").replace(",", ".")) for name in (north, east)]
        if values[0] and values[1]:
            return float(values[0][1]), float(values[1][1]), _system(names, link)
    return None


def _system(names: dict[str, str], link: str) -> int | None:
    for name in _SYSTEMS:
        number = re.search(r"[0-9]{4,5}$", names.get(name, ""))
        if number:
            return int(number[0])
    in_path = _SYSTEM_IN_PATH.search(link)
    if in_path:
        return int(in_path[1])
    return next((srid for host, srid in _SYSTEM_OF_HOST if host in link), None)


def _view(link: str, names: dict[str, str]) -> Pinned | None:
    for name in _TOGETHER:
        pair = _PAIR.match(names.get(name, ""))
        if pair:
            return float(pair[1]), float(pair[2]), None
    at = _AT.search(link)
    slashes = _SLASHES.match(names.get("map", "")) or _SLASHES.match(link.partition("#")[2])
    pair = at or slashes
    return (float(pair[1]), float(pair[2]), None) if pair else None


def _searched(link: str, names: dict[str, str]) -> Pinned | str | None:
    """A search for a position: `/maps/search/59.02,+9.70`, `/maps/place/59°01'40"N+9°42'03"E`."""
    path = re.split(r"[?#]", link)[0]
    for part in (names.get("q", ""), names.get("query", ""), *path.split("/")[3:]):
        words = unquote(part.replace("+", " ")).strip()
        pair = _PAIR.match(words)
        if pair:
            return float(pair[1]), float(pair[2]), None
        if re.match(r"[0-9]{1,3}[\u00b0 ]", words):
            return words
    return None
