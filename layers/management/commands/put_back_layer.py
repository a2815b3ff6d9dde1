"""Put an edition that was rolled back into force again."""

from __future__ import annotations

import datetime as dt

from layers.editions import life
from layers.management.edition_command import EditionCommand
from layers.models import LayerVersion


class Command(EditionCommand):
    help = __doc__ or ""
    state = LayerVersion.State.WITHDRAWN

    def act(self, version: LayerVersion, *, at: dt.datetime, by: str) -> None:
        life.put_back(version, at=at, by=by)
