"""Loads letters and old data from a CSV file into a consultation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.utils import timezone

from mapdialog.contributions import bulk, importing, rulebooks
from mapdialog.contributions.models import Contribution

_SHOWN = 20


class Command(BaseCommand):
    help = "Loads contributions from a CSV file (; , or tab; UTF-8). A second run adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--consultation", required=True, metavar="SLUG")
        parser.add_argument(
            "--map",
            required=True,
            action="append",
            metavar="TARGET=COLUMN,…",
            help="which column holds what; source_id is needed. Targets: "
            f"{', '.join(sorted(importing.targets()))}.",
        )
        parser.add_argument("--state", choices=["published", "pending"], default="published")
        parser.add_argument("--create-themes", action="store_true", help="make themes that are not there yet")
        parser.add_argument(
            "--undated", action="store_true", help="take rows whose time is missing as of now"
        )
        parser.add_argument("--strict", action="store_true", help="end with an error if a row was refused")
        parser.add_argument("--report", type=Path, help="write the report with every refusal as JSON")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        choices = importing.Options(
            columns=_columns(options["map"]),
            state=Contribution.State(options["state"]),
            creates_themes=options["create_themes"],
            takes_undated=options["undated"],
        )
        try:
            rulebook = rulebooks.read_any(options["consultation"])
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                report = importing.load(
                    file,
                    rulebook=rulebook,
                    options=choices,
                    at=timezone.now(),
                    by="command",
                    progress=self._progress,
                )
            bulk.count_anew()
        except rulebooks.NoConsultationError:
            raise CommandError(f"There is no consultation {options['consultation']!r}.") from None
        except UnicodeDecodeError as error:
            raise CommandError(f"The file is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
        except (OSError, importing.ImportFileError) as error:
            raise CommandError(str(error)) from None
        self._print(report, to=options["report"], is_strict=options["strict"])

    def _progress(self, report: importing.Report) -> None:
        self.stderr.write(f"{report.read} rows read, {report.stored.new} loaded …")

    def _print(self, report: importing.Report, *, to: Path | None, is_strict: bool) -> None:
        result = report.as_json()
        if to is not None:
            to.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
        for refusal in result["refusals"][:_SHOWN]:
            self.stdout.write(f"line {refusal['line']} ({refusal['source_id'] or '–'}): {refusal['reason']}")
        if len(result["refusals"]) > _SHOWN:
            self.stdout.write(f"… and {len(result['refusals']) - _SHOWN} more; --report FILE has them all.")
        rows = "{read} rows read: {loaded} loaded, {already_there} already there, {refused} refused. "
        places = (
            "Of the loaded, {without_place} have no place and {outside_every_area} lie outside every area."
        )
        self.stdout.write((rows + places).format(**result))
        if is_strict and result["refused"]:
            raise CommandError(f"{result['refused']} rows were refused.")


def _columns(pairs: list[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for pair in ",".join(pairs).split(","):
        target, _, column = (part.strip() for part in pair.partition("="))
        if target not in importing.targets() or not column:
            known = ", ".join(sorted(importing.targets()))
            raise CommandError(f"--map: {pair!r} is not TARGET=COLUMN. Targets: {known}.")
        columns[target] = column
    if "source_id" not in columns:
        raise CommandError("--map: source_id is needed, so that a second run adds nothing.")
    return columns
