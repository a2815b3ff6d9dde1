"""A mail server that hangs, refuses us or drops the line, and an address that no server can be given."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from mapdialog.mail import sending, smtp
from mapdialog.mail.models import Mail, RefusedAddress
from tests.mail.conftest import MailServer
from tests.mail.test_sending import AT, queued, tried

pytestmark = pytest.mark.django_db
UNWRITABLE = f"kari@{'ø' * 60}.no"  # valid as it is typed; encoded it is longer than a name may be


def test_an_address_that_cannot_be_written_holds_up_no_other_mail(mail_server: MailServer) -> None:
    unwritable, other = queued(UNWRITABLE), queued()
    assert sending.send_due(at=AT) == 2
    unwritable.refresh_from_db()
    other.refresh_from_db()
    assert (other.state, unwritable.state, unwritable.tries) == ("sent", "waiting", 1)
    assert unwritable.due_at == AT + sending.WAITS[0]
    assert unwritable.answer


def test_a_sender_that_is_not_configured_well_holds_up_no_request_and_loses_no_mail(
    mail_server: MailServer, settings: Any
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Kart\nBcc: all@example.org <kart@example.org>"
    mail = tried(queued())
    assert (mail.state, mail.tries) == ("waiting", 1)
    assert mail_server.taken == []


@pytest.mark.parametrize("answer", ["530 5.7.0 authentication required", "550 5.7.1 sender not allowed"])
def test_a_server_that_refuses_our_sender_ends_no_mail(mail_server: MailServer, answer: str) -> None:
    """What is wrong there is ours to put right: everybody's mail would be gone otherwise."""
    mail_server.to_sender = answer
    mails = [queued(), queued()]
    assert sending.send_due(at=AT) == 1
    for mail in mails:
        mail.refresh_from_db()
    assert {mail.state for mail in mails} == {"waiting"}
    assert not RefusedAddress.objects.exists()
    mail_server.to_sender = ""
    assert sending.send_due(at=AT + dt.timedelta(minutes=1)) == 2


def test_a_server_that_may_not_pass_mail_on_says_nothing_of_the_address(mail_server: MailServer) -> None:
    mail_server.to_recipient = "550 5.7.1 relaying denied"
    mail = tried(queued())
    assert mail.state == "waiting"
    assert not RefusedAddress.objects.exists()


@pytest.fixture
def silent_server(settings: Any, has_mail: None) -> Iterator[list[socket.socket]]:
    """Takes connections and says nothing. The list holds them."""
    settings.EMAIL_TIMEOUT = 1
    taken: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_HOST, settings.EMAIL_PORT = listener.getsockname()

    def accept() -> None:
        try:
            while True:
                taken.append(listener.accept()[0])
        except OSError:
            return

    thread = threading.Thread(target=accept)
    thread.start()
    yield taken
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    for connection in taken:
        connection.close()


def test_a_server_that_never_answers_is_waited_for_once_and_not_for_each_mail(
    silent_server: list[socket.socket],
) -> None:
    mails = [queued() for _ in range(5)]
    assert sending.send_due(at=AT) == 1
    assert len(silent_server) == 1
    assert [Mail.objects.get(pk=mail.pk).tries for mail in mails] == [1, 0, 0, 0, 0]


def test_a_line_dropped_after_the_text_is_tried_again_under_the_same_id(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_server.drops_after_text = True
    mail = tried(queued())
    assert (mail.state, mail.tries) == ("waiting", 1)
    mail_server.drops_after_text = False
    assert tried(mail, at=mail.due_at).state == "sent"
    ids = [
        line for taken in mail_server.taken for line in taken.content.splitlines() if b"Message-ID" in line
    ]
    assert len(ids) == 2, "the server may have taken both"
    assert len(set(ids)) == 1


def test_a_failure_of_our_own_is_no_answer_of_the_server(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: Any, **_named: Any) -> None:
        raise TypeError("ours")

    monkeypatch.setattr(smtp, "_send", broken)
    with pytest.raises(TypeError):
        sending.send_due(at=AT, mail_id=queued().pk)
