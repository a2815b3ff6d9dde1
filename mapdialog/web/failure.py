"""The page for what went wrong on our side: a mistake of ours, or a database that is away for a while."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.views.defaults import server_error

from mapdialog.web.problem import RETRY_AFTER_S


def failed(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After where the database does not answer, else 500. Neither page asks the database."""
    if not isinstance(sys.exc_info()[1], OperationalError):
        return server_error(request)
    page = get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
