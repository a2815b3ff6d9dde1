"""What people do to their own sign-in, in the audit trail: by the user's id, without names or addresses."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import email_changed, password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.utils import timezone

from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.people.models import User

# Who types wrong passwords is not known to be the person.
_VISITOR = "visitor"


def _of_oneself(verb: Verb, user: User | None, **detail: Any) -> None:
    if user is not None and user.pk is not None:
        record(verb, subject=user, by=user.audit_name, at=timezone.now(), detail=detail)


def _signed_in(sender: Any, user: User, **_rest: Any) -> None:
    _of_oneself(Verb.SIGNED_IN, user)


def _signed_out(sender: Any, user: User | None, **_rest: Any) -> None:
    _of_oneself(Verb.SIGNED_OUT, user)


def _locked_out(sender: Any, username: str, **_rest: Any) -> None:
    """Only of those who have an account: nobody else's is locked."""
    user = User.objects.filter(email=username).first()
    if user is not None:
        record(Verb.SIGN_IN_LOCKED, subject=user, by=_VISITOR, at=timezone.now())


def _password_changed(sender: Any, user: User, **_rest: Any) -> None:
    _of_oneself(Verb.PASSWORD_CHANGED, user)


def _password_reset(sender: Any, user: User, **_rest: Any) -> None:
    _of_oneself(Verb.PASSWORD_RESET, user)


def _email_changed(sender: Any, user: User, **_rest: Any) -> None:
    _of_oneself(Verb.EMAIL_CHANGED, user)


def _factor_added(sender: Any, user: User, authenticator: Authenticator, **_rest: Any) -> None:
    _of_oneself(Verb.FACTOR_ADDED, user, kind=authenticator.type)


def _factor_removed(sender: Any, user: User, authenticator: Authenticator, **_rest: Any) -> None:
    _of_oneself(Verb.FACTOR_REMOVED, user, kind=authenticator.type)


_SIGNALS = (
    (user_logged_in, _signed_in),
    (user_logged_out, _signed_out),
    (user_locked_out, _locked_out),
    (password_changed, _password_changed),
    (password_set, _password_changed),
    (password_reset, _password_reset),
    (email_changed, _email_changed),
    (authenticator_added, _factor_added),
    (authenticator_reset, _factor_added),
    (authenticator_removed, _factor_removed),
)


class Sessions(DefaultUserSessionsAdapter):  # type: ignore[misc] # allauth ships no types
    def end_sessions(self, sessions: Any) -> None:
        ended = list(sessions)
        super().end_sessions(ended)
        if ended:
            _of_oneself(Verb.SESSIONS_ENDED, ended[0].user, n=len(ended))


def connect() -> None:
    for signal, note in _SIGNALS:
        signal.connect(note, dispatch_uid=f"audit trail {note.__name__} {id(signal)}")
