"""All of a consultation's contributions in some five bytes each, for filters that answer within a frame.

Layout (read by static/js/lib/pins.js): one line of JSON, then columns of n rows: first the `n_at_spots` with
a spot, in Morton order, then those without. Wider columns as byte planes, lowest byte first:

- x, y    uint32 across the bounds (y from the south), as the difference to the row before; without a spot
          they mean nothing
- t       uint32 minutes since `epoch`, as the zigzag-coded difference to the row before; 2^31-1 where the
          date is not known
- theme   uint8 (255: none), area uint16 (65535: none), state uint8

Positions are rounded to about half a metre and times to the hour: the last bits cost the most bytes
and no filter asks for them.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from layers.models import Area, Edition
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation, Reader
from mapdialog.dialogue.texts import translated

WHOLE = 2**32 - 1
NO_THEME = 255
NO_AREA = 65535
UNDATED = 2**31 - 1
STATES = ("pending", "published", "private", "rejected")
_STEP_M = 0.5
_METRES_PER_DEGREE = 111_320.0

Words = npt.NDArray[np.uint32]

# The committee is looked up pin by pin: a join of the two lists, planned without statistics just after an
# import, compared each pin with each hit and took a minute for 20,000.
_ROWS = """
SELECT ST_X(p), ST_Y(p),
       CASE WHEN arrival <> 'undated' THEN extract(epoch FROM received_at)::float8 END,
       coalesce(theme_id, 0), coalesce(area_id, 0), state
FROM (
    SELECT id, CASE WHEN GeometryType(geom) = 'POINT' THEN geom ELSE ST_PointOnSurface(geom) END AS p,
           received_at, arrival, theme_id, state
    FROM ({contributions}) AS contribution(id, geom, received_at, arrival, theme_id, state)
) AS pins
LEFT JOIN LATERAL (
    SELECT area_id FROM contributions_contributionplace AS hit
    WHERE hit.contribution_id = pins.id AND hit.version_id = ANY(%s) AND area_id IS NOT NULL
    ORDER BY share DESC, area_id LIMIT 1
) AS committee ON true
"""


def pin_pack(consultation: Consultation, *, reader: Reader, language: str) -> bytes:
    """The pack of every contribution that the reader may see. Four queries."""
    # stable: those without a spot last
    rows = sorted(_rows(consultation, reader=reader), key=lambda row: row[0] is None)
    themes = list(consultation.themes.order_by("order", "id"))
    lon, lat, at, theme, area, state = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 6
    )
    areas = _areas(set(area) - {0})
    n, n_at_spots = len(rows), sum(value is not None for value in lon)
    bounds = _bounds(lon[:n_at_spots], lat[:n_at_spots])
    x, y = np.zeros(n, dtype=np.uint32), np.zeros(n, dtype=np.uint32)
    x[:n_at_spots] = _across(lon[:n_at_spots], *bounds[::2], metres=_METRES_PER_DEGREE / 2)
    y[:n_at_spots] = _across(lat[:n_at_spots], *bounds[1::2], metres=_METRES_PER_DEGREE)
    order = np.arange(n)
    order[:n_at_spots] = np.argsort(_morton(x[:n_at_spots], y[:n_at_spots]), kind="stable")
    epoch, minutes = _minutes(at)
    header = {
        "n": n,
        "n_at_spots": n_at_spots,
        "version": 2,
        "epoch": epoch,
        "bounds": bounds,
        "themes": [{"key": theme.key, "name": translated(theme.name, language)} for theme in themes],
        "areas": [{"code": code, "name": name} for _pk, code, name in areas],
        "states": list(STATES),
    }
    columns = [
        _planes(np.diff(x[order], prepend=np.uint32(0)), width=4),
        _planes(np.diff(y[order], prepend=np.uint32(0)), width=4),
        _planes(_zigzag(np.diff(minutes[order], prepend=0)), width=4),
        _planes(_positions(theme, [entry.pk for entry in themes], missing=NO_THEME)[order], width=1),
        _planes(_positions(area, [pk for pk, _code, _name in areas], missing=NO_AREA)[order], width=2),
        _planes(_positions(state, STATES, missing=0)[order], width=1),
    ]
    return json.dumps(header, ensure_ascii=False).encode() + b"\n" + b"".join(columns)


def _rows(consultation: Consultation, *, reader: Reader) -> list[tuple[Any, ...]]:
    visible = (
        Contribution.objects.visible_to(reader)
        .filter(consultation=consultation)
        .order_by()
        .values_list("id", "geom", "received_at", "arrival", "theme_id", "state")
    )
    boundary = Edition.objects.filter(layer=consultation.boundary_layer_id)
    sql, parameters = visible.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(contributions=sql), [*parameters, [edition.pk for edition in boundary]])
        return list(cursor.fetchall())


def _areas(ids: set[int]) -> list[tuple[int, str, str]]:
    return list(Area.objects.filter(pk__in=ids).order_by("code", "pk").values_list("pk", "code", "name"))


def _minutes(at: list[float | None]) -> tuple[int, npt.NDArray[np.int64]]:
    """The epoch, and the minutes from it to the hour of each moment."""
    epoch = int(min((moment for moment in at if moment is not None), default=0)) // 3600 * 3600
    moments = np.array(at, dtype=np.float64)  # None becomes NaN
    minutes = np.where(np.isnan(moments), UNDATED, (moments - epoch) // 3600 * 60)
    return epoch, minutes.astype(np.int64)


def _bounds(lon: list[float], lat: list[float]) -> tuple[float, float, float, float]:
    if not lon:
        return 0.0, 0.0, 1.0, 1.0
    west, south, east, north = min(lon), min(lat), max(lon), max(lat)
    return west, south, max(east, west + 1e-6), max(north, south + 1e-6)


def _across(values: list[float], low: float, high: float, *, metres: float) -> Words:
    """Positions between low and high as 0 … 2^32-1, in steps of a power of two near half a metre."""
    whole = np.round((np.array(values, dtype=np.float64) - low) / (high - low) * WHOLE).astype(np.uint64)
    steps = max(int((high - low) * metres / _STEP_M), 1)
    spare_bits = np.uint64(max(32 - steps.bit_length(), 0))
    middle = (np.uint64(1) << spare_bits) >> np.uint64(1)
    return np.asarray(((whole >> spare_bits) << spare_bits) | middle, dtype=np.uint32)


def _morton(x: Words, y: Words) -> npt.NDArray[np.uint64]:
    """The bits of x and y interleaved: neighbours on the map come to stand near each other."""
    return _spread(x) | (_spread(y) << np.uint64(1))


def _spread(values: Words) -> npt.NDArray[np.uint64]:
    spread = values.astype(np.uint64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        spread = (spread | (spread << np.uint64(shift))) & np.uint64(mask)
    return spread


def _zigzag(values: npt.NDArray[np.int64]) -> Words:
    return np.asarray((values << 1) ^ (values >> 63), dtype=np.uint64).astype(np.uint32)


def _positions(values: list[Any], known: Any, *, missing: int) -> Words:
    position = {value: index for index, value in enumerate(known)}
    return np.array([position.get(value, missing) for value in values], dtype=np.uint32)


def _planes(values: npt.NDArray[Any], *, width: int) -> bytes:
    rows = values.astype("<u4").view(np.uint8).reshape(-1, 4)
    return rows[:, :width].T.tobytes()
