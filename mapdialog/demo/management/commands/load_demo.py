"""`manage.py load_demo`: the demo municipality and the Washington data, with sign-ins. Not for production."""

from __future__ import annotations

import time
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from layers.toml_file import TomlFileError
from mapdialog.demo import demo_file, loading
from mapdialog.environment import Mode
from mapdialog.web.address import absolute


class Command(BaseCommand):
    help = "Load the demo data and sign-ins; a second run adds only what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, default=loading.fixture("demo.toml"), help="another demo")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if settings.MODE is Mode.PRODUCTION:
            raise CommandError(
                "The demo's sign-ins are printed for all to see: it is never loaded in production."
            )
        self._started = time.monotonic()
        at = timezone.now()
        try:
            demo = demo_file.read(file, at=at)
        except TomlFileError as error:
            raise CommandError(str(error)) from None
        for municipality in demo.municipalities:
            call_command("create_municipality", str(municipality.file), stdout=self.stdout)
        self._load_ground(demo)
        for consultation in demo.consultations:
            base = [f"--base-layer={name}" for name in consultation.base_layers or []]
            call_command("create_consultation", str(consultation.file), *base, stdout=self.stdout)
        passwords = {user.email: loading.load_user(user, at=at) for user in demo.users}
        for contributions in demo.contributions:
            loading.load_contributions(contributions, at=at, say=self._say)
        for hotspots in demo.hotspots:
            loading.load_hotspots(hotspots.consultation, say=self._say)
        self._print(demo, passwords)

    def _load_ground(self, demo: demo_file.DemoFile) -> None:
        call_command("load_concordance", stdout=StringIO())
        for layer in demo.layers:
            loading.load_layer(layer, say=self._say)
        for figures in demo.population:
            loading.load_population(figures, say=self._say)

    def _say(self, what: str) -> None:
        self.stdout.write(f"{time.monotonic() - self._started:5.1f} s  {what}")
        self.stdout.flush()

    def _print(self, demo: demo_file.DemoFile, passwords: dict[str, str]) -> None:
        self._say("the demo is loaded")
        self.stdout.write("\nAddresses:")
        for path in loading.paths([hotspots.consultation for hotspots in demo.hotspots]):
            self.stdout.write(f"  {absolute(path)}")
        self.stdout.write("\nSign-ins (this installation's own):")
        for user in demo.users:
            roles = ", ".join(
                f"{membership.role} {membership.municipality}" for membership in user.memberships
            )
            self.stdout.write(f"  {user.email:<26} {passwords[user.email]}   {roles}")
