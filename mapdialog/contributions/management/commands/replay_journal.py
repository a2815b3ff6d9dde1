"""`manage.py replay_journal`: what was erased or taken from view since the backup was made, once more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mapdialog.audit import journal
from mapdialog.contributions.replay import hiding_sql, replay


class Command(BaseCommand):
    help = (
        "Carry out again the erasures and decisions of the journal which a restored database does not know."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--hide", action="store_true", help="print SQL that hides them meanwhile (./run restore)"
        )

    def handle(self, *args: Any, hide: bool, **options: Any) -> None:
        try:
            entries = journal.read()
        except FileNotFoundError:
            if hide:
                return
            raise CommandError(
                f"There is no journal in {journal.file().parent}: what was erased or taken from view since "
                "the backup was made may be public again. If it is kept elsewhere, set MAPDIALOG_JOURNAL and "
                "run replay_journal."
            ) from None
        except OSError as error:
            raise CommandError(f"The journal cannot be read: {error}.") from None
        if hide:
            self.stdout.write("\n".join(hiding_sql(entries)))
            return
        replayed = replay(entries, at=timezone.now())
        states = ", ".join(f"{n} {state}" for state, n in sorted(replayed.states.items()))
        self.stdout.write(f"The journal: {states or 'nothing that this database does not know'}.")
        if replayed.absent:
            self.stdout.write(f"{replayed.absent} contributions that it names are not in this database.")
        if entries.damaged:
            raise CommandError(
                f"{entries.damaged} lines of {journal.file()} cannot be read. The others were carried out."
            )
