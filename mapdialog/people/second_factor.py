"""The second factor of a session: without it nobody counts as signed in, wherever it may matter.

Asked in one place and not on a list of addresses: what a role opens (drafts, their tiles and states, exports,
the planners' pages, the administration) asks `request.user`, and that is nobody until the factor was shown.
The pages on which one signs in alone know who it is (decision 39), and of those, who has a factor and has
not shown it sees only where it is shown, and may sign out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from mapdialog.web import values

_SIGN_IN_PAGES = "/accounts/"
_METHOD = "mfa"  # allauth's word for a second factor among a session's methods


class SecondFactorRequired:
    """Middleware (MAPDIALOG_REQUIRE_MFA): who has shown no second factor in this session is nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.REQUIRE_MFA:
            return self.get_response(request)
        person: Any = request.user  # looked up when somebody asks for it: residents' pages never do
        sign_in = resolve_url(settings.LOGIN_URL)
        if request.path == sign_in and lacks_factor(request, person):
            return _to_the_factor(request, person, back_to=values.of_query(request).text(REDIRECT_FIELD_NAME))
        if request.path.startswith(_SIGN_IN_PAGES):
            if _is_beyond_the_factor(request, person):
                back_to = request.get_full_path() if request.method == "GET" else ""
                return _to_the_factor(request, person, back_to=back_to)
            return self.get_response(request)
        request.user = SimpleLazyObject(  # type: ignore[assignment] # as Django's own middleware does
            lambda: AnonymousUser() if lacks_factor(request, person) else person
        )
        response = self.get_response(request)
        leads_to = urlsplit(response.get("Location", ""))
        if leads_to.path == sign_in and lacks_factor(request, person):
            back_to = parse_qs(leads_to.query).get(REDIRECT_FIELD_NAME, [""])[0]
            return _to_the_factor(request, person, back_to=back_to)
        return response


def lacks_factor(request: HttpRequest, person: Any) -> bool:
    """Whether somebody is signed in and has shown no second factor in this session."""
    if not person.is_authenticated:
        return False
    return all(record["method"] != _METHOD for record in get_authentication_records(request, person))


def _is_beyond_the_factor(request: HttpRequest, person: Any) -> bool:
    """Whether somebody asks for a page of theirs before showing the factor they have.

    With the password alone those pages would show recovery codes, take the factor away or change the address.
    Who has none yet needs them to set one up.
    """
    if request.path in {reverse("mfa_reauthenticate"), reverse("account_logout")}:
        return False
    return lacks_factor(request, person) and is_mfa_enabled(person)


def _to_the_factor(request: HttpRequest, person: Any, *, back_to: str) -> HttpResponse:
    """To where it is shown, or set up by those who have none."""
    page = reverse("mfa_reauthenticate" if is_mfa_enabled(person) else "mfa_activate_totp")
    query = urlencode({REDIRECT_FIELD_NAME: back_to}) if back_to else ""
    return HttpResponseRedirect(f"{page}?{query}" if query else page)


def shown_by_setting_up(request: HttpRequest, authenticator: Authenticator, **_rest: Any) -> None:
    """Who has just typed the first code of a new factor is not asked for another one."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(
            request, authenticator.user, method=_METHOD, type=authenticator.type, id=authenticator.pk
        )


def connect() -> None:
    authenticator_added.connect(shown_by_setting_up, dispatch_uid="second factor")
