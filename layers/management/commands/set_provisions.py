"""Write a table of provisions (CSV, XLSX, ODS or JSON) onto the newest edition of a plan, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.utils import timezone

from layers import checksum
from layers.editions import life
from layers.management.edition_command import layer_called
from layers.option_error import for_command
from layers.provisions import table as provision_table
from layers.provisions import writing
from layers.provisions.table import Proposal
from layers.provisions.writing import ProvisionError
from layers.readers.read_file import ReadError


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="columns: field, text, plain_nb, plain_en …")
        parser.add_argument("--owner", required=True, help="country and code, such as NO-4012")
        parser.add_argument("--name", required=True, help="the plan's short name")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )
        parser.add_argument("--by", default="", help="who does this, for the layer's log")

    @no_translations
    def handle(self, *, file: Path, **options: Any) -> None:
        edition = life.newest(layer_called(options["name"], owner=options["owner"]))
        if edition is None:
            raise CommandError("The layer has no edition to write on.")
        try:
            proposal = provision_table.proposal(file, edition=edition)
            self._print(proposal)
            if options["dry_run"]:
                return
            if proposal.twice:
                raise CommandError("Fields with different texts on several rows must be put right first.")
            detail = {"file": file.name, "sha256": checksum.of_path(file)}
            writing.write(edition, texts=proposal.texts, at=timezone.now(), by=options["by"], detail=detail)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error
        except ReadError as error:
            raise CommandError(f"{file.name}: {for_command(error)}") from error
        except ProvisionError as error:
            raise CommandError(f"{file.name}: {error}") from error
        self.stdout.write(f"{edition}: {len(proposal.texts)} fields written")

    def _print(self, proposal: Proposal) -> None:
        for warning in proposal.warnings:
            self.stdout.write(warning)
        self.stdout.write(f"new texts: {len(proposal.texts)}; already so: {proposal.same}")
        for words, names in (
            ("not in the plan", proposal.unknown),
            ("different texts on several rows", proposal.twice),
            ("still without a text", proposal.silent),
            ("columns not understood", proposal.unread),
            ("columns that mean the same as another, which is used", proposal.passed_over),
            ("letters that seem to be damaged, in the fields", proposal.damaged),
            ("lines around the table, not read", proposal.around),
        ):
            if names:
                self.stdout.write(f"{words}: {len(names)} ({', '.join(names[:20])})")
