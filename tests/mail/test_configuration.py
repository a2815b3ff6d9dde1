"""What an operator writes about the mail server is understood, or refused without telling its password."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from mapdialog import environment
from mapdialog.environment import MailServer

NAME = "MAPDIALOG_EMAIL_URL"


@pytest.mark.parametrize(
    ("address", "host", "port", "is_tls", "is_starttls"),
    [
        ("smtp://kart:p%40ss%2Fword@mail.example.org", "mail.example.org", 587, False, True),
        ("smtp://kart:p%40ss%2Fword@mail.example.org:2525", "mail.example.org", 2525, False, True),
        ("smtps://kart:p%40ss%2Fword@mail.example.org", "mail.example.org", 465, True, False),
        ("smtp+plain://kart:p%40ss%2Fword@[::1]", "::1", 25, False, False),
    ],
)
def test_an_address_names_server_sign_in_and_protection(
    monkeypatch: pytest.MonkeyPatch, address: str, host: str, port: int, is_tls: bool, is_starttls: bool
) -> None:
    monkeypatch.setenv(NAME, address)
    assert environment.mail_server(NAME) == MailServer(
        host=host, port=port, user="kart", password="p@ss/word", is_tls=is_tls, is_starttls=is_starttls
    )


@pytest.mark.parametrize(
    "address", ["mail.example.org", "http://x", "smtp://", "smtp://u:secret@h:port", "smtp://[:25"]
)
def test_what_is_no_address_stops_the_start_and_tells_no_password(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv(NAME, address)
    with pytest.raises(ImproperlyConfigured, match="MAPDIALOG_EMAIL_URL must look like") as refused:
        environment.mail_server(NAME)
    assert "secret" not in str(refused.value)


def test_nothing_is_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert environment.mail_server(NAME) is None
