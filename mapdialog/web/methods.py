"""Which methods an address takes, said wherever somebody asks: by OPTIONS, and where one is refused."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import Resolver404, resolve

GetResponse = Callable[[HttpRequest], HttpResponse]
# What addresses take. Of all else a class of views says by itself that it does not.
_TAKEN_SOMEWHERE = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}


class SaysItsMethods:
    """A view that takes some methods refuses OPTIONS like any other: what it says then is the answer.

    What a class of views takes stands in the class. It is not asked, as it would first look who is signed in,
    lead elsewhere, or count an attempt.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        methods = set() if request.method in _TAKEN_SOMEWHERE else _methods_of_class(request)
        response = HttpResponseNotAllowed(methods) if methods else self.get_response(request)
        if "Allow" not in response.headers:
            return response
        methods = {method.strip() for method in response.headers["Allow"].split(",")}
        methods |= {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        if request.method == "OPTIONS" and response.status_code == 405:
            response = HttpResponse(status=204)
        response.headers["Allow"] = ", ".join(sorted(methods))
        return response


def _methods_of_class(request: HttpRequest) -> set[str]:
    """What the class of views at this address takes; nothing where a function is there, or nothing."""
    try:
        view_class = getattr(resolve(request.path_info).func, "view_class", None)
    except Resolver404:
        return set()
    return {
        name.upper() for name in getattr(view_class, "http_method_names", ()) if hasattr(view_class, name)
    }
