"""List a layer's editions; with --on, the areas of the boundary edition that is in force on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from layers.management.arguments import day
from layers.management.edition_command import add_layer, described, layer_called
from layers.models import Layer
from layers.questions import areas


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        add_layer(parser)
        parser.add_argument("--on", type=day, help="which edition and which areas on this day?")

    @no_translations
    def handle(self, *, owner: str, name: str, on: dt.date | None, **options: Any) -> None:
        layer = layer_called(name, owner=owner)
        editions = layer.editions.all() if on is None else layer.editions.in_force_on(on)
        # Drafts have no number yet: they come first, the newest of them before the others.
        for edition in editions.order_by("-number", "-imported_at"):
            self.stdout.write(described(edition))
        if on is None:
            return
        if not editions.exists():
            raise CommandError(f"No edition of {layer} is in force on {on}.")
        if layer.kind == Layer.Kind.BOUNDARY:
            for area in areas.committees_on(layer, day=on):
                self.stdout.write(f"  {area.code}  {area.name}".rstrip())
