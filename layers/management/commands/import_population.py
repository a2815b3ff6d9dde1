"""Attach a statistics office's figures to the areas of a layer: people by area, year and age band."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.db import transaction
from django.utils import timezone

from layers.days import owners_day
from layers.management.arguments import day
from layers.models import Edition, Layer, Population
from layers.option_error import for_command
from layers.population import attaching
from layers.population import sums as population_sum
from layers.population.attaching import PopulationError
from layers.population.counts import CountsError
from layers.population.report import sentences
from layers.readers.read_file import ReadError


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, help="CSV, XLSX, ODS or JSON, or a geometry file with such fields"
        )
        parser.add_argument("--owner", required=True, help="country and code, such as NO-4012")
        parser.add_argument("--name", required=True, help="the layer whose areas the figures are of")
        parser.add_argument("--on", type=day, help="the edition in force on this day (default: today)")
        parser.add_argument("--source", required=True, help="whose figures they are")
        parser.add_argument("--licence", default="")
        parser.add_argument("--year", type=int, help="the year (default: every year that the file names)")
        parser.add_argument("--code-field", help="the column that holds the areas' codes")
        parser.add_argument("--sheet", help="which sheet of a workbook")
        parser.add_argument(
            "--sum-into",
            action="append",
            default=[],
            metavar="NAME",
            help="also add up for every edition of this layer, whose areas are made of whole units",
        )
        parser.add_argument("--by", default="", help="who does this, for the layer's log")

    @no_translations
    def handle(self, *, file: Path, **options: Any) -> None:
        at, by = timezone.now(), options["by"]
        edition = _edition(
            options["owner"], options["name"], on=options["on"] or owners_day(options["owner"], at=at)
        )
        try:
            with transaction.atomic():
                loaded = attaching.load(
                    file,
                    edition=edition,
                    year=options["year"],
                    source=options["source"],
                    licence=options["licence"],
                    code_column=options["code_field"],
                    sheet=options["sheet"],
                    at=at,
                    by=by,
                )
                loaded += population_sum.follow(loaded, at=at, by=by)
                loaded += self._sums(loaded, options=options, at=at)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error
        except ReadError as error:
            raise CommandError(f"{file.name}: {for_command(error)}") from error
        except (CountsError, PopulationError) as error:
            raise CommandError(f"{file.name}: {error}") from error
        for population in loaded:
            self._print(population)

    def _sums(
        self, loaded: list[Population], *, options: dict[str, Any], at: dt.datetime
    ) -> list[Population]:
        editions = Edition.objects.saved().filter(
            layer__owner=options["owner"], layer__name__in=options["sum_into"]
        )
        missing = set(options["sum_into"]) - set(editions.values_list("layer__name", flat=True))
        if missing:
            raise CommandError(f"{options['owner']} has no layer called {', '.join(sorted(missing))}.")
        return [
            population_sum.sum_up(units, into=edition, at=at, by=options["by"])
            for units in loaded
            for edition in editions
        ]

    def _print(self, population: Population) -> None:
        total = population.report["total"]
        self.stdout.write(f"{population.edition}, {population.year}: {total} people ({population.source})")
        for sentence in sentences(population):
            self.stdout.write(f"  {sentence}")


def _edition(owner: str, name: str, *, on: dt.date) -> Edition:
    layer = Layer.objects.filter(owner=owner, name=name).first()
    if layer is None:
        raise CommandError(f"{owner} has no layer called {name}.")
    edition = layer.editions.in_force_on(on).first()
    if edition is None:
        raise CommandError(
            f"No edition of {layer} is in force on {on.isoformat()}; give another day with --on."
        )
    return edition
