"""Load a GeoJSON file, a GeoPackage or a zipped Shapefile as a layer, or as a layer's new edition."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.utils import timezone

from layers import crs, styles
from layers.columns import ColumnError
from layers.importing import Delivery, ImportRefusedError, load
from layers.models import Layer
from layers.readers import ReadError

_PROGRESS_FROM_ROWS = 20_000


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", required=True, choices=Layer.Kind.values)
        parser.add_argument("--name", required=True, help="short name: letters, figures, - and _")
        parser.add_argument("--owner", required=True, help="country and code, such as NO-4012")
        parser.add_argument("--crs", help="such as EPSG:25832; default: what the file says")
        parser.add_argument(
            "--valid-from", type=_date, help="first day it holds (default: ever since; with --replace, today)"
        )
        parser.add_argument("--code-field", help="the field that holds the codes")
        parser.add_argument("--name-field", help="the field that holds the names")
        parser.add_argument("--layer", help="which layer, when the file has several")
        parser.add_argument(
            "--replace", action="store_true", help="close the version before and load a new one"
        )
        parser.add_argument("--title", action="append", default=[], type=_title, metavar="LANGUAGE=TEXT")
        parser.add_argument(
            "--style", default="", choices=["", *styles.list_names()], help="list of codes and colours"
        )
        parser.add_argument("--credit", default="", help="whom to name beside the map")
        parser.add_argument("--licence", default="")
        parser.add_argument("--unpublished", action="store_true", help="for those who work with it only")
        parser.add_argument("--by", default="", help="who does this, for the layer's log")

    @no_translations
    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            delivery = Delivery(
                path=file,
                kind=options["kind"],
                name=options["name"],
                owner=options["owner"],
                srid=crs.srid_from(options["crs"]) if options["crs"] else None,
                valid_from=options["valid_from"],
                code_field=options["code_field"],
                name_field=options["name_field"],
                table=options["layer"],
                replace=options["replace"],
                published=not options["unpublished"],
                titles=dict(options["title"]),
                style=options["style"],
                credit=options["credit"],
                licence=options["licence"],
            )
            outcome = load(delivery, at=timezone.now(), by=options["by"], progress=self._show)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error
        except (ReadError, ColumnError, crs.CrsError, ImportRefusedError) as error:
            raise CommandError(f"{file.name}: {error}") from error
        version = outcome.version
        if outcome.report is None:
            self.stdout.write(f"{version}: already loaded, nothing changed")
            return
        for line in outcome.report.lines():
            self.stdout.write(line)
        since = f"from {version.begins}" if version.begins else "ever since"
        self.stdout.write(f"{version}: valid {since} (version id {version.pk})")

    def _show(self, done: int, total: int) -> None:
        if total >= _PROGRESS_FROM_ROWS:
            self.stderr.write(f"{done} of {total}")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("write the day as 2026-01-31") from error


def _title(text: str) -> tuple[str, str]:
    language, equals, title = text.partition("=")
    if not equals or not language or not title:
        raise argparse.ArgumentTypeError("write LANGUAGE=TEXT, such as nb=Nærmiljøutvalg")
    return language, title
