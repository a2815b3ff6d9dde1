"""The contribution API for residents' phones: PUT, GET, PATCH and DELETE on one address per contribution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from mapdialog.audit.journal import JournalError
from mapdialog.citizen import intake_schema
from mapdialog.citizen.intake_headers import OfAuthor, ToChange, ToErase, ToSend
from mapdialog.citizen.presentation import in_words
from mapdialog.contributions import editing, erasure, intake, limits, rulebooks
from mapdialog.contributions.feature import FeatureError
from mapdialog.contributions.rules import NotOpenError
from mapdialog.web import query
from mapdialog.web.body import JsonObject
from mapdialog.web.client_address import address_of
from mapdialog.web.operations import Content, Operations
from mapdialog.web.problem import Problem

ROUTE = "consultations/<slug:slug>/contributions/<identifier>"
GEOJSON = "application/geo+json"


def _feature_problem(error: FeatureError) -> Problem:
    return Problem("invalid", status=422, detail=str(error), field=error.field)


def _not_open_problem(error: NotOpenError) -> Problem:
    if error.opens_at is not None:
        detail = _("You can send comments from %(time)s.")
        opens = in_words(error.opens_at, zone=error.zone)
        return Problem("not-open", status=403, detail=detail % {"time": opens})
    detail = _("The deadline was %(time)s.")
    closed = in_words(error.closes_at, zone=error.zone) if error.closes_at else ""
    return Problem("closed", status=403, detail=detail % {"time": closed})


def _too_many_problem(error: limits.TooManyError) -> Problem:
    detail = _(
        "Too much has been sent at once. Try again in %(seconds)d seconds; nothing is lost in the meantime."
    )
    seconds = error.wait_seconds
    return Problem(
        "too-many", status=429, detail=detail % {"seconds": seconds}, headers={"Retry-After": str(seconds)}
    )


def _outside_problem(error: intake.OutsideAreaError) -> Problem:
    detail = _("The spot is outside the area we ask about. Move the pin into the marked area.")
    return Problem("outside-area", status=422, detail=detail, field="geometry")


_PROBLEMS: dict[type[Exception], Callable[[Any], Problem]] = {
    FeatureError: _feature_problem,
    NotOpenError: _not_open_problem,
    limits.TooManyError: _too_many_problem,
    intake.OutsideAreaError: _outside_problem,
    intake.DifferentError: lambda error: Problem(
        "different", status=409, detail=_("Something else has this id. Use a new one."), same=False
    ),
    intake.ErasedError: lambda error: Problem(
        "erased", status=410, detail=_("This comment was deleted by its author.")
    ),
    rulebooks.NoConsultationError: lambda error: Problem(
        "not-found", status=404, detail=_("This consultation does not exist.")
    ),
    editing.NoContributionError: lambda error: Problem(
        "not-found", status=404, detail=_("This comment does not exist.")
    ),
    editing.WrongTokenError: lambda error: Problem(
        "wrong-token",
        status=403,
        detail=_("This link does not fit this comment. Use the link on your receipt."),
    ),
    editing.VersionError: lambda error: Problem(
        "changed", status=412, detail=_("The comment has been changed in the meantime. Load it again first.")
    ),
    JournalError: lambda error: Problem(
        "not-now", status=503, detail=str(error), headers={"Retry-After": "60"}
    ),
}

operations = Operations("contributions", problems=_PROBLEMS)
_OF_AUTHOR = {
    401: "The token is missing.",
    403: "Wrong token.",
    404: "There is no such contribution.",
}


def _receipt(description: str) -> Content:
    return Content(description, intake_schema.RECEIPT)


@operations.put(
    ROUTE,
    summary="Send a contribution",
    takes=Content(
        "A GeoJSON Feature; the id in the address is made by the client.", intake_schema.feature(), GEOJSON
    ),
    answers={
        200: _receipt(
            "The same body and token were stored before, or the same within a minute under another id: "
            "the receipt as it is now. This id stands for the `id` in it from then on."
        ),
        201: _receipt("Stored: the receipt."),
        401: "The token is missing.",
        403: "Not open.",
        404: "There is no such consultation.",
        409: "Another body or token has this id.",
        410: "Erased.",
        422: "Something in the feature is not right; `field` says what.",
        429: "Too many; see Retry-After.",
    },
)
def put_contribution(
    request: HttpRequest, slug: str, identifier: str, headers: ToSend, body: JsonObject
) -> HttpResponse:
    receipt = intake.receive(
        body,
        identifier=_identifier(identifier),
        rulebook=rulebooks.remembered(slug),
        at=timezone.now(),
        token=headers.token,
        address=address_of(request),
        device=headers.device,
    )
    response = JsonResponse(receipt.as_json(), status=201 if receipt.is_new else 200)
    response["ETag"] = f'"{receipt.version}"'
    if receipt.is_new:
        response["Location"] = request.path
    return response


@operations.get(
    ROUTE,
    summary="Read one's own contribution",
    answers={
        200: Content(
            "The Feature as it is now, with its receipt.", intake_schema.feature(is_answer=True), GEOJSON
        ),
        **_OF_AUTHOR,
        410: "Erased.",
    },
)
def get_contribution(request: HttpRequest, slug: str, identifier: str, headers: OfAuthor) -> HttpResponse:
    contribution = editing.own(_identifier(identifier), rulebook=rulebooks.read(slug), token=headers.token)
    response = JsonResponse(editing.as_feature(contribution, slug=slug), content_type=GEOJSON)
    response["ETag"] = f'"{contribution.version}"'
    return response


@operations.patch(
    ROUTE,
    summary="Change one's own contribution",
    takes=Content(
        "The members of the Feature to change (JSON merge patch). An answer of GET may come back whole: "
        "`receipt`, `received_at` and `changed_at` are ours, and passed over.",
        intake_schema.feature(is_whole=False),
        GEOJSON,
    ),
    answers={
        200: _receipt("The receipt as it is now."),
        **_OF_AUTHOR,
        403: "Wrong token, or not open.",
        410: "Erased.",
        412: "Changed meanwhile.",
        422: "Something in the feature is not right; `field` says what.",
        428: "If-Match is missing.",
        429: "Too many changes; see Retry-After.",
    },
)
def patch_contribution(
    request: HttpRequest, slug: str, identifier: str, headers: ToChange, body: JsonObject
) -> HttpResponse:
    rulebook = rulebooks.read(slug)
    contribution = editing.own(_identifier(identifier), rulebook=rulebook, token=headers.token)
    receipt = editing.revise(
        contribution,
        body,
        rulebook=rulebook,
        version=contribution.version if headers.version is None else headers.version,
        address=address_of(request),
        device=headers.device,
        at=timezone.now(),
    )
    response = JsonResponse(receipt.as_json())
    response["ETag"] = f'"{receipt.version}"'
    return response


@operations.delete(
    ROUTE,
    summary="Erase one's own contribution",
    answers={
        204: "Erased for good.",
        **_OF_AUTHOR,
        410: "Erased before.",
        412: "Changed meanwhile.",
        428: "If-Match is missing.",
        503: "It cannot be recorded just now; nothing was erased.",
    },
)
def delete_contribution(request: HttpRequest, slug: str, identifier: str, headers: ToErase) -> HttpResponse:
    contribution = editing.own(_identifier(identifier), rulebook=rulebooks.read(slug), token=headers.token)
    erasure.erase(contribution, by="resident", at=timezone.now(), version=headers.version)
    return HttpResponse(status=204)


def _identifier(text: str) -> UUID:
    identifier = query.identifier(text)
    if identifier is None:
        raise Problem("not-found", status=404, detail=_("The address must end with a UUID."))
    return identifier
