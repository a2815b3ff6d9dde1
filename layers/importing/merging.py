"""Areas that a file has in several features: an island or an exclave each, under one code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import shapely

from layers import crs
from layers.findings.finding import Finding, Item, listing
from layers.importing.recognition.columns import Row

# Parts lie beside each other when their union loses no more than this of their areas: borders drawn twice.
_LOST_MAX = 1e-4


def merge(rows: Mapping[int, Row], geometries: crs.Geometries, *, always: bool) -> list[Finding]:
    """Make one area of the features that share a code: the first keeps its fields and gets all the ground.

    Unless `always`, only where they are plainly the parts of one: they have the same name and do not lie on
    each other. `geometries` are changed: those of the other features become None.
    """
    by_code: dict[str, list[int]] = {}
    for place, row in rows.items():
        by_code.setdefault(row.code, []).append(place)
    items = []
    for code, places in by_code.items():
        if not code or len(places) == 1 or not (always or _are_parts(places, rows, geometries)):
            continue
        geometries[places[0]] = _multi(shapely.union_all(geometries[places]))
        geometries[places[1:]] = None
        numbers = "features " + ", ".join(str(place + 1) for place in places)
        middle = geometries[places[0]].representative_point()
        items.append(Item(feature=places[0] + 1, code=code, why=numbers, lon=middle.x, lat=middle.y))
    return listing("merged_code", items, severity="note")


def _are_parts(places: Sequence[int], rows: Mapping[int, Row], geometries: crs.Geometries) -> bool:
    if len({rows[place].name for place in places}) > 1:
        return False
    parts = geometries[list(places)]
    together = shapely.area(shapely.union_all(parts))
    return bool(together >= shapely.area(parts).sum() * (1 - _LOST_MAX))


def _multi(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.multipolygons(shapely.get_parts(shape))  # type: ignore[return-value]
