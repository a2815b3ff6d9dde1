"""Which coordinate systems files may be in, and the way from them to EPSG:4326.

Only whole numbers from this list reach PROJ or PostGIS, never a file's own words: a CRS "name" may be a web
address that the libraries would fetch.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
import pyproj
import pyproj.exceptions
import pyproj.network
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from layers import countries
from layers.findings.finding import Finding
from layers.geometry import WGS84
from layers.option_error import OptionError

Geometries = NDArray[np.object_]
Box = countries.Box
# x and y, or lon and lat, row by row.
Points = NDArray[np.float64]

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
    **{27390 + zone: (f"NGO 1948 (Oslo) / NGO zone {zone}", _NORTH) for zone in range(1, 9)},
    3006: ("SWEREF99 TM", _NORTH),
    **{
        3007 + offset: (f"SWEREF99 {meridian}", _NORTH)
        for offset, meridian in enumerate(
            ("12 00", "13 30", "15 00", "16 30", "18 00", "14 15", "15 45", "17 15", "18 45", "20 15",
             "21 45", "23 15")
        )
    },
    2400: ("RT90 2.5 gon W", _NORTH),
    **{
        3019 + offset: (f"RT90 {gon}", _NORTH)
        for offset, gon in enumerate(("7.5 gon V", "5 gon V", "2.5 gon V", "0 gon", "2.5 gon O", "5 gon O"))
    },
    **{4092 + zone: (f"ETRS89 / DKTM{zone}", _NORTH) for zone in range(1, 5)},
    3035: ("ETRS89 / LAEA Europe", _EUROPE),
    3067: ("ETRS89 / TM35FIN", _NORTH),
    **{3873 + offset: (f"ETRS89 / GK{19 + offset}FIN", _NORTH) for offset in range(13)},
    3857: ("Web Mercator", _WORLD),
    26985: ("NAD83 / Maryland", (-80, 37, -74, 40)),
}  # fmt: skip
# What files are in where nobody says so, the likeliest first.
_LIKELY: dict[str, tuple[int, ...]] = {
    "NO": (25832, 25833, 25835, 4326, 3857, *range(5105, 5131), 25831, 25834, 25836, *range(27391, 27399)),
    "SE": (
        3006,
        *range(3007, 3019),
        4326,
        3857,
        3021,
        2400,
        3019,
        3020,
        3022,
        3023,
        3024,
        25832,
        25833,
        25834,
    ),
    "DK": (25832, 25833, *range(4093, 4097), 4326, 3857),
    "FI": (3067, 3879, *(srid for srid in range(3873, 3886) if srid != 3879), 4326, 3857, 25834, 25835),
    "US": (4326, 3857, 26985),
}
_ANYWHERE = (25832, 25833, 25835, 3006, 3067, 4326, 3857, *range(3007, 3019), *range(3873, 3886))
# Metres from a system's origin within which drawings have their own coordinates, and no municipality lies.
_LOCAL_M = 1_000.0
# Straight in the file's plane is not straight in lon/lat: at 71° N a piece of this length leaves the line
# by half a millimetre and 0.04 m².
LONGEST_EDGE_M = 100.0
_NAME = re.compile(r"(?:urn:ogc:def:crs:EPSG:[0-9.]*:|EPSG:)(\d{4,5})", re.ASCII | re.IGNORECASE)
_LON_LAT = re.compile(r"(?:urn:ogc:def:crs:)?OGC:(?:1\.3:)?CRS84", re.ASCII | re.IGNORECASE)


Fit = Literal["home", "country", "region", "no"]
_FITS: tuple[Fit, ...] = ("home", "country", "region", "no")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A system that coordinates may be in, and where they would lie: a point and a box in lon/lat.

    `fits` says whether that is where the owner's other layers are ("home"), in the owner's country, at least
    where the system is used ("region"), or none of these. `swap_axes`: with x and y swapped.
    """

    srid: int
    name: str
    fits: Fit
    lon: float
    lat: float
    box: Box
    swap_axes: bool = False


class CrsError(OptionError):
    """A coordinate system is missing, not known, or does not fit the coordinates.

    `candidates` are the systems that would fit, the best first.
    """

    def __init__(self, message: str, *, option: str = "--crs", candidates: Sequence[Candidate] = ()) -> None:
        super().__init__(message, option=option)
        self.candidates = tuple(candidates)


def srid_from(name: str) -> int:
    """The number in `EPSG:25832`, `urn:ogc:def:crs:EPSG::25832` or `CRS84`. Raises CrsError."""
    if _LON_LAT.fullmatch(name.strip()):
        return WGS84
    match = _NAME.fullmatch(name.strip())
    if match is None:
        message = _("The coordinate system “%(name)s” is unknown.")
        raise CrsError(message % {"name": name[:80]})
    return known(int(match.group(1)))


def known(srid: int) -> int:
    """The number itself, if it is on the list; of a system with heights, its flat part. Raises CrsError."""
    flat = horizontal(srid)
    if flat not in GEOGRAPHIC and flat not in PROJECTED:
        message = _("EPSG:%(srid)d is not among the coordinate systems that can be read: %(known)s.")
        listed = ", ".join(str(number) for number in (*GEOGRAPHIC, *PROJECTED) if not 32600 < number < 32661)
        raise CrsError(message % {"srid": srid, "known": f"{listed}, 32601–32660"})
    return flat


