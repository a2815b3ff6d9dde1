"""Pages for what failed on our side, a mistake or a database that is away, and for what is not allowed."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.views.defaults import permission_denied, server_error

from mapdialog.web.problem import API_PREFIXES, RETRY_AFTER_S, Problem

# What scripts and programs fetch below the pages.
_DATA = (".json", ".geojson", ".pack", ".csv")


def failed(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After where the database does not answer, else 500. Neither page asks the database."""
    if not isinstance(sys.exc_info()[1], OperationalError):
        return server_error(request)
    page = get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 with the sentence that was raised: a page for people, a problem for programs."""
    if not request.path.startswith(API_PREFIXES) and not request.path.endswith(_DATA):
        return permission_denied(request, exception)
    detail = str(exception) or _("You may not see this.")
    return Problem("forbidden", status=403, detail=detail).response()
