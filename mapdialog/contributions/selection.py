"""Which contributions somebody asks for: theme, area, state, time, view; one name each in page, API and file.

A view is compared at the precision that is printed: what a file shows inside of it is in it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Polygon
from django.db.models import OuterRef, Q, QuerySet, Subquery

from layers.geometry import WGS84
from layers.models import Edition
from mapdialog.contributions.feature_sql import DECIMALS
from mapdialog.contributions.models import Contribution, Hit
from mapdialog.dialogue.models import Consultation

NONE = "-"  # stands for “without”: ?theme=- are those without a theme
Bounds = tuple[float, float, float, float]
# A stored degree is printed as the nearest of these steps, and lies up to half a step away from it.
_STEPS = 10**DECIMALS
_LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Empty tuples mean all. Days are the municipality's, and both are included."""

    themes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    first: dt.date | None = None
    last: dt.date | None = None
    bounds: Bounds | None = None

    def of_contributions(
        self,
        contributions: QuerySet[Contribution],
        *,
        consultation: Consultation,
        geometry: Literal["geom", "geom_public"] = "geom",
    ) -> QuerySet[Contribution]:
        """Those that are selected, of contributions that went through `visible_to`.

        `geometry` is the one that the reader is shown; who sees the public one knows published areas only.
        """
        condition = self._in_time(zone=consultation.municipality.zone)
        if self.themes:
            named = Q(theme__key__in=set(self.themes) - {NONE})
            condition &= named | Q(theme__isnull=True) if NONE in self.themes else named
        if self.areas:
            area = _area_of(consultation, is_public=geometry == "geom_public")
            contributions = contributions.alias(counted_in=area)
            named = Q(counted_in__in=set(self.areas) - {NONE})
            condition &= named | Q(counted_in__isnull=True) if NONE in self.areas else named
        if self.states:
            condition &= Q(state__in=self.states)
        if self.bounds:
            box = printed_box(self.bounds)
            condition &= Q(**{f"{geometry}__intersects": box}) if box else Q(pk__in=[])
        return contributions.filter(condition)

    def in_a_file_name(self) -> str:
        """What was chosen, short enough to stand in the name of a file; “all” where nothing was."""
        lists = (("theme", self.themes), ("area", self.areas), ("state", self.states))
        parts = [f"{name}-{'+'.join(words)}" for name, words in lists if words]
        days = (("from", self.first), ("to", self.last))
        parts += [f"{name}-{day.isoformat()}" for name, day in days if day]
        parts += ["bbox"] if self.bounds else []
        name = re.sub(r"[^\w.+-]+", "-", "_".join(parts))
        return (name or "all") if len(name) <= _LONGEST_NAME else "filtered"

    def _in_time(self, *, zone: ZoneInfo) -> Q:
        # of what has no known day nobody can say that it lies within some
        condition = ~Q(arrival=Contribution.Arrival.UNDATED) if self.first or self.last else Q()
        if self.first:
            condition &= Q(received_at__gte=_midnight(self.first, zone=zone))
        if self.last:
            condition &= Q(received_at__lt=_midnight(self.last + dt.timedelta(days=1), zone=zone))
        return condition


def _area_of(consultation: Consultation, *, is_public: bool) -> Subquery:
    """The code of the one area that a contribution counts in, on the map too: the one with most of it."""
    editions = Edition.objects.filter(layer=consultation.boundary_layer_id).order_by()
    known = editions.published() if is_public else editions
    hits = Hit.objects.filter(contribution=OuterRef("pk"), edition__in=known, area__isnull=False)
    return Subquery(hits.order_by("-share", "area").values("area__code")[:1])


def printed_box(bounds: Bounds) -> Polygon | None:
    """The box of all spots that are printed within these bounds, their borders included; None for none."""
    west, south, east, north = bounds
    low = [(math.ceil(round(side * _STEPS, 3)) - 0.5) / _STEPS for side in (west, south)]
    high = [(math.floor(round(side * _STEPS, 3)) + 0.5) / _STEPS for side in (east, north)]
    if low[0] > high[0] or low[1] > high[1]:  # between two steps, where nothing is printed
        return None
    box: Polygon = Polygon.from_bbox((*low, *high))
    box.srid = WGS84
    return box


def _midnight(day: dt.date, *, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=zone)
