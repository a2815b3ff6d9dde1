"""After MAPDIALOG_SECRET_KEY has changed: what was kept under the former one is kept under the new one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mapdialog.contributions import hash_key


class Command(BaseCommand):
    help = "Wrap the key of senders' hashes under the new MAPDIALOG_SECRET_KEY (docs/operators.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            hash_key.unwrap()
        except hash_key.CannotUnwrapError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            "The key of senders' hashes is kept under the secret key of today. The former one may leave "
            "MAPDIALOG_SECRET_KEY_FALLBACKS after a day: then no sign-in and no mailed link is older."
        )
