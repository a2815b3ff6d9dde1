"""The public API of contributions: a page of them on the map, or all of them as a file."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response

from mapdialog.contributions import export
from mapdialog.dialogue.models import Consultation
from mapdialog.opendata import contributions
from mapdialog.opendata.access import consultation_for
from mapdialog.opendata.consultations_api import UNCHANGED
from mapdialog.opendata.contributions import Filter, PageQuery, SelectionQuery
from mapdialog.opendata.schemas import ContributionExport, ContributionPage
from mapdialog.web import compression
from mapdialog.web.download import download
from mapdialog.web.operations import Content, Operations
from mapdialog.web.shedding import LONG, expensive

GEOJSON = "application/geo+json"
operations = Operations("contributions", is_open_data=True)


@operations.get(
    "consultations/<slug:slug>/contributions",
    summary="Published contributions as GeoJSON, the newest first",
    answers={
        200: Content("A page of them.", ContributionPage, GEOJSON),
        304: UNCHANGED,
        404: "There is no such consultation.",
        503: "Many are reading just now; see Retry-After.",
    },
)
def list_contributions(request: HttpRequest, slug: str, query: PageQuery) -> HttpResponse:
    consultation = consultation_for(slug)
    filters = contributions.filter_of(query, consultation=consultation)
    etag = contributions.etag(consultation, filters)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        unchanged.headers["ETag"] = etag
        unchanged.headers["Cache-Control"] = "public, no-cache"
        return unchanged
    # residents' phones ask for short ones, to show what others said
    make = expensive(_page) if filters.limit >= LONG else _page
    return make(request, consultation, filters=filters, etag=etag)


def _page(request: HttpRequest, consultation: Consultation, *, filters: Filter, etag: str) -> HttpResponse:
    body = contributions.page(consultation, filters, address=request.path)
    return compression.respond(request, body, content_type=GEOJSON, etag=etag)


@operations.get(
    "consultations/<slug:slug>/export.geojson",
    summary="Every published contribution as one GeoJSON file",
    answers={
        200: Content("All that are asked for.", ContributionExport, GEOJSON),
        404: "There is no such consultation.",
        503: "Many are reading just now; see Retry-After.",
    },
)
@expensive
def export_geojson(request: HttpRequest, slug: str, query: SelectionQuery) -> HttpResponseBase:
    consultation = consultation_for(slug)
    selection = contributions.selection_of(query, consultation=consultation)
    rows = contributions.selected(selection, of=consultation)
    chunks = export.geojson(consultation, reader=AnonymousUser(), rows=rows)
    file_name = export.file_name(consultation, selection=selection, at=timezone.now())
    return download(request, chunks, file_name=file_name, content_type=GEOJSON)
