"""What the worker does for mail: sends what is due, waits longer each time, gives up after a day.

Mail that was of use only for a while, and that no mail server took in time, ends unsent.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from mapdialog.mail import smtp
from mapdialog.mail.models import Mail, RefusedAddress

_log = logging.getLogger(__name__)
# After each try that failed for now. Together 22 hours: longer than a night, shorter than any mail lives.
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))

# One statement, as two workers may hear of one address at the same moment. Django's own upsert names no index
# over an expression.
_NOTE_REFUSED = """
    INSERT INTO mail_refusedaddress (email, at, answer) VALUES (%s, %s, %s)
    ON CONFLICT (lower(email)) DO UPDATE SET at = excluded.at, answer = excluded.answer
"""


def send_due(*, at: dt.datetime, mail_id: int | None = None) -> int:
    """Send what is due, or the one mail if it is. Returns how many were tried.

    Each in a transaction of its own that holds the row: two workers never send one mail, and one that is
    killed leaves it waiting. Killed between the server's answer and the COMMIT, it is sent twice.

    Where the mail server itself fails, one mail finds that out and the others wait for the next minute: a
    server that never answers would hold up every other short task for as long as there is mail.
    """
    _end_expired(at=at)
    tried, next_may_go = 0, settings.HAS_MAIL
    while next_may_go:
        outcome = _send_one(at=at, mail_id=mail_id)
        tried += outcome is not None
        next_may_go = outcome is not None and not outcome.is_about_server
    return tried


def _end_expired(*, at: dt.datetime) -> None:
    """What nobody took in time, all at once: while the mail server fails, most mails are not even tried."""
    waiting = Mail.objects.filter(state=Mail.State.WAITING, expires_at__lte=at)
    with transaction.atomic():  # not those that another worker has in hand
        mail_ids = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True))
        Mail.objects.filter(pk__in=mail_ids).update(state=Mail.State.EXPIRED, ended_at=at, text="")
    if mail_ids:
        _log.warning("%s mails were not sent in time, and end unsent", len(mail_ids))


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    is_about_server: bool


@transaction.atomic
def _send_one(*, at: dt.datetime, mail_id: int | None) -> _Outcome | None:
    """What became of one mail that is due; None where none is."""
    due = Mail.objects.filter(state=Mail.State.WAITING, due_at__lte=at, expires_at__gt=at)
    if mail_id is not None:
        due = due.filter(pk=mail_id)
    mail = due.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
    if mail is None:
        return None
    mail.tries += 1
    message_id = f"{mail.pk}.{int(mail.created_at.timestamp())}"
    is_about_server = False
    try:
        smtp.deliver(mail.recipient, subject=mail.subject, text=mail.text, message_id=message_id)
    except smtp.NotSentError as error:
        _note(mail, error, at=at)
        is_about_server = error.is_about_server
    else:
        RefusedAddress.objects.filter(email__iexact=mail.recipient).delete()
        _end(mail, Mail.State.SENT, at=at)
    mail.save()
    return _Outcome(is_about_server=is_about_server)


def _note(mail: Mail, error: smtp.NotSentError, *, at: dt.datetime) -> None:
    _log.warning(
        "Mail %s was not sent at try %s: %s", mail.pk, mail.tries, _without(error.answer, mail.recipient)
    )
    mail.answer = error.answer
    if error.is_about_address:
        note_refused(mail.recipient, answer=error.answer, at=at)
    if error.is_final:
        _end(mail, Mail.State.REFUSED, at=at)
    elif mail.tries > len(WAITS):
        _end(mail, Mail.State.GIVEN_UP, at=at)
    else:
        mail.due_at = at + WAITS[mail.tries - 1]


def _end(mail: Mail, state: Mail.State, *, at: dt.datetime) -> None:
    mail.state, mail.ended_at, mail.text = state, at, ""


def _without(answer: str, recipient: str) -> str:
    """Mail servers repeat the address; logs hold no personal data."""
    return answer.replace(recipient, "…")


def note_refused(email: str, *, answer: str, at: dt.datetime) -> None:
    """Remember that mail for this address comes back, for the administrators."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_REFUSED, [email, at, answer])


def forget_ended(*, before: dt.datetime) -> int:
    """Delete mails that ended before that day. Returns how many."""
    return Mail.objects.filter(ended_at__lt=before).delete()[0]
