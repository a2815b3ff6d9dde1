"""The list beside the map: what was said, newest first, a page at a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from mapdialog.contributions import screening
from mapdialog.contributions.models import NEWEST_FIRST, Contribution, Hit
from mapdialog.dialogue.models import Consultation
from mapdialog.dialogue.texts import translated
from mapdialog.web import query
from mapdialog.web.problem import Problem

PAGE = 50
_SEPARATOR = "_"


def page_of(
    chosen: QuerySet[Contribution], *, consultation: Consultation, after: str, language: str
) -> dict[str, Any]:
    """One page: {matched, items, next}. Three queries. Raises Problem 400 for a bad `after`."""
    committees = Hit.objects.filter(edition__layer=consultation.boundary_layer_id)
    rows = list(
        _following(chosen, after=after)
        .order_by(*NEWEST_FIRST)
        .select_related("theme", "submission")
        .prefetch_related(
            Prefetch(
                "hits",
                queryset=committees.select_related("area").order_by("-share", "area"),
                to_attr="committees",
            )
        )[: PAGE + 1]
    )
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return {
        "matched": chosen.count(),
        "items": [item(row, language=language) for row in rows],
        "next": _cursor(rows[-1]) if more else None,
    }


def item(row: Contribution, *, language: str) -> dict[str, Any]:
    """One contribution; `lonLat` is a point on it, null when it has no spot."""
    committees: list[Hit] = getattr(row, "committees", [])
    area = committees[0].area if committees else None
    point = row.geom and (row.geom if row.geom.geom_type == "Point" else row.geom.point_on_surface)
    return {
        "id": str(row.pk),
        "code": row.code,
        "number": row.submission.number,
        "kind": row.kind,
        "text": row.text,
        "language": row.language,
        "placeWords": row.place_words,
        "theme": row.theme and {"key": row.theme.key, "name": translated(row.theme.name, language)},
        "area": area and {"code": area.code, "name": area.name},
        "lonLat": point and [point.x, point.y],
        "accuracy_m": row.accuracy_m,
        "state": row.state,
        "stateLabel": row.get_state_display(),
        "arrival": row.arrival,
        "arrivalLabel": row.get_arrival_display(),
        "sender": row.submission.get_sender_display(),
        "channel": row.submission.get_channel_display(),
        "concerns": row.flags,
        "finds": _finds(row),
        "receivedAt": row.received_at.isoformat() if row.is_dated else None,
        "writtenAt": row.written_at.isoformat() if row.is_dated else None,
    }


def _finds(row: Contribution) -> dict[str, list[str]]:
    """By flag what made it wait, as it stands in the words: whoever reads it need not look for it."""
    finds: dict[str, list[str]] = {}
    if not set(row.flags) & set(screening.PERSONAL):
        return finds
    texts = (row.text, row.place_words, *row.responses.values(), *row.details.values())
    for find in screening.finds("\n".join(text for text in texts if isinstance(text, str))):
        finds.setdefault(find.sort, []).append(find.text)
    return finds


def _cursor(row: Contribution) -> str:
    return f"{row.received_at.isoformat()}{_SEPARATOR}{row.pk}"


def _following(chosen: QuerySet[Contribution], *, after: str) -> QuerySet[Contribution]:
    if not after:
        return chosen
    moment, _separator, pk = after.partition(_SEPARATOR)
    identifier = query.identifier(pk)
    try:
        received_at = dt.datetime.fromisoformat(moment.replace(" ", "+"))
        older = Q(received_at__lt=received_at) | Q(received_at=received_at, pk__lt=identifier)
        # nearer to the ends of time the database cannot say it in its own zone
        if identifier is None or received_at.tzinfo is None or not 1900 <= received_at.year <= 2200:
            raise ValueError(moment)
        return chosen.filter(older)
    except ValueError:
        detail = _("This row does not exist. Start from the beginning of the list.")
        raise Problem("bad-query", status=400, detail=detail, field="after") from None
