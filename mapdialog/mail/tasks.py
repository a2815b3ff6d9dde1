"""The worker's part of mail."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from mapdialog.jobs.queues import Queue
from mapdialog.jobs.work import task
from mapdialog.mail import sending

_MONTH = dt.timedelta(days=30)


@task("mail.send", queue=Queue.SHORT)
def send(mail_id: int) -> int:
    """At once, one mail; what could not be sent then comes with `send_due`."""
    return sending.send_due(at=timezone.now(), mail_id=mail_id)


@task("mail.send_due", queue=Queue.SHORT, cron="* * * * *")
def send_due(timestamp: int) -> int:
    """Every minute: mail whose next try is due, and what a worker that was killed left behind."""
    return sending.send_due(at=timezone.now())


@task("mail.forget", queue=Queue.SHORT, cron="7 3 * * *")
def forget(timestamp: int) -> int:
    """Every night: mails that ended a month ago go."""
    return sending.forget_ended(before=timezone.now() - _MONTH)
