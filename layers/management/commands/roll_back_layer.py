"""Withdraw a layer's newest edition: the one before is in force again. put_back_layer restores it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from layers.editions import life
from layers.management.consent import consent_of
from layers.management.edition_command import EditionCommand
from layers.models import Edition


class Command(EditionCommand):
    help = __doc__ or ""
    may_publish = True

    def act(self, edition: Edition, *, at: dt.datetime, by: str, options: dict[str, Any]) -> None:
        life.withdraw(edition, at=at, by=by, consent=consent_of(options))
