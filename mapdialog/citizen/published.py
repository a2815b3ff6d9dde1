"""What others have said, as a list: the way to read it without the map, newest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import Point, Polygon

from mapdialog.citizen.plan_map import Bounds
from mapdialog.citizen.presentation import Words, words
from mapdialog.contributions import public_view
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.public_view import PublicContribution
from mapdialog.dialogue.models import Consultation

PER_PAGE = 10
LAST_PAGE = 500
MOST_NEARBY = 80


@dataclass(frozen=True, kw_only=True)
class PublishedLine:
    """One published contribution, as everyone may know it."""

    code: str
    theme: Words
    text: str
    language: str
    place: str
    received_on: dt.date | None


@dataclass(frozen=True, kw_only=True)
class PublishedPage:
    lines: list[PublishedLine]
    next_page: int | None

    @classmethod
    def of(cls, consultation: Consultation, *, page: int = 1) -> PublishedPage:
        """A page of what everyone may read, from 1. Two queries."""
        number = min(LAST_PAGE, max(1, page))
        start = (number - 1) * PER_PAGE
        contributions = Contribution.objects.visible_to(AnonymousUser()).filter(consultation=consultation)
        ordered = contributions.order_by(*public_view.newest_first(consultation))
        rows = public_view.read(ordered[start : start + PER_PAGE + 1], of=consultation)
        return cls(
            lines=[_line(row) for row in rows[:PER_PAGE]],
            next_page=number + 1 if len(rows) > PER_PAGE and number < LAST_PAGE else None,
        )


def nearby(consultation: Consultation, *, bounds: Bounds | None) -> dict[str, Any]:
    """Where the newest published points around `bounds` lie, as `{box, positions, isWhole}`.

    The map shows them before anybody reads: a tenth of the bytes they have with words. At most one query.
    """
    if bounds is None or not public_view.shows_points(consultation):
        return {"box": [0, 0, 0, 0], "positions": [], "isWhole": False}
    west, south, east, north = bounds
    width, height = east - west, north - south
    # A phone shows little more than the bounds, a desktop up to three times their width.
    box = (west - width, south - height, east + width, north + height)
    shown = (
        Contribution.objects.visible_to(AnonymousUser())
        .filter(consultation=consultation, geom_public__intersects=Polygon.from_bbox(box))
        .order_by(*public_view.newest_first(consultation))
        .values_list("geom_public", flat=True)[: MOST_NEARBY + 1]
    )
    shapes = list(shown)
    points = [shape for shape in shapes[:MOST_NEARBY] if isinstance(shape, Point)]
    return {
        "box": [round(side, 6) for side in box],
        "positions": [[round(point.x, 5), round(point.y, 5)] for point in points],
        "isWhole": len(shapes) <= MOST_NEARBY,
    }


def _line(row: PublicContribution) -> PublishedLine:
    return PublishedLine(
        code=row.code,
        theme=words(row.theme.name if row.theme else None),
        text=row.text,
        language=row.language,
        place=row.place,
        received_on=row.received_on,
    )
