"""Mail is written down in the transaction of what causes it, and sent by the worker: no request waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from mapdialog.mail import tasks
from mapdialog.mail.models import Mail


@transaction.atomic
def enqueue(recipient: str, *, subject: str, text: str, at: Any) -> Mail:
    """Write a mail down for the worker: with the caller's transaction it comes about, or does not."""
    mail = Mail.objects.create(recipient=recipient, subject=subject, text=text, created_at=at, due_at=at)
    tasks.send.defer(mail_id=mail.pk)
    return mail


class QueuedMail(BaseEmailBackend):
    """Django's and its libraries' way into the queue (EMAIL_BACKEND): plain text, one mail a recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for recipient in message.recipients():
                enqueue(recipient, subject=str(message.subject), text=str(message.body), at=timezone.now())
        return len(email_messages)
