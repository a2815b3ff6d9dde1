"""What is kept of signing in, and for how long: failures with their addresses, ended sessions, counts."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from mapdialog.people.models import SharedValue


@transaction.atomic
def forget_old(*, at: dt.datetime, days: int) -> int:
    """Delete failures older than so many days, and whatever has ended. Returns how many rows."""
    before = at - dt.timedelta(days=days)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    ended = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    rows = [
        AccessAttempt.objects.filter(attempt_time__lt=before),
        AccessFailureLog.objects.filter(attempt_time__lt=before),
        AccessLog.objects.filter(attempt_time__lt=before),
        ended,
        SharedValue.objects.filter(expires__lt=at),
    ]
    return sum(query.delete()[0] for query in rows)
