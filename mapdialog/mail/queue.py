"""Mail is written down in the transaction of what causes it, and sent by the worker: no request waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from mapdialog.mail import tasks
from mapdialog.mail.models import Mail

# Of a mail without a link: what was changed is worth knowing after a week-end's outage still.
LIFE_OF_NEWS = dt.timedelta(days=7)
_TO_BE_READ_IN = dt.timedelta(hours=1)


def life_with(link_life: dt.timedelta) -> dt.timedelta:
    """The life of a mail whose link has this one: whoever gets it last has an hour to follow it."""
    return link_life - _TO_BE_READ_IN


@transaction.atomic
def enqueue(recipient: str, *, subject: str, text: str, at: dt.datetime, life: dt.timedelta) -> Mail:
    """Write a mail down for the worker: with the caller's transaction it comes about, or does not.

    `life`: for how long it may wait for a mail server and be of use to who gets it then.
    """
    times = {"created_at": at, "due_at": at, "expires_at": at + life}
    mail = Mail.objects.create(recipient=recipient, subject=subject, text=text, **times)
    tasks.send.defer(mail_id=mail.pk)
    return mail


class QueuedMail(BaseEmailBackend):
    """Django's and its libraries' way into the queue (EMAIL_BACKEND): plain text, one mail a recipient.

    Without a link that has a life: who sends one calls `enqueue`.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for recipient in message.recipients():
                subject, text = str(message.subject), str(message.body)
                enqueue(recipient, subject=subject, text=text, at=timezone.now(), life=LIFE_OF_NEWS)
        return len(email_messages)
