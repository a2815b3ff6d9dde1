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
    """Make one area of the features that share a code: the first keeps its values and gets all the ground.

    Unless `always`, only where they are plainly the parts of one: they have the same name and do not lie on
    each other. `geometries` are changed: those of the other features become None.
    """
    by_code: dict[str, list[int]] = {}
    for row_number, row in rows.items():
        by_code.setdefault(row.code, []).append(row_number)
    items = []
    for code, row_numbers in by_code.items():
        if not code or len(row_numbers) == 1 or not (always or _are_parts(row_numbers, rows, geometries)):
            continue
        geometries[row_numbers[0]] = _multi(shapely.union_all(geometries[row_numbers]))
        geometries[row_numbers[1:]] = None
        numbers = "features " + ", ".join(str(row_number + 1) for row_number in row_numbers)
        middle = geometries[row_numbers[0]].representative_point()
        items.append(Item(feature=row_numbers[0] + 1, code=code, why=numbers, lon=middle.x, lat=middle.y))
    return listing("merged_code", items, severity="note")


def _are_parts(row_numbers: Sequence[int], rows: Mapping[int, Row], geometries: crs.Geometries) -> bool:
    if len({rows[row_number].name for row_number in row_numbers}) > 1:
        return False
    parts = geometries[list(row_numbers)]
    together = shapely.area(shapely.union_all(parts))
    return bool(together >= shapely.area(parts).sum() * (1 - _LOST_MAX))


def _multi(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.multipolygons(shapely.get_parts(shape))  # type: ignore[return-value]
