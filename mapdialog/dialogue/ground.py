"""The ground this installation has anything to say about: outside it, no map is fetched for anybody.

One box for each municipality: its boundary sets and the areas of its consultations (for one without an
area, its plans), with its surroundings, so that a screen that shows all of it is filled. What is not
published counts for officials only: an address that answers must not tell where a draft lies.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from django.db import connection

from mapdialog.map_services.service import Box, box_degrees, box_m, touches, widened

# So long a new consultation may wait for its map.
KEPT_FOR = dt.timedelta(minutes=5)
# What a broad screen shows beside the whole: half its length on each side, and 1.8 km at 59° N beside a small
# area.
_AROUND = 0.5
_LEAST_AROUND_M = 3_500.0

# A shape's box is kept with it: none is unpacked for this.
_GROUND = """
WITH consultation AS (
    SELECT c.id, c.area, c.boundary_layer_id, m.code AS municipality
    FROM dialogue_consultation c JOIN people_municipality m ON m.id = c.municipality_id
    WHERE c.status = 'published' OR %(drafts)s
), layer AS (
    SELECT m.code AS municipality, l.id FROM people_municipality m JOIN layers_layer l ON l.owner = m.code
    WHERE l.kind = 'boundary'
    UNION SELECT municipality, boundary_layer_id FROM consultation
    UNION SELECT municipality, a.layer_id
    FROM consultation c JOIN dialogue_alternative a ON a.consultation_id = c.id WHERE c.area IS NULL
), edition AS (
    SELECT municipality, v.id FROM layer JOIN layers_layerversion v ON v.layer_id = layer.id
    WHERE v.published OR %(drafts)s
), shape AS (
    SELECT municipality, geom FROM edition JOIN layers_area ON version_id = edition.id
    UNION ALL SELECT municipality, geom FROM edition JOIN layers_zone ON version_id = edition.id
    UNION ALL SELECT municipality, area FROM consultation WHERE area IS NOT NULL
), box AS (SELECT municipality, ST_Extent(box2d(geom)::geometry) AS box FROM shape GROUP BY municipality)
SELECT municipality, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM box
"""


@dataclass(frozen=True)
class Ground:
    """Boxes west, south, east, north by the code of the municipality, in degrees (EPSG:4326) and in metres
    (EPSG:3857)."""

    degrees: Mapping[str, Box]
    metres: tuple[Box, ...]

    def holds(self, *, z: int, x: int, y: int) -> bool:
        """Whether any of the boxes and the tile have a point in common."""
        return any(touches(box, z=z, x=x, y=y) for box in self.metres)


class _Memory:
    """The ground, read again when it is older than KEPT_FOR."""

    def __init__(self, *, drafts: bool) -> None:
        self._drafts = drafts
        self._lock = Lock()
        self._ground = Ground({}, ())
        self._until = 0.0

    def ground(self, *, at: float) -> Ground:
        with self._lock:
            if at >= self._until:
                self._ground = _read(drafts=self._drafts)
                self._until = at + KEPT_FOR.total_seconds()
            return self._ground

    def forget(self) -> None:
        with self._lock:
            self._until = 0.0


_MEMORIES = {drafts: _Memory(drafts=drafts) for drafts in (False, True)}


def ground(*, drafts: bool) -> Ground:
    """What is public, or with `drafts` all of it, for officials. At most one query in five minutes."""
    return _MEMORIES[drafts].ground(at=time.monotonic())


def forget() -> None:
    """Makes the next question read the database."""
    for memory in _MEMORIES.values():
        memory.forget()


def _read(*, drafts: bool) -> Ground:
    with connection.cursor() as cursor:
        cursor.execute(_GROUND, {"drafts": drafts})
        rows = cursor.fetchall()
    boxes = {municipality: _with_surroundings(box_m(tuple(box))) for municipality, *box in rows}
    degrees = {municipality: box_degrees(box) for municipality, box in boxes.items()}
    return Ground(degrees, tuple(boxes.values()))


def _with_surroundings(box: Box) -> Box:
    west, south, east, north = box
    return widened(box, by_m=max(_LEAST_AROUND_M, _AROUND * max(east - west, north - south)))
