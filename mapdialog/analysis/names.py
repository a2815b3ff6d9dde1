"""A name a person recognises for a point on the map; the words around it are the pages'."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
_MIDDLE_SHARE = 0.25  # of the area's radius: nearer its middle, no direction is worth naming


@dataclass(frozen=True)
class PlaceName:
    """What lies at or near a point.

    `kind` is the place's own ("school", "street", …) or "area". `distance_m` is from the point to the
    place, 0 inside it. `bearing_deg`, clockwise from grid north, and `compass` tell where the point lies
    seen from the place, or from the middle of the area; both are None where that says nothing.
    """

    name: str
    kind: str
    distance_m: float
    bearing_deg: float | None
    compass: str | None


def place_name(
    point_m: shapely.Point,
    *,
    places: gpd.GeoDataFrame,
    within_m: float = 250.0,
    area_name: str = "",
    area: shapely.Geometry | None = None,
) -> PlaceName | None:
    """The nearest named place within `within_m`, else the area with a compass direction, else None.

    Everything in one metric CRS. `places`: any geometries with the columns `name` and `kind`; those
    without a name are passed over; equally near ones go by name. Mind that the frame's spatial index is
    built on first use, so pass the same frame for many points.
    """
    near = places.sindex.query(point_m, predicate="dwithin", distance=within_m)
    named = places.iloc[np.sort(near)]
    named = named[named["name"].fillna("").str.strip() != ""]
    if len(named):
        distances = shapely.distance(np.array(named.geometry, dtype=object), point_m)
        row = min(range(len(named)), key=lambda at: (distances[at], named["name"].iloc[at]))
        nearest = named.iloc[row]
        foot = shapely.get_point(shapely.shortest_line(nearest.geometry, point_m), 0)
        bearing = _bearing(foot, point_m)
        return PlaceName(nearest["name"], nearest["kind"], float(distances[row]), bearing, _compass(bearing))
    if area is None or not area_name:
        return None
    middle = shapely.centroid(area)
    bearing = _bearing(middle, point_m)
    distance_m = float(shapely.distance(middle, point_m))
    if distance_m < _MIDDLE_SHARE * math.sqrt(shapely.area(area) / math.pi):
        bearing = None
    return PlaceName(area_name, "area", 0.0, bearing, _compass(bearing))


def _bearing(start: shapely.Point, end: shapely.Point) -> float | None:
    east, north = end.x - start.x, end.y - start.y
    return None if east == north == 0 else math.degrees(math.atan2(east, north)) % 360


def _compass(bearing_deg: float | None) -> str | None:
    return None if bearing_deg is None else COMPASS[round(bearing_deg / 45) % len(COMPASS)]
