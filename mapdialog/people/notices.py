"""Who signs in is written to when their sign-in has changed: whoever did it, the owner learns of it."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from mapdialog.mail.queue import LIFE_OF_NEWS, enqueue
from mapdialog.people.models import User


def notify(recipient: str, what: str) -> None:
    """Write down a mail that says what was changed, in the language of whoever changed it."""
    if settings.HAS_MAIL:
        text = render_to_string("account/email/notice_message.txt", {"what": what, "site": settings.SITE_URL})
        subject = _("Your sign-in was changed")
        enqueue(recipient, subject=subject, text=text.strip() + "\n", at=timezone.now(), life=LIFE_OF_NEWS)


def password_was_changed(person: User) -> None:
    notify(person.email, _("Your password was changed."))


def address_was_changed(former: str) -> None:
    """To the former address, whose owner may not have done it. The new one is not in it."""
    notify(former, _("Your account signs in with another e-mail address from now on, and not with this one."))


def factor_was_removed(person: User, factor: Authenticator) -> None:
    if factor.type != Authenticator.Type.RECOVERY_CODES:
        notify(person.email, _("The second factor was taken away from your sign-in."))


def _password_changed(sender: Any, user: User, **_rest: Any) -> None:
    password_was_changed(user)


def _email_changed(sender: Any, from_email_address: EmailAddress | None, **_rest: Any) -> None:
    if from_email_address is not None:
        address_was_changed(from_email_address.email)


def _factor_added(sender: Any, user: User, authenticator: Authenticator, **_rest: Any) -> None:
    """Recovery codes come and go with their factor."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        notify(user.email, _("A second factor was added to your sign-in."))


def _factor_removed(sender: Any, user: User, authenticator: Authenticator, **_rest: Any) -> None:
    factor_was_removed(user, authenticator)


def _codes_made_anew(sender: Any, user: User, **_rest: Any) -> None:
    notify(user.email, _("New recovery codes were made, and the former ones count no more."))


_SIGNALS = (
    (password_changed, _password_changed),
    (password_set, _password_changed),
    (password_reset, _password_changed),
    (email_changed, _email_changed),
    (authenticator_added, _factor_added),
    (authenticator_removed, _factor_removed),
    (authenticator_reset, _codes_made_anew),
)


def connect() -> None:
    for signal, action in _SIGNALS:
        signal.connect(action, dispatch_uid=f"notice {action.__name__} {id(signal)}")
