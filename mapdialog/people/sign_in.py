"""Sign-in by django-allauth. Accounts are made by an administrator: nobody signs up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from mapdialog.web import values

# What may be seen of residents before publication lies behind these.
_PROTECTED = ("/planner/", "/admin/")


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def signing_in_as(request: HttpRequest, credentials: Mapping[str, str] | None) -> str:
    """The e-mail that somebody tries to sign in with: what the lock-out counts by, beside the address."""
    typed = credentials or {}
    name = typed.get("email") or typed.get("username") or values.of_form(request).text("login")
    return name.strip().lower()[:254]


class SecondFactorRequired:
    """Middleware: officials set up a second factor before they see anything (MAPDIALOG_REQUIRE_MFA)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_asked_for = settings.REQUIRE_MFA and request.path.startswith(_PROTECTED)
        if is_asked_for and request.user.is_authenticated and not is_mfa_enabled(request.user):
            query = urlencode({"next": request.path})
            return HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{query}")
        return self.get_response(request)
