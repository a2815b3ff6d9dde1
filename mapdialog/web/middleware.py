"""What is done to every request and answer."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from mapdialog.web.logs import request_id

GetResponse = Callable[[HttpRequest], HttpResponse]
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)


class RequestId:
    """One id through logs and answer, so that an error report leads to its log lines."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        identifier = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(identifier)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response.headers["X-Request-Id"] = identifier
        return response


class PrivateByDefault:
    """Nothing is cached unless the view says so, and never anything a signed-in person was shown."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        used_session = getattr(getattr(request, "session", None), "accessed", False)
        if used_session and getattr(request, "user", None) is not None and request.user.is_authenticated:
            if not response.get("Cache-Control", "").startswith("private"):
                response.headers["Cache-Control"] = "private, no-store"
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        patch_vary_headers(
            response, ("Accept-Language",) if "text/html" in response.get("Content-Type", "") else ()
        )
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        return response
