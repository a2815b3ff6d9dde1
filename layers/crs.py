"""Which coordinate systems files may be in, and the way from them to EPSG:4326.

Only whole numbers from this list reach PROJ or PostGIS, never a file's own words: a CRS "name" may be a web
address that the libraries would fetch.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pyproj
import pyproj.network
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from layers.geometry import WGS84

Geometries = NDArray[np.object_]
Box = tuple[float, float, float, float]

# Geographic ones are stored as they are (ETRS89 and WGS 84 differ by less than a metre).
GEOGRAPHIC = {4326: "WGS 84", 4258: "ETRS89", 4619: "SWEREF99"}
# Where each family is used: west, south, east, north. A place outside says that something is wrong.
_EUROPE: Box = (-32, 30, 45, 84)
_NORTH: Box = (2, 53, 34, 73)
_WORLD: Box = (-180, -85, 180, 85)
PROJECTED: dict[int, tuple[str, Box]] = {
    **{25800 + zone: (f"ETRS89 / UTM zone {zone}N", _EUROPE) for zone in range(28, 39)},
    **{32600 + zone: (f"WGS 84 / UTM zone {zone}N", _WORLD) for zone in range(1, 61)},
    **{23000 + zone: (f"ED50 / UTM zone {zone}N", _EUROPE) for zone in range(31, 36)},
    **{5100 + zone: (f"ETRS89 / NTM zone {zone}", _NORTH) for zone in range(5, 31)},
    **{3006 + place: ("SWEREF99 TM and local zones", _NORTH) for place in range(13)},
    3021: ("RT90 2.5 gon V", _NORTH),
    3035: ("ETRS89 / LAEA Europe", _EUROPE),
    3067: ("ETRS89 / TM35FIN", _NORTH),
    **{3873 + place: (f"ETRS89 / GK{19 + place}FIN", _NORTH) for place in range(13)},
    3857: ("Web Mercator", _WORLD),
    26985: ("NAD83 / Maryland", (-80, 37, -74, 40)),
}
_COUNTRIES: dict[str, Box] = {
    "NO": (-10, 57, 35, 81.5),
    "SE": (10, 54.5, 25, 69.5),
    "DK": (7, 54, 16, 58.5),
    "FI": (18, 58.5, 32, 70.5),
    "IS": (-28, 62, -11, 68),
    "FO": (-9, 61, -5.5, 63),
    "US": (-180, 15, -60, 73),
}
# Straight in the file's plane is not straight in lon/lat: at 71° N a piece of this length leaves the line
# by half a millimetre and 0.04 m².
LONGEST_EDGE_M = 100.0
_NAME = re.compile(r"(?:urn:ogc:def:crs:EPSG:[0-9.]*:|EPSG:)(\d{4,5})", re.ASCII | re.IGNORECASE)
_LON_LAT = re.compile(r"(?:urn:ogc:def:crs:)?OGC:(?:1\.3:)?CRS84", re.ASCII | re.IGNORECASE)


class CrsError(ValueError):
    """A coordinate system is missing, not known, or does not fit the coordinates. Says what to do."""


def srid_from(name: str) -> int:
    """The number in `EPSG:25832`, `urn:ogc:def:crs:EPSG::25832` or `CRS84`. Raises CrsError."""
    if _LON_LAT.fullmatch(name.strip()):
        return WGS84
    match = _NAME.fullmatch(name.strip())
    if match is None:
        message = _(
            "The coordinate system “%(name)s” is not known. Name it with --crs, such as --crs EPSG:25832."
        )
        raise CrsError(message % {"name": name[:80]})
    return known(int(match.group(1)))


def known(srid: int) -> int:
    """The number itself, if it is on the list. Raises CrsError."""
    if srid not in GEOGRAPHIC and srid not in PROJECTED:
        message = _("EPSG:%(srid)d is not among the coordinate systems that can be read: %(known)s.")
        listed = ", ".join(str(number) for number in (*GEOGRAPHIC, *PROJECTED) if not 32600 < number < 32661)
        raise CrsError(message % {"srid": srid, "known": f"{listed}, 32601–32660"})
    return srid


def check_fit(bounds: Box, *, srid: int, owner: str) -> str | None:
    """Do coordinates with these bounds look as if they were in this system?

    Returns a warning when they lie outside the owner's country. Raises CrsError when they cannot be in the
    system, and when swapping x and y would put them where they belong.
    """
    centre = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    home = _COUNTRIES.get(owner.partition("-")[0])
    possible = (-180, -85, 180, 85) if srid in GEOGRAPHIC else PROJECTED[srid][1]
    place, swapped = _lon_lat(centre, srid), _lon_lat(centre[::-1], srid)
    fits = _inside(place, possible)
    swapped_fits = _inside(swapped, possible)
    if (swapped_fits and not fits) or (home and _inside(swapped, home) and not _inside(place, home)):
        message = _("x and y seem to be swapped: as EPSG:%(srid)d it lies at %(lon).2f° E, %(lat).2f° N.")
        raise CrsError(message % {"srid": srid, "lon": place[0], "lat": place[1]})
    if not fits:
        message = _("Coordinates about %(x).1f, %(y).1f are not in EPSG:%(srid)d. Name the right one: --crs.")
        raise CrsError(message % {"x": centre[0], "y": centre[1], "srid": srid})
    if home and not _inside(place, home):
        return _(
            "The layer lies at longitude %(lon).2f, latitude %(lat).2f: outside the owner's country."
        ) % {
            "lon": place[0],
            "lat": place[1],
        }
    return None


def to_wgs84(geometries: Geometries, *, srid: int) -> Geometries:
    """The same shapes in lon/lat. Long edges get more vertices first, in the source's own plane."""
    if srid in GEOGRAPHIC:
        return geometries
    dense = shapely.segmentize(geometries, max_segment_length=LONGEST_EDGE_M)
    transformer = _transformer(srid)

    def lon_lat(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(coordinates[:, 0], coordinates[:, 1]))

    result: Geometries = np.asarray(shapely.transform(dense, lon_lat), dtype=object)
    return result


def srid_of_esri_name(name: str) -> int | None:
    """The number of the system that a Shapefile's .prj calls `name` (`ETRS_1989_UTM_Zone_32N`), if known."""
    return _esri_names().get(_bare(name))


@cache
def _esri_names() -> dict[str, int]:
    names: dict[str, int] = {}
    for srid in (*GEOGRAPHIC, *PROJECTED):
        system = pyproj.CRS.from_epsg(srid)
        esri = _bare(system.to_wkt("WKT1_ESRI").split('"')[1])
        # Finland's are written with the country's own name for ETRS89 as well.
        for name in (esri, _bare(system.name), esri.replace("etrs1989", "eureffin")):
            names.setdefault(name, srid)
    return names


def _bare(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


@cache
def _transformer(srid: int) -> pyproj.Transformer:
    pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]
    return pyproj.Transformer.from_crs(srid, WGS84, always_xy=True)


def _lon_lat(point: tuple[float, ...], srid: int) -> tuple[float, float]:
    if srid in GEOGRAPHIC:
        return point[0], point[1]
    lon, lat = _transformer(srid).transform(point[0], point[1])
    return float(lon), float(lat)


def _inside(point: tuple[float, float], box: Box) -> bool:
    """False for infinity, which is what PROJ answers where a projection ends."""
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]
