"""THE rule of what everyone may know of a contribution, once it may be seen at all (`visible_to`).

Every door for everyone asks here: the residents' pages, the receipt, the API, the exports, the heat. Where
a contribution is shown is the same rule's, and the database computes it: `geom_public`, by a trigger.

| | points, exactly | points, moved to a grid | areas only |
|---|---|---|---|
| spot | as sent | middle of its square | – |
| spot in words, radius | as sent | – | – |
| committee, zones | as recorded | those that hold the whole square | – |
| written, received | the moment | the day | – |
| order of lists | by the moment | by the day, then by id | – |
| submission's number | shown | – | shown |
| heat, hotspots, counts by area | shown | for those who work on it | for those who work on it |

The last line stays so until small numbers are hidden by a ledger of what was given out before: the difference
of two counts says where one person was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _

from layers.days import day_of_column, day_sql
from layers.figure import Figure
from layers.questions.areas import in_force_sql
from mapdialog.contributions.models import NEWEST_FIRST, Contribution, Hit
from mapdialog.contributions.places_sql import square_sql
from mapdialog.dialogue.models import Consultation, Theme


def shows_points(of: Consultation) -> bool:
    return of.visibility == Consultation.Visibility.POINTS


def is_coarse(of: Consultation) -> bool:
    """Whether points are moved to a grid."""
    return of.public_precision_m > 0


def shows_gatherings(of: Consultation) -> bool:
    """Whether heat, hotspots and counts by area are for everyone."""
    return shows_points(of) and not is_coarse(of)


def withheld(of: Consultation) -> str:
    """What everyone is told about what they do not get; empty where nothing is held back."""
    if not shows_points(of):
        return _("In this consultation the comments are not public. They are read by those who work on it.")
    if is_coarse(of):
        return _("Places are shown as the middle of a square with sides of %(m)s m, times as days.") % {
            "m": Figure(of.public_precision_m)
        }
    return ""


def replaced(of: Consultation) -> dict[str, str]:
    """SQL that stands for a property of the row `c` where points are moved to a grid; see `parameters`."""
    if not is_coarse(of):
        return {}
    # words, a radius or the minute would undo that the point was moved
    return {
        "place_words": "''",
        "radius_m": "NULL::float8",
        "written_at": day_sql("c.p_written_at", zone="%(time_zone)s"),
        "received_at": day_sql("c.p_received_at", zone="%(time_zone)s"),
    }


def where_known(moment: str) -> str:
    """SQL of a moment of the row `c`, or of its day, for everybody: none where its date is not known."""
    return f"CASE WHEN c.p_arrival <> '{Contribution.Arrival.UNDATED}' THEN {moment} END"


def parameters(of: Consultation) -> dict[str, Any]:
    """What the SQL of a grid names."""
    return {
        "time_zone": of.municipality.time_zone,
        "precision_m": float(of.public_precision_m),
        "metric_srid": of.municipality.metric_srid,
    }


@dataclass(frozen=True, kw_only=True)
class PublicContribution:
    """What a page shows to everyone. `place` is the committee, else the sender's words, else empty.

    `received_on` is None where the day is not known.
    """

    code: str
    theme: Theme | None
    text: str
    language: str
    place: str
    received_on: dt.date | None


def read(rows: QuerySet[Contribution], *, of: Consultation) -> list[PublicContribution]:
    """What everyone may know of a few rows that went through `visible_to`, in their order. Two queries."""
    # what everyone may not know is not even read
    contributions = list(
        rows.select_related("theme").only("code", "theme", "text", "language", "arrival", *_place_columns(of))
    )
    committees = _committees(contributions, of=of)
    return [
        PublicContribution(
            code=row.code,
            theme=row.theme,
            text=row.text,
            language=row.language,
            place=committees.get(row.pk) or ("" if is_coarse(of) else row.place_words),
            received_on=day_of(row.received_at, of=of) if row.is_dated else None,
        )
        for row in contributions
    ]


def newest_first(of: Consultation) -> tuple[OrderBy, ...]:
    """The order of every list for everyone. Where only the day is known the order says no more than the day.

    By the moment the index gives it; by the day all rows are sorted.
    """
    if not is_coarse(of):
        return NEWEST_FIRST
    return day_of_column("received_at", zone=of.municipality.time_zone).desc(), F("id").desc()


def newest_first_sql(of: Consultation) -> str:
    """The same order for rows of `p_received_at` and `p_id`; see `parameters`."""
    if not is_coarse(of):
        return "p_received_at DESC, p_id DESC"
    return f"{day_sql('p_received_at', zone='%(time_zone)s')} DESC, p_id DESC"


Last = tuple[dt.datetime, UUID]


def last_of(moment: dt.datetime, identifier: UUID, *, of: Consultation) -> Last:
    """Where a page ended: the moment, or where only the day is known the day's first, and the id."""
    return (_midnight(day_of(moment, of=of), of=of) if is_coarse(of) else moment), identifier


def older_than(rows: QuerySet[Contribution], *, last: Last, of: Consultation) -> QuerySet[Contribution]:
    """Those of `rows` which come after `last` in `newest_first`."""
    moment, identifier = last
    if not is_coarse(of):
        rows = rows.filter(received_at__lte=moment)
    else:
        next_day = day_of(moment, of=of) + dt.timedelta(days=1)
        rows = rows.filter(received_at__lt=_midnight(next_day, of=of))
    return rows.filter(Q(received_at__lt=moment) | Q(id__lt=identifier))


def _midnight(day: dt.date, *, of: Consultation) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=of.municipality.zone)


def day_of(moment: dt.datetime, *, of: Consultation) -> dt.date:
    """The day it was in the municipality."""
    return of.municipality.day(moment)


def _place_columns(of: Consultation) -> tuple[str, ...]:
    return ("received_at",) if is_coarse(of) else ("received_at", "place_words")


def _committees(rows: Sequence[Contribution], *, of: Consultation) -> dict[UUID, str]:
    """The names of the committee or committees of each row that has some."""
    identifiers = [row.pk for row in rows]
    if is_coarse(of):
        with connection.cursor() as cursor:
            cursor.execute(
                _WHOLE_SQUARES,
                {"ids": identifiers, "boundary": of.boundary_layer_id, **parameters(of)},
            )
            return dict(cursor.fetchall())
    hits = Hit.objects.filter(
        contribution__in=identifiers, edition__layer=of.boundary_layer_id, edition__published=True
    )
    names: dict[UUID, list[str]] = {}
    for hit in hits.select_related("area").order_by("-share", "area__code"):
        if hit.area:
            names.setdefault(hit.contribution_id, []).append(hit.area.name or hit.area.code)
    return {identifier: ", ".join(several) for identifier, several in names.items()}


_WHOLE_SQUARES = f"""
SELECT contribution.id, committee.name FROM contributions_contribution AS contribution
CROSS JOIN LATERAL (
    SELECT coalesce(nullif(area.name, ''), area.code) AS name
    FROM layers_layerversion AS edition JOIN layers_area AS area ON area.version_id = edition.id
    WHERE edition.layer_id = %(boundary)s AND edition.published
      AND {in_force_sql("edition", on=day_sql("contribution.received_at", zone="%(time_zone)s"))}
      AND ST_Covers(area.geom, {square_sql("contribution.geom_public")})
    ORDER BY area.code COLLATE "C" LIMIT 1
) AS committee
WHERE contribution.id = ANY(%(ids)s) AND contribution.geom_public IS NOT NULL
"""  # noqa: S608 (our own text)
