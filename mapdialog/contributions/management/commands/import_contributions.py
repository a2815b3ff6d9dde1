"""Loads letters and old data from a file into a consultation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.utils import timezone

from mapdialog.contributions import bulk, import_files, importing, rulebooks
from mapdialog.contributions.models import Contribution

_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Loads contributions from CSV (; , or tab; UTF-8), XLSX, ODS or GeoJSON. A second run adds nothing. "
        "What looks wrong is stored and waits to be read; it is never published."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--consultation", required=True, metavar="SLUG")
        parser.add_argument(
            "--map",
            default=[],
            action="append",
            metavar="TARGET=COLUMN,…",
            help="which column holds what; source_id is needed. Not for our own GeoJSON. Targets: "
            f"{', '.join(sorted(importing.targets()))}.",
        )
        parser.add_argument("--state", choices=["published", "pending"], default="published")
        parser.add_argument("--create-themes", action="store_true", help="make themes that are not there yet")
        parser.add_argument("--sheet", default="", help="of a workbook; else the first with anything in it")
        parser.add_argument(
            "--undated",
            action="store_true",
            help="needed no more: rows without a time are always taken, as “date not known”",
        )
        parser.add_argument("--strict", action="store_true", help="end with an error if a row was refused")
        parser.add_argument("--report", type=Path, help="write the report with every refusal as JSON")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        choices = importing.Options(
            state=Contribution.State(options["state"]), creates_themes=options["create_themes"]
        )
        columns = _columns(options["map"]) if options["map"] else {}
        try:
            rulebook = rulebooks.read_any(options["consultation"])
            file = import_files.of_path(options["file"], columns=columns, sheet=options["sheet"])
            report = importing.load(
                file.rows,
                rulebook=rulebook,
                options=choices,
                at=timezone.now(),
                by="command",
                progress=self._progress,
            )
            report.file_notes += file.notes
            bulk.count_anew()
        except rulebooks.NoConsultationError:
            raise CommandError(f"There is no consultation {options['consultation']!r}.") from None
        except (OSError, importing.ImportFileError) as error:
            raise CommandError(str(error)) from None
        self._print(report, unit=file.unit, to=options["report"], is_strict=options["strict"])

    def _progress(self, report: importing.Report) -> None:
        self.stderr.write(f"{report.read} rows read, {report.stored.new} loaded …")

    def _print(self, report: importing.Report, *, unit: str, to: Path | None, is_strict: bool) -> None:
        result = report.as_json()
        if to is not None:
            to.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
        for note in report.file_notes:
            self.stdout.write(f"note: {note}")
        self._list(result["refusals"], unit=unit, of="reason", words="")
        self._list(result["holds"], unit=unit, of="reason", words="held back: ")
        self._list(result["notes"], unit=unit, of="note", words="note: ")
        rows = "{read} rows read: {loaded} loaded, {already_there} already there, {refused} refused. "
        places = (
            "Of the loaded, {held_back} are held back until somebody has read them, {undated} have no known "
            "date, {without_place} have no place and {outside_every_area} lie outside every area."
        )
        self.stdout.write((rows + places).format(**result))
        if is_strict and result["refused"]:
            raise CommandError(f"{result['refused']} rows were refused.")

    def _list(self, rows: list[dict[str, Any]], *, unit: str, of: str, words: str) -> None:
        for row in rows[:_SHOWN]:
            self.stdout.write(f"{unit} {row['line']} ({row['source_id'] or '–'}): {words}{row[of]}")
        if len(rows) > _SHOWN:
            self.stdout.write(f"… and {len(rows) - _SHOWN} more; --report FILE has them all.")


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
