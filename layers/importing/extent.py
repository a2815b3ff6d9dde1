"""Where an owner's layers are: what a new file is compared with."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from django.db import connection

from layers.crs import Box, Geometries
from layers.models import Layer

_GEOD = pyproj.Geod(ellps="GRS80")
# What was not imported, but composed or stored in another way, has no bounds: there the shapes are asked.
_BOX = """
SELECT min(bounds[1]), min(bounds[2]), max(bounds[3]), max(bounds[4]) FROM (
    SELECT coalesce(version.bounds, (
        SELECT ARRAY[ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)]
        FROM (SELECT ST_Extent(thing.geom) AS e FROM layers_{table} AS thing
            WHERE thing.version_id = version.id) AS everything
    )) AS bounds
    FROM layers_layerversion AS version JOIN layers_layer AS layer ON layer.id = version.layer_id
    WHERE layer.owner = %s AND layer.kind = %s AND version.state = 'standing' AND version.valid_to IS NULL
) AS edition
"""
# The ground of the owner's largest set of boundaries, other than the layer that is being loaded.
_GROUND = """
SELECT ST_AsBinary(area.geom) FROM layers_area AS area WHERE area.version_id = (
    SELECT version.id FROM layers_area AS thing
    JOIN layers_layerversion AS version ON version.id = thing.version_id
    JOIN layers_layer AS layer ON layer.id = version.layer_id
    WHERE layer.owner = %s AND version.state = 'standing' AND version.valid_to IS NULL AND layer.name <> %s
    GROUP BY version.id HAVING sum(ST_NPoints(thing.geom)) <= %s
    ORDER BY sum(ST_Area(thing.geom)) DESC, version.id LIMIT 1
)
"""
_GROUND_POINTS_MAX = 200_000


def home(owner: str) -> Box | None:
    """The box in lon/lat around the owner's boundaries in force, else its plans'; None without any."""
    with connection.cursor() as cursor:
        for table, kind in (("area", Layer.Kind.BOUNDARY), ("zone", Layer.Kind.ZONING)):
            cursor.execute(_BOX.format(table=table), [owner, kind])
            row = cursor.fetchone()
            if row[0] is not None:
                return row[0], row[1], row[2], row[3]
    return None


def ground(owner: str, *, but: str) -> Geometries:
    """The areas in lon/lat of those of the owner's boundaries in force that cover most, layer `but` left out.

    Empty where there are none, or none that can be compared at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GROUND, [owner, but, _GROUND_POINTS_MAX])
        shapes = [shapely.from_wkb(bytes(row[0])) for row in cursor.fetchall()]
    return np.array(shapes, dtype=object)


def distance_m(box: Box, other: Box) -> float:
    """Metres between the nearest points of two boxes in lon/lat; 0 where they touch."""
    lon = _nearest(box[0], box[2], other[0], other[2])
    lat = _nearest(box[1], box[3], other[1], other[3])
    if lon[0] == lon[1] and lat[0] == lat[1]:
        return 0.0
    return float(_GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2])


def _nearest(low: float, high: float, other_low: float, other_high: float) -> tuple[float, float]:
    if high < other_low:
        return high, other_low
    if other_high < low:
        return low, other_high
    shared = max(low, other_low)
    return shared, shared
