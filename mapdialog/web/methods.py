"""Which methods an address takes, said wherever somebody asks: by OPTIONS, and where one is refused."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


class SaysItsMethods:
    """A view that takes some methods refuses OPTIONS like any other: what it says then is the answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Allow" not in response.headers:
            return response
        methods = {method.strip() for method in response.headers["Allow"].split(",")}
        methods |= {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        if request.method == "OPTIONS" and response.status_code == 405:
            response = HttpResponse(status=204)
        response.headers["Allow"] = ", ".join(sorted(methods))
        return response
