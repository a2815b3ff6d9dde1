"""The one API object at /api/v1/: its parser, its errors, its routers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.parser import Parser
from ninja.types import DictStrAny

from mapdialog.citizen.intake_api import router as intake_router
from mapdialog.opendata.consultations_api import router as consultations_router
from mapdialog.opendata.contributions_api import router as contributions_router
from mapdialog.opendata.documentation import PlainPage
from mapdialog.opendata.layers_api import router as layers_router
from mapdialog.web import strict_json
from mapdialog.web.origin import refuse_other_sites
from mapdialog.web.problem import Problem


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> DictStrAny:
        try:
            value = strict_json.loads(request.body)
        except strict_json.StrictJsonError as error:
            raise Problem("bad-json", status=400, detail=str(error)) from None
        if not isinstance(value, dict):
            raise Problem("bad-json", status=400, detail=_("A JSON object is expected."))
        return value


def same_origin_only(request: HttpRequest) -> bool:
    """Runs before every operation in place of authentication: the API knows no users and ignores cookies."""
    refuse_other_sites(request)
    return True


api = NinjaAPI(
    title="mapdialog",
    version="1",
    description="Consultations and contributions. Errors are RFC 9457 problem details.",
    parser=StrictParser(),
    openapi_url="openapi.json",
    docs_url="docs",
    docs=PlainPage(),
    auth=same_origin_only,
    urls_namespace="api",
)
api.add_router("", consultations_router)
api.add_router("", contributions_router)
api.add_router("", intake_router)
api.add_router("", layers_router)


@api.exception_handler(Problem)
def answer_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem.response()


@api.exception_handler(Http404)
def answer_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return Problem("not-found", status=404, detail=_("There is nothing at this address.")).response()


@api.exception_handler(ValidationError)
def answer_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"field": _path_of(item["loc"]), "detail": item["msg"]} for item in error.errors]
    first = errors[0] if errors else {"field": "", "detail": ""}
    return Problem(
        "invalid", status=422, detail=first["detail"], field=first["field"], errors=errors
    ).response()


def _path_of(location: tuple[Any, ...]) -> str:
    """('body', 'feature', 'properties', 'text') → 'properties.text'."""
    return ".".join(str(part) for part in location[2:] or location[1:])
