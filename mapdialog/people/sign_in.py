"""Sign-in by django-allauth. Accounts are made by an administrator: nobody signs up."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from mapdialog.mail.queue import enqueue, life_with
from mapdialog.people.known_device import device_of, remember, signing_in_as
from mapdialog.people.models import User
from mapdialog.web.address import absolute
from mapdialog.web.client_address import household_of


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """At the configured address: a request can be made to name any other."""
        return absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """To nobody whose address somebody else typed; whoever typed it is shown the same."""
        if not _others_with(emailconfirmation.email_address).exists():
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """False, and nothing happens, where somebody else has come to sign in with the address meanwhile."""
        if _others_with(email_address).exists():
            words = {"email": email_address.email}
            self.add_message(request, messages.ERROR, "account/messages/email_confirmation_failed.txt", words)
            return False
        return bool(super().confirm_email(request, email_address))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Into the queue. Of allauth's mails there is one here: its link confirms an address, for a while."""
        at, link_life = timezone.now(), dt.timedelta(days=settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS)
        words = {"site": settings.SITE_URL, "until": at + link_life}
        message = self.render_mail(template_prefix, email, context | words)
        enqueue(email, subject=message.subject, text=message.body, at=at, life=life_with(link_life))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """As allauth's, with a limit of its own for passwords: by address or known device, not by account."""
        email = signing_in_as(request, credentials)
        device = device_of(request, email)
        usage = _tries_of_device(request, device, email=email) if device else _tries_of_network(request)
        self._login_failed_rl_usage = usage  # taken back by allauth when the password was right
        if not usage:
            if device:  # of a network, axes says it
                user_locked_out.send("device", request=request, username=email)
            raise self.validation_error("too_many_login_attempts")

    def post_login(self, request: HttpRequest, user: User, **named: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **named)
        remember(response, user)
        return response

    def get_client_ip(self, request: HttpRequest) -> str:
        return household_of(request)


def _tries_of_network(request: HttpRequest) -> Any:
    return ratelimit.consume(request, app="allauth.account", action="password_failed")


def _tries_of_device(request: HttpRequest, device: str, *, email: str) -> Any:
    """Its own, and those of all that are known for the account: every sign-in makes one more known."""
    usages = []
    for action, key in (
        ("password_failed_on_known_device", device),
        ("password_failed_on_known_devices", email),
    ):
        usage = ratelimit.consume(request, app="allauth.account", action=action, key=key)
        if not usage:
            return None
        usages += usage.usage
    return ratelimit.RateLimitUsage(usage=usages)


def _others_with(email_address: EmailAddress) -> QuerySet[User]:
    """Who else signs in with the address that somebody wants to have."""
    return User.objects.filter(email__iexact=email_address.email).exclude(pk=email_address.user_id)


def know_address(user: User) -> None:
    """The address somebody signs in with was given by an administrator: it needs no confirmation."""
    EmailAddress.objects.filter(user=user, email__iexact=user.email).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def forget_other_addresses(user: User) -> None:
    """After an administrator changed the address: the former one signs nobody in."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    know_address(user)


def hashed_key(key: str, prefix: str, version: int) -> str:
    """What is counted is kept under a hash: its name holds addresses and e-mails. For Django's cache."""
    message = f"{prefix}:{version}:{key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()
