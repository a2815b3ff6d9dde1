"""HEAD asks for what GET would answer. allauth counts it as an attempt, as if something were sent."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_SIGN_IN_PAGES = "/accounts/"


class HeadIsARead:
    """Middleware: to the account pages HEAD is GET; whoever sends the answer leaves its body out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        method = request.method
        if method == "HEAD" and request.path.startswith(_SIGN_IN_PAGES):
            request.method = "GET"
        response = self.get_response(request)
        request.method = method
        return response
