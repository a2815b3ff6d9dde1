"""How each event of a layer is undone, and whether it still can be; or why it has no undo of its own.

What an event changed may have been changed again since: then its undo is no longer possible, and says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.composition import composing
from layers.editions import description, documents, life, succession
from layers.editions.publishing import NO_CONSENT, Consent
from layers.event import What, what_of
from layers.models import Edition, LayerDocument, LayerEvent, Population, Succession
from layers.population import attaching
from layers.population.counts import CountsError
from layers.provisions import writing
from layers.readers.read_file import ReadError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

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


Take = Callable[[LayerEvent, dt.datetime, str], object]
TakeAnswered = Callable[[LayerEvent, dt.datetime, str, Consent], object]


@dataclass(frozen=True)
class Undo:
    """`take(event, at, by)` undoes the event, or raises one of REFUSALS."""

    is_possible: Callable[[LayerEvent], bool]
    take: Take


@dataclass(frozen=True)
class AnsweredUndo:
    """One after which everyone may see an edition: `take` gets the answer too, or asks (DoubtfulError)."""

    is_possible: Callable[[LayerEvent], bool]
    take: TakeAnswered


@dataclass(frozen=True)
class NoUndo:
    """`why` says to whoever asks what to do instead."""

    why: StrOrPromise


def is_possible(event: LayerEvent) -> bool:
    """Whether what the event changed is still so, so that it could be undone."""
    way = _way_back(event)
    return not isinstance(way, NoUndo) and way.is_possible(event)


def edition_withdrawn_by(event: LayerEvent) -> int | None:
    """The id of the edition that undoing the event would withdraw; None for every other event."""
    if what_of(event) not in (What.SAVED, What.RESTORED) or not is_possible(event):
        return None
    return _edition(event).pk


def undo(event: LayerEvent, *, at: dt.datetime, by: str, consent: Consent = NO_CONSENT) -> None:
    """Undo the event. Raises one of REFUSALS when things have moved on since, or where there is no undo.

    DoubtfulError is one of them: what `consent` must answer for before everyone sees an edition.
    """
    way = _way_back(event)
    if isinstance(way, NoUndo):
        raise life.EditionError(str(way.why))
    if isinstance(way, AnsweredUndo):
        way.take(event, at, by, consent)
    else:
        way.take(event, at, by)


def _way_back(event: LayerEvent) -> Undo | AnsweredUndo | NoUndo:
    what = what_of(event)
    return NoUndo(gettext_lazy("This step cannot be undone on its own.")) if what is None else UNDO_OF[what]


def _edition(event: LayerEvent) -> Edition:
    edition = Edition.objects.filter(layer=event.layer_id, number=event.edition_number).first()
    if edition is None:
        raise life.EditionError(_("This edition no longer exists."))
    return edition


def _is_newest(event: LayerEvent) -> bool:
    newest = life.newest(event.layer)
    return newest is not None and newest.number == event.edition_number


def _can_be_restored(event: LayerEvent) -> bool:
    newest = life.newest(event.layer)
    has_successor = newest is not None and (newest.number or 0) > (event.edition_number or 0)
    return _edition(event).state == Edition.State.WITHDRAWN and not has_successor


def _withdraw(event: LayerEvent, at: dt.datetime, by: str, consent: Consent) -> None:
    life.withdraw(_edition(event), at=at, by=by, consent=consent)


def _restore(event: LayerEvent, at: dt.datetime, by: str, consent: Consent) -> None:
    life.restore(_edition(event), at=at, by=by, consent=consent)


def _made_published(published: bool) -> AnsweredUndo:
    """The event that made an edition published, or not; undone by the other."""

    def is_so(event: LayerEvent) -> bool:
        return _edition(event).published == published

    def undo(event: LayerEvent, at: dt.datetime, by: str, consent: Consent) -> None:
        life.publish(_edition(event), published=not published, at=at, by=by, consent=consent)

    return AnsweredUndo(is_so, undo)


def _document(event: LayerEvent) -> LayerDocument:
    of_layer = LayerDocument.objects.select_related("edition").filter(edition__layer=event.layer_id)
    document = of_layer.filter(pk=event.detail.get("document")).first()
    if document is None:
        raise documents.DocumentError(_("This document no longer exists."))
    return document


def _link(event: LayerEvent) -> Succession:
    of_layer = Succession.objects.filter(successor__edition__layer=event.layer_id)
    link = of_layer.filter(pk=event.detail.get("succession")).first()
    if link is None:
        raise life.EditionError(_("This succession no longer exists."))
    return link


def _was_confirmed(event: LayerEvent) -> bool:
    """Before it was reopened: as the last person decided, else as it was computed or named in the file."""
    earlier = event.layer.events.filter(pk__lt=event.pk, detail__succession=event.detail.get("succession"))
    decision = earlier.exclude(what=What.SUCCESSION_REOPENED).order_by("-pk").first()
    return decision is None or what_of(decision) != What.SUCCESSION_REJECTED


def _reopen(event: LayerEvent, at: dt.datetime, by: str) -> None:
    succession.reopen(_link(event), at=at, by=by)


def _decide_as_before(event: LayerEvent, at: dt.datetime, by: str) -> None:
    succession.decide(_link(event), confirmed=_was_confirmed(event), at=at, by=by)


def _reject_added(event: LayerEvent, at: dt.datetime, by: str) -> None:
    succession.reopen(_link(event), at=at, by=by)
    succession.decide(_link(event), confirmed=False, at=at, by=by)


def _in_state(state: Succession.State, *, take: Take) -> Undo:
    """An event that left its succession in a state, undone by `take` while it is still so."""
    return Undo(lambda event: _link(event).state == state, take)


def _population(event: LayerEvent) -> Population:
    of_layer = Population.objects.select_related("edition").filter(edition__layer=event.layer_id)
    population = of_layer.filter(pk=event.detail.get("population")).first()
    if population is None:
        raise attaching.PopulationError(_("These figures no longer exist."))
    return population


def _made_current(is_current: bool) -> Undo:
    """The event that made figures current, or took them out of service; undone by the other."""

    def is_so(event: LayerEvent) -> bool:
        figures = Population.objects.filter(edition__layer=event.layer_id, pk=event.detail.get("population"))
        return figures.filter(replaced_at__isnull=is_current).exists()

    def undo(event: LayerEvent, at: dt.datetime, by: str) -> None:
        (attaching.withdraw if is_current else attaching.restore)(_population(event), at=at, by=by)

    return Undo(is_so, undo)


UNDO_OF: Mapping[What, Undo | AnsweredUndo | NoUndo] = {
    What.SAVED: AnsweredUndo(_is_newest, _withdraw),
    What.RESTORED: AnsweredUndo(_is_newest, _withdraw),
    What.WITHDRAWN: AnsweredUndo(_can_be_restored, _restore),
    What.CLOSED: NoUndo(
        gettext_lazy("The edition ends because another follows it. Withdraw that one instead.")
    ),
    What.PUBLISHED: _made_published(True),
    What.UNPUBLISHED: _made_published(False),
    What.DESCRIBED: Undo(
        description.is_undoable, lambda event, at, by: description.undo(event, at=at, by=by)
    ),
    What.PROVISIONS_WRITTEN: Undo(
        writing.is_undoable, lambda event, at, by: writing.undo(event, at=at, by=by)
    ),
    What.DOCUMENT_ATTACHED: Undo(
        lambda event: _document(event).removed_at is None,
        lambda event, at, by: documents.remove(_document(event), at=at, by=by),
    ),
    What.DOCUMENT_REMOVED: Undo(
        lambda event: _document(event).removed_at is not None,
        lambda event, at, by: documents.restore(_document(event), at=at, by=by),
    ),
    What.SUCCESSORS_COMPUTED: NoUndo(
        gettext_lazy("Each succession is decided by itself: reopen or reject those that are wrong.")
    ),
    What.SUCCESSION_CONFIRMED: _in_state(Succession.State.CONFIRMED, take=_reopen),
    What.SUCCESSION_REJECTED: _in_state(Succession.State.REJECTED, take=_reopen),
    What.SUCCESSION_ADDED: _in_state(Succession.State.CONFIRMED, take=_reject_added),
    What.SUCCESSION_REOPENED: _in_state(Succession.State.PROPOSED, take=_decide_as_before),
    What.COMPOSED: NoUndo(gettext_lazy("The edition was saved in the same step. Withdraw it instead.")),
    What.POPULATION_ATTACHED: _made_current(True),
    What.POPULATION_WITHDRAWN: _made_current(False),
    What.POPULATION_RESTORED: _made_current(True),
}
