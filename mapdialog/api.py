"""The API at /api/v1/: its operations, and the document made of them."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from mapdialog.citizen import intake_api
from mapdialog.opendata import consultations_api, contributions_api, documentation, layers_api, search_api
from mapdialog.web import openapi
from mapdialog.web.operations import urls
from mapdialog.web.origin import open_to_other_sites

PREFIX = "api/v1/"
OPERATIONS = [
    operation
    for part in (consultations_api, contributions_api, intake_api, layers_api, search_api)
    for operation in part.operations.declared
]
_INFO = {
    "title": "mapdialog",
    "version": "1",
    "description": "Consultations and contributions. Errors are RFC 9457 problem details.",
}


@cache
def document() -> dict[str, Any]:
    return openapi.document(OPERATIONS, prefix=f"/{PREFIX}", info=_INFO)


@open_to_other_sites
@require_safe
def document_as_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document())


@require_safe
def document_as_page(request: HttpRequest) -> HttpResponse:
    return documentation.page(request, document=document())


urlpatterns = [
    *urls(OPERATIONS),
    path("openapi.json", document_as_json, name="openapi-json"),
    path("docs", document_as_page, name="openapi-view"),
    path("", require_safe(RedirectView.as_view(pattern_name="api:openapi-view")), name="api-root"),
]
