"""The public API of contributions: a page of them on the map, or all of them as a file."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from ninja import Router

from mapdialog.contributions import export
from mapdialog.dialogue.models import Consultation
from mapdialog.opendata import contributions
from mapdialog.opendata.access import consultation_for
from mapdialog.opendata.consultations_api import query_parameter
from mapdialog.opendata.contributions import Filter
from mapdialog.opendata.schemas import ContributionExport, ContributionPage, ProblemOut
from mapdialog.web import compression
from mapdialog.web.download import download
from mapdialog.web.query import parameters
from mapdialog.web.shedding import LONG, expensive

GEOJSON = "application/geo+json"
router = Router(tags=["contributions"])
_PAGE = {
    "parameters": [
        query_parameter("bbox", {"type": "string"}, "west,south,east,north in degrees."),
        query_parameter("theme", {"type": "string"}, "One theme's key, or several with commas between."),
        query_parameter(
            "limit",
            {
                "type": "integer",
                "minimum": 1,
                "maximum": contributions.LIMIT_MAX,
                "default": contributions.LIMIT,
            },
            "How many at most.",
        ),
        query_parameter("after", {"type": "string"}, "From the “next” link of the page before."),
    ]
}


@router.get(
    "/consultations/{slug:slug}/contributions",
    response={200: ContributionPage, 304: None, 400: ProblemOut, 404: ProblemOut, 503: ProblemOut},
    summary="Published contributions as GeoJSON, the newest first",
    openapi_extra=_PAGE,
)
def list_contributions(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = consultation_for(slug)
    wanted = contributions.read_filter(request, consultation=consultation)
    etag = contributions.etag(consultation, wanted)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        unchanged.headers["ETag"] = etag
        unchanged.headers["Cache-Control"] = "public, no-cache"
        return unchanged
    # residents' phones ask for short ones, to show what others said
    make = expensive(_page) if wanted.limit >= LONG else _page
    return make(request, consultation, wanted=wanted, etag=etag)


def _page(request: HttpRequest, consultation: Consultation, *, wanted: Filter, etag: str) -> HttpResponse:
    body = contributions.page(consultation, wanted, address=request.path)
    return compression.respond(request, body, content_type=GEOJSON, etag=etag)


@router.get(
    "/consultations/{slug:slug}/export.geojson",
    response={200: ContributionExport, 404: ProblemOut, 503: ProblemOut},
    summary="Every published contribution as one GeoJSON file",
)
@expensive
def export_geojson(request: HttpRequest, slug: str) -> HttpResponseBase:
    parameters(request, known=())
    consultation = consultation_for(slug)
    chunks = export.geojson(consultation, reader=AnonymousUser())
    return download(request, chunks, file_name=f"{slug}.geojson", content_type=GEOJSON)
