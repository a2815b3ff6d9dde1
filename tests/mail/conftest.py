"""A mail server on this machine, and settings that lead to it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller


@dataclass
class MailServer:
    """Takes what it is sent. `says` is its answer to a recipient or to a text instead of 250."""

    taken: list[Any] = field(default_factory=list)
    to_recipient: str = ""
    to_text: str = ""
    to_sender: str = ""
    drops_after_text: bool = False

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.to_sender:
            return self.to_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.to_recipient:
            return self.to_recipient.replace("ADDRESS", address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.to_text:
            return self.to_text
        self.taken.append(envelope)
        if self.drops_after_text:
            server.transport.abort()
        return "250 taken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def has_mail(settings: Any) -> None:
    settings.HAS_MAIL = True
    settings.EMAIL_BACKEND = "mapdialog.mail.queue.QueuedMail"
    settings.SITE_URL = "https://map.example.org"
    settings.DEFAULT_FROM_EMAIL = "Kart <kart@example.org>"


@pytest.fixture
def mail_server(settings: Any, has_mail: None) -> Iterator[MailServer]:
    server = MailServer()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    controller = Controller(server, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    yield server
    controller.stop()
