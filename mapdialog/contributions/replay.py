"""Erasures and decisions that a restored backup does not know, carried out again from the journal.

Nothing becomes more public by it than it was: a contribution that was published after an edit which the
backup has not got waits to be read again, as nobody has read the words that are there now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from mapdialog.audit import journal
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.contributions import erasure
from mapdialog.contributions.models import Contribution, SpentId
from mapdialog.contributions.rulebooks import keep_rulebook
from mapdialog.dialogue.models import DataVersion

T = TypeVar("T")
BY = "command:replay_journal"
_BATCH = 1_000


@dataclass(kw_only=True)
class Replayed:
    """What was carried out again; `absent` are contributions that the database has not got.

    Of those that were erased it knows the id from then on (`SpentId`): who sends one again is told so.
    """

    states: dict[str, int] = field(default_factory=dict)
    absent: int = 0


@transaction.atomic
def replay(entries: journal.Journal, *, at: dt.datetime) -> Replayed:
    """Carries out what the database does not know yet. All or nothing; a second time it does nothing."""
    replayed = Replayed()
    grouped = entries.by_contribution()
    for identifiers in _batches(list(grouped)):
        contributions = Contribution.objects.in_bulk(identifiers)
        replayed.absent += _absent(identifiers, contributions=contributions, grouped=grouped)
        for identifier, contribution in contributions.items():
            last = unknown_to(contribution, grouped[identifier])
            if last is not None:
                _carry_out(contribution, last, at=at)
                replayed.states[last.what] = replayed.states.get(last.what, 0) + 1
    return replayed


def _absent(
    identifiers: Sequence[UUID],
    *,
    contributions: Mapping[UUID, Contribution],
    grouped: Mapping[UUID, Sequence[journal.Entry]],
) -> int:
    """How many of the ids the database did not know; what was erased under one is not taken in anew."""
    spent = set(SpentId.objects.filter(pk__in=identifiers).values_list("pk", flat=True))
    absent = set(identifiers) - set(contributions) - spent
    SpentId.objects.bulk_create(
        [
            SpentId(pk=identifier)
            for identifier in absent
            if any(entry.what == journal.ERASED for entry in grouped[identifier])
        ],
        ignore_conflicts=True,
    )
    return len(absent)


def _batches(rows: list[T]) -> Iterator[list[T]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def unknown_to(contribution: Contribution, entries: Sequence[journal.Entry]) -> journal.Entry | None:
    """What its entries make of a contribution as it stands in the database; None: it knows all of them."""
    if contribution.state == Contribution.State.ERASED:
        return None
    for entry in entries:
        if entry.what == journal.ERASED:
            return entry
    # of two with one version the later is the one that was committed
    later = {entry.version: entry for entry in entries if entry.version > contribution.version}
    if not later:
        return None
    last = later[max(later)]
    decisions = [entry for entry in later.values() if not entry.by_edit]
    was_edited = len(decisions) < last.version - contribution.version
    if last.what == journal.PUBLISHED and was_edited:
        return journal.Entry(what=Contribution.State.PENDING, id=last.id, version=last.version, at=last.at)
    return last


def _carry_out(contribution: Contribution, entry: journal.Entry, *, at: dt.datetime) -> None:
    keep_rulebook(contribution.consultation_id)
    if entry.what == journal.ERASED:
        erasure.empty(contribution, by=BY, at=at)
        return
    Contribution.objects.filter(pk=contribution.pk).update(
        state=entry.what, version=entry.version, changed_at=entry.at
    )
    detail = {"from": contribution.state, "to": str(entry.what), "reason": "restored backup"}
    record(Verb.CONTRIBUTION_MODERATED, subject=contribution, by=BY, at=at, detail=detail)
    DataVersion.bump(contribution.consultation_id)


def hiding_sql(entries: journal.Journal) -> Iterator[str]:
    """SQL that takes from view what `replay` will decide, to stand in the transaction that restores.

    So that nothing is public for the moment between the two.
    """
    rows: list[tuple[UUID, int | None]] = []
    for identifier, several in entries.by_contribution().items():
        hidden = [entry.version for entry in several if entry.what != journal.PUBLISHED]
        if any(entry.what == journal.ERASED for entry in several):
            rows.append((identifier, None))
        elif hidden:
            rows.append((identifier, max(hidden)))
    for some in _batches(rows):
        values = ", ".join(
            f"('{identifier}'::uuid, {version or 'NULL'}::integer)" for identifier, version in some
        )
        yield (
            "UPDATE public.contributions_contribution AS c SET state = 'pending'"  # noqa: S608 (ids and numbers)
            f" FROM (VALUES {values}) AS decision (id, version)"
            " WHERE c.id = decision.id AND c.state = 'published'"
            " AND c.version < coalesce(decision.version, c.version + 1);"
        )
