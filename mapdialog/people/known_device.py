"""A device on which somebody has signed in before: others on its network do not shut it out.

A cookie says so, to the pages of signing in alone. It opens nothing: whoever has it is asked for password and
second factor all the same, and has as many tries as a network has without it. OWASP calls it a device cookie:
https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse

from mapdialog.people.models import User
from mapdialog.web import values

COOKIE = "known_device"
LIFE = dt.timedelta(days=180)
_SIGN_IN_PAGES = "/accounts/"


def remember(response: HttpResponse, user: User) -> None:
    """After a sign-in. The last to sign in on a device is the one it is known for."""
    response.set_cookie(
        COOKIE,
        _signer(user.email).sign(secrets.token_urlsafe(12)),
        max_age=LIFE,
        path=_SIGN_IN_PAGES,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_of(request: HttpRequest, email: str) -> str:
    """The device's own number, if it is known for whoever signs in with this e-mail; else "".

    The e-mail is in the signature and not in the cookie: a cookie of one account is none of another.
    """
    try:
        return _signer(email).unsign(values.of_cookie(request, COOKIE), max_age=LIFE)
    except BadSignature:
        return ""


def is_known(request: HttpRequest, credentials: Mapping[str, str] | None) -> bool:
    """For axes: what others on the network failed with does not count here, nor what fails here there."""
    return bool(device_of(request, signing_in_as(request, credentials)))


def signing_in_as(request: HttpRequest, credentials: Mapping[str, str] | None) -> str:
    """The e-mail that somebody tries to sign in with: what the lock-out counts by, beside the address."""
    typed = credentials or {}
    name = typed.get("email") or typed.get("username") or values.of_form(request).text("login")
    return name.strip().lower()[:254]


def _signer(email: str) -> TimestampSigner:
    return TimestampSigner(salt=f"known device of {email.strip().lower()}")
