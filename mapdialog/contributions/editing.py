"""What authors do with their own contribution: read it and change it, by the token they made for it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.utils.translation import gettext as _

from layers.questions.areas import hit_rows_sql
from mapdialog.audit import journal
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.contributions import columns, keys, limits, receipt, screening
from mapdialog.contributions import rules as rule
from mapdialog.contributions.columns import Origin
from mapdialog.contributions.feature import Draft, FeatureError, parse, spelled_today
from mapdialog.contributions.intake import ErasedError, OutsideAreaError, columns_of, receipt_of
from mapdialog.contributions.intake_sql import IS_INSIDE
from mapdialog.contributions.models import Contribution, SpentId
from mapdialog.contributions.rulebooks import Rulebook, keep_rulebook
from mapdialog.dialogue.models import DataVersion

_FIXED = tuple(column.sent_as for column in columns.of_origin(Origin.ONCE))
# What only we set, and an author's GET shows: who sends the whole of it back is not refused for it.
_OURS = ("received_at", "changed_at")
_OF_THE_SPOT = frozenset(column.sent_as for column in columns.COLUMNS if column.is_of_spot)


class NoContributionError(LookupError):
    """The consultation has no such contribution."""


class WrongTokenError(Exception):
    """The token is not the one that the contribution was made with."""


class VersionError(Exception):
    """The contribution has changed since the caller read it."""


def own(identifier: UUID, *, rulebook: Rulebook, token: str) -> Contribution:
    """The contribution, for whoever holds its token; under each id that intake gave its receipt for.

    Raises NoContributionError, ErasedError, WrongTokenError.
    """
    contribution = _of(identifier, rulebook=rulebook)
    if contribution.state == Contribution.State.ERASED:
        raise ErasedError
    if not keys.is_token_of(token, stored=contribution.token_hash):
        raise WrongTokenError
    return contribution


def _of(identifier: UUID, *, rulebook: Rulebook) -> Contribution:
    contributions = Contribution.objects.select_related("theme", "alternative").filter(
        consultation=rulebook.id
    )
    contribution = contributions.filter(pk=identifier).first()
    if contribution is not None:
        return contribution
    spent = SpentId.objects.filter(pk=identifier).first()
    if spent is None:
        raise NoContributionError
    if spent.contribution_id is None:
        raise ErasedError
    try:
        return contributions.get(pk=spent.contribution_id)
    except Contribution.DoesNotExist:
        raise NoContributionError from None


def own_by_key(identifier: UUID, *, rulebook: Rulebook, typed: str) -> tuple[Contribution, str]:
    """The contribution and its edit token, for whoever types or pastes it in any way (`keys.tokens_of`).

    Raises NoContributionError, ErasedError, WrongTokenError.
    """
    for token in keys.tokens_of(typed):
        with suppress(WrongTokenError):
            return own(identifier, rulebook=rulebook, token=token), token
    raise WrongTokenError


def as_feature(contribution: Contribution, *, slug: str) -> dict[str, Any]:
    """The author's own contribution as a GeoJSON Feature: all that was sent, and its receipt."""
    written, received, changed = contribution.written_at, contribution.received_at, contribution.changed_at
    properties = {
        **_sent(contribution),
        "written_at": written.isoformat(),
        "received_at": received.isoformat(),
        "changed_at": changed and changed.isoformat(),
    }
    return {
        "type": "Feature",
        "id": str(contribution.pk),
        "geometry": _geometry(contribution.geom),
        "properties": properties,
        "receipt": receipt_of(contribution.pk, slug=slug).as_json(),
    }


def revise(
    contribution: Contribution,
    change: Mapping[str, Any],
    *,
    rulebook: Rulebook,
    version: int,
    address: str,
    device: str | None,
    at: dt.datetime,
) -> receipt.Receipt:
    """Changes what `change` names, by the rule of JSON merge patch on the Feature; null takes a member away.

    What only we set (times, receipt) is passed over: an answer of GET may come back whole.
    Screened again, and published or waiting by the rules for new ones. Places are looked up anew, as they
    were when it was received. `address` and `device` are the sender's, of which keyed hashes are kept.
    Raises FeatureError, NotOpenError, OutsideAreaError, VersionError, limits.TooManyError; and JournalError
    where it takes from view what was published and that cannot be recorded: then nothing was changed.
    """
    if rulebook.closes_at is not None and at >= rulebook.closes_at:
        raise rule.NotOpenError(closes_at=rulebook.closes_at, zone=rulebook.time_zone)
    draft = parse(
        _merged(contribution, change, rulebook=rulebook), rulebook=rulebook, identifier=contribution.pk
    )
    _check_inside(draft, rulebook=rulebook)
    changed = columns_of(draft, rulebook=rulebook)
    changed["state"] = rule.state_after_edit(contribution.state, now=changed["state"])
    with transaction.atomic(durable=True):
        keep_rulebook(rulebook.id)
        buckets = limits.buckets_of_changes(
            rulebook, contribution=contribution.pk, address=address, device=device
        )
        limits.take(buckets, at=at)
        _update(changed, contribution=contribution, version=version, rulebook=rulebook, at=at)
        record(
            Verb.CONTRIBUTION_CHANGED, subject=contribution, by="resident", at=at, detail={"from": version}
        )
        DataVersion.bump(rulebook.id)
        if contribution.state == Contribution.State.PUBLISHED != changed["state"]:
            _journal(contribution, state=changed["state"], version=version + 1, at=at)
    return receipt_of(contribution.pk, slug=rulebook.slug)


