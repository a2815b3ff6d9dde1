"""The one API object at /api/v1/: its errors, its routers.

Operations read queries and bodies themselves (`web/query.py`, `web/strict_json.py`): the framework's own
reading takes NaN, members that come twice, and parameters that nobody knows.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from mapdialog.citizen.intake_api import router as intake_router
from mapdialog.opendata.consultations_api import router as consultations_router
from mapdialog.opendata.contributions_api import router as contributions_router
from mapdialog.opendata.documentation import PlainPage
from mapdialog.opendata.layers_api import router as layers_router
from mapdialog.web.origin import refuse_other_sites
from mapdialog.web.problem import Problem


def same_origin_only(request: HttpRequest) -> bool:
    """Runs before every operation in place of authentication: the API knows no users and ignores cookies."""
    refuse_other_sites(request)
    return True


api = NinjaAPI(
    title="mapdialog",
    version="1",
    description="Consultations and contributions. Errors are RFC 9457 problem details.",
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
