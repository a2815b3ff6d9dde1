"""The API ignores cookies, but a page of another site may not write through a visitor's browser either."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mapdialog.web.problem import Problem

_READS = {"GET", "HEAD", "OPTIONS"}


def refuse_other_sites(request: HttpRequest) -> None:
    """Raises Problem 403 for a write that a browser says comes from another site.

    Programs that are no browsers send neither header and are let through.
    """
    if request.method in _READS:
        return
    origin = request.headers.get("Origin")
    came_from_here = origin is None or _host_of(origin) == request.get_host()
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if site not in {"same-origin", "none"} or not came_from_here:
        raise Problem("other-site", status=403, detail=_("Another website may not write here for you."))


def _host_of(origin: str) -> str | None:
    """Host and port of an origin; None for what is no address, which anyone may send."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
