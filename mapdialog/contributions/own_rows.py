"""A feature of our own export as the contribution that it was: its times, state and code are taken over.

What an export leaves out cannot come back; `docs/geojson.md` lists it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mapdialog.contributions import columns, keys
from mapdialog.contributions import rules as rule
from mapdialog.contributions.bulk import Row
from mapdialog.contributions.feature import Draft, FeatureError, parse
from mapdialog.contributions.models import Contribution, Submission
from mapdialog.contributions.receipt import normalised
from mapdialog.contributions.rulebooks import Rulebook
from mapdialog.web import query

_STATES = frozenset(Contribution.State.values) - {Contribution.State.ERASED}
_DAY_LETTERS = len("2026-05-01")
_MOMENTS = ("written_at", "received_at", "changed_at")


def identifier_of(properties: Mapping[str, Any]) -> UUID:
    """Raises FeatureError."""
    identifier = query.identifier(str(properties.get("id", "")))
    if identifier is None:
        raise FeatureError("id", "It is no UUID, as our own file has it.")
    return identifier


def draft_of(properties: Mapping[str, Any], *, geometry: Any, rulebook: Rulebook, theme: str) -> Draft:
    """What the sender said. Raises FeatureError."""
    details = properties.get("details") or {}
    if not isinstance(details, dict):
        raise FeatureError("properties.details", "An object is expected.")
    sent = columns.SENT_AS.keys() - {"theme", "written_at", "contributor"}
    sent_values = {name: properties[name] for name in sent if properties.get(name) not in (None, "")}
    feature = {
        "type": "Feature",
        "geometry": geometry,
        "properties": {**details, **sent_values, "theme": theme},
    }
    return parse(feature, rulebook=rulebook, is_record=True)


def row_of(
    properties: Mapping[str, Any],
    *,
    draft: Draft,
    line: int,
    rulebook: Rulebook,
    at: dt.datetime,
    arrival: str,
    state: str,
    doubts: list[str],
) -> Row:
    """`arrival` is what `arrival_of` gives.

    `state` is that of a file for everyone, which says none, and the most open that is given. `doubts` were
    not in the file's own flags: whoever decided before has not seen them. Raises FeatureError.
    """
    identifier = identifier_of(properties)
    number = properties.get("submission")
    written_at, received_at, changed_at = (_moment(properties, name, rulebook=rulebook) for name in _MOMENTS)
    received_at = received_at or at
    return Row(
        identifier=identifier,
        code=_code(properties),
        source_id=_text(properties, "source_id") or None,
        line=line,
        submission=str(identifier) if number is None else _submission(number),
        sender=_one_of(properties, "sender", Submission.Sender.values) or Submission.Sender.RESIDENT,
        sender_role=_text(properties, "sender_role"),
        channel=_one_of(properties, "channel", Submission.Channel.values) or Submission.Channel.IMPORT,
        kind=draft.kind.name,
        **draft.values(),
        contributor_key=_contributor_key(number, rulebook=rulebook),
        written_at=written_at or received_at,
        received_at=received_at,
        changed_at=changed_at,
        arrival=arrival,
        state=_state(properties, draft=draft, most=state, doubts=doubts),
        flags=[*flags_of(properties), *doubts],
    )


@dataclass(frozen=True, kw_only=True)
class OwnArrival:
    """Whether it was in time: what counts, what is to be said of it, and whether the dates say otherwise."""

    counts_as: str
    note: str = ""
    is_doubtful: bool = False


def arrival_of(properties: Mapping[str, Any], *, rulebook: Rulebook) -> OwnArrival:
    """What the file says stays, for somebody may have decided so; but against its dates it is a doubt.

    Where it says nothing the dates say it, and without a date it is of no known date. Raises FeatureError.
    """
    arrival = _one_of(properties, "arrival", Contribution.Arrival.values)
    received = _span(properties, "received_at", rulebook=rulebook)
    if received is None:
        counts_as = Contribution.Arrival.UNDATED
        note = f"arrival: {arrival!r}, but received_at is missing: its date is not known."
        return OwnArrival(counts_as=counts_as, note=note if arrival not in ("", counts_as) else "")
    if not arrival:
        counts_as = rule.recorded_arrival(rulebook, received_at=received[0])
        note = f"arrival: it is missing, and is {str(counts_as)!r} by received_at."
        return OwnArrival(counts_as=counts_as, note=note)
    written = _span(properties, "written_at", rulebook=rulebook) or received
    possible = rule.possible_arrivals(rulebook, written=written, received=received)
    if arrival in possible:
        return OwnArrival(counts_as=arrival)
    words = " or ".join(sorted(possible))
    note = f"arrival: {arrival!r} does not agree with its dates, by which it is {words} here."
    return OwnArrival(counts_as=arrival, note=note, is_doubtful=True)


def note_of_change(row: Row, *, at: dt.datetime) -> str:
    """What cannot be of when it was changed, "" where nothing is wrong with it."""
    if row.changed_at is not None and row.changed_at > at:
        return "changed_at: it lies ahead, and is taken as now."
    if row.changed_at is not None and row.changed_at < row.received_at:
        return "changed_at: it is earlier than received_at."
    return ""


def _submission(number: Any) -> str:
    if not isinstance(number, int):
        raise FeatureError("properties.submission", "A number is expected.")
    return f"submission {number}"


def _contributor_key(number: Any, *, rulebook: Rulebook) -> str | None:
    """What came together came from one sender."""
    together = "" if number is None else f"submission:{_submission(number)}"
    return keys.contributor_key(together, consultation_id=rulebook.id)


def flags_of(properties: Mapping[str, Any]) -> list[str]:
    """What was flagged when the file was made. Raises FeatureError."""
    flags = properties.get("concerns") or []
    if not isinstance(flags, list) or not all(isinstance(flag, str) for flag in flags):
        raise FeatureError("properties.concerns", "A list of texts is expected.")
    return flags


def _state(properties: Mapping[str, Any], *, draft: Draft, most: str, doubts: list[str]) -> str:
    state = _one_of(properties, "state", _STATES) or most
    if draft.is_private:
        return Contribution.State.PRIVATE
    if state == Contribution.State.PUBLISHED:
        return Contribution.State.PENDING if doubts else most
    return state


def _code(properties: Mapping[str, Any]) -> str:
    code = _text(properties, "code")
    if normalised(code) != code:
        raise FeatureError("properties.code", "It is no code of ours.")
    return code


def _text(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 100 or not value.isprintable():
        raise FeatureError(f"properties.{name}", "A short text is expected.")
    return value


def _one_of(properties: Mapping[str, Any], name: str, values: Any) -> str:
    value = _text(properties, name)
    if value and value not in values:
        raise FeatureError(f"properties.{name}", f"It is none of {', '.join(sorted(values))}.")
    return value


def _span(properties: Mapping[str, Any], name: str, *, rulebook: Rulebook) -> rule.Span | None:
    """The first and the last moment that it may be: of a day alone all of the day."""
    first = _moment(properties, name, rulebook=rulebook)
    if first is None:
        return None
    is_day = len(_text(properties, name)) == _DAY_LETTERS
    return first, first + dt.timedelta(days=1, microseconds=-1) if is_day else first


def _moment(properties: Mapping[str, Any], name: str, *, rulebook: Rulebook) -> dt.datetime | None:
    """A moment, or in files of moved points the first of the municipality's day."""
    text = _text(properties, name)
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=rulebook.time_zone)
        result = zoned.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise FeatureError(f"properties.{name}", "It is no time as our own files have it.") from None
    if not 1990 <= result.year <= 2200:
        raise FeatureError(f"properties.{name}", f"The year {result.year} cannot be.")
    return result
