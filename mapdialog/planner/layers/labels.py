"""Names for the map of an edition: of what is in view the largest, where they are seen."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.models import Area, Edition, Feature, Zone
from mapdialog.planner.layers import access, layer_map
from mapdialog.web import query
from mapdialog.web.compression import packed
from mapdialog.web.query import Query, Whole
from mapdialog.web.reading import Reading, UnreadableError

# More than a screen has room for.
_MOST = 150
_TEXTS = {
    Area: "coalesce(nullif(name, ''), code)",
    Zone: "coalesce(nullif(field, ''), nullif(name, ''), code)",
    Feature: "coalesce(nullif(name, ''), code)",
}
_NAMES = """
SELECT text, ST_X(point), ST_Y(point) FROM (
    SELECT text, ST_PointOnSurface(ST_ClipByBox2D(geom, {box})) AS point FROM (
        SELECT {text} AS text, geom FROM {table} WHERE version_id = %(edition)s AND geom && {box}{on_level}
        ORDER BY ST_Area(box2d(geom)::geometry) DESC, id LIMIT {most}
    ) AS largest WHERE text <> ''
) AS named WHERE point IS NOT NULL AND NOT ST_IsEmpty(point)
"""
_BOX = "ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)"


@dataclass(frozen=True)
class _View(Reading):
    """West, south, east, north of what a map shows, which may be wider than the world."""

    def read(self, text: str) -> query.Bounds:
        with suppress(ValueError):
            west, south, east, north = (float(part) for part in text.split(","))
            if -1000 < west <= east < 1000 and -90 <= south <= north <= 90:
                return west, south, east, north
        raise UnreadableError(_("Write the box as west,south,east,north in degrees."))


class _LabelsQuery(Query):
    box: Annotated[query.Bounds, _View()]
    level: Annotated[int | None, Whole(1, 5)] = None


@login_required
@require_safe
@packed
def labels(request: HttpRequest, edition_id: int) -> JsonResponse:
    """`{"labels": [[text, lon, lat], …]}` within `?box=west,south,east,north`, the largest first; of a plan
    those of one vertical level with `&level=`."""
    edition = access.edition_for(request, edition_id)
    labels_query = query.read(_LabelsQuery, request)
    return JsonResponse({"labels": _names(edition, labels_query.box, level=labels_query.level)})


def _names(edition: Edition, box: query.Bounds, *, level: int | None) -> list[tuple[str, float, float]]:
    model = layer_map.content_of(edition)
    has_level = level is not None and model is Zone
    statement = _NAMES.format(
        text=_TEXTS[model],
        table=model._meta.db_table,
        box=_BOX,
        most=_MOST,
        on_level=" AND vertical_level = %(level)s" if has_level else "",
    )
    west, south, east, north = box
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "edition": edition.pk,
                "level": level,
                "west": west,
                "south": south,
                "east": east,
                "north": north,
            },
        )
        named: list[tuple[str, float, float]] = cursor.fetchall()
    return named
