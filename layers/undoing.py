"""Each step of a layer has one that undoes it: here is which, and whether it can still be taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from layers.composition import composing
from layers.editions import description, documents, life, succession
from layers.models import Edition, LayerDocument, LayerEvent, Population, Succession
from layers.population import attaching
from layers.population.counts import CountsError
from layers.provisions import writing
from layers.readers.read_file import ReadError

REFUSALS = (
    life.EditionError,
    description.DescriptionError,
    writing.ProvisionError,
    documents.DocumentError,
    attaching.PopulationError,
    composing.CompositionError,
    CountsError,
    ReadError,
)


@dataclass(frozen=True)
class _Undo:
    is_possible: Callable[[LayerEvent], bool]
    take: Callable[[LayerEvent, dt.datetime, str], object]


def is_possible(event: LayerEvent) -> bool:
    """Whether the step's effect still stands, so that it could be undone."""
    known = _STEPS.get(event.what)
    return known is not None and known.is_possible(event)


def edition_withdrawn_by(event: LayerEvent) -> int | None:
    """The id of the edition that taking the step back would roll back; None for every other step."""
    if event.what not in ("imported", "put back") or not is_possible(event):
        return None
    return _edition(event).pk


def undo(event: LayerEvent, *, at: dt.datetime, by: str) -> None:
    """Take the step back. Raises one of REFUSALS when things have moved on since."""
    known = _STEPS.get(event.what)
    if known is None:
        raise life.EditionError(_("This step cannot be undone on its own."))
    known.take(event, at, by)


def _edition(event: LayerEvent) -> Edition:
    found = Edition.objects.filter(layer=event.layer_id, number=event.edition_number).first()
    if found is None:
        raise life.EditionError(_("This edition no longer exists."))
    return found


def _is_newest(event: LayerEvent) -> bool:
    newest = life.newest(event.layer)
    return newest is not None and newest.number == event.edition_number


def _can_be_restored(event: LayerEvent) -> bool:
    newest = life.newest(event.layer)
    is_behind = newest is not None and (newest.number or 0) > (event.edition_number or 0)
    return _edition(event).state == Edition.State.WITHDRAWN and not is_behind


def _withdraw(event: LayerEvent, at: dt.datetime, by: str) -> None:
    life.withdraw(_edition(event), at=at, by=by)


def _restore(event: LayerEvent, at: dt.datetime, by: str) -> None:
    life.restore(_edition(event), at=at, by=by)


def _published(value: bool) -> _Undo:
    """The step that made an edition published, or not; undone by the other."""

    def is_so(event: LayerEvent) -> bool:
        return _edition(event).published == value

    def other(event: LayerEvent, at: dt.datetime, by: str) -> None:
        life.publish(_edition(event), published=not value, at=at, by=by)

    return _Undo(is_so, other)


def _document(event: LayerEvent) -> LayerDocument:
    held = LayerDocument.objects.select_related("edition").filter(edition__layer=event.layer_id)
    found = held.filter(pk=event.detail.get("document")).first()
    if found is None:
        raise documents.DocumentError(_("This document no longer exists."))
    return found


def _link(event: LayerEvent) -> Succession:
    held = Succession.objects.filter(successor__edition__layer=event.layer_id)
    found = held.filter(pk=event.detail.get("succession")).first()
    if found is None:
        raise life.EditionError(_("This succession no longer exists."))
    return found


def _was_confirmed(event: LayerEvent) -> bool:
    """Before it was reopened: as the last person said, else as it was computed or named in the file."""
    steps = event.layer.events.filter(pk__lt=event.pk, detail__succession=event.detail.get("succession"))
    last = steps.exclude(what=succession.REOPENED).order_by("-pk").first()
    return last is None or last.what != succession.REJECTED


def _take_added_back(event: LayerEvent, at: dt.datetime, by: str) -> None:
    succession.reopen(_link(event), at=at, by=by)
    succession.decide(_link(event), confirmed=False, at=at, by=by)


def _in_state(state: Succession.State, take: Callable[[LayerEvent, dt.datetime, str], object]) -> _Undo:
    """A step that left its succession in a state, undone by `take` while it is still so."""
    return _Undo(lambda event: _link(event).state == state, take)


def _population(event: LayerEvent) -> Population:
    held = Population.objects.select_related("edition").filter(edition__layer=event.layer_id)
    found = held.filter(pk=event.detail.get("population")).first()
    if found is None:
        raise attaching.PopulationError(_("These figures no longer exist."))
    return found


def _attached(value: bool) -> _Undo:
    """The step that put figures into service, or took them out; undone by the other."""

    def is_so(event: LayerEvent) -> bool:
        held = Population.objects.filter(edition__layer=event.layer_id, pk=event.detail.get("population"))
        return held.filter(replaced_at__isnull=value).exists()

    def other(event: LayerEvent, at: dt.datetime, by: str) -> None:
        (attaching.undo if value else attaching.restore)(_population(event), at=at, by=by)

    return _Undo(is_so, other)


_STEPS: Mapping[str, _Undo] = {
    "imported": _Undo(_is_newest, _withdraw),
    "put back": _Undo(_is_newest, _withdraw),
    "withdrawn": _Undo(_can_be_restored, _restore),
    "published": _published(True),
    "unpublished": _published(False),
    "population imported": _attached(True),
    "population put back": _attached(True),
    "population undone": _attached(False),
    description.CHANGED: _Undo(
        description.is_undoable, lambda event, at, by: description.undo(event, at=at, by=by)
    ),
    writing.WRITTEN: _Undo(writing.is_undoable, lambda event, at, by: writing.undo(event, at=at, by=by)),
    documents.ATTACHED: _Undo(
        lambda event: _document(event).removed_at is None,
        lambda event, at, by: documents.remove(_document(event), at=at, by=by),
    ),
    documents.REMOVED: _Undo(
        lambda event: _document(event).removed_at is not None,
        lambda event, at, by: documents.restore(_document(event), at=at, by=by),
    ),
    succession.CONFIRMED: _in_state(
        Succession.State.CONFIRMED, lambda event, at, by: succession.reopen(_link(event), at=at, by=by)
    ),
    succession.REJECTED: _in_state(
        Succession.State.REJECTED, lambda event, at, by: succession.reopen(_link(event), at=at, by=by)
    ),
    succession.ADDED: _in_state(Succession.State.CONFIRMED, _take_added_back),
    succession.REOPENED: _in_state(
        Succession.State.PROPOSED,
        lambda event, at, by: succession.decide(_link(event), confirmed=_was_confirmed(event), at=at, by=by),
    ),
}
