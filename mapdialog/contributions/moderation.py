"""What a reader at the municipality decides about a contribution: shown, kept back, not accepted.

Each decision is about the version that was read: of two people at once the second decides nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mapdialog.audit import journal
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.contributions.editing import VersionError
from mapdialog.contributions.kinds.catalog import kinds
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.rulebooks import keep_rulebook
from mapdialog.dialogue.models import DataVersion
from mapdialog.people.models import User


class NotPublishableError(Exception):
    """This contribution may never be shown. The message says why."""


def publish(contribution: Contribution, *, by: User, at: dt.datetime, version: int, reason: str = "") -> None:
    """Shows it to everyone, at its public spot. Raises NotPublishableError, VersionError."""
    kind = kinds().get(contribution.kind)
    if kind is not None and kind.is_private(contribution.details):
        raise NotPublishableError(
            _("A report of an incident is never published. Write about it in the answer.")
        )
    _decide(contribution, Contribution.State.PUBLISHED, by=by, at=at, reason=reason, version=version)


def hold(contribution: Contribution, *, by: User, at: dt.datetime, version: int, reason: str = "") -> None:
    """Takes it from view until it has been read again. Raises VersionError."""
    _decide(contribution, Contribution.State.PENDING, by=by, at=at, reason=reason, version=version)


def withhold(
    contribution: Contribution, *, by: User, at: dt.datetime, version: int, reason: str = ""
) -> None:
    """Keeps it as a valid contribution that is not shown. Raises VersionError."""
    _decide(contribution, Contribution.State.PRIVATE, by=by, at=at, reason=reason, version=version)


def reject(contribution: Contribution, *, by: User, at: dt.datetime, version: int, reason: str) -> None:
    """Does not accept it; the reason stays in the audit trail. Raises VersionError."""
    _decide(contribution, Contribution.State.REJECTED, by=by, at=at, reason=reason, version=version)


_DECIDE = """
UPDATE contributions_contribution SET state = %(state)s, version = version + 1, changed_at = %(at)s
WHERE id = %(id)s AND state <> 'erased' AND version = %(version)s
RETURNING version
"""


def _decide(
    contribution: Contribution,
    state: Contribution.State,
    *,
    by: User,
    at: dt.datetime,
    reason: str,
    version: int,
) -> None:
    """`version` is the one that `by` has read: who read an older one is refused (VersionError), and
    `meanwhile` says what happened since.

    Raises JournalError where it cannot be recorded: then nothing was decided.
    """
    row: dict[str, Any] = {"id": contribution.pk, "state": state, "at": at, "version": version}
    before = contribution.state
    with transaction.atomic(), connection.cursor() as cursor:
        keep_rulebook(contribution.consultation_id)
        cursor.execute(_DECIDE, row)
        decided = cursor.fetchone()
        if decided is None:
            raise VersionError
        detail = {"from": before, "to": str(state), "reason": reason[:500]}
        record(Verb.CONTRIBUTION_MODERATED, subject=contribution, by=by.audit_name, at=at, detail=detail)
        DataVersion.bump(contribution.consultation_id)
        _journal(journal.Entry(what=state, id=contribution.pk, version=decided[0], at=at))
    contribution.state, contribution.version = state, decided[0]


def _journal(entry: journal.Entry) -> None:
    """What takes from view before the COMMIT, what shows after it: see the journal."""
    if entry.what != journal.PUBLISHED:
        journal.write(entry)
        return
    for trouble in journal.troubles():
        raise journal.JournalError from OSError(trouble)
    transaction.on_commit(lambda: journal.write(entry), robust=True)
