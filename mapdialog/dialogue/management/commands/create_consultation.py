"""`manage.py create_consultation FILE.toml`: make a consultation, or bring it up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.utils import timezone

from layers.toml_file import TomlFileError
from mapdialog.dialogue import consultation_file
from mapdialog.dialogue.actions import ConsultationError, save_consultation


class Command(BaseCommand):
    help = "Make the consultation that FILE describes, or bring it up to date (docs/consultation-file.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--base-layer",
            dest="base_layers",
            metavar="NAME",
            action="append",
            help="a layer of the base map, instead of those that FILE names; one for each layer",
        )

    @no_translations
    def handle(self, *args: Any, file: Path, base_layers: list[str] | None, **options: Any) -> None:
        try:
            described = consultation_file.read(file)
            if base_layers:
                described = described.model_copy(update={"base_layers": base_layers})
            saved = save_consultation(described, at=timezone.now(), by="command:create_consultation")
        except TomlFileError as error:
            raise CommandError(str(error)) from None
        except ConsultationError as error:
            raise CommandError(f"{file.name}: {error}") from None
        consultation = saved.consultation
        state = "made" if saved.is_new else "brought up to date" if saved.changed else "unchanged"
        closes = consultation.closes_at.isoformat() if consultation.closes_at else "open-ended"
        self.stdout.write(
            f"{consultation.slug}: {state} (opens {consultation.opens_at.isoformat()}, closes {closes})"
        )
        for name in saved.in_use:
            self.stdout.write(f"  kept, although the file no longer has it, because it is in use: {name}")
