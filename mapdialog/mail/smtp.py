"""The one place that talks to the mail server."""

from __future__ import annotations

import smtplib
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

_LONGEST_ANSWER = 300
_PERMANENT = 500


class NotSentError(Exception):
    """`is_final`: trying again will not help. `is_about_address`: the recipient was refused, not the mail."""

    def __init__(self, answer: str, *, is_final: bool, is_about_address: bool = False) -> None:
        super().__init__(answer)
        self.answer = answer
        self.is_final = is_final
        self.is_about_address = is_about_address


def deliver(recipient: str, *, subject: str, text: str, message_id: str) -> None:
    """Hands one mail to the mail server. Raises NotSentError.

    A mail keeps its id when it is tried again, so that mailboxes can tell a second copy.
    """
    host = (
        urlsplit(settings.SITE_URL).hostname or parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    )
    headers = {
        "Message-ID": f"<{message_id}@{host}>",
        "Auto-Submitted": "auto-generated",  # no out-of-office answers, please
        "X-Auto-Response-Suppress": "All",
    }
    message = EmailMessage(subject, text, to=[recipient], headers=headers)
    try:
        _send(message, get_connection("django.core.mail.backends.smtp.EmailBackend"))
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        is_final = code >= _PERMANENT
        raise NotSentError(_answer_of(code, answer), is_final=is_final, is_about_address=is_final) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        is_final = error.smtp_code >= _PERMANENT
        raise NotSentError(_answer_of(error.smtp_code, error.smtp_error), is_final=is_final) from None
    except (
        smtplib.SMTPResponseException
    ) as error:  # a greeting or a password: ours to put right, not the mail's
        raise NotSentError(_answer_of(error.smtp_code, error.smtp_error), is_final=False) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotSentError(f"{type(error).__name__}: {error}"[:_LONGEST_ANSWER], is_final=False) from None


def _send(message: EmailMessage, connection: BaseEmailBackend) -> None:
    message.connection = connection
    try:
        message.send()
    finally:
        connection.close()  # Django leaves it open where a password is refused


def _answer_of(code: int, answer: bytes | str) -> str:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {words}".split())[:_LONGEST_ANSWER]
