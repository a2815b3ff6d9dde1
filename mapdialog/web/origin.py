"""A page of another site may not write through a visitor's browser.

The API and the residents' forms know nobody by a cookie, so they need no token in one either: the browser
itself says where a request comes from. Who only reads is given no cookie at all.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from mapdialog.web.problem import Problem

View = Callable[..., HttpResponseBase]
Origin = tuple[str, str, int]
_READS = {"GET", "HEAD", "OPTIONS"}
# What scripts of other sites may ask with, and read of the answer besides its body.
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Content-Disposition, Retry-After, X-Density-Max",
}
_OPEN_BEFOREHAND = {
    **_OPEN,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}
_PORTS = {"http": 80, "https": 443}


def refuse_other_sites(request: HttpRequest) -> None:
    """Raises Problem 403 for a write that a browser says comes from another site.

    Programs that are no browsers send neither header and are let through.
    """
    if request.method in _READS:
        return
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    # A browser that hides where it was says "null"; no page can set the other header.
    is_hidden = origin == "null" and site == "same-origin"
    came_from_here = origin is None or is_hidden or _parts_of(origin) in _our_origins(request)
    if site not in {None, "same-origin", "none"} or not came_from_here:
        raise Problem(
            "other-site", status=403, detail=_("The request came from another website and was refused.")
        )


def open_to_other_sites(view: View) -> View:
    """A view that is only read, whose answers for everyone are open to any site; see `OpenToOtherSites`.

    What a browser asks beforehand is answered at once, without a look at the object.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
        return view(request, *args, **named)

    opened.is_open_to_other_sites = True  # type: ignore[attr-defined]
    return opened


class OpenToOtherSites:
    """Says beside open data, and beside what went wrong there, that scripts of other sites may read it.

    Never with credentials: browsers send no cookie along, and what a signed-in reader is shown is not open.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        view = getattr(request.resolver_match, "func", None)
        is_open = getattr(view, "is_open_to_other_sites", False) and request.method in _READS
        if is_open and not response.get("Cache-Control", "").startswith("private"):
            headers = _OPEN_BEFOREHAND if request.method == "OPTIONS" else _OPEN
            for name, value in headers.items():
                response.headers[name] = value
        return response


def form_for_everyone(view: View) -> View:
    """A view whose forms are guarded by where they come from, and not by a token in a cookie."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        try:
            refuse_other_sites(request)
        except Problem as problem:
            raise PermissionDenied(problem.detail) from None
        return view(request, *args, **named)

    return guarded


def _our_origins(request: HttpRequest) -> set[Origin]:
    """Where our pages are: as this request found us, and as the operator says (a proxy may hide the port)."""
    addresses = (f"{request.scheme}://{request.get_host()}", settings.SITE_URL)
    return {origin for origin in map(_parts_of, addresses) if origin}


def _parts_of(origin: str) -> Origin | None:
    """Scheme, host and port of an origin; None for what is no address, which anyone may send."""
    try:
        url = urlsplit(origin)
        port = url.port or _PORTS[url.scheme]
    except (ValueError, KeyError):
        return None
    return (url.scheme, url.hostname, port) if url.hostname else None
