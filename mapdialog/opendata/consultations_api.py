"""The public API of consultations: always everyone's view, whoever asks."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from pydantic import Field

from mapdialog.dialogue.models import ConsultationQuerySet
from mapdialog.opendata import consultations
from mapdialog.opendata.access import consultation_for
from mapdialog.opendata.schemas import ConsultationList, ConsultationWhole
from mapdialog.web import compression
from mapdialog.web.address import absolute
from mapdialog.web.operations import Content, Operations
from mapdialog.web.query import OneOf, Query, Whole
from mapdialog.web.reading import Reading, UnreadableError

operations = Operations("consultations", is_open_data=True)
UNCHANGED = "Nothing has changed since the ETag that was sent."
LIMIT = 50
LIMIT_MAX = 200
STATUSES = ("open", "closed", "upcoming")
_AFTER = re.compile(r"(\d{1,17})\.(\d{1,18})", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class _Position(Reading):
    """Where the page before ended: the moment and the row."""

    def read(self, text: str) -> tuple[dt.datetime, int]:
        match = _AFTER.fullmatch(text)
        if not match:
            raise UnreadableError(
                _("Use the “next” link as it was given: “after” is not to be made by hand.")
            )
        return _EPOCH + dt.timedelta(microseconds=int(match[1])), int(match[2])


class Listing(Query):
    status: Annotated[str | None, OneOf(STATUSES)] = Field(
        None, description="Only those open, closed or upcoming now."
    )
    municipality: str | None = Field(None, description="Only those of one municipality, by its code.")
    limit: Annotated[int, Whole(1, LIMIT_MAX)] = Field(LIMIT, description="How many.")
    after: Annotated[tuple[dt.datetime, int] | None, _Position()] = Field(
        None, description="From the “next” link of the page before."
    )


@operations.get(
    "consultations",
    summary="Published consultations, the newest first",
    answers={200: Content("A page of them.", ConsultationList), 304: UNCHANGED},
)
def list_consultations(request: HttpRequest, query: Listing) -> HttpResponse:
    at = timezone.now()
    rows = _filtered(consultations.public(), query, at=at)
    page = list(rows.order_by("-opens_at", "-id")[: query.limit + 1])
    links = []
    if len(page) > query.limit:
        page = page[: query.limit]
        after = f"{(page[-1].opens_at - _EPOCH) // dt.timedelta(microseconds=1)}.{page[-1].pk}"
        others = query.model_dump(exclude_unset=True, exclude={"after"})
        href = absolute(f"{request.path}?{urlencode({**others, 'after': after})}")
        links.append({"rel": "next", "type": "application/json", "href": href})
    body = {"consultations": [consultations.summary(row, at=at) for row in page], "links": links}
    return _answer(request, body)


def _filtered(rows: ConsultationQuerySet, query: Listing, *, at: dt.datetime) -> ConsultationQuerySet:
    if query.municipality is not None:
        rows = rows.filter(municipality__code=query.municipality)
    if query.after is not None:
        moment, last = query.after
        rows = rows.filter(Q(opens_at__lt=moment) | Q(opens_at=moment, id__lt=last))
    if query.status is None:
        return rows
    if query.status == "upcoming":
        return rows.filter(opens_at__gt=at)
    return rows.open_at(at) if query.status == "open" else rows.filter(opens_at__lte=at, closes_at__lte=at)


@operations.get(
    "consultations/<slug:slug>",
    summary="One consultation, with all it asks",
    answers={
        200: Content("The consultation.", ConsultationWhole),
        304: UNCHANGED,
        404: "There is no such consultation.",
    },
)
def show_consultation(request: HttpRequest, slug: str) -> HttpResponse:
    return _answer(request, consultations.whole(consultation_for(slug), at=timezone.now()))


def _answer(request: HttpRequest, value: dict[str, Any]) -> HttpResponse:
    """JSON with an ETag of its content: layers get new editions without the consultation's counter moving."""
    body = json.dumps(value, ensure_ascii=False).encode()
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
    response = compression.respond(request, body, content_type="application/json", etag=etag)
    return get_conditional_response(request, etag=etag, response=response) or response
