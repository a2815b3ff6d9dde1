"""A position as people write it: degrees in any of the usual ways, metres with their zone, a link from a map.

`static/js/lib/written_position.js` reads the same in the browser. What both must say of a text is in
`tests/citizen/written_positions.json`, which the tests of both read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from layers import crs
from mapdialog.citizen import map_link
from mapdialog.citizen.degrees import OrderedPair, read_degrees

Reason = Literal["unreadable", "zone", "system", "link"]
MAX_LENGTH = 2000  # a link from a map service is long
_MAX_LAT = 85.0
_LOOK_ALIKES = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014", "-"),
        **dict.fromkeys("\u00ba\u02da", "\u00b0"),
        **dict.fromkeys("\u2032\u2019\u2018\u00b4\u0060\u02b9\u02bc", "'"),
        **dict.fromkeys("\u2033\u201d\u201c\u201e\u02ba", '"'),
    }
)
# What names a frame and has digits of its own; the frames differ by less than a metre.
_FRAME = re.compile(r"\b(?:etrs|euref|eu|wgs)[ -]?(?:89|84)\b(?: ?/)?")
_NAMED = (
    (re.compile(r"\bsweref ?-?99 ?tm\b"), 3006),
    (re.compile(r"\b(?:etrs-?)?tm35(?:fin)?\b"), 3067),
)
_EPSG = re.compile(r"\b(?:epsg|srid|crs)\b[ :=]*([0-9]{4,5})\b")
_ZONE = re.compile(
    r"\b(?:utm(?:[ -]*(?:sone|zone|zon))?|sone|zone|zon)[ :-]*([0-9]{1,2}) ?(?:[c-hj-np-x]\b)?"
)
_LETTER = "[a-z\u00e6\u00f8\u00e5\u00e4\u00f6]"
_BAND = re.compile(rf"(?<![0-9.,])([0-9]{{1,2}}) ?[c-hj-np-x](?!{_LETTER})")
_METRE_WORDS = re.compile(
    rf"(?<!{_LETTER})(?:northing|easting|north|east|nord|norr|\u00f8st|\u00f6st|ost|aust|me|mn|n|e|\u00f8|\u00f6|x|y|m)"
    rf"(?!{_LETTER})"
)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# Northings of 27 to 84° N; eastings as far as the Nordic countries use a zone beyond its own borders.
_NORTHING = (3_000_000, 9_400_000)
_EASTING = (-1_500_000, 2_000_000)


class UnreadableError(ValueError):
    """The text is no position. `reason`: metres without their zone, a system we do not read, a link without
    a position in it, or anything else."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class WrittenPosition:
    """(lon, lat) in EPSG:4326. `is_ordered`: the text itself says which number is which.

    `is_turned`: the two numbers were taken the other way round than they stand.
    """

    lon_lat: tuple[float, float]
    is_ordered: bool
    is_turned: bool = False


def read(text: str, *, is_here: Callable[[tuple[float, float]], bool] | None = None) -> WrittenPosition:
    """The position in a text; latitude first unless the text says otherwise. Raises UnreadableError.

    `is_here` tells whether (lon, lat) is where the consultation asks: a pair that is not, and would be the
    other way round, is turned.
    """
    position = _as_written(text[: MAX_LENGTH + 1])
    if position.is_ordered:
        return _possible(position)
    lon, lat = position.lon_lat
    turned = replace(position, lon_lat=(lat, lon), is_turned=True)
    if is_here is not None and _is_meant(turned, is_here) and not _is_meant(position, is_here):
        return turned
    return _possible(position)


def _is_meant(position: WrittenPosition, is_here: Callable[[tuple[float, float]], bool]) -> bool:
    return _is_possible(position) and is_here(position.lon_lat)


def lon_lat_of(x: float, y: float, *, srid: int) -> tuple[float, float]:
    """Metres east and north, in either order, as (lon, lat). Raises UnreadableError."""
    easting, northing = (y, x) if abs(x) > abs(y) else (x, y)
    if not (_NORTHING[0] <= northing < _NORTHING[1] and _EASTING[0] < easting < _EASTING[1]):
        raise UnreadableError("unreadable")
    if not _is_read(srid):
        raise UnreadableError("system")
    return crs.lon_lat((easting, northing), srid)


def _is_read(srid: int) -> bool:
    """UTM, and the national systems that are UTM with a wider zone: the browser has a formula for these."""
    return srid in (3006, 3067) or 25828 <= srid <= 25838 or 32601 <= srid <= 32660


