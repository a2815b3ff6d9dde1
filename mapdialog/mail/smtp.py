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
_NAME_YOURSELF = 530
_NOT_ALLOWED = " 5.7."  # the enhanced codes of what a server does not allow (RFC 3463)


class NotSentError(Exception):
    """`is_final`: trying again will not help. `is_about_address`: the recipient was refused, not the mail.
    `is_about_server`: no mail would have been taken just now."""

    def __init__(
        self,
        answer: str,
        *,
        is_final: bool = False,
        is_about_address: bool = False,
        is_about_server: bool = False,
    ) -> None:
        super().__init__(answer)
        self.answer = answer
        self.is_final = is_final
        self.is_about_address = is_about_address
        self.is_about_server = is_about_server


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
        reply = _answer_of(code, answer)
        # Who may not hand mail on through it, or not unnamed, is us: it says nothing of the address.
        is_final = code >= _PERMANENT and code != _NAME_YOURSELF and _NOT_ALLOWED not in reply
        raise NotSentError(reply, is_final=is_final, is_about_address=is_final) from None
    except smtplib.SMTPDataError as error:
        is_final = error.smtp_code >= _PERMANENT
        raise NotSentError(_answer_of(error.smtp_code, error.smtp_error), is_final=is_final) from None
    except smtplib.SMTPResponseException as error:
        # A greeting, a password, a sender: ours to put right, not the mail's.
        reply = _answer_of(error.smtp_code, error.smtp_error)
        raise NotSentError(reply, is_about_server=True) from None
    except (smtplib.SMTPNotSupportedError, ValueError) as error:
        # An address that cannot be written for a mail server, such as a part of a name of 60 letters ø.
        raise NotSentError(_answer_in_words(error)) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotSentError(_answer_in_words(error), is_about_server=True) from None


def _send(message: EmailMessage, connection: BaseEmailBackend) -> None:
    message.connection = connection
    try:
        message.send()
    finally:
        connection.close()  # Django leaves it open where a password is refused


def _answer_of(code: int, answer: bytes | str) -> str:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {words}".split())[:_LONGEST_ANSWER]


def _answer_in_words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_ANSWER]
