"""Sends one mail now, past the queue, and says what the mail server said."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from mapdialog.mail import smtp
from mapdialog.mail.models import Mail


class Command(BaseCommand):
    help = "Send a test mail at once, and say what the mail server answered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["address"]
        if not settings.HAS_MAIL:
            raise CommandError(
                "No mail server is configured: set MAPDIALOG_EMAIL_URL and MAPDIALOG_EMAIL_FROM."
            )
        try:
            validate_email(address)
        except ValidationError:
            raise CommandError(f"{address} is no e-mail address.") from None
        server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        text = _("This is a test of %(site)s. Mail from it arrives.") % {"site": settings.SITE_URL}
        try:
            smtp.deliver(
                address, subject=_("Test of mail"), text=text, message_id=f"test.{secrets.token_hex(8)}"
            )
        except smtp.NotSentError as error:
            kind = "refused the mail for good" if error.is_final else "did not take the mail"
            raise CommandError(f"{server} {kind}: {error.answer}") from None
        self.stdout.write(f"{server} took the mail from {settings.DEFAULT_FROM_EMAIL} for {address}.")
        waiting = Mail.objects.filter(state=Mail.State.WAITING, tries__gt=0).count()
        if waiting:
            self.stdout.write(f"{waiting} mails that could not be sent before wait for their next try.")
        expired = Mail.objects.filter(state=Mail.State.EXPIRED).count()
        if expired:
            list_of_them = "/admin/mail/mail/?state__exact=expired"
            self.stdout.write(f"{expired} mails of the last month were not sent in time: {list_of_them}")
