"""Where an owner's layers are: what a new file is compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from django.db import connection

from layers.crs import Box, Geometries
from layers.models import Layer

_GEOD = pyproj.Geod(ellps="GRS80")
# Of an edition that something grave was found in, or that lies abroad, nobody can say where its owner is.
_FREE_OF_DOUBT = """NOT edition.report @> '{"findings": [{"severity": "error"}]}'
        AND NOT edition.report @> '{"findings": [{"kind": "outside_country"}]}'"""
# What was not imported, but composed or stored in another way, has no bounds: there the shapes are asked.
_BOX = """
SELECT min(bounds[1]), min(bounds[2]), max(bounds[3]), max(bounds[4]) FROM (
    SELECT coalesce(edition.bounds, (
        SELECT ARRAY[ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)]
        FROM (SELECT ST_Extent(thing.geom) AS e FROM layers_{table} AS thing
            WHERE thing.version_id = edition.id) AS everything
    )) AS bounds
    FROM layers_layerversion AS edition JOIN layers_layer AS layer ON layer.id = edition.layer_id
    WHERE layer.owner = %s AND layer.kind = %s AND edition.state = 'standing' AND edition.valid_to IS NULL
        AND {free_of_doubt}
) AS boxes
"""
# Of a set of municipalities in force, whoever loaded it, the newest one's area of that code.
_MUNICIPALITY = """
SELECT ST_AsBinary(area.geom) FROM layers_area AS area
JOIN layers_layerversion AS edition ON edition.id = area.version_id
JOIN layers_layer AS layer ON layer.id = edition.layer_id
WHERE area.code = %s AND edition.report ->> 'source' = %s AND layer.owner LIKE %s
    AND edition.state = 'standing' AND edition.valid_to IS NULL
    AND {free_of_doubt}
ORDER BY edition.imported_at DESC, edition.id DESC LIMIT 1
"""
# The data sets of a country's municipalities.
_MUNICIPALITIES = {"NO": "no-kommuner", "SE": "se-kommuner", "DK": "dk-kommuner"}
# The ground of the owner's largest set of boundaries, other than the layer that is being loaded.
_GROUND = """
SELECT ST_AsBinary(area.geom) FROM layers_area AS area WHERE area.version_id = (
    SELECT edition.id FROM layers_area AS thing
    JOIN layers_layerversion AS edition ON edition.id = thing.version_id
    JOIN layers_layer AS layer ON layer.id = edition.layer_id
    WHERE layer.owner = %s AND edition.state = 'standing' AND edition.valid_to IS NULL AND layer.name <> %s
        AND {free_of_doubt}
    GROUP BY edition.id HAVING sum(ST_NPoints(thing.geom)) <= %s
    ORDER BY sum(ST_Area(thing.geom)) DESC, edition.id LIMIT 1
)
"""
_GROUND_POINTS_MAX = 200_000


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What is known of an owner's land before a file is loaded, in lon/lat.

    `municipality`: its own area, empty where none is loaded. `ground`: what a file of boundaries ought to
    cover, that area or the owner's other boundaries; empty for other kinds.
    """

    home: Box | None
    municipality: Geometries
    ground: Geometries


def surroundings(owner: str, *, kind: str, name: str) -> Surroundings:
    """`kind` and `name`: of the layer that is to be loaded."""
    own = municipality(owner)
    covered = own[:0]
    if kind == Layer.Kind.BOUNDARY:
        covered = own if len(own) else ground(owner, but=name)
    return Surroundings(home=home(owner), municipality=own, ground=covered)


def municipality(owner: str) -> Geometries:
    """The municipality's own area in lon/lat, of a set of municipalities; empty where none is loaded."""
    country, _hyphen, code = owner.partition("-")
    with connection.cursor() as cursor:
        values = [code, _MUNICIPALITIES.get(country, ""), f"{country}-%"]
        cursor.execute(_MUNICIPALITY.format(free_of_doubt=_FREE_OF_DOUBT), values)
        return np.array([shapely.from_wkb(bytes(row[0])) for row in cursor.fetchall()], dtype=object)


def home(owner: str) -> Box | None:
    """The box in lon/lat of the municipality, where it is known.

    Else that around the owner's boundaries in force, else its plans, but for those outside the country or
    with an error. None without any.
    """
    area = municipality(owner)
    if len(area):
        west, south, east, north = shapely.total_bounds(area).tolist()
        return west, south, east, north
    with connection.cursor() as cursor:
        for table, kind in (("area", Layer.Kind.BOUNDARY), ("zone", Layer.Kind.ZONING)):
            cursor.execute(_BOX.format(table=table, free_of_doubt=_FREE_OF_DOUBT), [owner, kind])
            row = cursor.fetchone()
            if row[0] is not None:
                return row[0], row[1], row[2], row[3]
    return None


def ground(owner: str, *, but: str) -> Geometries:
    """The areas in lon/lat of those of the owner's boundaries in force that cover most, layer `but` left out.

    Empty where there are none, or none that can be compared at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GROUND.format(free_of_doubt=_FREE_OF_DOUBT), [owner, but, _GROUND_POINTS_MAX])
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
