"""What the commands about a layer's editions share: how an edition is named on the command line."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.utils import timezone

from layers.editions.life import EditionError
from layers.management.consent import add_consent, refusal
from layers.models import Edition, Layer


class EditionCommand(BaseCommand):
    """One step in an edition's life: the newest that is saved, or the one that --number names."""

    state = Edition.State.SAVED
    may_publish = False

    def add_arguments(self, parser: CommandParser) -> None:
        add_layer(parser)
        parser.add_argument(
            "--number", type=int, help="which edition (default: the newest it can be done to)"
        )
        parser.add_argument("--by", default="", help="who does this, for the layer's log")
        if self.may_publish:
            add_consent(parser)

    @no_translations
    def handle(self, *, owner: str, name: str, number: int | None, by: str, **options: Any) -> None:
        edition = self._edition(layer_called(name, owner=owner), number)
        try:
            self.act(edition, at=timezone.now(), by=by, options=options)
        except EditionError as error:
            raise CommandError(refusal(error)) from error
        edition.refresh_from_db()
        self.stdout.write(described(edition))

    def act(self, edition: Edition, *, at: dt.datetime, by: str, options: dict[str, Any]) -> None:
        """The step itself. Raises EditionError."""
        raise NotImplementedError

    def _edition(self, layer: Layer, number: int | None) -> Edition:
        editions = layer.editions.ever_saved().order_by("-number")
        editions = editions.filter(state=self.state) if number is None else editions.filter(number=number)
        edition = editions.first()
        if edition is None:
            raise CommandError(f"{layer} has no such edition. See: layer_versions {layer.owner} {layer.name}")
        return edition


def add_layer(parser: CommandParser) -> None:
    parser.add_argument("owner", help="country and code, such as NO-4012")
    parser.add_argument("name", help="the layer's short name")


def layer_called(name: str, *, owner: str) -> Layer:
    """The layer. Raises CommandError naming those that the owner has."""
    layer = Layer.objects.filter(owner=owner, name=name).first()
    if layer is None:
        names = ", ".join(Layer.objects.filter(owner=owner).order_by("name").values_list("name", flat=True))
        raise CommandError(f"{owner} has no layer called “{name}”. It has: {names or 'none'}")
    return layer


def described(edition: Edition) -> str:
    """An edition in a line: its days, its state, what came in when."""
    days = f"{edition.begins or 'ever since'} – {edition.valid_to or ''}".rstrip()
    published = "published" if edition.published else "not published"
    source = f"{edition.file_name}, sha256 {edition.sha256[:12]}, {edition.imported_at:%Y-%m-%d %H:%M}"
    by = f" by {edition.imported_by}" if edition.imported_by else ""
    state = edition.get_state_display()
    return f"{edition}: {days}; {state}, {published}; {edition.feature_count} features; {source}{by}"