@cache
def horizontal(srid: int) -> int:
    """The flat part of a system with heights, 25832 of 5972 (with NN2000); others as they are."""
    if srid in GEOGRAPHIC or srid in PROJECTED:
        return srid
    try:
        system = pyproj.CRS.from_epsg(srid)
        flat = (system.sub_crs_list or [system])[0].to_2d().to_epsg()
    except pyproj.exceptions.CRSError:
        return srid
    return flat or srid


def title(srid: int) -> str:
    """What a system on the list is called."""
    return GEOGRAPHIC.get(srid) or PROJECTED[srid][0]


def candidates(points: Points, *, owner: str, home: Box | None = None) -> list[Candidate]:
    """The systems that these points of a file may be in, the likeliest first.

    `home` is the box in lon/lat of the owner's other layers, where there are any. Those with x and y
    swapped are there only when they fit better than all others; those that do not fit at all are left out.
    """
    country = owner.partition("-")[0]
    order = _LIKELY.get(country, _ANYWHERE)
    unswapped = [_candidate(points, srid=srid, country=country, home=home) for srid in order]
    best = min((_FITS.index(candidate.fits) for candidate in unswapped), default=len(_FITS))
    turned = points[:, ::-1]
    swapped = [
        replace(_candidate(turned, srid=srid, country=country, home=home), swap_axes=True) for srid in order
    ]
    fitting = [candidate for candidate in unswapped if candidate.fits != "no"]
    fitting += [
        candidate for candidate in swapped if candidate.fits != "no" and _FITS.index(candidate.fits) < best
    ]
    rank = {srid: number for number, srid in enumerate(order)}
    return sorted(
        fitting,
        key=lambda candidate: (
            _FITS.index(candidate.fits),
            _degrees_off(candidate, home),
            rank[candidate.srid],
        ),
    )


def check_fit(
    points: Points, *, srid: int, owner: str, home: Box | None = None, is_named: bool = False
) -> list[Finding]:
    """Do these points of a file look as if they were in this system?

    `is_named`: a person has said so, and is believed where it is possible. Returns what is doubtful, such as
    a place where nobody uses the system, when no other puts it into the owner's country. Raises CrsError,
    with the systems that would fit, when the coordinates cannot be in this one, when swapping x and y would
    put them where they belong, and when another system would.
    """
    country = owner.partition("-")[0]
    stated = _candidate(points, srid=srid, country=country, home=home)
    if stated.fits == "home" or (stated.fits == "country" and home is None):
        return []
    others = candidates(points, owner=owner, home=home)
    better = [candidate for candidate in others if _FITS.index(candidate.fits) < _FITS.index(stated.fits)]
    turned = points[:, ::-1]
    swapped = replace(_candidate(turned, srid=srid, country=country, home=home), swap_axes=True)
    _refuse_swapped(stated, swapped, better=better)
    _refuse_misfit(stated, points=points, better=better, is_named=is_named)
    where = {"lon": stated.lon, "lat": stated.lat}
    if stated.fits == "no":
        values = {"srid": srid, **where}
        return [Finding(kind="outside_use", severity="error", count=1, values=values)]
    if stated.fits == "region" and countries.is_known(country):
        return [Finding(kind="outside_country", severity="warning", count=1, values=where)]
    return []


def _refuse_swapped(stated: Candidate, swapped: Candidate, *, better: list[Candidate]) -> None:
    """CrsError where swapping x and y puts the coordinates nearer to where they belong."""
    if _FITS.index(swapped.fits) < _FITS.index(stated.fits):
        message = _("x and y seem to be swapped: as EPSG:%(srid)d it lies at %(lon).2f° E, %(lat).2f° N.")
        raise CrsError(
            message % {"srid": stated.srid, "lon": stated.lon, "lat": stated.lat},
            option="--swap-axes",
            candidates=[swapped, *(candidate for candidate in better if candidate != swapped)],
        )


def _refuse_misfit(stated: Candidate, *, points: Points, better: list[Candidate], is_named: bool) -> None:
    """CrsError where the coordinates cannot be in the system, or another puts them into the country."""
    srid = stated.srid
    fitting = [candidate for candidate in better if candidate.fits in ("home", "country")]
    if stated.fits == "no" and (fitting or not _inside((stated.lon, stated.lat), _WORLD)):
        message = _("Coordinates about %(x).1f, %(y).1f are not in EPSG:%(srid)d.")
        x, y = points[_middle(points)].tolist()
        values = {"x": x, "y": y, "srid": srid}
        raise CrsError(message % values, candidates=better)
    if fitting and not is_named and srid in PROJECTED:
        message = _(
            "As EPSG:%(srid)d, which the file names, it lies at %(lon).2f° E, %(lat).2f° N. "
            "It may be in EPSG:%(others)s."
        )
        listed = ", ".join(str(candidate.srid) for candidate in fitting[:3])
        where = {"srid": srid, "lon": stated.lon, "lat": stated.lat, "others": listed}
        raise CrsError(message % where, candidates=better)


