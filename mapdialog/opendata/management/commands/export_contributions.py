"""`manage.py export_contributions SLUG --format geojson --out F`: what everyone may see, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.contributions import export
from mapdialog.dialogue.models import Consultation, Reader
from mapdialog.people.models import User


class Command(BaseCommand):
    help = "Write a consultation's contributions to a file (docs/geojson.md says what is in it)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--format", choices=["geojson"], default="geojson")
        parser.add_argument(
            "--out", type=Path, required=True, help="the file; it appears whole or not at all"
        )
        parser.add_argument(
            "--as", dest="email", default="", help="see what this planner may see (by e-mail)"
        )

    def handle(self, *args: Any, slug: str, out: Path, email: str, **options: Any) -> None:
        reader = self._reader(email)
        consultation = (
            Consultation.objects.visible_to(reader).select_related("municipality").filter(slug=slug).first()
        )
        if consultation is None:
            who = f"that {email} may see" if email else "that is published"
            raise CommandError(f"There is no consultation {slug!r} {who}.")
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent}.")
        size = export.write_geojson(consultation, reader=reader, to=out)
        if email:
            detail = {"format": "geojson", "as": getattr(reader, "audit_name", "")}
            record(
                Verb.CONTRIBUTIONS_EXPORTED,
                subject=consultation,
                by="command:export_contributions",
                at=timezone.now(),
                detail=detail,
            )
        self.stdout.write(f"{out}: {size} bytes")

    def _reader(self, email: str) -> Reader:
        if not email:
            return AnonymousUser()
        reader = User.objects.filter(email=email.lower(), is_active=True).first()
        if reader is None:
            raise CommandError(f"Nobody signs in as {email}.")
        return reader
