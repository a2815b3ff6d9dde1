"""Errors of every API as RFC 9457 `application/problem+json`, one shape, in the reader's language."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

MEDIA_TYPE = "application/problem+json"
API_PREFIXES = ("/api/", "/tiles/")
RETRY_AFTER_S = 10
_log = logging.getLogger(__name__)


class Problem(Exception):
    """An answer that says what went wrong and what to do next.

    `kind` is a stable word for programs (it ends the problem's `type`), `detail` is for people, in their
    language, and `field` names the failing member of the body or query, dotted (`properties.text`).
    """

    def __init__(
        self,
        kind: str,
        *,
        status: int,
        detail: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status = status
        self.detail = detail
        self.field = field
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> HttpResponse:
        body: dict[str, Any] = {
            "type": f"/problems/{self.kind}",
            "title": title_of(self.status),
            "status": self.status,
            "detail": self.detail,
        }
        if self.field is not None:
            body["field"] = self.field
        body.update(self.members)
        text = json.dumps(body, ensure_ascii=False).encode()
        # Said here, because not every problem passes Django's middleware that would say it, and an answer of
        # unknown length ends the connection.
        headers = {**self.headers, "Content-Length": str(len(text))}
        return HttpResponse(text, status=self.status, content_type=MEDIA_TYPE, headers=headers)


def title_of(status: int) -> str:
    """A short heading in the reader's language."""
    titles = {
        400: _("There is an error in the request"),
        401: _("The edit token is missing or wrong"),
        403: _("You do not have access"),
        404: _("Not found"),
        405: _("This cannot be done here"),
        406: _("Not in that format"),
        408: _("That took too long"),
        409: _("Something else is already there"),
        410: _("No longer here"),
        412: _("Changed by somebody else in the meantime"),
        413: _("Too large"),
        415: _("Not that kind of content"),
        422: _("Something has to be corrected"),
        428: _("The version is missing"),
        429: _("Too many requests at once"),
        500: _("Something failed on our side"),
        502: _("Not available at the moment"),
        503: _("Not available at the moment"),
        504: _("Not available at the moment"),
    }
    return titles.get(status) or HTTPStatus(status).phrase


class ProblemAnswers:
    """Middleware: whatever fails under an API address, 404 and 405 included, answers as problem+json."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_plain = response.status_code >= 400 and response.get("Content-Type") != MEDIA_TYPE
        if not is_plain or not request.path.startswith(API_PREFIXES):
            return response
        details = {
            404: _("There is nothing at this address."),
            405: _("This address does not take %(method)s.") % {"method": request.method},
        }
        status = response.status_code
        headers = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
        default = _("The request could not be handled.")
        kind = HTTPStatus(status).phrase.lower().replace(" ", "-")
        return Problem(kind, status=status, detail=details.get(status, default), headers=headers).response()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Views raise Problem; a database that is away is a 503."""
        if isinstance(exception, Problem):
            return exception.response()
        if isinstance(exception, OperationalError) and request.path.startswith(API_PREFIXES):
            _log.error("The database does not answer: %s", request.path, exc_info=exception)
            detail = _("The service is not responding at the moment. Try again in a moment; nothing is lost.")
            return Problem(
                "unavailable", status=503, detail=detail, headers={"Retry-After": str(RETRY_AFTER_S)}
            ).response()
        return None