def _candidate(points: Points, *, srid: int, country: str, home: Box | None) -> Candidate:
    """Where most of the points lie counts, never the centre of a box: that of Norway is in Sweden."""
    possible = (-180, -85, 180, 85) if srid in GEOGRAPHIC else PROJECTED[srid][1]
    bounds = (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
    box = _lon_lat_box(bounds, srid)
    places = _lon_lats(points, srid)
    fits: Fit = "no"
    is_local = srid in PROJECTED and np.abs(points).max() < _LOCAL_M
    if _is_most(countries.within(places, possible)) and all(map(math.isfinite, box)) and not is_local:
        fits = "region"
        if _is_most(countries.inside(places, country=country)):
            fits = "country"
            if home is not None and _is_most(countries.within(places, countries.around(home))):
                fits = "home"
    lon, lat = places[_middle(points)].tolist()
    return Candidate(srid=srid, name=title(srid), fits=fits, lon=lon, lat=lat, box=box)


def _is_most(mask: NDArray[np.bool_]) -> bool:
    return bool(2 * np.count_nonzero(mask) >= len(mask))


def _middle(points: Points) -> int:
    """The number of the point that is nearest to the middle of them all."""
    return int(np.argmin(np.hypot(*(points - np.median(points, axis=0)).T)))


def _lon_lats(points: Points, srid: int) -> Points:
    if srid in GEOGRAPHIC:
        return points
    return np.column_stack(_transformer(srid).transform(points[:, 0], points[:, 1]))


def _lon_lat_box(bounds: Box, srid: int) -> Box:
    """The box in lon/lat of a box in the system; of its corners and edges, as far as PROJ can."""
    if srid in GEOGRAPHIC:
        return bounds
    west, south, east, north = _transformer(srid).transform_bounds(*bounds, errcheck=False)
    return float(west), float(south), float(east), float(north)


def _degrees_off(candidate: Candidate, home: Box | None) -> float:
    """How far from home, or outside the zone that the system is made for: degrees, in whole steps."""
    if home is not None and candidate.fits == "home":
        middle = (home[0] + home[2]) / 2, (home[1] + home[3]) / 2
        return round(max(abs(candidate.lon - middle[0]) / 2, abs(candidate.lat - middle[1])), 1)
    west, south, east, north = _area_of_use(candidate.srid)
    outside = max(west - candidate.lon, candidate.lon - east, south - candidate.lat, candidate.lat - north, 0)
    return math.ceil(outside)


@cache
def _area_of_use(srid: int) -> Box:
    area = pyproj.CRS.from_epsg(srid).area_of_use
    return _WORLD if area is None else area.bounds


def from_wgs84(geometries: Geometries, *, srid: int) -> Geometries:
    """Shapes in lon/lat brought to EPSG:`srid`, vertex by vertex: for measuring in metres."""
    transformer = _transformer(srid)

    def metres(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = transformer.transform(coordinates[:, 0], coordinates[:, 1], direction="INVERSE")
        return np.column_stack([x, y])

    result: Geometries = np.asarray(shapely.transform(geometries, metres), dtype=object)
    return result


def metric(point: tuple[float, float], *, owner: str) -> int:
    """The system to measure in at (lon, lat): the owner's country's, else the UTM zone there."""
    country = owner.partition("-")[0]
    if country in ("SE", "FI"):
        return {"SE": 3006, "FI": 3067}[country]
    zone = min(60, max(1, int((point[0] + 180) // 6) + 1))
    return 25800 + zone if 28 <= zone <= 38 and _inside(point, _EUROPE) else 32600 + zone


def to_wgs84(geometries: Geometries, *, srid: int) -> Geometries:
    """The same shapes in lon/lat. Long edges get more vertices first, in the source's own plane.

    The shapes must be valid: GEOS cuts no edges of others without dropping a part of them.
    """
    if srid in GEOGRAPHIC:
        return geometries
    dense = geometries.copy()
    points, rows = shapely.get_coordinates(geometries, return_index=True)
    steps_m = np.hypot(*(points[1:] - points[:-1]).T)
    long = np.unique(rows[1:][(steps_m > LONGEST_EDGE_M) & (rows[1:] == rows[:-1])])
    dense[long] = shapely.segmentize(geometries[long], max_segment_length=LONGEST_EDGE_M)
    transformer = _transformer(srid)

    def degrees(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(coordinates[:, 0], coordinates[:, 1]))

    result: Geometries = np.asarray(shapely.transform(dense, degrees), dtype=object)
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


def lon_lat(point: tuple[float, float], srid: int) -> tuple[float, float]:
    """A point of the system in lon/lat; infinite where the projection ends."""
    if srid in GEOGRAPHIC:
        return point[0], point[1]
    lon, lat = _transformer(srid).transform(point[0], point[1])
    return float(lon), float(lat)


def _inside(point: tuple[float, float], box: Box) -> bool:
    """False for infinity, which is what PROJ answers where a projection ends."""
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]
