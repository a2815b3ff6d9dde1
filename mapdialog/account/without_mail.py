"""Where no mail server is configured, pages that need one say what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# allauth's names. A link from a mail that was sent before still sets a password.
_NEED_MAIL = {
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
}


class WithoutMail:
    """Middleware: these addresses answer with a sentence; what is sent there all the same is refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: Any, named: Any
    ) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else None
        if settings.HAS_MAIL or name not in _NEED_MAIL:
            return None
        is_read = request.method in {"GET", "HEAD"}
        return render(request, "account/without_mail.html", status=200 if is_read else 403)
