"""Which contributions a planner is looking at: theme, committee, state, time and view.

The same words stand in the page's own address, so that a link shows a colleague the same selection.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Polygon
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from layers.geometry import WGS84
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from mapdialog.web import query

PARAMETERS = frozenset({"theme", "area", "state", "from", "to", "bbox"})
NONE = "-"  # stands for “without”: ?theme=- are those without a theme


@dataclass(frozen=True)
class Selection:
    """Empty sets mean all. `start` is included, `end` is not; both are instants."""

    themes: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    bounds: query.Bounds | None = None

    @classmethod
    def of(
        cls, request: HttpRequest, *, consultation: Consultation, also: frozenset[str] = frozenset()
    ) -> Selection:
        """Lists are comma-separated; days are the municipality's and `to` is the last day included.

        `also`: further parameters the view knows. Raises Problem 400.
        """
        wanted = query.parameters(request, known=PARAMETERS | also)
        zone = consultation.municipality.zone
        last = _day(wanted, "to")
        return cls(
            themes=_set(wanted.get("theme")),
            areas=_set(wanted.get("area")),
            states=_set(wanted.get("state")),
            start=_midnight(_day(wanted, "from"), zone=zone),
            end=_midnight(last + dt.timedelta(days=1) if last else None, zone=zone),
            bounds=query.bounds(wanted["bbox"]) if wanted.get("bbox") else None,
        )

    def of_contributions(
        self, contributions: QuerySet[Contribution], *, consultation: Consultation
    ) -> QuerySet[Contribution]:
        """Those among `seen` that are selected."""
        chosen = Q()
        if self.themes:
            chosen &= _any_of("theme__key__in", self.themes, without=Q(theme__isnull=True))
        if self.areas:
            layer = consultation.boundary_layer_id
            here = Q(hits__edition__layer=layer, hits__area__code__in=self.areas - {NONE})
            inside = Contribution.objects.filter(consultation=consultation).filter(here).values("pk")
            anywhere = Contribution.objects.filter(consultation=consultation, hits__edition__layer=layer)
            without = ~Q(pk__in=anywhere.values("pk"))
            chosen &= Q(pk__in=inside) | (without if NONE in self.areas else Q(pk__in=[]))
        if self.states:
            chosen &= Q(state__in=self.states)
        if self.start:
            chosen &= Q(received_at__gte=self.start)
        if self.end:
            chosen &= Q(received_at__lt=self.end)
        if self.bounds:
            box = Polygon.from_bbox(self.bounds)
            box.srid = WGS84
            chosen &= Q(geom__bboverlaps=box)
        return contributions.filter(chosen)


def _any_of(lookup: str, values: frozenset[str], *, without: Q) -> Q:
    named = Q(**{lookup: values - {NONE}})
    return named | without if NONE in values else named


def _set(text: str | None) -> frozenset[str]:
    return frozenset(part for part in (text or "").split(",") if part)


def _day(wanted: dict[str, str], name: str) -> dt.date | None:
    return query.day(wanted[name], name=name) if wanted.get(name) else None


def _midnight(day: dt.date | None, *, zone: ZoneInfo) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time.min, tzinfo=zone) if day else None