def _as_written(text: str) -> WrittenPosition:
    plain = _plain(text)
    if map_link.is_link(plain):
        return _linked(text.strip())
    metres = _metres(plain)
    if metres is not None:
        return WrittenPosition(lon_lat=metres, is_ordered=True)
    epsg = _EPSG.search(plain)
    if epsg is not None and int(epsg[1]) not in crs.GEOGRAPHIC:
        raise UnreadableError("system")
    return _from_pair(read_degrees(_EPSG.sub(" ", _FRAME.sub(" ", plain))))


def _plain(text: str) -> str:
    alike = unicodedata.normalize("NFC", text).translate(_LOOK_ALIKES).replace("''", '"')
    return re.sub(r"\s+", " ", alike).strip().lower()


def _from_pair(pair: OrderedPair | None) -> WrittenPosition:
    if pair is None:
        raise UnreadableError("unreadable")
    return WrittenPosition(lon_lat=(pair.lon, pair.lat), is_ordered=pair.is_ordered)


def _linked(text: str) -> WrittenPosition:
    link = map_link.read_link(text)
    if link is None:
        raise UnreadableError("link")
    if isinstance(link, str):
        return _as_written(link) if not map_link.is_link(link) else _from_pair(None)
    first, second, srid = link
    if abs(first) <= 180 and abs(second) <= 180:
        return WrittenPosition(lon_lat=(second, first), is_ordered=False)
    if srid is None:
        raise UnreadableError("zone")
    return WrittenPosition(lon_lat=lon_lat_of(second, first, srid=srid), is_ordered=True)


def _metres(plain: str) -> tuple[float, float] | None:
    """(lon, lat) of metres with their zone; None where the text is something else. Raises UnreadableError."""
    srid, rest = _system(_FRAME.sub(" ", plain))
    numbers = _numbers(rest)
    if srid is None and numbers is not None and len(numbers) == 3:
        srid, numbers = _zone_beside(numbers)
    if numbers is None or len(numbers) != 2 or max(numbers) < _NORTHING[0]:
        return None
    if srid is None:
        raise UnreadableError("zone")
    return lon_lat_of(*numbers, srid=srid)


def _system(plain: str) -> tuple[int | None, str]:
    """The system that the text names, and the text without its name."""
    for pattern, srid in _NAMED:
        if pattern.search(plain):
            return srid, pattern.sub(" ", plain, count=1)
    epsg = _EPSG.search(plain)
    if epsg is not None:
        return int(epsg[1]), _EPSG.sub(" ", plain, count=1)
    for pattern in (_ZONE, _BAND):
        zone = pattern.search(plain)
        if zone is not None and 1 <= int(zone[1]) <= 60:
            return srid_of_zone(int(zone[1])), pattern.sub(" ", plain, count=1)
    return None, plain


def srid_of_zone(zone: int) -> int:
    """ETRS89 where Europe has its zones, else WGS 84."""
    return 25800 + zone if 28 <= zone <= 38 else 32600 + zone


def _numbers(rest: str) -> list[float] | None:
    """The numbers of a text of metres; None if there are other words in it."""
    rest = _METRE_WORDS.sub(" ", rest)
    rest = re.sub(r"(?<![0-9.])([0-9]) ([0-9]{3}) ([0-9]{3})(?![0-9])", r"\1\2\3", rest)
    rest = re.sub(r"(?<![0-9.])([0-9]{3}) ([0-9]{3})(?![0-9])", r"\1\2", rest)
    rest = re.sub(r"([0-9]{6}),(?=[0-9]{6})", r"\1 ", rest)
    if not re.search(r"[0-9]\.[0-9]", rest):
        rest = re.sub(r"([0-9]),([0-9])", r"\1.\2", rest)
    if re.sub(r"[ ,;:=/()-]", "", _NUMBER.sub("", rest)):
        return None
    return [float(number) for number in _NUMBER.findall(rest)]


def _zone_beside(numbers: list[float]) -> tuple[int | None, list[float]]:
    """`33 6543000 540000` or `6543000 540000 33`: the zone stands before or after."""
    for zone, others in ((numbers[0], numbers[1:]), (numbers[2], numbers[:2])):
        if zone in range(1, 61):
            return srid_of_zone(int(zone)), others
    return None, numbers


def _is_possible(position: WrittenPosition) -> bool:
    lon, lat = position.lon_lat
    return abs(lat) <= _MAX_LAT and abs(lon) <= 180


def _possible(position: WrittenPosition) -> WrittenPosition:
    if not _is_possible(position):
        raise UnreadableError("unreadable")
    return position
