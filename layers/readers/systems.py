"""Coordinate systems in the words of a file, as EPSG numbers: nothing else goes on to PROJ."""

from __future__ import annotations

import re

from layers import crs
from layers.geometry import WGS84

# The countries' own realisations of ETRS89 have numbers and names since 2025 that older PROJ does not know.
_NATIONAL = {10875: 4258, 10892: 4258, **{11020 + offset: 25830 + offset for offset in range(8)}}
_NATIONAL_NAME = re.compile(r"ETRS89-[A-Z]{3}(?: \[[A-Z0-9]+\])?")
_NUMBER = re.compile(r"(?:urn:ogc:def:crs:)?EPSG::?(\d{4,6})", re.ASCII)
_PROJECTED = re.compile(r'\bPROJ(?:CRS|CS)\["([^"]{1,120})"', re.I)
_GEOGRAPHIC = re.compile(r'\bGEOG(?:CRS|CS)\["([^"]{1,120})"', re.I)
_AUTHORITY = re.compile(r'(?:AUTHORITY\["EPSG",\s*"?|ID\["EPSG",\s*)(\d{4,6})"?\]\s*\]\s*$', re.ASCII)
# In the order of the axes that the form demands: as the authority says (URN), or always x, y.
_AUTHORITY_ORDER = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:EPSG:[0-9.]*:"
    r"|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]+/"
    r"|urn:ogc:def:crs,crs:EPSG:[0-9.]*:)(\d{4,6})(?:,crs:EPSG:[0-9.]*:\d{4,6})?",
    re.ASCII | re.I,
)
_X_Y_ORDER = re.compile(r"(?:EPSG:|https?://www\.opengis\.net/gml/srs/epsg\.xml#)(\d{4,6})", re.ASCII | re.I)
_LON_LAT = re.compile(
    r"(?:urn:ogc:def:crs:OGC:[0-9.]*:|https?://www\.opengis\.net/def/crs/OGC/[0-9.]+/)CRS84", re.ASCII | re.I
)


def srid_of(text: str) -> int | None:
    """The number of the system in `EPSG:25832` or in WKT of either kind; None when its name is not known.

    Raises CrsError for a number that is not on the list of those that can be read.
    """
    text = text.strip()
    if match := _NUMBER.fullmatch(text) or _AUTHORITY.search(text):
        return crs.known(_plain(match.group(1)))
    plain = _NATIONAL_NAME.sub("ETRS89", text)
    name = _PROJECTED.search(plain) or _GEOGRAPHIC.search(plain)
    return crs.srid_of_esri_name(name.group(1)) if name else None


def gml_name(name: str) -> str | None:
    """A GML file's srsName as GDAL may see it: a number, in a form that keeps the order of axes, or None."""
    name = name.strip()
    if match := _AUTHORITY_ORDER.fullmatch(name):
        return f"urn:ogc:def:crs:EPSG::{_plain(match.group(1))}"
    if match := _X_Y_ORDER.fullmatch(name):
        return f"EPSG:{_plain(match.group(1))}"
    return f"EPSG:{WGS84}" if _LON_LAT.fullmatch(name) else None


def _plain(number: str) -> int:
    return _NATIONAL.get(int(number)) or crs.horizontal(int(number))
