"""Geometry rules that both tables and importers hold: what may be stored, as SQL constraints.

PostGIS keeps whatever it is given: NaN, infinity, latitude 95, an empty part inside a collection. One
such row makes ST_Transform fail for the whole table and writes a bare `NaN` into GeoJSON. A
bounding-box check does not see them (NaN is skipped when the box is made), so every vertex is looked at.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.contrib.gis.db import models
from django.db.models.expressions import Func

WGS84 = 4326
WEB_MERCATOR = 3857
M2_PER_HECTARE = 10_000


class IsStorable(Func):
    """SQL `mapdialog_storable(geometry)`: every vertex finite and within ±180/±85, no part empty, no curves.

    Latitude stops at 85° because the tiles' Web Mercator does. The first migration makes the function.
    """

    function = "mapdialog_storable"
    output_field = models.BooleanField()
    conditional = True
    arity = 1


def counter_clockwise(geometry: dict[str, Any]) -> dict[str, Any]:
    """GeoJSON whose areas run as RFC 7946 3.1.6 wants: outlines counter-clockwise, holes clockwise."""
    coordinates = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        return {**geometry, "coordinates": _oriented(coordinates)}
    if geometry["type"] == "MultiPolygon":
        return {**geometry, "coordinates": [_oriented(rings) for rings in coordinates]}
    return geometry


def _oriented(rings: list[Any]) -> list[Any]:
    return [
        ring if (_twice_the_area(ring) > 0) == (number == 0) else ring[::-1]
        for number, ring in enumerate(rings)
    ]


def _twice_the_area(ring: list[Any]) -> float:
    """Positive for a ring that runs counter-clockwise. From its first corner: small rings lose no digits."""
    west, south = ring[0][:2]
    corners = [(corner[0] - west, corner[1] - south) for corner in ring]
    return float(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(corners)))
