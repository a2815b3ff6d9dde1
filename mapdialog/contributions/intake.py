"""A contribution comes in: exactly once, or not at all.

One look (known already? inside the area? anything left in the buckets?), then one transaction: the
submission, the contribution, its places and its audit row in one statement, the buckets, and last the data
version.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.db import IntegrityError, InternalError, connection, transaction

from layers.areas import place_rows_sql
from mapdialog.contributions import keys, limits, prepared, public_place, receipt, screening
from mapdialog.contributions import rules as rule
from mapdialog.contributions.feature import Draft, FeatureError, parse
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.receipt import Receipt
from mapdialog.contributions.rulebook import Rulebook
from mapdialog.dialogue.models import DataVersion

_CODE_TRIES = 5


class DifferentError(Exception):
    """Another body, token or consultation already has this id."""


class ErasedError(Exception):
    """The contribution was erased by its author, and stays so."""


class OutsideAreaError(Exception):
    """The place lies outside the consultation's area."""


def receive(
    feature: Mapping[str, Any],
    *,
    identifier: UUID,
    rules: Rulebook,
    at: dt.datetime,
    token: str,
    address: str,
    device: str | None = None,
) -> Receipt:
    """Stores a GeoJSON Feature (EPSG:4326) under the client's id and gives its receipt, after COMMIT.

    Sent again with the same token it gives the receipt of what is stored, whatever was edited or closed
    since. `address` is the sender's network address, `device` a key that the device made; only keyed hashes
    of them are kept. One query and a transaction of three statements. Raises FeatureError, NotOpenError,
    OutsideAreaError, limits.TooManyError, DifferentError, ErasedError.
    """
    buckets = limits.buckets(rules, address=address, device=device)
    body_hash = keys.body_hash(feature)
    draft: Draft | None = None
    try:
        draft = parse(feature, rules=rules, identifier=identifier)
    except FeatureError as error:
        refusal = error
    found = _look(identifier, rules=rules, geom=draft.geom if draft else None, buckets=buckets, at=at)
    if found.known is not None:
        return _again(found.known, identifier, rules=rules, token=token, body_hash=body_hash)
    if draft is None:
        raise refusal
    written_at = rule.plausible_written_at(draft.written_at, received_at=at)
    arrival = rule.arrival(rules, written_at=written_at, received_at=at)
    if not found.is_inside:
        raise OutsideAreaError
    if found.wait_seconds > 0:
        raise limits.TooManyError(dt.timedelta(seconds=found.wait_seconds))
    row = {
        **columns_of(draft, rules=rules),
        **_sender(draft, rules=rules, device=device),
        "id": identifier,
        "at": at,
        "written_at": written_at,
        "arrival": arrival,
        "token_hash": keys.token_hash(token),
        "body_hash": body_hash,
        "audit": json.dumps(_clock_note(draft, written_at=written_at)),
    }
    stored = _store(row, rules=rules, buckets=buckets, at=at)
    if stored is None:  # somebody else's PUT of the same id was quicker by a moment
        return receive(
            feature, identifier=identifier, rules=rules, at=at, token=token, address=address, device=device
        )
    return stored


@dataclass(frozen=True, kw_only=True)
class _Known:
    consultation_id: int
    state: str
    token_hash: bytes | None
    body_hash: bytes | None


@dataclass(frozen=True, kw_only=True)
class _Found:
    known: _Known | None
    is_inside: bool
    wait_seconds: float


# A line or polygon may reach over the border, as a way or a wood does, but not farther out than the area
# itself is wide and high: the whole earth would be about every committee. Each part of several must reach in.
IS_INSIDE = """CASE
    WHEN consultation.area IS NULL OR %(geom)s::geometry IS NULL THEN true
    WHEN GeometryType(%(geom)s::geometry) = 'POINT' THEN ST_Intersects(consultation.area, %(geom)s::geometry)
    ELSE ST_Covers(ST_Expand(
        ST_Envelope(consultation.area),
        ST_XMax(consultation.area) - ST_XMin(consultation.area),
        ST_YMax(consultation.area) - ST_YMin(consultation.area)
    ), %(geom)s::geometry) AND NOT EXISTS (
        SELECT FROM ST_Dump(%(geom)s::geometry) AS part WHERE NOT ST_Intersects(consultation.area, part.geom)
    ) END"""
