"""A contribution comes in: exactly once, or not at all.

One statement stores it with its submission, hits and audit row, takes from the buckets and raises the
data version, or does nothing of all that. Only when nothing was stored a look finds out why: known already,
outside the area, or too many.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, InternalError, connection, transaction

from mapdialog.contributions import intake_sql, keys, limits, prepared, receipt, rulebooks, screening
from mapdialog.contributions import rules as rule
from mapdialog.contributions.feature import Draft, FeatureError, parse, spelled_first
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.receipt import Receipt
from mapdialog.contributions.rulebooks import Rulebook
from mapdialog.dialogue.models import Reader

_TRIES = 5


class DifferentError(Exception):
    """Another body, token or consultation already has this id."""


class ErasedError(Exception):
    """The contribution was erased by its author, and stays so."""


class OutsideAreaError(Exception):
    """The spot lies outside the consultation's area."""


class _RulebookChangedError(Exception):
    """The rulebook is not that of the consultation any more."""


def receive(
    feature: Mapping[str, Any],
    *,
    identifier: UUID,
    rulebook: Rulebook,
    at: dt.datetime,
    token: str,
    address: str,
    device: str | None = None,
    reader: Reader | None = None,
) -> Receipt:
    """Stores a GeoJSON Feature (EPSG:4326) under the client's id and gives its receipt, after COMMIT.

    Sent again with the same token it gives the receipt of what is stored, whatever was edited or closed
    since; so it does within a minute under another id, if it is alike in all: that id stands for the stored
    one from then on, also for its erasure. Alike by somebody else it is stored and flagged. `address` is the
    sender's network address, `device` a key that the device made; only keyed hashes of them are kept. A
    `rulebook` that no longer holds is read again, as `reader` may see it. One query in the ordinary case,
    COMMITted when it returns: to be called outside a transaction. Raises NoConsultationError, FeatureError,
    NotOpenError, OutsideAreaError, limits.TooManyError, DifferentError, ErasedError.
    """
    sent: dict[str, Any] = {"id": identifier, "on": rulebook.day(at), "geom": None}
    sent |= {"token_hash": keys.token_hash(token), "body_hash": keys.body_hash(spelled_first(feature))}
    for _attempt in range(_TRIES):
        buckets = limits.buckets(rulebook, address=address, device=device)
        arrived = sent | {
            "consultation": rulebook.id,
            "slug": rulebook.slug,
            "rules": rulebook.rules_version,
            **limits.values(buckets, at=at),
        }
        try:
            return _received(feature, arrived=arrived, rulebook=rulebook, device=device)
        except _RulebookChangedError:
            rulebook = rulebooks.read(rulebook.slug, reader=reader)
    raise RuntimeError(f"The rules of {rulebook.slug} changed {_TRIES} times meanwhile.")


def _received(
    feature: Mapping[str, Any], *, arrived: dict[str, Any], rulebook: Rulebook, device: str | None
) -> Receipt:
    """The receipt under this rulebook. Raises what `receive` does, and _RulebookChangedError."""
    try:
        draft = parse(feature, rulebook=rulebook, identifier=arrived["id"])
        arrived |= columns_of(draft, rulebook=rulebook)
        arrived |= _first_columns_of(draft, rulebook=rulebook, device=device, at=arrived["at"])
    except (FeatureError, rule.NotOpenError) as refusal:
        return _known_or(refusal, arrived, rulebook=rulebook)
    for _attempt in range(_TRIES):
        try:
            stored = _store(arrived)
        except OutsideAreaError as refusal:
            return _known_or(refusal, arrived, rulebook=rulebook)
        receipt_now = stored or _not_stored(arrived, rulebook=rulebook)
        if receipt_now is not None:
            return receipt_now
    raise RuntimeError(f"No free receipt code was found in {_TRIES} tries.")


def _known_or(refusal: Exception, arrived: Mapping[str, Any], *, rulebook: Rulebook) -> Receipt:
    """The receipt of what this id stands for already, or the refusal."""
    known = _known(_look(arrived), arrived, rulebook=rulebook)
    if known is None:
        raise refusal
    return known


