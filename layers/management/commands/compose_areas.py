"""Compose committees of statistical units, by a table of unit and committee, as a layer's new edition."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.db import transaction
from django.utils import timezone

from layers.composition import composing
from layers.composition.composing import Composition
from layers.composition.table import committees_in, remarks
from layers.editions import life
from layers.management.arguments import add_titles, day
from layers.management.consent import add_consent, consent_of, refusal
from layers.models import Edition, Layer
from layers.option_error import for_command
from layers.readers import figures
from layers.readers.read_file import ReadError


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a table with a column of units and one of committees")
        parser.add_argument("--units", required=True, type=_layer, metavar="OWNER/NAME")
        parser.add_argument("--name", required=True, help="the committees' layer")
        parser.add_argument(
            "--valid-from", required=True, type=day, help="first day the committees are in force"
        )
        add_titles(parser)
        parser.add_argument("--unpublished", action="store_true", help="for those who work with it only")
        add_consent(parser)
        parser.add_argument("--by", default="", help="who does this, for the layer's log")

    @no_translations
    def handle(self, *, file: Path, **options: Any) -> None:
        at, by, consent = timezone.now(), options["by"], consent_of(options)
        units = _edition(*options["units"], on=options["valid_from"])
        try:
            with transaction.atomic():
                table = figures.read_table(file)
                committees = committees_in(table, units=units, at=at)
                for remark in remarks(table, units=units, at=at):
                    self.stdout.write(remark)
                composition = Composition(
                    units=units,
                    name=options["name"],
                    committees=tuple(committees),
                    titles=dict(options["title"]),
                )
                draft = composing.stage(composition, at=at, by=by)
                sums = composing.save(
                    draft,
                    valid_from=options["valid_from"],
                    published=not options["unpublished"],
                    at=at,
                    by=by,
                    consent=consent,
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error
        except ReadError as error:
            raise CommandError(f"{file.name}: {for_command(error)}") from error
        except composing.CompositionError as error:
            raise CommandError(f"{file.name}: {error}") from error
        except life.EditionError as error:
            raise CommandError(f"{file.name}: {refusal(error)}") from error
        self._print(draft, units=units)
        for population in sums:
            self.stdout.write(f"{population.year}: {population.report['total']} people ({population.source})")
        self.stdout.write(f"{draft}: valid from {draft.valid_from} (edition id {draft.pk})")

    def _print(self, draft: Edition, *, units: Edition) -> None:
        pairs = composing.adjacent(units)
        for area in draft.areas.order_by("code"):
            codes = area.properties["units"]
            apart = composing.groups(codes, pairs=pairs)
            note = f" in {apart} separate parts" if apart > 1 else ""
            self.stdout.write(f"{area.code} {area.name}: {len(codes)} units{note}")
        left = units.feature_count - sum(len(area.properties["units"]) for area in draft.areas.all())
        self.stdout.write(f"{left} units are in no committee")


def _edition(owner: str, name: str, *, on: dt.date) -> Edition:
    layer = Layer.objects.filter(owner=owner, name=name, kind=Layer.Kind.BOUNDARY).first()
    edition = layer.editions.in_force_on(on).first() if layer else None
    if edition is None:
        raise CommandError(f"{owner} has no areas called {name} that are in force on {on.isoformat()}.")
    return edition


def _layer(text: str) -> tuple[str, str]:
    owner, slash, name = text.partition("/")
    if not (owner and slash and name):
        raise argparse.ArgumentTypeError("write OWNER/NAME, such as NO-4012/units")
    return owner, name
