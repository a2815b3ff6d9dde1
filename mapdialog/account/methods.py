"""To ask an account page what it takes, or for its head alone, is no attempt to sign in."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import Resolver404, resolve

_SIGN_IN_PAGES = "/accounts/"
_TAKEN_SOMEWHERE = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}


class AskingIsNoAttempt:
    """Middleware: HEAD is GET there, which allauth does not count; whoever sends the answer drops its body.

    What such a page takes stands in its class. The page itself, asked by OPTIONS, would first look who is
    signed in, lead elsewhere, or count an attempt. Its refusal becomes an answer in `SaysItsMethods`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        method = request.method
        if not request.path.startswith(_SIGN_IN_PAGES):
            return self.get_response(request)
        if method not in _TAKEN_SOMEWHERE:
            methods = _methods_of_class(request)
            return HttpResponseNotAllowed(methods) if methods else self.get_response(request)
        if method == "HEAD":
            request.method = "GET"
        response = self.get_response(request)
        request.method = method
        return response


def _methods_of_class(request: HttpRequest) -> set[str]:
    """What the class of the page at this address takes; nothing where no page is."""
    try:
        view_class = getattr(resolve(request.path_info).func, "view_class", None)
    except Resolver404:
        return set()
    return {
        name.upper() for name in getattr(view_class, "http_method_names", ()) if hasattr(view_class, name)
    }
