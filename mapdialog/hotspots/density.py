"""Heat: how many contributions lie in each small square, precomputed for low zooms, as tiles of plain values.

A tile is 66 × 66 bytes, rows from the north: 64 × 64 squares and a skirt of one square, so that the browser
can smooth across tile borders. Byte v stands for about v / 255 × `largest` contributions, and exactly v
where `largest` is 255. The browser colours; palette and threshold never travel.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from mapdialog.contributions import public_view
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots.models import DensityCell, DensityState

SIDE = 64  # squares across a tile
SKIRT = 1
WIDTH = SIDE + 2 * SKIRT
SIDE_LEVELS = 6  # 2^6 = SIDE: a tile at zoom z is made of squares of quadtree level z + 6
STORED_LEVELS = (20, 17, 14, 11)
LIVE_FROM_ZOOM = STORED_LEVELS[0] - SIDE_LEVELS + 1  # closer in, few pins are in a tile: count them directly

Audience = DensityCell.Audience

# Which square of the finest level a spot lies in: x from the west, y from the north (Web Mercator).
# Lines and areas count once, at a point on them.
_SQUARES = """
SELECT floor((ST_X(p) + 180) / 360 * (1 << {level}))::int AS x,
       floor((0.5 - asinh(tan(radians(ST_Y(p)))) / (2 * pi())) * (1 << {level}))::int AS y
FROM (
    SELECT CASE WHEN GeometryType(spot) = 'POINT' THEN spot ELSE ST_PointOnSurface(spot) END AS p
    FROM ({spots}) AS visible(spot) WHERE spot IS NOT NULL
) AS points
"""

_REFRESH = """
INSERT INTO hotspots_densitycell (consultation_id, audience, level, x, y, n)
SELECT %s, %s, stored.level, s.x >> ({finest} - stored.level), s.y >> ({finest} - stored.level), count(*)
FROM ({squares}) AS s CROSS JOIN unnest(%s::int[]) AS stored(level)
GROUP BY 3, 4, 5
"""

_STORED_TILE = """
SELECT (x >> %(shift)s) - %(x0)s, (y >> %(shift)s) - %(y0)s, sum(n)::bigint
FROM hotspots_densitycell
WHERE consultation_id = %(consultation)s AND audience = %(audience)s AND level = %(level)s
  AND x BETWEEN %(x0)s << %(shift)s AND ((%(x0)s + {width}) << %(shift)s) - 1
  AND y BETWEEN %(y0)s << %(shift)s AND ((%(y0)s + {width}) << %(shift)s) - 1
GROUP BY 1, 2
"""

_IN_TILE = """
SELECT spot FROM ({spots}) AS visible(spot)
WHERE spot && ST_Transform(ST_TileEnvelope(%s, %s, %s, margin => %s), 4326)
"""

_LIVE_TILE = "SELECT s.x - %s, s.y - %s, count(*) FROM ({squares}) AS s GROUP BY 1, 2"


@dataclass(frozen=True)
class DensityTile:
    """`values` is WIDTH × WIDTH bytes, row by row from the north-west; `largest` is what 255 stands for."""

    values: bytes
    largest: int


def refresh(consultation: Consultation, *, at: dt.datetime) -> None:
    """Count all squares of a consultation anew, for both audiences, in one transaction.

    The data version is read before the counting: what commits in between is counted again next time.
    """
    data_version = consultation.data_version.number
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('density'), %s)", [consultation.pk])
        DensityCell.objects.filter(consultation=consultation).delete()
        for audience in filter(lambda each: is_shown_to(each, consultation=consultation), Audience):
            spots, parameters = _spots(consultation, audience=audience).query.sql_with_params()
            squares = _SQUARES.format(level=STORED_LEVELS[0], spots=spots)
            cursor.execute(
                _REFRESH.format(finest=STORED_LEVELS[0], squares=squares),
                [consultation.pk, audience, *parameters, list(STORED_LEVELS)],
            )
        DensityState.objects.update_or_create(
            consultation=consultation, defaults={"data_version": data_version, "refreshed_at": at}
        )


def is_shown_to(audience: Audience, *, consultation: Consultation) -> bool:
    """Whether there is heat for them at all."""
    return audience is Audience.OFFICIALS or public_view.shows_gatherings(consultation)


def tile(consultation: Consultation, *, audience: Audience, zoom: int, x: int, y: int) -> DensityTile | None:
    """One tile, or None where nobody said anything that the audience may count.

    `zoom` 0–18, `x` and `y` as in tile numbers.
    """
    # the stored squares may be a minute older than a decision to show less
    if not is_shown_to(audience, consultation=consultation):
        return None
    if zoom < LIVE_FROM_ZOOM:
        counts = _stored_counts(consultation, audience=audience, zoom=zoom, x=x, y=y)
    else:
        counts = _live_counts(consultation, audience=audience, zoom=zoom, x=x, y=y)
    if not counts:
        return None
    largest = max(255, *(n for _, _, n in counts))
    values = bytearray(WIDTH * WIDTH)
    for column, row, n in counts:
        if 0 <= column < WIDTH and 0 <= row < WIDTH:
            values[row * WIDTH + column] = -(-n * 255 // largest)  # rounded up: one is never none
    return DensityTile(values=bytes(values), largest=largest)


def _stored_counts(
    consultation: Consultation, *, audience: Audience, zoom: int, x: int, y: int
) -> list[tuple[int, int, int]]:
    level_of_squares = zoom + SIDE_LEVELS
    level = min(level for level in STORED_LEVELS if level >= level_of_squares)
    parameters: dict[str, int | str] = {
        "consultation": consultation.pk,
        "audience": audience,
        "level": level,
        "shift": level - level_of_squares,
        "x0": x * SIDE - SKIRT,
        "y0": y * SIDE - SKIRT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STORED_TILE.format(width=WIDTH), parameters)
        return list(cursor.fetchall())


def _live_counts(
    consultation: Consultation, *, audience: Audience, zoom: int, x: int, y: int
) -> list[tuple[int, int, int]]:
    spots, parameters = _spots(consultation, audience=audience).query.sql_with_params()
    box = _IN_TILE.format(spots=spots)
    squares = _SQUARES.format(level=zoom + SIDE_LEVELS, spots=box)
    values: list[Any] = [x * SIDE - SKIRT, y * SIDE - SKIRT, *parameters, zoom, x, y, SKIRT / SIDE]
    with connection.cursor() as cursor:
        cursor.execute(_LIVE_TILE.format(squares=squares), values)
        return list(cursor.fetchall())


def _spots(consultation: Consultation, *, audience: Audience) -> QuerySet[Contribution, Any]:
    contributions = Contribution.objects.filter(consultation=consultation)
    contributions = contributions.everyones() if audience is Audience.EVERYONE else contributions.officials()
    return contributions.at_a_spot().order_by().values_list(_geometry_field(audience))


def _geometry_field(audience: Audience) -> str:
    return "geom_public" if audience is Audience.EVERYONE else "geom"