_LOOK = f"""
SELECT known.consultation_id, known.state, known.token_hash, known.body_hash, {IS_INSIDE},
    ({limits.WAIT_SQL})
FROM dialogue_consultation AS consultation
LEFT JOIN contributions_contribution AS known ON known.id = %(id)s
WHERE consultation.id = %(consultation)s
"""  # noqa: S608 (our own text)


def _look(
    identifier: UUID,
    *,
    rules: Rulebook,
    geom: GEOSGeometry | None,
    buckets: list[limits.Bucket],
    at: dt.datetime,
) -> _Found:
    values: dict[str, Any] = {"id": identifier, "consultation": rules.id, "geom": geom and bytes(geom.ewkb)}
    with prepared.cursor() as cursor:
        cursor.execute(_LOOK, {**values, **limits.values(buckets, at=at)})
        consultation, state, token_hash, body_hash, is_inside, wait = cursor.fetchone()
    known = None
    if state is not None:
        known = _Known(consultation_id=consultation, state=state, token_hash=token_hash, body_hash=body_hash)
    return _Found(known=known, is_inside=is_inside, wait_seconds=float(wait or 0))


def _again(known: _Known, identifier: UUID, *, rules: Rulebook, token: str, body_hash: bytes) -> Receipt:
    if known.state == Contribution.State.ERASED:
        raise ErasedError
    is_same = (
        known.consultation_id == rules.id
        and keys.is_token_of(token, stored=known.token_hash)
        and known.body_hash is not None
        and bytes(known.body_hash) == body_hash
    )
    if not is_same:
        raise DifferentError
    return receipt_of(identifier, slug=rules.slug)


def columns_of(draft: Draft, *, rules: Rulebook) -> dict[str, Any]:
    """The placeholders that a draft decides, for new contributions and edits alike."""
    concerns = screening.concerns(draft.free_text())
    return {
        "geom": draft.geom and bytes(draft.geom.ewkb),
        **public_place.values(rules, is_private=draft.is_private),
        "text": draft.text,
        "language": draft.language,
        "answers": json.dumps(draft.answers),
        "details": json.dumps(draft.details),
        "theme": draft.theme_id,
        "alternative": draft.alternative_id,
        "age_band": draft.age_band,
        "accuracy_m": draft.accuracy_m,
        "placed_by": draft.placed_by,
        "zoom": draft.zoom_at_placing,
        "radius_m": draft.radius_m,
        "place_words": draft.place_words,
        "concerns": json.dumps(concerns),
        "layers": rules.place_layers,
        "state": rule.first_state(
            rules, is_private=draft.is_private, concerns=concerns, age_band=draft.age_band
        ),
    }


def _sender(draft: Draft, *, rules: Rulebook, device: str | None) -> dict[str, Any]:
    """A device that sends no contributor key of its own counts as one contributor all the same."""
    contributor = draft.contributor or device or ""
    return {
        "kind": draft.kind.name,
        "consultation": rules.id,
        "contributor_key": keys.contributor_key(contributor, consultation_id=rules.id),
    }


def _clock_note(draft: Draft, *, written_at: dt.datetime) -> dict[str, str]:
    if draft.written_at is None or draft.written_at == written_at:
        return {}
    return {"clock_said": draft.written_at.isoformat()}


_PLACES_OF = """
(SELECT coalesce(jsonb_agg(jsonb_build_object(
    'kind', layer.kind, 'code', coalesce(area.code, zone.code), 'name', coalesce(area.name, zone.name)
) ORDER BY layer.kind, layer.name, coalesce(area.code, zone.code)), '[]')
FROM {rows} AS place
JOIN layers_layerversion AS version ON version.id = place.version_id AND version.published
JOIN layers_layer AS layer ON layer.id = version.layer_id
LEFT JOIN layers_area AS area ON area.id = place.area_id
LEFT JOIN layers_zone AS zone ON zone.id = place.zone_id
{where})"""

