"""Where a consultation holds: one multipolygon made of a layer, a box or a GeoJSON file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Polygon
from django.db import connection

from layers.geometry import WGS84
from layers.models import Edition
from mapdialog.web import strict_json

# ST_UnaryUnion mends what importing left touching; 3 keeps the polygons of whatever comes out.
_UNION_OF_VERSION = """
    SELECT ST_AsEWKB(ST_Multi(ST_CollectionExtract(ST_UnaryUnion(ST_Collect(geom)), 3)))
    FROM (
        SELECT geom FROM layers_area WHERE version_id = %(edition)s
        UNION ALL SELECT geom FROM layers_zone WHERE version_id = %(edition)s
        UNION ALL SELECT geom FROM layers_feature WHERE version_id = %(edition)s AND ST_Dimension(geom) = 2
    ) AS parts
"""


class AreaError(ValueError):
    """No usable area; the message says what to do."""


def of_edition(edition: Edition) -> MultiPolygon:
    """Everything that the edition covers, EPSG:4326. Raises AreaError when it has no polygons."""
    with connection.cursor() as cursor:
        cursor.execute(_UNION_OF_VERSION, {"edition": edition.pk})
        (wkb,) = cursor.fetchone()
    if wkb is None:
        raise AreaError(f"names the layer “{edition.layer.name}”, which holds no polygons.")
    return _multi(GEOSGeometry(memoryview(wkb)))


def of_box(bbox: tuple[float, ...]) -> MultiPolygon:
    """A box west, south, east, north in degrees. Raises AreaError."""
    west, south, east, north = bbox
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise AreaError("must be [west, south, east, north] in degrees.")
    return _multi(Polygon.from_bbox((west, south, east, north)))


def of_geojson(file: Path) -> MultiPolygon:
    """The polygons of an RFC 7946 file (EPSG:4326) as one. Raises AreaError."""
    try:
        return of_text(file.read_bytes())
    except OSError as error:
        raise AreaError(f"names {file.name}, which cannot be read ({error.strerror}).") from None
    except AreaError as error:
        raise AreaError(f"names {file.name}: it {error}") from None


def of_text(content: bytes) -> MultiPolygon:
    """The polygons of a GeoJSON text (EPSG:4326) as one. Raises AreaError, half a sentence."""
    try:
        value = strict_json.loads(content)
        polygons = [_polygon(rings) for geometry in _geometries(value) for rings in _rings(geometry)]
        if not polygons:
            raise AreaError("holds no polygon.")
        return _multi(MultiPolygon(polygons, srid=WGS84).unary_union)
    except strict_json.StrictJsonError as error:
        raise AreaError(f"is no JSON. {error}") from None
    except (TypeError, ValueError, KeyError, GEOSException) as error:
        if isinstance(error, AreaError):
            raise
        raise AreaError("is not a GeoJSON of valid polygons.") from None


def _geometries(value: Any) -> Iterator[dict[str, Any]]:
    if value["type"] == "FeatureCollection":
        for feature in value["features"]:
            yield from _geometries(feature)
    elif value["type"] == "Feature":
        if value["geometry"] is not None:
            yield value["geometry"]
    else:
        yield value


def _rings(geometry: dict[str, Any]) -> list[Any]:
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"]]
    if geometry["type"] == "MultiPolygon":
        return list(geometry["coordinates"])
    raise AreaError(f"holds a {geometry['type']}; only polygons make an area.")


def _polygon(rings: list[Any]) -> Polygon:
    """GEOS built from numbers: no text of a file ever reaches GEOS or GDAL."""
    checked = [[(_degrees(x, 180), _degrees(y, 85)) for x, y, *_ in ring] for ring in rings]
    polygon = Polygon(*checked, srid=WGS84)
    if not polygon.valid:
        raise AreaError(f"holds a polygon that is not valid: {polygon.valid_reason}.")
    return polygon


def _degrees(value: Any, limit: float) -> float:
    number = float(value)
    if not math.isfinite(number) or abs(number) > limit:
        raise AreaError(
            "holds a coordinate outside longitude ±180, latitude ±85 (order: longitude, latitude)."
        )
    return number


def _multi(geometry: Any) -> MultiPolygon:
    multi = geometry if isinstance(geometry, MultiPolygon) else MultiPolygon(geometry)
    multi.srid = WGS84
    return multi
