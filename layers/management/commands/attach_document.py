"""Attach a PDF, such as a plan's provisions as decided, to the newest edition of a layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.utils import timezone

from layers.editions import documents, life
from layers.editions.documents import DocumentError
from layers.management.arguments import add_titles
from layers.management.edition_command import layer_called


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", required=True, help="country and code, such as NO-4012")
        parser.add_argument("--name", required=True, help="the layer's short name")
        parser.add_argument("--type", required=True, choices=list(documents.types()))
        add_titles(parser)
        parser.add_argument("--by", default="", help="who does this, for the layer's log")

    @no_translations
    def handle(self, *, file: Path, **options: Any) -> None:
        edition = life.newest(layer_called(options["name"], owner=options["owner"]))
        if edition is None:
            raise CommandError("The layer has no edition to attach it to.")
        try:
            with file.open("rb") as content:
                document = documents.attach(
                    edition,
                    file=content,
                    file_name=file.name,
                    type=options["type"],
                    titles=dict(options["title"]),
                    at=timezone.now(),
                    by=options["by"],
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error
        except DocumentError as error:
            raise CommandError(f"{file.name}: {error}") from error
        self.stdout.write(f"{edition}: {document.file_name} attached (sha256 {document.sha256[:12]})")
