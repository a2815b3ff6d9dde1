"""`manage.py create_municipality FILE.toml`: make a municipality, or bring it up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.utils import timezone

from layers.toml_file import TomlFileError
from mapdialog.people import municipality_file
from mapdialog.people.actions import save_municipality


class Command(BaseCommand):
    help = "Make the municipality that FILE describes, or bring it up to date (docs/consultation-file.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    @no_translations
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            described = municipality_file.read(file)
        except TomlFileError as error:
            raise CommandError(str(error)) from None
        municipality = save_municipality(described, at=timezone.now(), by="command:create_municipality")
        self.stdout.write(f"{municipality.code} {municipality.name}")