# Foreign keys are checked at COMMIT, so the contribution may come before its submission, which is then only
# written when the contribution was new.
_STORE = f"""
WITH numbered AS (
    SELECT nextval(pg_get_serial_sequence('contributions_submission', 'id')) AS submission_id
), contribution AS (
    INSERT INTO contributions_contribution (
        id, consultation_id, submission_id, code, kind, geom, geom_public, place_words, accuracy_m, placed_by,
        zoom_at_placing, radius_m, text, language, answers, details, theme_id, alternative_id, age_band,
        contributor_key, written_at, received_at, arrival, state, concerns, version, token_hash, body_hash
    ) SELECT
        %(id)s, %(consultation)s, submission_id, %(code)s, %(kind)s, %(geom)s::geometry,
        {public_place.public_place_sql("%(geom)s::geometry")}, %(place_words)s, %(accuracy_m)s, %(placed_by)s,
        %(zoom)s, %(radius_m)s, %(text)s, %(language)s, %(answers)s::jsonb, %(details)s::jsonb, %(theme)s,
        %(alternative)s, %(age_band)s, %(contributor_key)s, %(written_at)s, %(at)s, %(arrival)s, %(state)s,
        %(concerns)s::jsonb, 1, %(token_hash)s, %(body_hash)s
    FROM numbered
    ON CONFLICT (id) DO NOTHING
    RETURNING id, submission_id
), submission AS (
    INSERT INTO contributions_submission (id, consultation_id, sender, sender_role, channel, received_at)
    SELECT submission_id, %(consultation)s, 'resident', '', 'web', %(at)s FROM contribution
), found AS (
    SELECT place.* FROM contribution CROSS JOIN LATERAL (
        {place_rows_sql(geom="%(geom)s", on="%(on)s", layers="%(layers)s")}
    ) AS place
), placed AS (
    INSERT INTO contributions_contributionplace (contribution_id, version_id, area_id, zone_id, share)
    SELECT %(id)s, version_id, area_id, zone_id, share FROM found
), audited AS (
    INSERT INTO audit_auditentry (at, by, action, subject_type, subject_id, detail)
    SELECT %(at)s, 'resident', 'contribution.received', 'contribution', id::text, %(audit)s::jsonb
    FROM contribution
)
SELECT submission_id, {_PLACES_OF.format(rows="found", where="")} FROM contribution
"""  # noqa: S608 (our own text)


def _store(
    row: dict[str, Any], *, rules: Rulebook, buckets: list[limits.Bucket], at: dt.datetime
) -> Receipt | None:
    """The receipt, or None if the id exists already."""
    for _attempt in range(_CODE_TRIES):
        code = receipt.new_code()
        try:
            stored = _store_once(
                {**row, "code": code, "on": rules.day(at)}, rules=rules, buckets=buckets, at=at
            )
        except IntegrityError as error:
            if "contributions_contribution_code" not in str(error):
                raise
            continue
        except InternalError as error:
            raise _unprojectable(error) from error
        if stored is None:
            return None
        number, places = stored
        return Receipt(
            id=row["id"],
            code=code,
            number=number,
            slug=rules.slug,
            state=str(row["state"]),
            arrival=str(row["arrival"]),
            version=1,
            places=places,
            is_new=True,
        )
    raise RuntimeError(f"No free receipt code was found in {_CODE_TRIES} tries.")


def _store_once(
    row: dict[str, Any], *, rules: Rulebook, buckets: list[limits.Bucket], at: dt.datetime
) -> tuple[int, list[dict[str, Any]]] | None:
    with transaction.atomic(durable=True), prepared.cursor() as cursor:
        cursor.execute(_STORE, row)
        found = cursor.fetchone()
        if found is None:
            return None
        limits.take(buckets, at=at)
        DataVersion.bump(rules.id)
    return found[0], json.loads(found[1])


def _unprojectable(error: InternalError) -> Exception:
    """PROJ refuses places on the other side of the earth from the municipality's metric CRS."""
    return OutsideAreaError() if "transform" in str(error).lower() else error


_RECEIPT = f"""
SELECT contribution.code, contribution.submission_id, contribution.state, contribution.arrival,
    contribution.version, {
    _PLACES_OF.format(
        rows="contributions_contributionplace", where="WHERE place.contribution_id = contribution.id"
    )
}
FROM contributions_contribution AS contribution WHERE contribution.id = %(id)s
"""  # noqa: S608 (our own text)


def receipt_of(identifier: UUID, *, slug: str) -> Receipt:
    """The receipt of a stored contribution as it is now. One query. The caller has checked the token."""
    with connection.cursor() as cursor:
        cursor.execute(_RECEIPT, {"id": identifier})
        code, number, state, arrival, version, places = cursor.fetchone()
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
    )
