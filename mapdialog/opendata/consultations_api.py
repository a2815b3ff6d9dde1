"""The public API of consultations: always everyone's view, whoever asks."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from ninja import Router

from mapdialog.dialogue.models import ConsultationQuerySet
from mapdialog.opendata import consultations
from mapdialog.opendata.access import consultation_for
from mapdialog.opendata.schemas import ConsultationList, ConsultationWhole, ProblemOut
from mapdialog.web import compression
from mapdialog.web.problem import Problem
from mapdialog.web.query import parameters, whole

router = Router(tags=["consultations"])
LIMIT = 50
LIMIT_MAX = 200
STATUSES = ("open", "closed", "upcoming")
_AFTER = re.compile(r"(\d{1,17})\.(\d{1,18})", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def query_parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """How the OpenAPI document describes a parameter that we read ourselves, strictly."""
    return {"in": "query", "name": name, "schema": schema, "description": description, "required": False}


_LISTING = {
    "parameters": [
        query_parameter(
            "status", {"type": "string", "enum": list(STATUSES)}, "Only those open, closed or upcoming now."
        ),
        query_parameter("municipality", {"type": "string"}, "Only those of one municipality, by its code."),
        query_parameter(
            "limit", {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT}, "How many."
        ),
        query_parameter("after", {"type": "string"}, "From the “next” link of the page before."),
    ]
}


@router.get(
    "/consultations",
    response={200: ConsultationList, 400: ProblemOut},
    summary="Published consultations, the newest first",
    openapi_extra=_LISTING,
)
def list_consultations(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    wanted = parameters(request, known={"status", "municipality", "limit", "after"})
    limit = whole(wanted["limit"], name="limit", minimum=1, maximum=LIMIT_MAX) if "limit" in wanted else LIMIT
    rows = _filtered(consultations.public(), wanted, at=at)
    page = list(rows.order_by("-opens_at", "-id")[: limit + 1])
    links = []
    if len(page) > limit:
        page = page[:limit]
        after = f"{(page[-1].opens_at - _EPOCH) // dt.timedelta(microseconds=1)}.{page[-1].pk}"
        href = f"{request.path}?{urlencode({**wanted, 'after': after})}"
        links.append({"rel": "next", "type": "application/json", "href": href})
    body = {"consultations": [consultations.summary(row, at=at) for row in page], "links": links}
    return _answer(request, body)


def _filtered(rows: ConsultationQuerySet, wanted: dict[str, str], *, at: dt.datetime) -> ConsultationQuerySet:
    if "municipality" in wanted:
        rows = rows.filter(municipality__code=wanted["municipality"])
    if "after" in wanted:
        match = _AFTER.fullmatch(wanted["after"])
        if not match:
            message = _("Use the “next” link as it was given: “after” is not to be made by hand.")
            raise Problem("bad-query", status=400, detail=message, field="after")
        moment = _EPOCH + dt.timedelta(microseconds=int(match[1]))
        rows = rows.filter(Q(opens_at__lt=moment) | Q(opens_at=moment, id__lt=int(match[2])))
    status = wanted.get("status")
    if status is None:
        return rows
    if status not in STATUSES:
        message = _("“status” is one of %(known)s.") % {"known": ", ".join(STATUSES)}
        raise Problem("bad-query", status=400, detail=message, field="status")
    if status == "upcoming":
        return rows.filter(opens_at__gt=at)
    return rows.open_at(at) if status == "open" else rows.filter(opens_at__lte=at, closes_at__lte=at)


@router.get(
    "/consultations/{slug:slug}",
    response={200: ConsultationWhole, 404: ProblemOut},
    summary="One consultation, with all it asks",
)
def show_consultation(request: HttpRequest, slug: str) -> HttpResponse:
    parameters(request, known=())
    return _answer(request, consultations.whole(consultation_for(slug), at=timezone.now()))


def _answer(request: HttpRequest, value: dict[str, Any]) -> HttpResponse:
    """JSON with an ETag of its content: layers get new editions without the consultation's counter moving."""
    body = json.dumps(value, ensure_ascii=False).encode()
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
    response = compression.respond(request, body, content_type="application/json", etag=etag)
    return get_conditional_response(request, etag=etag, response=response) or response
