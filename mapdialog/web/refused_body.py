"""The answer to a body that the web server did not take: larger than its address allows, or too slow."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from mapdialog.web.problem import API_PREFIXES, Problem
from mapdialog.web.serving.body_limits import TOO_LARGE, WHY, most_bytes


class RefusesBodies:
    """Middleware: whoever sends too much, or takes too long, is told so, in their language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        status = request.META.get(WHY)
        return _refused(request, status=status) if status else self.get_response(request)


def _refused(request: HttpRequest, *, status: int) -> HttpResponse:
    if status == TOO_LARGE:
        kind = "too-large"
        most = _in_words(most_bytes(request.path))
        detail = _("What you send here can be at most %(most)s.") % {"most": most}
    else:
        kind, detail = "too-slow", _("Sending took too long. Nothing was saved; try again.")
    if request.path.startswith(API_PREFIXES):
        return Problem(kind, status=status, detail=detail).response()
    page = render_to_string("refused_body.html", {"detail": detail}, request)
    return HttpResponse(page, status=status)


def _in_words(size: int) -> str:
    return f"{size // 1024**2} MB" if size >= 1024**2 else f"{size // 1024} kB"
