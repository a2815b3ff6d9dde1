"""What two plans give the same ground to: land in each use, side by side.

A use counts as many hectares as its zones cover, less the sea and lakes that are known (`land.py`). Special
consideration zones lie over purposes, and levels over one another: hectares are compared use by use, never
summed up.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from layers.geometry import M2_PER_HECTARE
from layers.models import Edition
from layers.questions.land import water_editions
from layers.styles.catalog import FUTURE

# Zones of one use may lie over one another only on different levels; what the water takes is cut out zone by
# zone, so that the index finds the few that touch it.
_BY_USE = """
SELECT zone.version_id, zone.code, coalesce(zone.land_use_status = %(future)s, false), count(*),
    sum(ST_Area(zone.geom::geography)),
    sum(ST_Area(coalesce(ST_Difference(zone.geom, water.geom), zone.geom)::geography))
FROM layers_zone AS zone
LEFT JOIN LATERAL (
    SELECT ST_Union(feature.geom) AS geom FROM layers_feature AS feature
    WHERE feature.version_id = ANY(%(water)s) AND ST_Dimension(feature.geom) = 2
        AND ST_Intersects(feature.geom, zone.geom)
) AS water ON true
WHERE zone.version_id = ANY(%(editions)s)
    AND (%(level)s::int IS NULL OR zone.vertical_level = %(level)s)
GROUP BY 1, 2, 3 ORDER BY 2, 3
"""


@dataclass(frozen=True, kw_only=True)
class UseOfLand:
    """A use in one plan: hectares of land, how many zones, and hectares of water that are not counted."""

    land_ha: float = 0.0
    water_ha: float = 0.0
    zones: int = 0


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A use in both plans; the difference is the second less the first."""

    code: str
    is_future: bool
    first: UseOfLand
    second: UseOfLand

    @property
    def difference_ha(self) -> float:
        return self.second.land_ha - self.first.land_ha


def differences(
    first: Edition, *, second: Edition, on: dt.date, level: int | None = None
) -> list[Difference]:
    """One row for each use of either plan, by code; with `level` of one vertical level only.

    `on` decides which water layers of the owner hold. Areas are on the ellipsoid. Two queries and one.
    """
    water = water_editions(first.layer.owner, on=on)
    values = {"editions": [first.pk, second.pk], "water": water, "level": level, "future": FUTURE}
    uses: dict[tuple[str, bool], dict[int, UseOfLand]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_USE, values)
        for edition, code, is_future, zones, whole_m2, land_m2 in cursor.fetchall():
            uses.setdefault((code, is_future), {})[edition] = UseOfLand(
                land_ha=land_m2 / M2_PER_HECTARE,
                water_ha=(whole_m2 - land_m2) / M2_PER_HECTARE,
                zones=zones,
            )
    nothing = UseOfLand()
    return [
        Difference(
            code=code,
            is_future=is_future,
            first=by_edition.get(first.pk, nothing),
            second=by_edition.get(second.pk, nothing),
        )
        for (code, is_future), by_edition in uses.items()
    ]
