"""An edition's life: a draft is saved or discarded; what is saved is published, withdrawn, restored.

Every step has one that undoes it, and is written into the layer's log. Nothing that is saved is ever deleted:
contributions refer to it. All of it is atomic; the layer's row is locked, so that two people take turns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from layers.editions import publishing
from layers.editions.publishing import NO_CONSENT, Consent
from layers.event import What, record
from layers.findings import wording
from layers.findings.finding import Finding
from layers.models import Area, Edition, Feature, Layer, SearchEntry, Zone


class EditionError(ValueError):
    """The step cannot be taken as things stand. The message says why; nothing was changed."""


class DoubtfulError(EditionError):
    """What was found in the edition must be answered for before everyone sees it: `doubts`, errors first.

    `instead_of` is the edition whose withdrawal would put it into force again, if that is asked for.
    """

    def __init__(
        self, doubts: Sequence[Finding], *, edition: Edition, instead_of: Edition | None = None
    ) -> None:
        if instead_of is None:
            message = _(
                "Before everyone sees this edition, somebody must answer for what was found: %(doubts)s"
            )
        else:
            message = _(
                "Edition %(number)d would be in force again. Somebody must first answer for what was found "
                "in it: %(doubts)s"
            )
        sentences = " ".join(wording.sentence(finding) for finding in doubts)
        super().__init__(message % {"doubts": sentences, "number": edition.number})
        self.doubts = list(doubts)
        self.edition = edition
        self.instead_of = instead_of


def newest(layer: Layer) -> Edition | None:
    """The edition saved last, of those that were not withdrawn."""
    return layer.editions.saved().order_by("-number").first()


def before(edition: Edition) -> Edition | None:
    """The edition that this one followed, of those that were not withdrawn."""
    older = edition.layer.editions.saved().filter(number__lt=edition.number or 0)
    return older.order_by("-number").first()


def reopened_without(edition: Edition) -> Edition | None:
    """The edition that would be in force again if this one, the newest, were withdrawn."""
    older = before(edition)
    return older if older is not None and older.valid_to == edition.valid_from else None


@transaction.atomic
def save(
    draft: Edition,
    *,
    valid_from: dt.date,
    published: bool,
    at: dt.datetime,
    by: str,
    consent: Consent = NO_CONSENT,
) -> None:
    """A draft becomes the layer's newest edition, and the one before ends on the day it begins.

    Raises EditionError for what is no draft, and when the edition before begins later; DoubtfulError.
    """
    layer = _locked(draft)
    if draft.state != Edition.State.DRAFT:
        raise EditionError(_("This edition is saved already."))
    before = newest(layer)
    if before is not None and valid_from < before.valid_from:
        message = _("Edition %(number)d is in force from %(day)s: the new one cannot begin earlier.")
        raise EditionError(message % {"number": before.number, "day": before.valid_from})
    answer = _answer(draft, consent=consent, published=published)
    if before is not None:
        _close(before, on=valid_from, at=at, by=by)
    last = layer.editions.aggregate(last=Max("number"))["last"]
    draft.number = (last or 0) + 1
    draft.state = Edition.State.SAVED
    draft.valid_from = valid_from
    draft.published = published
    draft.save(update_fields=["number", "state", "valid_from", "published"])
    detail = {"file": draft.file_name, "sha256": draft.sha256, **answer}
    record(What.SAVED, of=draft, at=at, by=by, detail=detail)


@transaction.atomic
def discard(draft: Edition) -> None:
    """A draft goes, with all that lies in it, and with its layer where that has nothing else.

    Raises EditionError for what is no draft.
    """
    layer = _locked(draft)
    if draft.state != Edition.State.DRAFT:
        raise EditionError(_("This edition is saved already: it can be withdrawn, not discarded."))
    for model in (SearchEntry, Area, Zone, Feature):
        model._base_manager.filter(edition=draft)._raw_delete(using="default")
    original = draft.original.name
    draft.delete()
    if original and not Edition.objects.filter(original=original).exists():
        storage = Edition._meta.get_field("original").storage
        transaction.on_commit(lambda: storage.delete(original))
    if not layer.editions.exists() and not layer.events.exists():
        layer.delete()


@transaction.atomic
def withdraw(edition: Edition, *, at: dt.datetime, by: str, consent: Consent = NO_CONSENT) -> None:
    """Withdraw the newest edition: the one before is in force again for as long as this one would have been.

    What was recorded with it stays as it is. Raises EditionError for any but the newest, and DoubtfulError
    where everyone would see the one before in its place.
    """
    layer = _locked(edition)
    if newest(layer) != edition:
        raise EditionError(_("Only the newest edition can be withdrawn."))
    reopened = reopened_without(edition)
    answer = _answer(reopened, consent=consent, instead_of=edition) if reopened else {}
    edition.state = Edition.State.WITHDRAWN
    edition.save(update_fields=["state"])
    detail: dict[str, Any] = {}
    if reopened is not None:
        reopened.valid_to = edition.valid_to
        reopened.save(update_fields=["valid_to"])
        detail = {"reopened": reopened.number, **answer}
    record(What.WITHDRAWN, of=edition, at=at, by=by, detail=detail)


@transaction.atomic
def restore(edition: Edition, *, at: dt.datetime, by: str, consent: Consent = NO_CONSENT) -> None:
    """Undo a withdrawal. Raises EditionError where the edition is not withdrawn, or there is a newer one.

    DoubtfulError, where everyone would see it again.
    """
    layer = _locked(edition)
    if edition.state != Edition.State.WITHDRAWN:
        raise EditionError(_("This edition was not withdrawn."))
    before = newest(layer)
    if before is not None and (before.number or 0) > (edition.number or 0):
        message = _("Edition %(number)d has been saved since. Withdraw it first.")
        raise EditionError(message % {"number": before.number})
    answer = _answer(edition, consent=consent)
    if before is not None:
        _close(before, on=edition.valid_from, at=at, by=by)
    edition.state = Edition.State.SAVED
    edition.save(update_fields=["state"])
    record(What.RESTORED, of=edition, at=at, by=by, detail=answer)


@transaction.atomic
def publish(
    edition: Edition, *, published: bool, at: dt.datetime, by: str, consent: Consent = NO_CONSENT
) -> None:
    """Let everyone see the edition, or its owner's officials only. Nothing happens where it is so already.

    Raises EditionError for a draft, and DoubtfulError.
    """
    _locked(edition)
    if edition.state == Edition.State.DRAFT:
        raise EditionError(_("Save the edition before you publish it."))
    if edition.published == published:
        return
    answer = _answer(edition, consent=consent, published=published)
    edition.published = published
    edition.save(update_fields=["published"])
    record(What.PUBLISHED if published else What.UNPUBLISHED, of=edition, at=at, by=by, detail=answer)


def doubts_in_public(edition: Edition, *, published: bool | None = None) -> list[Finding]:
    """What is asked about the edition where everyone sees it (`published`, else as it is), errors first."""
    is_public = edition.published if published is None else published
    return publishing.doubts(edition.report) if is_public else []


def _answer(
    edition: Edition,
    *,
    consent: Consent,
    published: bool | None = None,
    instead_of: Edition | None = None,
) -> dict[str, Any]:
    """For the log, what was asked before the edition goes public, and the answer. Raises DoubtfulError."""
    doubts = doubts_in_public(edition, published=published)
    if not publishing.is_answered(doubts, consent=consent):
        raise DoubtfulError(doubts, edition=edition, instead_of=instead_of)
    return publishing.as_detail(doubts, consent=consent)


def _close(edition: Edition, *, on: dt.date, at: dt.datetime, by: str) -> None:
    if edition.valid_to is None or edition.valid_to > on:
        edition.valid_to = on
        edition.save(update_fields=["valid_to"])
        record(What.CLOSED, of=edition, at=at, by=by, detail={"valid_to": on.isoformat()})


def _locked(edition: Edition) -> Layer:
    """The edition's layer, locked, and the edition as it is now."""
    layer = Layer.objects.select_for_update().get(pk=edition.layer_id)
    edition.refresh_from_db(fields=["state", "number", "valid_from", "valid_to", "published"])
    return layer
