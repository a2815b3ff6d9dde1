"""`manage.py replay_journal`: what was erased or taken from view since the backup was made, once more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mapdialog.audit import journal
from mapdialog.contributions.replay import hiding_sql, replay

_MISSING = (
    "What was erased or taken from view since the backup was made may be public again. If the journal is "
    "kept elsewhere, set MAPDIALOG_JOURNAL and run replay_journal. If there is no other: replay_journal "
    "--adopt."
)


class Command(BaseCommand):
    help = (
        "Carry out again the erasures and decisions of the journal which a restored database does not know."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--go-on", action="store_true", help="warn where it fails and end well (./run upgrade)"
        )
        parser.add_argument(
            "--adopt", action="store_true", help="from now on the journal in the folder is this database's"
        )
        parser.add_argument(
            "--hide", action="store_true", help="print SQL that hides them meanwhile (./run restore)"
        )

    def handle(self, *args: Any, hide: bool, go_on: bool, adopt: bool, **options: Any) -> None:
        if hide:
            self._hide()
            return
        try:
            self._replay(adopt=adopt)
        except CommandError as error:
            if not go_on:
                raise
            self.stderr.write(f"WARNING: {error}")

    def _hide(self) -> None:
        """Asks the database nothing: it is being restored meanwhile."""
        try:
            self.stdout.write("\n".join(hiding_sql(journal.read())))
        except FileNotFoundError:
            return
        except OSError as error:
            raise CommandError(f"The journal cannot be read: {error}.") from None

    def _replay(self, *, adopt: bool) -> None:
        """What can be is carried out, before anything is said to be wrong. Raises CommandError."""
        try:
            entries = journal.read()
            if adopt:
                journal.adopt()
            troubles = list(journal.strangeness())
        except FileNotFoundError:
            raise CommandError(f"There is no journal in {journal.file().parent}. {_MISSING}") from None
        except OSError as error:
            raise CommandError(f"The journal cannot be read: {error}.") from None
        self._carry_out(entries)
        if troubles:
            raise CommandError(f"{' '.join(troubles)} {_MISSING}")
        if entries.damaged:
            raise CommandError(
                f"{entries.damaged} lines of {journal.file()} cannot be read. The others were carried out."
            )

    def _carry_out(self, entries: journal.Journal) -> None:
        replayed = replay(entries, at=timezone.now())
        states = ", ".join(f"{n} {state}" for state, n in sorted(replayed.states.items()))
        self.stdout.write(f"The journal: {states or 'nothing that this database does not know'}.")
        if replayed.absent:
            self.stdout.write(f"{replayed.absent} contributions that it names are not in this database.")
