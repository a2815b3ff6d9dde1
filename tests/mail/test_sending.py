"""Mail waits in the database, goes out by the worker, and is never lost: tried against a mail server here."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.mail import send_mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from mapdialog.mail import sending, smtp
from mapdialog.mail.models import Mail, RefusedAddress
from mapdialog.mail.queue import enqueue
from tests import factories as make
from tests.mail.conftest import MailServer, free_port

pytestmark = pytest.mark.django_db
AT = make.NOON


LIFE = dt.timedelta(days=1)


def queued(recipient: str = "planner@example.org", *, life: dt.timedelta = LIFE) -> Mail:
    return enqueue(recipient, subject="Emne", text="Åpne https://map.example.org/x\n", at=AT, life=life)


def tried(mail: Mail, *, at: dt.datetime = AT) -> Mail:
    sending.send_due(at=at)
    mail.refresh_from_db()
    return mail


def test_a_mail_goes_out_by_the_worker_in_plain_words(mail_server: MailServer) -> None:
    send_mail("Emne", "Hei å", None, ["planner@example.org"])
    assert mail_server.taken == [], "no request waits for a mail server"
    mail = Mail.objects.get()
    job = ProcrastinateJob.objects.get(task_name="mail.send")
    assert job.args == {"mail_id": mail.pk}
    assert sending.send_due(at=mail.due_at, mail_id=mail.pk) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.text) == ("sent", ""), "a link that signs in is not kept"
    (envelope,) = mail_server.taken
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("kart@example.org", ["planner@example.org"])
    assert (message["From"], message["Auto-Submitted"]) == ("Kart <kart@example.org>", "auto-generated")
    assert message["Message-ID"].endswith("@map.example.org>")
    assert message.get_content_type() == "text/plain"
    assert message.get_content().strip() == "Hei å"
    assert sending.send_due(at=AT) == 0, "once"


def test_a_mail_comes_about_with_what_causes_it_or_not_at_all(has_mail: None) -> None:
    def cause() -> None:
        with transaction.atomic():
            queued()
            raise RuntimeError("what caused it failed")

    with pytest.raises(RuntimeError):
        cause()
    assert not Mail.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name="mail.send").exists()


def test_what_fails_for_now_waits_longer_each_time_and_is_given_up_after_a_day(
    mail_server: MailServer,
) -> None:
    mail_server.to_recipient = "451 4.3.0 try again later"
    mail, at, waits = queued(), AT, []
    while tried(mail, at=at).state == "waiting":
        waits.append(mail.due_at - at)
        assert sending.send_due(at=mail.due_at - dt.timedelta(seconds=1)) == 0, "not before it is due"
        at = mail.due_at
    assert waits == list(sending.WAITS)
    assert waits == sorted(waits)
    assert (mail.state, mail.answer, mail.text) == ("given_up", "451 4.3.0 try again later", "")
    assert not RefusedAddress.objects.exists(), "the address may be right"
    assert dt.timedelta(hours=20) < at - AT < dt.timedelta(hours=24)


def test_an_address_that_is_refused_for_good_is_noted_and_shown_to_the_administrator(
    mail_server: MailServer, client: Client
) -> None:
    here = make.municipality()
    person = make.user(role="planner", of=here)
    mail_server.to_recipient = "550 5.1.1 no such mailbox"
    mail = tried(queued(person.email))
    assert (mail.state, mail.tries) == ("refused", 1)
    client.force_login(make.user(role="admin", of=here))
    for page in ("/admin/people/user/", f"/admin/people/user/{person.pk}/change/"):
        assert "550 5.1.1 no such mailbox" in client.get(page).content.decode()
    mail_server.to_recipient = ""
    tried(queued(person.email.upper()))
    assert not RefusedAddress.objects.exists(), "it takes mail again"


def test_a_text_that_is_refused_says_nothing_of_the_address(mail_server: MailServer) -> None:
    mail_server.to_text = "554 5.7.1 looks like spam"
    assert tried(queued()).state == "refused"
    assert not RefusedAddress.objects.exists()


def test_a_server_that_is_away_or_knows_no_password_is_asked_again(
    mail_server: MailServer, settings: Any
) -> None:
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "wrong"
    assert tried(queued()).state == "waiting"
    settings.EMAIL_PORT = free_port()
    mail = tried(queued())
    assert (mail.state, mail.tries) == ("waiting", 1)
    assert "refused" in mail.answer.lower()


def test_a_worker_that_dies_in_the_middle_loses_no_mail(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = queued()

    class KilledError(BaseException):
        pass

    def killed(*_arguments: Any, **_named: Any) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(smtp, "deliver", killed)
        with pytest.raises(KilledError):
            sending.send_due(at=AT)
    mail.refresh_from_db()
    assert (mail.state, mail.tries) == ("waiting", 0)
    ProcrastinateJob.objects.all().delete()  # and the task with it: the one of every minute finds the mail
    assert tried(mail).state == "sent"


def test_mails_that_ended_keep_no_text_whoever_writes_them(has_mail: None) -> None:
    mail = queued()
    with pytest.raises(IntegrityError, match="mail_ended_without_text"), connection.cursor() as cursor:
        cursor.execute("UPDATE mail_mail SET state = 'sent', ended_at = now() WHERE id = %s", [mail.pk])


def test_mails_are_forgotten_after_a_month(mail_server: MailServer) -> None:
    tried(queued())
    assert sending.forget_ended(before=AT) == 0
    assert sending.forget_ended(before=AT + dt.timedelta(days=1)) == 1


def test_the_administration_shows_what_became_of_a_mail_and_not_its_text(
    has_mail: None, client: Client
) -> None:
    mail = queued()
    client.force_login(make.user(is_superuser=True))
    page = client.get(f"/admin/mail/mail/{mail.pk}/change/").content.decode()
    assert "planner@example.org" in page
    assert "https://map.example.org/x" not in page


class TestCommand:
    def test_it_says_that_the_server_took_the_mail(self, mail_server: MailServer, settings: Any) -> None:
        out = StringIO()
        call_command("send_test_mail", "operator@example.org", stdout=out)
        assert f"127.0.0.1:{settings.EMAIL_PORT} took the mail" in out.getvalue()
        assert mail_server.taken[0].rcpt_tos == ["operator@example.org"]
        assert not Mail.objects.exists()

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            ("550 5.1.1 unknown", "refused the mail for good: 550 5.1.1"),
            ("450 later", "did not take the mail: 450"),
        ],
    )
    def test_it_says_why_not(self, mail_server: MailServer, answer: str, words: str) -> None:
        mail_server.to_recipient = answer
        with pytest.raises(CommandError, match=words):
            call_command("send_test_mail", "operator@example.org")

    def test_it_says_what_is_missing(self, settings: Any) -> None:
        settings.HAS_MAIL = False
        with pytest.raises(CommandError, match="MAPDIALOG_EMAIL_URL"):
            call_command("send_test_mail", "operator@example.org")

    def test_it_refuses_what_is_no_address(self, has_mail: None) -> None:
        with pytest.raises(CommandError, match="no e-mail address"):
            call_command("send_test_mail", "operator")


REPORT = """From: MAILER-DAEMON@mx.example.org
To: kart@example.org
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; Planner@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox

