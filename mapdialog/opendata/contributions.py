"""A page of contributions as GeoJSON: filter, keyset, and the finished bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from pydantic import Field

from layers.models import Area, Edition
from mapdialog.contributions import feature_sql, public_view
from mapdialog.contributions.export import own_members
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.selection import NONE, Selection
from mapdialog.dialogue.models import Consultation
from mapdialog.web.address import absolute
from mapdialog.web.problem import Problem
from mapdialog.web.query import Bounds, Box, Day, Query, Several, Whole, check_known, identifier

LIMIT = 1_000
LIMIT_MAX = 10_000
# Part of every ETag: raise it when the answer's shape changes, so that no cache keeps the old one.
SHAPE = 5


# One more than `limit` is read, to know whether there are more. What matches is counted apart only when the
# page does not show it all: counting costs as much again, and a sub-select runs only when its case comes.
_PAGE = """
    WITH page AS MATERIALIZED ({page}), numbered AS (
        SELECT *, row_number() OVER (ORDER BY {order}) AS number FROM page
    )
    SELECT
        CASE WHEN %(is_first)s AND joined.n <= %(limit)s THEN joined.n
            ELSE (SELECT count(*) FROM ({everything}) AS everything) END,
        joined.n, coalesce(joined.features, ''), last.p_id
    FROM (
        SELECT count(*) AS n,
            string_agg(feature, ',' ORDER BY number) FILTER (WHERE number <= %(limit)s) AS features
        FROM numbered
    ) AS joined
    LEFT JOIN numbered AS last ON last.number = %(limit)s
"""


class SelectionQuery(Query):
    """Under the names that the planner's page uses. Only what is published is there: no `state`."""

    theme: Annotated[tuple[str, ...], Several()] = Field(
        (), description="One theme's key, or several with commas between; “-” for those without."
    )
    area: Annotated[tuple[str, ...], Several()] = Field(
        (), description="The same by the code of the area of the boundary set; not where points are moved."
    )
    first: Annotated[dt.date | None, Day()] = Field(
        None, alias="from", description="The first day on which they were received, in the municipality."
    )
    last: Annotated[dt.date | None, Day()] = Field(
        None, alias="to", description="The last day; it is included."
    )
    bbox: Annotated[Bounds | None, Box()] = Field(
        None, description="west,south,east,north in degrees, as coordinates are printed."
    )

    def in_an_address(self) -> dict[str, str]:
        """What was asked for, as it is written in an address."""
        texts = {
            "theme": ",".join(self.theme),
            "area": ",".join(self.area),
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "bbox": ",".join(repr(side) for side in self.bbox or ()),
        }
        return {name: text for name, text in texts.items() if text}


class PageQuery(SelectionQuery):
    limit: Annotated[int, Whole(1, LIMIT_MAX)] = Field(LIMIT, description="How many at most.")
    after: str | None = Field(None, description="From the “next” link of the page before.")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What the reader asked for. `after` is the last row of the page before."""

    selection: Selection
    limit: int
    after: public_view.Last | None
    address: dict[str, str]


def filter_of(query: PageQuery, *, consultation: Consultation) -> Filter:
    """The query as a filter of this consultation. Raises Problem 400 for what it does not have."""
    return Filter(
        selection=selection_of(query, consultation=consultation),
        limit=query.limit,
        after=None if query.after is None else _read_after(query.after, consultation=consultation),
        address=query.in_an_address(),
    )


def selection_of(query: SelectionQuery, *, consultation: Consultation) -> Selection:
    """Raises Problem 400 for a theme or an area that the consultation does not have."""
    if query.theme:
        themes = {theme.key for theme in consultation.themes.all()}
        message = _("There is no theme “%(theme)s” here. Themes are: %(known)s.")
        check_known("theme", _named(query.theme), known=themes, message=message)
    if query.area:
        if public_view.is_coarse(consultation):
            detail = _("Where places are shown as squares, comments cannot be asked for by area.")
            raise Problem("bad-query", status=400, detail=detail, field="area")
        message = _("There is no area “%(area)s” here. Areas are: %(known)s.")
        check_known("area", _named(query.area), known=_area_codes(consultation), message=message)
    return Selection(
        themes=query.theme, areas=query.area, first=query.first, last=query.last, bounds=query.bbox
    )


def _named(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word != NONE)


def _area_codes(consultation: Consultation) -> set[str]:
    published = Edition.objects.published().order_by().filter(layer=consultation.boundary_layer_id)
    areas = Area.objects.order_by().filter(edition__in=published.values("pk"))
    return set(areas.values_list("code", flat=True).distinct())


def selected(selection: Selection, *, of: Consultation) -> QuerySet[Contribution]:
    """Everyone's contributions among those selected, where everyone is shown them."""
    rows = feature_sql.visible(of, reader=AnonymousUser())
    return selection.of_contributions(rows, consultation=of, geometry="geom_public")


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
    rows = selected(filters.selection, of=consultation)
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


def _links(filters: Filter, *, after: str, address: str) -> list[dict[str, str]]:
    if not after:
        return []
    query = {"limit": filters.limit, **filters.address, "after": after}
    href = absolute(f"{address}?{urlencode(query, safe=',')}")
    return [{"rel": "next", "type": "application/geo+json", "href": href}]
