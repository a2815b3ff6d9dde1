"""A page of contributions as GeoJSON: filter, keyset, and the finished bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import GEOSGeometry, LineString, Point, Polygon
from django.db import connection
from django.utils.translation import gettext as _
from pydantic import Field

from layers.geometry import WGS84
from mapdialog.contributions import feature_sql, public_view
from mapdialog.contributions.export import own_members
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from mapdialog.web.problem import Problem
from mapdialog.web.query import Bounds, Box, Query, Several, Whole, identifier

LIMIT = 1_000
LIMIT_MAX = 10_000
# Part of every ETag: raise it when the answer's shape changes, so that no cache keeps the old one.
SHAPE = 3


# One more than `limit` is read, to know whether there are more. What matches is counted apart only when the
# page does not show it all: counting costs as much again, and a sub-select runs only when its case comes.
_PAGE = """
    WITH page AS MATERIALIZED ({page}), numbered AS (
        SELECT *, row_number() OVER (ORDER BY {order}) AS number FROM page
    )
    SELECT
        CASE WHEN %(is_first)s AND told.n <= %(limit)s THEN told.n
            ELSE (SELECT count(*) FROM ({everything}) AS everything) END,
        told.n, coalesce(told.features, ''), last.p_id
    FROM (
        SELECT count(*) AS n,
            string_agg(feature, ',' ORDER BY number) FILTER (WHERE number <= %(limit)s) AS features
        FROM numbered
    ) AS told
    LEFT JOIN numbered AS last ON last.number = %(limit)s
"""


class PageQuery(Query):
    bbox: Annotated[Bounds | None, Box()] = Field(None, description="west,south,east,north in degrees.")
    theme: Annotated[tuple[str, ...], Several()] = Field(
        (), description="One theme's key, or several with commas between."
    )
    limit: Annotated[int, Whole(1, LIMIT_MAX)] = Field(LIMIT, description="How many at most.")
    after: str | None = Field(None, description="From the “next” link of the page before.")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What the reader asked for. `after` is the last row of the page before."""

    limit: int = LIMIT
    bbox: Bounds | None = None
    themes: tuple[str, ...] = ()
    after: public_view.Last | None = None


def filter_of(query: PageQuery, *, consultation: Consultation) -> Filter:
    """The query as a filter of this consultation. Raises Problem 400 for what it does not have."""
    known = {theme.key for theme in consultation.themes.all()}
    for theme in query.theme:
        if theme not in known:
            message = _("There is no theme “%(theme)s” here. Themes are: %(known)s.")
            names = {"theme": theme[:60], "known": ", ".join(sorted(known)) or "–"}
            raise Problem("bad-query", status=400, detail=message % names, field="theme")
    return Filter(
        limit=query.limit,
        bbox=query.bbox,
        themes=query.theme,
        after=None if query.after is None else _read_after(query.after, consultation=consultation),
    )


def _read_after(value: str, *, consultation: Consultation) -> public_view.Last:
    """Where the page before ended. The link names its last row only: its moment may not be for everyone."""
    if (pk := identifier(value)) is not None:
        rows = Contribution.objects.filter(consultation=consultation, pk=pk)
        moment = rows.values_list("received_at", flat=True).first()
        if moment is not None:
            return public_view.last_of(moment, pk, of=consultation)
    message = _("Use the “next” link as it was given: “after” is not to be made by hand.")
    raise Problem("bad-query", status=400, detail=message, field="after")


def etag(consultation: Consultation, filters: Filter) -> str:
    """Made of the data version, the audience (everyone) and the filter: a 304 is never wrong."""
    content = f"{SHAPE}|{consultation.pk}|{consultation.data_version.number}|everyone|{filters!r}"
    return f'W/"{hashlib.sha256(content.encode()).hexdigest()[:24]}"'


def page(consultation: Consultation, filters: Filter, *, address: str) -> bytes:
    """The page as GeoJSON, one database query. `address` is the path the next link is made of."""
    rows = feature_sql.visible(consultation, reader=AnonymousUser())
    if filters.bbox:
        rows = rows.filter(geom_public__intersects=_box(filters.bbox))
    if filters.themes:
        rows = rows.filter(theme__key__in=filters.themes)
    total_sql, params = feature_sql.named(rows.order_by().values("pk"), prefix="all")
    if filters.after:
        rows = public_view.older_than(rows, last=filters.after, of=consultation)
    cut = rows.order_by(*public_view.newest_first(consultation))[: filters.limit + 1]
    query = feature_sql.features(cut, of=consultation)
    sql = _PAGE.format(page=query.sql, everything=total_sql, order=public_view.newest_first_sql(consultation))
    limits = {"limit": filters.limit, "is_first": filters.after is None}
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, **query.params, **limits})
        total, read, features, identifier = cursor.fetchone()
    after = str(identifier) if read > filters.limit else ""
    head = {
        "type": "FeatureCollection",
        **own_members(consultation),
        "numberMatched": total,
        "numberReturned": min(read, filters.limit),
        "links": _links(filters, after=after, address=address),
    }
    opened = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1]
    return f'{opened},"features":[{features}]}}'.encode()


def _box(sides: Bounds) -> GEOSGeometry:
    """The box as geometry; one without width or height is no valid polygon, but a line or a point."""
    west, south, east, north = sides
    if west < east and south < north:
        box: GEOSGeometry = Polygon.from_bbox(sides)
    elif (west, south) == (east, north):
        box = Point(west, south)
    else:
        box = LineString((west, south), (east, north))
    box.srid = WGS84
    return box


def _links(filters: Filter, *, after: str, address: str) -> list[dict[str, str]]:
    if not after:
        return []
    query: dict[str, str | int] = {"limit": filters.limit}
    if filters.bbox:
        query["bbox"] = ",".join(repr(side) for side in filters.bbox)
    if filters.themes:
        query["theme"] = ",".join(filters.themes)
    href = f"{address}?{urlencode({**query, 'after': after}, safe=',')}"
    return [{"rel": "next", "type": "application/geo+json", "href": href}]
