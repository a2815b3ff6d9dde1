"""Load which public codes became which: by default Norway's municipalities on 1 January 2024."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from layers.management.arguments import day
from layers.reference import concordance


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", default=concordance.SHIPPED)
        parser.add_argument(
            "--scheme", default=concordance.NO_MUNICIPALITIES, help="country and kind of code"
        )
        parser.add_argument(
            "--changed-on", type=day, default=concordance.SHIPPED_DAY, help="first day of the new codes"
        )

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            loaded = concordance.load(file, scheme=options["scheme"], changed_on=options["changed_on"])
        except (OSError, concordance.ConcordanceError) as error:
            raise CommandError(f"{file}: {error}") from error
        counts = f"{loaded.added} added, {loaded.changed} changed, {loaded.unchanged} kept as they were"
        self.stdout.write(f"{counts}; {loaded.same} codes have not changed")
        if loaded.ambiguous:
            codes = ", ".join(loaded.ambiguous)
            self.stdout.write(f"with several successors, never followed automatically: {codes}")
