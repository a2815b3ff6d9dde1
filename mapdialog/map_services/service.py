"""A map server of somebody else: what it draws, whom to credit, and the address of each of its tiles.

Tiles are the squares of Web Mercator (EPSG:3857), 256 pixels wide, whatever the server speaks: a WMTS or
plain tile server has them ready, a WMS is asked for the picture of a square.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self
from urllib.parse import quote, urlsplit

TILE_PIXELS = 256
MAX_ZOOM = 22
_HALF_WORLD_M = 20_037_508.342789244
# The end of Web Mercator's square: its latitudes reach no farther.
_MAX_LATITUDE = 85.0511287798066

Box = tuple[float, float, float, float]


class Kind(StrEnum):
    """How the server is asked: for a numbered tile, or for the picture of a box."""

    XYZ = "xyz"
    WMTS = "wmts"
    WMS = "wms"


class Role(StrEnum):
    """What it may be used as: the ground under everything, or something laid over it."""

    BASE = "base"
    OVERLAY = "overlay"


class Key(StrEnum):
    """Whether the server wants a key, and whether browsers may know it."""

    NONE = "none"
    PUBLIC = "public"
    SECRET = "secret"  # noqa: S105 (the word, not one)


@dataclass(frozen=True, kw_only=True, eq=False)
class MapService:
    """`template` is an address with {z}, {x}, {y}, or {bbox} (metres), and {key} where the key stands in it.

    `titles` is a text by language. `credit` must be shown beside the map. `key` never leaves the server
    when `key_use` is secret; with a `key_header` it travels in that header, as it is. Zooms are those at
    which the server has pictures; farther in the last ones are stretched.
    """

    name: str
    titles: Mapping[str, str]
    roles: frozenset[Role]
    template: str = field(repr=False)
    credit: str
    licence: str
    max_zoom: int
    min_zoom: int = 0
    opacity: float = 1.0
    key_use: Key = Key.NONE
    key_header: str = ""
    key: str = field(default="", repr=False)

    def with_key(self, key: str) -> Self:
        """The same service, with the operator's key."""
        return replace(self, key=key)

    @property
    def origin(self) -> str:
        """What the pages' Content-Security-Policy has to allow pictures from."""
        parts = urlsplit(self.template)
        return f"{parts.scheme}://{parts.netloc}"

    def browser_template(self) -> str:
        """What a browser may be given: {z}, {x}, {y} or {bbox} are left for it to fill in."""
        if self.key_use is Key.SECRET:
            raise ValueError(f"The key of {self.name} is not for browsers.")
        return self.template.replace("{key}", quote(self.key, safe=""))

    def address(self, *, z: int, x: int, y: int) -> str:
        """Where the server has the tile; may hold the key, and so is for no log and no answer."""
        values = {
            "{z}": str(z),
            "{x}": str(x),
            "{y}": str(y),
            "{bbox}": ",".join(f"{side:.4f}" for side in tile_box_m(z=z, x=x, y=y)),
            "{key}": quote(self.key, safe=""),
        }
        address = self.template
        for name, value in values.items():
            address = address.replace(name, value)
        return address


def tile_box_m(*, z: int, x: int, y: int) -> Box:
    """West, south, east, north of a tile in EPSG:3857 metres; row 0 is the northernmost."""
    side = 2 * _HALF_WORLD_M / 2**z
    west, north = x * side - _HALF_WORLD_M, _HALF_WORLD_M - y * side
    return west, north - side, west + side, north


def box_m(box: Box) -> Box:
    """A box west, south, east, north in degrees (EPSG:4326), in EPSG:3857 metres."""
    west, south, east, north = box
    return _easting_m(west), _northing_m(south), _easting_m(east), _northing_m(north)


def box_degrees(box: Box) -> Box:
    """A box in EPSG:3857 metres, in degrees (EPSG:4326); `box_m` the other way round."""
    west, south, east, north = box
    return _longitude(west), _latitude(south), _longitude(east), _latitude(north)


def widened(box: Box, *, by_m: float) -> Box:
    """The box with so much more on each side, as far as the world goes."""
    west, south, east, north = box
    most = _HALF_WORLD_M
    return max(-most, west - by_m), max(-most, south - by_m), min(most, east + by_m), min(most, north + by_m)


def touches(box: Box, *, z: int, x: int, y: int) -> bool:
    """Whether the tile and the box (EPSG:3857 metres) have a point in common."""
    west, south, east, north = tile_box_m(z=z, x=x, y=y)
    return box[0] <= east and west <= box[2] and box[1] <= north and south <= box[3]


def _easting_m(longitude: float) -> float:
    return longitude / 180 * _HALF_WORLD_M


def _longitude(easting_m: float) -> float:
    return easting_m / _HALF_WORLD_M * 180


def _latitude(northing_m: float) -> float:
    return math.degrees(math.atan(math.sinh(northing_m / _HALF_WORLD_M * math.pi)))


def _northing_m(latitude: float) -> float:
    latitude = max(-_MAX_LATITUDE, min(_MAX_LATITUDE, latitude))
    return math.asinh(math.tan(math.radians(latitude))) / math.pi * _HALF_WORLD_M
