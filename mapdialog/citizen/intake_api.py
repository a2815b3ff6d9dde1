"""The contribution API for residents' phones: PUT, GET, PATCH and DELETE on one address per contribution."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from mapdialog.audit.journal import JournalError
from mapdialog.citizen import intake_schema
from mapdialog.citizen.network import address_of
from mapdialog.citizen.presentation import in_words
from mapdialog.contributions import editing, erasure, intake, keys, limits, rulebooks
from mapdialog.contributions.feature import FeatureError
from mapdialog.contributions.rules import NotOpenError
from mapdialog.web import query, strict_json
from mapdialog.web.problem import Problem

router = Router(tags=["contributions"])
PATH = "/consultations/{slug:slug}/contributions/{identifier}"
GEOJSON = "application/geo+json"
_MEDIA_TYPES = {"", "application/json", GEOJSON, "application/merge-patch+json"}
_DEVICE = re.compile(r"[A-Za-z0-9_+/=-]{8,128}", re.ASCII)
# A proxy that compresses makes the ETag a weak one; the number in it is as good.
_IF_MATCH = re.compile(r'(?:W/)?"(\d{1,9})"', re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

View = Callable[[HttpRequest, str, str], HttpResponse]


def _answers_problems(view: View) -> View:
    """What the tables refuse, said as problem details."""

    @wraps(view)
    def answered(request: HttpRequest, slug: str, identifier: str) -> HttpResponse:
        query.parameters(request, known=())
        try:
            return view(request, slug, identifier)
        except tuple(_PROBLEMS) as error:
            raise _PROBLEMS[type(error)](error) from None

    return answered


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

_TOKEN_HEADER = {
    "name": "X-Edit-Token",
    "in": "header",
    "required": True,
    "description": "At least 128 random bits made by the client; only a hash is stored.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_+/=-]{22,128}$"},
}
_DEVICE_HEADER = {
    "name": "X-Device-Key",
    "in": "header",
    "required": False,
    "description": "A random key of the device, for rate limits.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_+/=-]{8,128}$"},
}
_IF_MATCH_HEADER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag that GET gave.",
    "schema": {"type": "string"},
}
_PROBLEM = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
_RECEIPT = {"content": {"application/json": {"schema": intake_schema.RECEIPT}}}
_FEATURE = {"content": {GEOJSON: {"schema": intake_schema.feature(is_answer=True)}}}


def _openapi(
    *headers: dict[str, Any], body: str | None, answers: dict[int, str], answer: str = "receipt"
) -> dict[str, Any]:
    """The parts of the API document that ninja cannot know: body and answers do not pass through it."""
    content = {"receipt": _RECEIPT, "feature": _FEATURE, "nothing": {}}[answer]
    described: dict[str, Any] = {
        "parameters": list(headers),
        "responses": {
            code: {"description": text, **(_PROBLEM if code >= 400 else content)}
            for code, text in answers.items()
        },
    }
    if body is not None:
        described["requestBody"] = {
            "required": True,
            "description": body,
            "content": {GEOJSON: {"schema": intake_schema.feature(is_whole=_IF_MATCH_HEADER not in headers)}},
        }
    return described


@router.put(
    PATH,
    summary="Send a contribution",
    operation_id="put_contribution",
    openapi_extra=_openapi(
        _TOKEN_HEADER,
        _DEVICE_HEADER,
        body="A GeoJSON Feature; the id in the address is made by the client.",
        answers={
            200: "The same body and token were stored before, or the same within a minute under another id: "
            "the receipt as it is now. This id stands for the `id` in it from then on.",
            201: "Stored: the receipt.",
            403: "Not open.",
            409: "Another body or token has this id.",
            410: "Erased.",
            422: "Something in the feature is not right; `field` says what.",
            429: "Too many; see Retry-After.",
        },
    ),
)
@_answers_problems
def put_contribution(request: HttpRequest, slug: str, identifier: str) -> HttpResponse:
    token, device = _token(request), _device(request)
    feature = _body(request)
    receipt = intake.receive(
        feature,
        identifier=_identifier(identifier),
        rulebook=rulebooks.remembered(slug),
        at=timezone.now(),
        token=token,
        address=address_of(request),
        device=device,
    )
    response = JsonResponse(receipt.as_json(), status=201 if receipt.is_new else 200)
    response["ETag"] = f'"{receipt.version}"'
    if receipt.is_new:
        response["Location"] = request.path
    return response


@router.get(
    PATH,
    summary="Read one's own contribution",
    operation_id="get_contribution",
    openapi_extra=_openapi(
        _TOKEN_HEADER,
        body=None,
        answers={200: "The Feature as it is now, with its receipt.", 403: "Wrong token.", 410: "Erased."},
        answer="feature",
    ),
)
@_answers_problems
def get_contribution(request: HttpRequest, slug: str, identifier: str) -> HttpResponse:
    token = _token(request)
    contribution = editing.own(_identifier(identifier), rulebook=rulebooks.read(slug), token=token)
    response = JsonResponse(editing.as_feature(contribution, slug=slug), content_type=GEOJSON)
    response["ETag"] = f'"{contribution.version}"'
    return response


@router.patch(
    PATH,
    summary="Change one's own contribution",
    operation_id="patch_contribution",
    openapi_extra=_openapi(
        _TOKEN_HEADER,
        _DEVICE_HEADER,
        _IF_MATCH_HEADER,
        body="The members of the Feature to change (JSON merge patch). An answer of GET may come back whole: "
        "`receipt`, `received_at` and `changed_at` are ours, and passed over.",
        answers={
            200: "The receipt as it is now.",
            412: "Changed meanwhile.",
            428: "If-Match is missing.",
            429: "Too many changes; see Retry-After.",
        },
    ),
)
@_answers_problems
def patch_contribution(request: HttpRequest, slug: str, identifier: str) -> HttpResponse:
    token, version, device = _token(request), _version(request), _device(request)
    change = _body(request)
    rulebook = rulebooks.read(slug)
    contribution = editing.own(_identifier(identifier), rulebook=rulebook, token=token)
    version = contribution.version if version is None else version
    receipt = editing.revise(
        contribution,
        change,
        rulebook=rulebook,
        version=version,
        address=address_of(request),
        device=device,
        at=timezone.now(),
    )
    response = JsonResponse(receipt.as_json())
    response["ETag"] = f'"{receipt.version}"'
    return response


@router.delete(
    PATH,
    summary="Erase one's own contribution",
    operation_id="delete_contribution",
    response={204: None},
    openapi_extra=_openapi(
        _TOKEN_HEADER,
        _IF_MATCH_HEADER,
        body=None,
        answer="nothing",
        answers={
            204: "Erased for good.",
            400: "The token cannot be one.",
            401: "The token is missing.",
            403: "Wrong token.",
            404: "There is no such contribution.",
            410: "Erased before.",
            412: "Changed meanwhile.",
            428: "If-Match is missing.",
            503: "It cannot be recorded just now; nothing was erased.",
        },
    ),
)
@_answers_problems
def delete_contribution(request: HttpRequest, slug: str, identifier: str) -> HttpResponse:
    token, version = _token(request), _version(request)
    contribution = editing.own(_identifier(identifier), rulebook=rulebooks.read(slug), token=token)
    erasure.erase(contribution, by="resident", at=timezone.now(), version=version)
    return HttpResponse(status=204)


def _identifier(text: str) -> UUID:
    if not _UUID.fullmatch(text):
        raise Problem("not-found", status=404, detail=_("The address must end with a UUID."))
    return UUID(text)


def _token(request: HttpRequest) -> str:
    token = request.headers.get("X-Edit-Token", "")
    if not token:
        raise Problem(
            "token-missing", status=401, detail=_("The edit token is missing."), field="X-Edit-Token"
        )
    if not keys.TOKEN.fullmatch(token):
        detail = _("The edit token must have 22 to 128 letters and digits.")
        raise Problem("bad-token", status=400, detail=detail, field="X-Edit-Token")
    return token


def _device(request: HttpRequest) -> str | None:
    device = request.headers.get("X-Device-Key")
    if device is not None and not _DEVICE.fullmatch(device):
        detail = _("The device key must have 8 to 128 letters and digits.")
        raise Problem("bad-device-key", status=400, detail=detail, field="X-Device-Key")
    return device


def _version(request: HttpRequest) -> int | None:
    """The version the client knows; None for `*`: whatever is there."""
    etag = request.headers.get("If-Match")
    if etag is None:
        raise Problem("version-missing", status=428, detail=_("Send If-Match with the ETag that you read."))
    if etag.strip() == "*":
        return None
    number = _IF_MATCH.fullmatch(etag.strip())
    if number is None:
        raise editing.VersionError
    return int(number[1])


def _body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type not in _MEDIA_TYPES:
        raise Problem("media-type", status=415, detail=_("Send JSON (application/geo+json)."))
    try:
        value = strict_json.loads(request.body)
    except RequestDataTooBig:
        raise Problem("too-large", status=413, detail=_("What you send can be at most 256 kB.")) from None
    except UnreadablePostError:
        raise Problem("bad-json", status=400, detail=_("The request broke off.")) from None
    except strict_json.StrictJsonError as error:
        raise Problem("bad-json", status=400, detail=str(error)) from None
    if not isinstance(value, dict):
        raise Problem("bad-json", status=400, detail=_("A JSON object is expected."))
    return value