--b--
"""


@pytest.mark.parametrize(
    ("action", "status", "is_noted"),
    [
        ("failed", "5.1.1", True),
        ("delayed", "4.4.1", False),
        ("delayed", "5.0.0", False),
        ("failed", "4.4.7", False),
        ("delivered", "2.0.0", False),
    ],
)
def test_mail_that_comes_back_later_is_noted_from_its_report(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, action: str, status: str, is_noted: bool
) -> None:
    tried(queued())
    report = REPORT.format(action=action, status=status).encode()
    for sent in (report, b"no report", b""):
        monkeypatch.setattr("sys.stdin", type("Pipe", (), {"buffer": BytesIO(sent)}))
        call_command("note_bounces", stdout=StringIO())
    noted = list(RefusedAddress.objects.values_list("email", "answer"))
    assert noted == ([("Planner@example.org", "5.1.1 550 5.1.1 no such mailbox")] if is_noted else [])


def test_a_report_of_an_address_that_nobody_wrote_to_is_left_alone(
    has_mail: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = REPORT.format(action="failed", status="5.1.1").encode()
    monkeypatch.setattr("sys.stdin", type("Pipe", (), {"buffer": BytesIO(report)}))
    out = StringIO()
    call_command("note_bounces", stdout=out)
    assert "Left alone" in out.getvalue()
    assert not RefusedAddress.objects.exists()