def _not_stored(arrived: Mapping[str, Any], *, rulebook: Rulebook) -> Receipt | None:
    """What is answered where the statement stored nothing: the receipt of what the same id or the same sender
    stored before, or None where the next try may succeed, as only the receipt's code was taken."""
    situation = _look(arrived)
    known = _known(situation, arrived, rulebook=rulebook)
    if known is not None:
        return known
    if not situation.is_inside:
        raise OutsideAreaError
    if situation.wait_seconds > 0:
        raise limits.TooManyError(dt.timedelta(seconds=situation.wait_seconds))
    return _merge(arrived)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the id that arrived stands for; `id` is that of the contribution, None where only its erasure is
    known."""

    id: UUID | None
    consultation_id: int | None
    state: str
    token_hash: bytes | None
    body_hash: bytes | None


@dataclass(frozen=True, kw_only=True)
class _Situation:
    """Why nothing was stored."""

    known: _Known | None
    rules_version: int
    is_inside: bool
    wait_seconds: float


def _look(arrived: Mapping[str, Any]) -> _Situation:
    row = intake_sql.LOOK.row(arrived)
    if row is None:  # the consultation was removed
        raise _RulebookChangedError
    rules_version, identifier, consultation, state, token_hash, body_hash, is_inside, wait = row
    known = None
    if state is not None:
        known = _Known(
            id=identifier,
            consultation_id=consultation,
            state=state,
            token_hash=token_hash,
            body_hash=body_hash,
        )
    return _Situation(
        known=known, rules_version=rules_version, is_inside=is_inside, wait_seconds=float(wait or 0)
    )


def _known(situation: _Situation, arrived: Mapping[str, Any], *, rulebook: Rulebook) -> Receipt | None:
    """The receipt of what this id stands for; None if for nothing. Raises ErasedError, DifferentError, and
    _RulebookChangedError."""
    known = situation.known
    if known is None:
        if situation.rules_version != rulebook.rules_version:
            raise _RulebookChangedError
        return None
    if known.id is None or known.state == Contribution.State.ERASED:
        raise ErasedError
    is_same = (
        known.consultation_id == arrived["consultation"]
        and keys.is_same(arrived["token_hash"], stored=known.token_hash)
        and known.body_hash is not None
        and bytes(known.body_hash) == arrived["body_hash"]
    )
    if not is_same:
        raise DifferentError
    return receipt_of(known.id, slug=arrived["slug"])


def columns_of(draft: Draft, *, rulebook: Rulebook) -> dict[str, Any]:
    """The placeholders that a draft decides, for new contributions and edits alike."""
    flags = screening.flags(draft.free_text())
    return {
        **draft.parameters(),
        "flags": json.dumps(flags),
        "layers": rulebook.hit_layers,
        "state": rule.first_state(
            rulebook, is_private=draft.is_private, flags=flags, age_band=draft.age_band
        ),
    }


def _first_columns_of(
    draft: Draft, *, rulebook: Rulebook, device: str | None, at: dt.datetime
) -> dict[str, Any]:
    """What no edit changes. A device without a contributor key of its own counts as one contributor too.

    Raises NotOpenError.
    """
    contributor = draft.contributor or device or ""
    written_at = rule.plausible_written_at(draft.written_at, received_at=at)
    return {
        "kind": draft.kind.name,
        "contributor_key": keys.contributor_key(contributor, consultation_id=rulebook.id),
        "written_at": written_at,
        "arrival": rule.arrival(rulebook, written_at=written_at, received_at=at),
        "audit": json.dumps(_clock_note(draft, written_at=written_at)),
    }


def _clock_note(draft: Draft, *, written_at: dt.datetime) -> dict[str, str]:
    if draft.written_at is None or draft.written_at == written_at:
        return {}
    return {"clock_said": draft.written_at.isoformat()}


def _store(arrived: Mapping[str, Any]) -> Receipt | None:
    """The receipt, or None if nothing was stored. Raises OutsideAreaError."""
    code = receipt.new_code()
    try:
        row = _committed(intake_sql.STORE, {**arrived, "code": code})
    except InternalError as error:
        raise _unprojectable(error) from error
    if row is None:
        return None
    return Receipt(
        id=arrived["id"],
        code=code,
        number=row[0],
        slug=arrived["slug"],
        state=str(arrived["state"]),
        arrival=str(arrived["arrival"]),
        version=1,
        places=json.loads(row[1]),
        is_new=True,
        personal_data=json.loads(arrived["flags"]),
    )


def _merge(arrived: Mapping[str, Any]) -> Receipt | None:
    """The receipt of what the same sender has stored before, or None if there is no such contribution."""
    merged = _committed(intake_sql.MERGE, arrived)
    return None if merged is None else receipt_of(merged[0], slug=arrived["slug"])


def _committed(statement: prepared.Statement, arrived: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The statement's row after COMMIT; None where it did nothing, as another took the last token."""
    try:
        with _durable():
            return statement.row(arrived)
    except IntegrityError as error:
        if limits.EMPTY not in str(error):
            raise
        return None


def _durable() -> AbstractContextManager[None]:
    """A statement by itself is a transaction of its own; within another one Django complains here."""
    return transaction.atomic(durable=True) if connection.in_atomic_block else nullcontext()


def _unprojectable(error: InternalError) -> Exception:
    """PROJ refuses spots on the other side of the earth from the municipality's metric CRS."""
    return OutsideAreaError() if "transform" in str(error).lower() else error


def receipt_of(identifier: UUID, *, slug: str) -> Receipt:
    """The receipt of a stored contribution as it is now. One query. The caller has checked the token."""
    with connection.cursor() as cursor:
        cursor.execute(intake_sql.RECEIPT, {"id": identifier})
        code, number, state, arrival, version, places, flags = cursor.fetchone()
    return Receipt(
        id=identifier,
        code=code,
        number=number,
        slug=slug,
        state=state,
        arrival=arrival,
        version=version,
        places=json.loads(places),
        is_new=False,
        personal_data=[flag for flag in json.loads(flags) if flag in screening.PERSONAL],
    )
