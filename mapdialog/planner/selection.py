"""Which contributions a planner is looking at: theme, committee, state, time and view.

The same words stand in the page's own address, so that a link shows a colleague the same selection.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Polygon
from django.db.models import Q, QuerySet
from pydantic import Field

from layers.geometry import WGS84
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from mapdialog.web.query import Bounds, Box, Day, Query, Several

NONE = "-"  # stands for “without”: ?theme=- are those without a theme


class SelectionQuery(Query):
    """Lists are comma-separated; days are the municipality's and `to` is the last day included."""

    theme: Annotated[tuple[str, ...], Several()] = ()
    area: Annotated[tuple[str, ...], Several()] = ()
    state: Annotated[tuple[str, ...], Several()] = ()
    first: Annotated[dt.date | None, Day(or_empty=True)] = Field(None, alias="from")
    last: Annotated[dt.date | None, Day(or_empty=True)] = Field(None, alias="to")
    bbox: Annotated[Bounds | None, Box(or_empty=True)] = None


@dataclass(frozen=True)
class Selection:
    """Empty sets mean all. `start` is included, `end` is not; both are instants."""

    themes: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    bounds: Bounds | None = None

    @classmethod
    def of(cls, query: SelectionQuery, *, consultation: Consultation) -> Selection:
        zone = consultation.municipality.zone
        return cls(
            themes=_set(query.theme),
            areas=_set(query.area),
            states=_set(query.state),
            start=_midnight(query.first, zone=zone),
            end=_midnight(query.last + dt.timedelta(days=1) if query.last else None, zone=zone),
            bounds=query.bbox,
        )

    def of_contributions(
        self, contributions: QuerySet[Contribution], *, consultation: Consultation
    ) -> QuerySet[Contribution]:
        """Those of these that are selected."""
        condition = Q()
        if self.themes:
            condition &= _any_of("theme__key__in", self.themes, without=Q(theme__isnull=True))
        if self.areas:
            layer = consultation.boundary_layer_id
            here = Q(hits__edition__layer=layer, hits__area__code__in=self.areas - {NONE})
            inside = Contribution.objects.filter(consultation=consultation).filter(here).values("pk")
            anywhere = Contribution.objects.filter(consultation=consultation, hits__edition__layer=layer)
            without = ~Q(pk__in=anywhere.values("pk"))
            condition &= Q(pk__in=inside) | (without if NONE in self.areas else Q(pk__in=[]))
        if self.states:
            condition &= Q(state__in=self.states)
        if self.start:
            condition &= Q(received_at__gte=self.start)
        if self.end:
            condition &= Q(received_at__lt=self.end)
        if self.bounds:
            box = Polygon.from_bbox(self.bounds)
            box.srid = WGS84
            condition &= Q(geom__bboverlaps=box)
        return contributions.filter(condition)


def _any_of(lookup: str, values: frozenset[str], *, without: Q) -> Q:
    named = Q(**{lookup: values - {NONE}})
    return named | without if NONE in values else named


def _set(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(filter(None, words))


def _midnight(day: dt.date | None, *, zone: ZoneInfo) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time.min, tzinfo=zone) if day else None
