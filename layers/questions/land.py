"""How much land an area has: its extent less the sea and the lakes that are known of its owner.

Hectares, density and expected numbers are of land: nobody lives on the sea, and in a coastal municipality a
fifth of the statistical units is water. Square metres on the ellipsoid, whatever system the maps use.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import caches
from django.db import connection

from layers.models import Edition, Layer

_KEPT_SECONDS = 7 * 24 * 3600

_LAND = """
SELECT area.id, ST_Area(area.geom::geography),
    ST_Area(coalesce(ST_Difference(area.geom, water.geom), area.geom)::geography)
FROM layers_area AS area
LEFT JOIN LATERAL (
    SELECT ST_Union(feature.geom) AS geom FROM layers_feature AS feature
    WHERE feature.version_id = ANY(%(water)s) AND ST_Dimension(feature.geom) = 2
        AND ST_Intersects(feature.geom, area.geom)
) AS water ON true
WHERE area.version_id = %(edition)s
"""


@dataclass(frozen=True, kw_only=True)
class Land:
    """Of each area, by id, its whole extent and its land in m²; the same where no water is known."""

    whole_m2: dict[int, float]
    land_m2: dict[int, float]
    water_is_known: bool

    def share_of_water(self) -> float:
        """How much of all areas together is water, 0 to 1."""
        whole = sum(self.whole_m2.values())
        return 1 - sum(self.land_m2.values()) / whole if whole else 0.0


def of_areas(edition: Edition, *, on: dt.date) -> Land:
    """The land of an edition's areas, by the water layers of its owner in force on a day.

    Computed once for each edition and set of water editions: neither ever changes once saved.
    """
    water = water_editions(edition.layer.owner, on=on)
    key = f"land:{edition.pk}:{'-'.join(map(str, water))}"
    is_draft = edition.state == Edition.State.DRAFT
    memory = caches["memory"]
    land_of_areas: list[tuple[int, float, float]] | None = None if is_draft else memory.get(key)
    if land_of_areas is None:
        with connection.cursor() as cursor:
            cursor.execute(_LAND, {"edition": edition.pk, "water": water})
            land_of_areas = cursor.fetchall()
        if not is_draft:
            memory.set(key, land_of_areas, _KEPT_SECONDS)
    return Land(
        whole_m2={area: whole for area, whole, _land in land_of_areas},
        land_m2={area: land for area, _whole, land in land_of_areas},
        water_is_known=bool(water),
    )


def water_editions(owner: str, *, on: dt.date) -> list[int]:
    """The editions of the owner's water layers in force on a day, by id, that hold any surface of water."""
    edition_ids: Iterable[int] = (
        Edition.objects.in_force_on(on)
        .filter(layer__owner=owner, layer__kind=Layer.Kind.WATER)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM unnest(%s::bigint[]) AS edition(id) WHERE EXISTS (SELECT 1 FROM layers_feature"
            " WHERE version_id = edition.id AND ST_Dimension(geom) = 2) ORDER BY id",
            [list(edition_ids)],
        )
        return [pk for (pk,) in cursor.fetchall()]
