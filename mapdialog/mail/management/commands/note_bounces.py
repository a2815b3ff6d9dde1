"""Reads a report of mail that came back, as a mail server pipes it in, and notes the address."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from mapdialog.mail import bounces, sending
from mapdialog.mail.models import Mail

_LARGEST = 1024 * 1024


class Command(BaseCommand):
    help = "Read a delivery report (RFC 3464) from standard input and note the addresses that take no mail."

    def handle(self, *args: Any, **options: Any) -> None:
        refused = list(bounces.refused_in(sys.stdin.buffer.read(_LARGEST)))
        for address, answer in refused:
            # Reports can be forged: only whom we wrote to lately is noted.
            if Mail.objects.filter(recipient__iexact=address).exists():
                sending.note_refused(address, answer=answer, at=timezone.now())
                self.stdout.write(f"Noted: {address} ({answer}).")
            else:
                self.stdout.write(f"Left alone: no mail was sent to {address}.")
        if not refused:
            self.stdout.write("Nothing was noted: this reports no address that was given up for good.")
