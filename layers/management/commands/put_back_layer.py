"""Restore an edition that was withdrawn."""

from __future__ import annotations

import datetime as dt

from layers.editions import life
from layers.management.edition_command import EditionCommand
from layers.models import Edition


class Command(EditionCommand):
    help = __doc__ or ""
    state = Edition.State.WITHDRAWN

    def act(self, edition: Edition, *, at: dt.datetime, by: str) -> None:
        life.restore(edition, at=at, by=by)
