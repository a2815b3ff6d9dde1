"""Erasure by the author: what was said is emptied everywhere at once, and a tombstone answers 410."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F

from mapdialog.audit import journal
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.contributions import columns
from mapdialog.contributions.editing import VersionError
from mapdialog.contributions.models import Contribution, Submission
from mapdialog.contributions.rulebooks import keep_rulebook
from mapdialog.dialogue.models import DataVersion

EMPTY = dict(columns.emptied())


def erase(contribution: Contribution, *, by: str, at: dt.datetime, version: int | None = None) -> None:
    """Empties the contribution and its hits, and its submission's role if nothing else is in it.

    `by` is the audit trail's word for who does it. It stands in the journal before it is COMMITted, with each
    id that intake answered with this contribution: an erasure that was asked for holds also where the machine
    dies meanwhile, and a backup that knows none of them takes none of them anew. Raises VersionError if it
    has changed since `version`, and JournalError.
    """
    with transaction.atomic():
        erased_version = empty(contribution, by=by, at=at, version=version)
        ids = [contribution.pk, *contribution.other_ids.values_list("pk", flat=True)]
        journal.write(
            *(journal.Entry(what=journal.ERASED, id=each, version=erased_version, at=at) for each in ids)
        )


def empty(contribution: Contribution, *, by: str, at: dt.datetime, version: int | None = None) -> int:
    """The erasure itself, in the caller's transaction. Returns its version after it. Raises VersionError."""
    keep_rulebook(contribution.consultation_id)
    rows = Contribution.objects.filter(pk=contribution.pk).exclude(state=Contribution.State.ERASED)
    if version is not None:
        rows = rows.filter(version=version)
    changed = rows.update(**EMPTY, state=Contribution.State.ERASED, version=F("version") + 1, changed_at=at)
    if not changed:
        raise VersionError
    contribution.other_ids.update(body_hash=None)
    contribution.hits.all().delete()
    _empty_submission(contribution)
    record(Verb.CONTRIBUTION_ERASED, subject=contribution, by=by, at=at)
    DataVersion.bump(contribution.consultation_id)
    return Contribution.objects.values_list("version", flat=True).get(pk=contribution.pk)


def _empty_submission(contribution: Contribution) -> None:
    siblings = Contribution.objects.filter(submission=contribution.submission_id)
    if not siblings.exclude(state=Contribution.State.ERASED).exists():
        Submission.objects.filter(pk=contribution.submission_id).update(sender_role="")
