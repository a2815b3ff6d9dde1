"""What is done to every request and answer."""

import logging
import re
import uuid
from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from mapdialog.web.logs import request_id

_log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
_PERMISSIONS = "geolocation=(self), camera=(self), microphone=()"
# Tiles, JSON and files are no pages: nothing in them may run, load or be framed (200 bytes shorter, too).
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)


class RequestId:
    """One id through logs and answer, so that an error report leads to its log lines."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent_id = request.headers.get("X-Request-Id", "")
        identifier = sent_id if _GIVEN_ID.fullmatch(sent_id) else uuid.uuid4().hex
        token = request_id.set(identifier)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response.headers["X-Request-Id"] = identifier
        return response


class OwnTime:
    """Each request begins in the service's time zone; whoever fetches a consultation or layer sets its."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(None):
            return self.get_response(request)


class PrivateByDefault:
    """Nothing is cached unless the view says so, and never anything a signed-in person was shown."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Of a failure, who was signed in is not asked: it may be the database that is away.
        has_failed = response.status_code >= 500
        used_session = not has_failed and getattr(getattr(request, "session", None), "accessed", False)
        if used_session and getattr(request, "user", None) is not None and request.user.is_authenticated:
            if not response.get("Cache-Control", "").startswith("private"):
                response.headers["Cache-Control"] = "private, no-store"
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        if "text/html" in response.get("Content-Type", ""):
            patch_vary_headers(response, ["Accept-Language"])
            response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        else:
            response.headers.setdefault("Content-Security-Policy", _DATA_POLICY)
        return response


class PagePolicy(CSPMiddleware):
    """The policy of pages. Data have a fixed one, above; making this one is costly."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if "text/html" not in response.headers.get("Content-Type", ""):
            return response
        return super().process_response(request, response)


class UnreadableLookups:
    """The administration's lists take any look-up in their address. One that cannot be meant shows the list.

    Django does so for most (`?e=1`), but not for a year that no calendar or number that no column has.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        is_lookup = request.method in {"GET", "HEAD"} and bool(request.META.get("QUERY_STRING"))
        if not is_lookup or not request.path.startswith("/admin/"):
            return None
        if not isinstance(exception, DataError | OverflowError | ValueError):
            return None
        if request.META.get("QUERY_STRING") == "e=1":
            return None  # it was not the look-up
        _log.warning("A look-up in %s could not be read", request.path, exc_info=exception)
        return HttpResponseRedirect(f"{request.path}?e=1")
