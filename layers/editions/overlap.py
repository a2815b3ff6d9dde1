"""How much of each area lies in each area of another edition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from django.db.models import BinaryField, F, Func
from numpy.typing import NDArray

from layers import crs
from layers.models import Edition


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Ids of two areas, and the shares, 0 to 1, of the older and of the newer one that lie in the other."""

    older: int
    newer: int
    share_of_older: float = 0.0
    share_of_newer: float = 0.0


def overlaps(older: Edition, newer: Edition) -> Iterator[Overlap]:
    """Every pair that shares ground, water included, measured in the owner's metric system.

    An area that is exactly as it was is not laid on its new neighbours: all of it is in the one.
    """
    ids, shapes = _read(older)
    new_ids, new_shapes = _read(newer)
    if len(ids) == 0 or len(new_ids) == 0:
        return
    west, south, east, north = shapely.total_bounds(shapes)
    srid = crs.metric(((west + east) / 2, (south + north) / 2), owner=older.layer.owner)
    older_row, newer_row = _pairs(shapes, new_shapes)
    # Laid on each other in lon/lat, where edges are straight in this service; measured in metres.
    shared, before, after = (
        shapely.area(crs.from_wgs84(pieces, srid=srid))
        for pieces in (shapely.intersection(shapes[older_row], new_shapes[newer_row]), shapes, new_shapes)
    )
    of_older = np.minimum(shared / before[older_row], 1)
    of_newer = np.minimum(shared / after[newer_row], 1)
    for pair in np.flatnonzero(shared > 0).tolist():
        yield Overlap(
            older=int(ids[older_row[pair]]),
            newer=int(new_ids[newer_row[pair]]),
            share_of_older=float(of_older[pair]),
            share_of_newer=float(of_newer[pair]),
        )


def _pairs(older: crs.Geometries, newer: crs.Geometries) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows that may share ground; of a shape that is in both, only the pair of the two."""
    older_row, newer_row = shapely.STRtree(newer).query(older)
    same = shapely.equals_exact(older[older_row], newer[newer_row], tolerance=0)
    is_kept = same | ~np.isin(older_row, older_row[same])
    return older_row[is_kept], newer_row[is_kept]


def _read(edition: Edition) -> tuple[NDArray[np.int64], crs.Geometries]:
    """Ids and shapes in lon/lat, in the order of the codes."""
    as_binary = Func(F("geom"), function="ST_AsBinary", output_field=BinaryField())
    rows = list(edition.areas.order_by("code").values_list("pk", as_binary))
    shapes = shapely.from_wkb([bytes(wkb) for _pk, wkb in rows])
    return np.array([pk for pk, _wkb in rows], dtype=np.int64), np.asarray(shapes, dtype=object)
