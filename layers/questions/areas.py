"""The questions asked of areas and zones: what lies at a place, on a day.

One rule on borders, here and in the analysis: a point on a border belongs to exactly one area of a boundary
set, the one whose code comes first as code points (`COLLATE "C"`); a point in no area has none. Zones of
a plan may overlap, and a point has every zone that it touches. All of it is planar in lon/lat.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from layers.models import Area, Layer


@dataclass(frozen=True, kw_only=True)
class Hit:
    """An area or zone that holds a point, with the layer it comes from."""

    edition_id: int
    kind: str
    owner: str
    layer: str
    titles: Mapping[str, str]
    style: str
    area_id: int | None
    zone_id: int | None
    code: str
    name: str
    field: str
    vertical_level: int | None
    land_use_status: int | None
    provision: Mapping[str, str]


def hit_rows_sql(*, geom: str, on: str, layers: str) -> str:
    """A SELECT of (version_id, area_id, zone_id, share), to stand inside a larger statement.

    The arguments are SQL expressions of our own (a placeholder, a column), never text from outside: a
    geometry in EPSG:4326, a date, an array of layer ids. Rows come from the editions in force on that day.
    A point has share 1. Lines and polygons have the share of their length or area in metres, several
    points the share of their number; touching alone gives no row. Within one boundary set every bit of
    the shape belongs to one area, so the shares sum to 1 at most (to a millionth); zones may overlap.
    No rows for a NULL geometry. Raises nothing for a self-intersecting polygon: it is repaired first.
    """
    source = f"layers_places(({geom})::geometry, ({on})::date, ({layers})::bigint[])"
    return f"SELECT version_id, area_id, zone_id, share FROM {source}"  # noqa: S608 (our own expressions)


def in_force_sql(edition: str, *, on: str) -> str:
    """`Edition.objects.in_force_on` in SQL: `edition` is a row's name, `on` a date's expression."""
    return (
        f"{edition}.state = 'standing' AND {edition}.valid_from <= {on}"
        f" AND ({edition}.valid_to IS NULL OR {edition}.valid_to > {on})"
    )


_POINT = "ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)"
_AT = f"""
SELECT hit.version_id, layer.kind, layer.owner, layer.name, layer.titles, layer.style,
    hit.area_id, hit.zone_id,
    coalesce(area.code, zone.code), coalesce(area.name, zone.name), coalesce(zone.field, ''),
    zone.vertical_level, zone.land_use_status, coalesce(zone.provision, '{{}}')
FROM ({hit_rows_sql(geom=_POINT, on="%(on)s", layers="%(layers)s")}) AS hit
JOIN layers_layerversion AS edition ON edition.id = hit.version_id
JOIN layers_layer AS layer ON layer.id = edition.layer_id
LEFT JOIN layers_area AS area ON area.id = hit.area_id
LEFT JOIN layers_zone AS zone ON zone.id = hit.zone_id
WHERE edition.published OR %(unpublished)s
ORDER BY layer.kind, layer.name, zone.vertical_level DESC, coalesce(area.code, zone.code) COLLATE "C",
    coalesce(hit.area_id, hit.zone_id)
"""  # noqa: S608 (only our own placeholders are spliced in)


def at(
    point: tuple[float, float], *, on: dt.date, layers: Iterable[Layer | int], unpublished: bool = False
) -> list[Hit]:
    """Areas and zones at a point (lon, lat) on a day, boundaries first. One query.

    `layers` are Layers or their ids. Editions that are not published count only when asked for.
    """
    lon, lat = point
    ids = [layer.pk if isinstance(layer, Layer) else layer for layer in layers]
    with connection.cursor() as cursor:
        cursor.execute(_AT, {"lon": lon, "lat": lat, "on": on, "layers": ids, "unpublished": unpublished})
        return [_hit(row) for row in cursor.fetchall()]


# The boxes of the shapes lie in the index; the few layers they name are then asked exactly, by `at`.
_NEAR = f"""
SELECT edition.layer_id FROM layers_layerversion AS edition
WHERE edition.published AND edition.state = 'standing' AND edition.id IN (
    SELECT version_id FROM layers_area WHERE geom && {_POINT}
    UNION SELECT version_id FROM layers_zone WHERE geom && {_POINT}
)
"""  # noqa: S608 (only our own placeholders are spliced in)


def published_layers_near(point: tuple[float, float]) -> list[int]:
    """Ids of the layers, whoever owns them, that may have something at a point (lon, lat). One query."""
    lon, lat = point
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, {"lon": lon, "lat": lat})
        return [layer for (layer,) in cursor.fetchall()]


def committees_on(layer: Layer, *, day: dt.date) -> QuerySet[Area]:
    """The areas of the edition of a boundary layer that is in force on a day, by code; none where none is."""
    in_force = layer.editions.in_force_on(day)
    return Area.objects.filter(edition__in=in_force).select_related("edition").order_by("code")


def _hit(row: tuple[Any, ...]) -> Hit:
    values = dict(zip((column.name for column in fields(Hit)), row, strict=True))
    for column in ("titles", "provision"):  # a bare cursor hands out JSON as text
        values[column] = json.loads(values[column])
    return Hit(**values)
