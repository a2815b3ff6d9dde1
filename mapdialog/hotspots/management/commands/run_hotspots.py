"""manage.py run_hotspots SLUG: calculate where contributions gather, now."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from layers.management.arguments import day
from layers.whole_number import whole_number
from mapdialog.analysis.parameters import HotspotParameters
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots import density, result_file
from mapdialog.hotspots.run import NoBoundaries, Outcome, boundaries, calculate

_DEFAULTS = HotspotParameters(metric_srid=4326)


class Command(BaseCommand):
    help = "Calculate where the contributions of a consultation gather, and store it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the consultation")
        parser.add_argument("--boundaries", metavar="NAME", help="count by this boundary layer instead")
        parser.add_argument("--on", type=day, metavar="DATE", help="the boundaries in force on this day")
        parser.add_argument("--distance-m", type=_positive, default=_DEFAULTS.distance_m, metavar="M")
        parser.add_argument("--minimum", type=_minimum, default=_DEFAULTS.minimum, metavar="N")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the whole result here as well")

    def handle(self, *args: Any, **options: Any) -> None:
        consultation = (
            Consultation.objects.select_related("municipality", "boundary_layer", "data_version")
            .filter(slug=options["slug"])
            .first()
        )
        if consultation is None:
            raise CommandError(f"There is no consultation called {options['slug']!r}.")
        at = timezone.now()
        on = options["on"] or consultation.municipality.day(at)
        try:
            boundary = boundaries(consultation, on=on, name=options["boundaries"])
        except NoBoundaries as error:
            raise CommandError(str(error)) from None
        parameters = HotspotParameters(
            metric_srid=consultation.municipality.metric_srid,
            distance_m=options["distance_m"],
            minimum=options["minimum"],
        )
        outcome = calculate(consultation, at=at, on=on, boundary=boundary, parameters=parameters)
        density.refresh(consultation, at=at)
        if options["json"]:
            try:
                result_file.write(outcome, path=options["json"])
            except OSError as error:
                reason = f"cannot be written: {error.strerror}; the run itself is stored."
                raise CommandError(f"{options['json']} {reason}") from None
        self.stdout.write(_report(outcome))


def _report(outcome: Outcome) -> str:
    run = outcome.run
    lines = [
        f"{run.consultation.slug}: {run.n} contributions with a place, {run.n_without_place} without, "
        f"{run.n_rough} left out because their place was not chosen or is known too roughly, "
        f"{run.n_outside} outside every area; {len(outcome.result.hotspots)} hotspots "
        f"(at least {run.parameters['minimum']} within {run.parameters['distance_m']:g} m)."
    ]
    lines += [
        f"  {row.code or '–':>8}  {row.n:>6}  {row.name or 'outside every area'}"
        for row in outcome.result.areas
    ]
    return "\n".join(lines)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= 100_000:
        raise ArgumentTypeError("write metres above 0, 100000 at most")
    return value


def _minimum(text: str) -> int:
    number = whole_number(text)
    if number is None or number < 2:
        raise ArgumentTypeError("write a whole number from 2")
    return number
