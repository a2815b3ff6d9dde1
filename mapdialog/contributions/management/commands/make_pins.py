"""Fills a consultation with believable synthetic pins."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mapdialog.contributions import bulk, rulebooks, synthetic
from mapdialog.dialogue.models import Consultation


class Command(BaseCommand):
    help = "Makes synthetic pins within a consultation's area. The same seed makes the same pins, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--n", type=int, required=True, help="how many")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--clusters", type=int, default=25, help="how many places people gather at")

    def handle(self, *args: Any, **options: Any) -> None:
        n, clusters = options["n"], options["clusters"]
        if not 1 <= n <= 10_000_000 or not 0 <= clusters <= 10_000:
            raise CommandError("--n must be 1 to 10,000,000 and --clusters 0 to 10,000.")
        try:
            rulebook = rulebooks.read_any(options["slug"])
            area = Consultation.objects.values_list("area", flat=True).get(pk=rulebook.id)
            now = timezone.now()
            until = min(now, rulebook.closes_at or now)
            done = bulk.Stored()
            for stored in synthetic.make(
                rulebook=rulebook, area=area, n=n, seed=options["seed"], clusters=clusters, until=until
            ):
                done += stored
                self.stderr.write(f"{done.new + done.known} of {n} …")
            bulk.count_anew()
        except rulebooks.NoConsultationError:
            raise CommandError(f"There is no consultation {options['slug']!r}.") from None
        except synthetic.NoAreaError:
            raise CommandError("The consultation has no area to put pins in.") from None
        self.stdout.write(f"{done.new} pins made, {done.known} were there.")
