"""When a contribution is taken, and who may see it: pure rules."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection

from mapdialog.contributions.models import Contribution
from mapdialog.contributions.rulebooks import Rulebook
from mapdialog.dialogue.models import Consultation

_ADULT = 18
_FIRST_NUMBER = re.compile(r"\d+", re.ASCII)
# A phone whose clock was reset says 1970 or the day its software was made.
_EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class NotOpenError(Exception):
    """Contributions are not taken now: `opens_at` or `closes_at` says why; the other is None.

    `zone` is the municipality's: the hour is said as its clocks show it.
    """

    def __init__(
        self, *, zone: dt.tzinfo, opens_at: dt.datetime | None = None, closes_at: dt.datetime | None = None
    ) -> None:
        super().__init__("not open")
        self.zone = zone
        self.opens_at = opens_at
        self.closes_at = closes_at


def plausible_written_at(claimed: dt.datetime | None, *, received_at: dt.datetime) -> dt.datetime:
    """When it was written, by a device's clock that may be wrong: what cannot be is replaced by the arrival.

    A wrong clock must not lose a contribution, and nobody can write after the service has received it.
    """
    if claimed is None or not _EARLIEST <= claimed <= received_at:
        return received_at
    return claimed


def arrival(rulebook: Rulebook, *, written_at: dt.datetime, received_at: dt.datetime) -> Contribution.Arrival:
    """In time, or within the grace period for what was written before closing. Raises NotOpenError."""
    if received_at < rulebook.opens_at:
        raise NotOpenError(opens_at=rulebook.opens_at, zone=rulebook.time_zone)
    if rulebook.closes_at is None or received_at < rulebook.closes_at:
        return Contribution.Arrival.IN_TIME
    if written_at < rulebook.closes_at and received_at < rulebook.closes_at + rulebook.grace:
        return Contribution.Arrival.GRACE
    raise NotOpenError(closes_at=rulebook.closes_at, zone=rulebook.time_zone)


def recorded_arrival(rulebook: Rulebook, *, received_at: dt.datetime | None) -> Contribution.Arrival:
    """How something registered by the municipality counts: letters and old data are taken at any time.

    None: nobody knows when it came, and so not whether it was in time.
    """
    if received_at is None:
        return Contribution.Arrival.UNDATED
    is_late = rulebook.closes_at is not None and received_at >= rulebook.closes_at
    return Contribution.Arrival.LATE if is_late else Contribution.Arrival.IN_TIME


Span = tuple[dt.datetime, dt.datetime]


def possible_arrivals(
    rulebook: Rulebook, *, written: Span, received: Span
) -> frozenset[Contribution.Arrival]:
    """What it can count as that was written and received within these moments, each a first and a last one.

    Where only a day is known, they are the day's.
    """
    closes_at = rulebook.closes_at
    if closes_at is None:
        return frozenset({Contribution.Arrival.IN_TIME})
    is_late = received[1] >= closes_at
    is_within_grace = written[0] < closes_at and received[0] < closes_at + rulebook.grace
    cases = {
        Contribution.Arrival.IN_TIME: received[0] < closes_at,
        Contribution.Arrival.LATE: is_late,
        Contribution.Arrival.GRACE: is_late and is_within_grace,
    }
    return frozenset(arrival for arrival, is_possible in cases.items() if is_possible)


def first_state(
    rulebook: Rulebook, *, is_private: bool, flags: Collection[str], age_band: str
) -> Contribution.State:
    """Private kinds stay private; personal data and children's words always wait for a reader."""
    if is_private:
        return Contribution.State.PRIVATE
    waits = rulebook.moderation == Consultation.Moderation.BEFORE or flags or is_minor(age_band)
    return Contribution.State.PENDING if waits else Contribution.State.PUBLISHED


def state_after_edit(before: str, *, now: Contribution.State) -> Contribution.State:
    """What is not shown is shown by no edit: it waits, for somebody may have held it. Else as a new one."""
    is_shown = before == Contribution.State.PUBLISHED
    return now if is_shown or now == Contribution.State.PRIVATE else Contribution.State.PENDING


def is_minor(age_band: str) -> bool:
    """True if the band (`13-17`, `0-12`) begins below 18."""
    first = _FIRST_NUMBER.search(age_band)
    return first is not None and int(first.group()) < _ADULT