def _journal(contribution: Contribution, *, state: str, version: int, at: dt.datetime) -> None:
    """A restored backup has the words from before the edit: they are not shown again."""
    journal.write(journal.Entry(what=str(state), id=contribution.pk, version=version, at=at, by_edit=True))


def _geometry(geom: GEOSGeometry | None) -> dict[str, Any] | None:
    return (
        None
        if geom is None
        else {"type": geom.geom_type, "coordinates": json.loads(json.dumps(cast("Any", geom).coords))}
    )


def _sent(contribution: Contribution) -> dict[str, Any]:
    """The properties that its author has sent, and may send again."""
    properties = {
        column.sent_as: column.shown_of(contribution)
        for column in columns.COLUMNS
        if column.sent_as and (column in columns.FROM_SENDER or column.attribute == "kind")
    }
    return {**properties, **contribution.details}


def _merged(contribution: Contribution, change: Mapping[str, Any], *, rulebook: Rulebook) -> dict[str, Any]:
    properties = change.get("properties") or {}
    if not isinstance(properties, dict):
        raise FeatureError("properties", _("An object is expected."))
    sent = _sent(contribution)
    properties = _without_echo(properties, sent=sent)
    spelled_as = {
        name: earlier
        for name, earlier in columns.EARLIER_NAMES.items()
        if earlier in properties and name not in properties
    }
    properties = spelled_today(properties)
    shown = {"kind": contribution.kind, "written_at": contribution.written_at.isoformat()}
    for name in _FIXED:
        if name in properties and properties[name] != shown.get(name):
            raise FeatureError(f"properties.{name}", _("This cannot be changed afterwards."))
    properties = {name: value for name, value in properties.items() if name not in _OURS}
    # A question that is asked no longer must not stand in the way of an edit.
    sent["responses"] = {key: value for key, value in sent["responses"].items() if key in rulebook.questions}
    if isinstance(properties.get("responses"), dict):
        properties = {**properties, "responses": {**sent["responses"], **properties["responses"]}}
    if "geometry" in change:
        sent = {name: value for name, value in sent.items() if name not in _OF_THE_SPOT}
    geometry = change["geometry"] if "geometry" in change else _geometry(contribution.geom)
    return {
        **{name: value for name, value in change.items() if name != "receipt"},
        "type": change.get("type", "Feature"),
        "geometry": geometry,
        # an error names what was sent
        "properties": {spelled_as.get(name, name): value for name, value in {**sent, **properties}.items()},
    }


def _without_echo(properties: Mapping[str, Any], *, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Without what only came back as it was given out, beside a change under the name that it had earlier.

    An older client reads the whole, changes the name that it knows, and sends the whole.
    """
    return {
        name: value
        for name, value in properties.items()
        if columns.EARLIER_NAMES.get(name) not in properties or value != sent.get(name)
    }


def _check_inside(draft: Draft, *, rulebook: Rulebook) -> None:
    if draft.geom is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {IS_INSIDE} FROM dialogue_consultation AS consultation WHERE id = %(id)s",  # noqa: S608
            {"geom": bytes(draft.geom.ewkb), "id": rulebook.id},
        )
        if not cursor.fetchone()[0]:
            raise OutsideAreaError


_CHANGED = ", ".join(f"{column.column} = {column.parameter}" for column in columns.FROM_SENDER)
UPDATE = f"""
UPDATE contributions_contribution SET {_CHANGED}, state = %(state)s,
    concerns = %(flags)s::jsonb || (SELECT coalesce(jsonb_agg(flag), '[]')
        FROM jsonb_array_elements_text(concerns) AS flag WHERE flag = ANY(%(not_screened)s)
    ), changed_at = %(at)s, version = version + 1
WHERE id = %(id)s AND version = %(version)s AND state <> 'erased'
"""  # noqa: S608 (our own text)

_PLACES = f"""
INSERT INTO contributions_contributionplace (contribution_id, version_id, area_id, zone_id, share)
SELECT %(id)s, version_id, area_id, zone_id, share
FROM ({hit_rows_sql(geom="%(geom)s", on="%(on)s", layers="%(layers)s")}) AS hit
"""  # noqa: S608 (our own text)


def _update(
    changed: dict[str, Any], *, contribution: Contribution, version: int, rulebook: Rulebook, at: dt.datetime
) -> None:
    row = {
        **changed,
        "id": contribution.pk,
        "version": version,
        "not_screened": list(screening.NOT_SCREENED),
        "at": at,
        "on": rulebook.day(contribution.received_at),
    }
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, row)
        if cursor.rowcount == 0:
            raise VersionError
        contribution.hits.all().delete()
        cursor.execute(_PLACES, row)
