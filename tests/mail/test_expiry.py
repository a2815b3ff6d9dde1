"""After an outage no mail goes out whose link is dead or whose news is stale: it ends unsent, and is seen."""

from __future__ import annotations

import datetime as dt
import logging
import re
from io import StringIO
from typing import Any

import pytest
from django.core.mail import send_mail
from django.core.management import call_command
from django.test import Client

from mapdialog.mail import sending
from mapdialog.mail.models import Mail
from mapdialog.people.notices import notify
from mapdialog.people.password_reset import send_reset_mail
from tests import factories as make
from tests.mail.conftest import MailServer, free_port
from tests.mail.test_sending import AT, LIFE, queued, tried

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_a_mail_that_nobody_took_in_time_ends_unsent(
    mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    old, younger = queued(), queued(life=LIFE + HOUR)
    with caplog.at_level(logging.WARNING):
        assert sending.send_due(at=AT + LIFE) == 1
    old.refresh_from_db()
    younger.refresh_from_db()
    assert (old.state, old.text, old.ended_at, old.tries) == ("expired", "", AT + LIFE, 0)
    assert younger.state == "sent"
    assert len(mail_server.taken) == 1
    assert "1 mails were not sent in time" in caplog.text


def test_it_says_still_what_the_mail_server_answered_last(mail_server: MailServer) -> None:
    mail_server.to_recipient = "451 4.3.0 try again later"
    mail = tried(tried(queued(life=HOUR)), at=AT + HOUR)
    assert (mail.state, mail.tries, mail.answer) == ("expired", 1, "451 4.3.0 try again later")


def test_all_that_is_too_old_ends_while_the_mail_server_is_away_or_none_is_configured(
    mail_server: MailServer, settings: Any
) -> None:
    settings.EMAIL_PORT = free_port()
    for _ in range(3):
        queued()
    waiting = queued(life=2 * LIFE)
    assert sending.send_due(at=AT + LIFE) == 1, "one finds out that the server is away"
    assert list(Mail.objects.exclude(pk=waiting.pk).values_list("state", flat=True)) == ["expired"] * 3
    settings.HAS_MAIL = False
    assert tried(waiting, at=AT + 2 * LIFE).state == "expired"


def test_a_link_for_a_new_password_goes_out_while_there_is_an_hour_to_follow_it(
    has_mail: None, settings: Any
) -> None:
    send_reset_mail(make.user().email, language="en", at=AT)
    mail = Mail.objects.get()
    assert mail.expires_at - AT == dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT) - HOUR
    assert mail.expires_at - AT > sum(sending.WAITS, dt.timedelta()), "its last try comes before"
    assert "before 5 May 2026, 14:00:" in mail.text, "whenever it arrives"


def test_a_link_that_confirms_an_address_goes_out_while_there_is_an_hour_to_follow_it(
    has_mail: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    client.force_login(make.user())
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    mail = Mail.objects.get()
    days = settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS
    assert mail.expires_at - mail.created_at == dt.timedelta(days=days) - HOUR
    path = re.search(r"https://map.example.org(\S+/confirm-email/\S+)", mail.text)[1]
    last = mail.expires_at.timestamp()
    for seconds, is_alive in ((0, True), (3600 + 60, False)):
        with monkeypatch.context() as patch:
            patch.setattr("time.time", lambda now=last + seconds: now)
            assert ("<form" in client.get(path).content.decode().split("<main")[1]) == is_alive


def test_other_mails_have_a_life_too(has_mail: None) -> None:
    notify("planner@example.org", "Your password was changed.")
    send_mail("Emne", "Hei", None, ["planner@example.org"])
    lives = {mail.expires_at - mail.created_at for mail in Mail.objects.all()}
    assert lives == {dt.timedelta(days=7)}


def test_metrics_administration_and_test_mail_tell_that_one_was_not_sent_in_time(
    mail_server: MailServer, client: Client
) -> None:
    tried(queued("late@example.org"), at=AT + LIFE)
    queued("other@example.org")
    assert 'mapdialog_mails{state="expired"} 1.0' in client.get("/metrics").content.decode()
    client.force_login(make.user(is_superuser=True))
    out = StringIO()
    call_command("send_test_mail", "operator@example.org", stdout=out)
    address = re.search(r"/admin/mail/mail/\S+", out.getvalue())[0]
    page = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "Not sent in time" in page
    assert "late@example.org" in page
    assert "other@example.org" not in page
