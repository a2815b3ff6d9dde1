"""What can happen to a layer, and the one way to write it down: what is not declared here cannot be.

Each event has a sentence (`mapdialog/planner/layers/log.py`) and an undo, or a reason why it has none
(`layers/undoing.py`); `tests/planner/layers/test_events.py` walks all of them. The values are what is stored,
so a value stays for ever, and what it says may be an older word than ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import models

from layers.models import Edition, Layer, LayerEvent


class What(models.TextChoices):
    """Beside each event what its `detail` holds."""

    # SAVED, RESTORED, PUBLISHED, where a question was asked first: doubts (kinds of findings), reason.
    SAVED = "imported"  # file, sha256
    CLOSED = "closed"  # valid_to
    WITHDRAWN = "withdrawn"  # reopened: the number of the edition that is in force again, where there is one
    RESTORED = "put back"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    DESCRIBED = "described"  # before, after
    PROVISIONS_WRITTEN = "provisions written"  # changes; where they come from: file, sha256, edition, undone
    DOCUMENT_ATTACHED = "paper attached"  # document, file, type, sha256; of each event of documents
    DOCUMENT_REMOVED = "paper removed"
    SUCCESSORS_COMPUTED = "successors computed"  # confirmed, proposed
    SUCCESSION_CONFIRMED = "successor confirmed"  # succession, from, to; of each event of one succession
    SUCCESSION_REJECTED = "successor rejected"
    SUCCESSION_ADDED = "successor added"
    SUCCESSION_REOPENED = "succession reopened"
    COMPOSED = "composed"  # units, committees
    POPULATION_ATTACHED = "population imported"  # population, year, file, total; of each event of figures
    POPULATION_WITHDRAWN = "population undone"
    POPULATION_RESTORED = "population put back"


def record(
    what: What,
    *,
    of: Layer | Edition,
    at: dt.datetime,
    by: str,
    detail: Mapping[str, Any] | None = None,
) -> LayerEvent:
    """Write what happened to a layer, or to one of its editions, into the layer's log: nobody can change it.

    To be called inside the caller's transaction. `by` is `user:ID` or `command:NAME`. Raises ValueError for
    what is not declared, before anything is written.
    """
    layer_id, number = (of.pk, None) if isinstance(of, Layer) else (of.layer_id, of.number)
    return LayerEvent.objects.create(
        layer_id=layer_id,
        edition_number=number,
        at=at,
        by=by,
        what=What(what).value,
        detail=dict(detail or {}),
    )


def what_of(event: LayerEvent) -> What | None:
    """None for a word that this version of the service does not know: a later one wrote it."""
    return What(event.what) if event.what in What.values else None
