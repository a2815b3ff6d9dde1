"""The worker's part of signing in. Every process loads this module: allauth's forms are imported inside."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from mapdialog.jobs.queues import Queue
from mapdialog.jobs.work import task


@task("people.send_reset", queue=Queue.SHORT)
def send_reset(email: str, language: str) -> int:
    """A link for a new password, if anybody signs in with this address. Returns how many mails that made."""
    from mapdialog.people.password_reset import send_reset_mail

    return send_reset_mail(email, language=language, at=timezone.now())


@task("people.forget", queue=Queue.SHORT, cron="27 3 * * *")
def forget(timestamp: int) -> int:
    """Every night: what is kept of sign-in longer than needed goes. Returns how many rows."""
    from mapdialog.people.forgetting import forget_old

    return forget_old(at=timezone.now(), days=settings.SIGN_IN_DAYS)
