"""The statements of intake: what stores a contribution, what looks why it could not, what reads a receipt."""

from __future__ import annotations

from layers.questions.areas import hit_rows_sql
from mapdialog.audit.verb import Verb
from mapdialog.contributions import columns, limits, prepared, screening
from mapdialog.contributions.columns import Origin
from mapdialog.dialogue.models import bump_sql

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
# The id is a contribution's own, or was answered with another one's receipt, or is that of an erased one.
LOOK = prepared.Statement(f"""
WITH {limits.BUCKETS}
SELECT consultation.rules_version, known.id, known.consultation_id,
    CASE WHEN known.id IS NULL AND spent.id IS NOT NULL THEN 'erased' ELSE known.state END,
    known.token_hash, CASE WHEN known.id = %(id)s THEN known.body_hash ELSE spent.body_hash END,
    {IS_INSIDE},
    ({limits.WAIT_SQL})
FROM dialogue_consultation AS consultation
LEFT JOIN contributions_spentid AS spent ON spent.id = %(id)s
LEFT JOIN contributions_contribution AS known ON known.id = coalesce(
    (SELECT own.id FROM contributions_contribution AS own WHERE own.id = %(id)s), spent.contribution_id
)
WHERE consultation.id = %(consultation)s
""")  # noqa: S608 (our own text)

# Within a minute the same words at the same spot (0.0001°, some ten metres) under another id: a tap too many,
# or a class that was told what to write. The index on `geom` finds the few rows around; without a geometry
# the same words for the spot do, among those of the last minute.
_ALIKE_WITHIN = "interval '1 minute'"
_ALIKE = f"""other.consultation_id = %(consultation)s AND other.id <> %(id)s AND other.state <> 'erased'
    AND other.received_at > %(at)s::timestamptz - {_ALIKE_WITHIN} AND other.text = %(text)s
    AND (other.text <> '' OR other.answers = %(responses)s::jsonb AND other.details = %(details)s::jsonb)"""
_ALIKE_ROWS = f"""
SELECT other.* FROM contributions_contribution AS other
WHERE other.geom && ST_Expand(%(geom)s::geometry, 0.0001) AND {_ALIKE}
UNION ALL SELECT other.* FROM contributions_contribution AS other
WHERE %(geom)s::geometry IS NULL AND other.geom IS NULL AND other.place_words = %(place_words)s
    AND {_ALIKE}"""  # noqa: S608 (our own text)
# One sender's, told by the edit token, and alike in all that was said: nothing is lost when it counts once.
# How the spot was found alone may differ, as a second fix of the same phone does, and so may the clock.
SENT_COLUMNS = {
    column.column: column.parameter
    for column in columns.AT_INTAKE
    if column.origin is Origin.SENDER or column.attribute in ("kind", "token_hash")
}
_OF_ONE_SENDER = " AND ".join(
    f"alike.{column} IS NOT DISTINCT FROM {value}" for column, value in SENT_COLUMNS.items()
)
# Answers an id with the one that was stored before, and remembers that it did: nothing is stored under that
# id any more, also when the one before has been erased meanwhile. It costs what storing costs, so that nobody
# fills the table. The lock waits for an erasure that is under way, and what was erased is no answer then.
MERGE = prepared.Statement(f"""
WITH {limits.BUCKETS}, stored_before AS (
    SELECT alike.id FROM ({_ALIKE_ROWS}) AS alike WHERE {_OF_ONE_SENDER}
    ORDER BY alike.received_at, alike.id LIMIT 1
), merged AS (
    INSERT INTO contributions_spentid (id, contribution_id, body_hash)
    SELECT %(id)s, contribution.id, %(body_hash)s
    FROM contributions_contribution AS contribution JOIN stored_before ON stored_before.id = contribution.id
    WHERE contribution.state <> 'erased'
    FOR SHARE OF contribution
    ON CONFLICT DO NOTHING
    RETURNING contribution_id
), taken AS (
    {limits.take_sql(once="merged")} RETURNING key
)
SELECT contribution_id FROM merged WHERE (SELECT count(*) FROM taken) > 0
""")  # noqa: S608 (our own text)

HITS_OF = """
(SELECT coalesce(jsonb_agg(jsonb_build_object(
    'kind', layer.kind, 'code', coalesce(area.code, zone.code), 'name', coalesce(area.name, zone.name)
) ORDER BY layer.kind, layer.name, coalesce(area.code, zone.code)), '[]')
FROM {rows} AS hit
JOIN layers_layerversion AS edition ON edition.id = hit.version_id AND edition.published
JOIN layers_layer AS layer ON layer.id = edition.layer_id
LEFT JOIN layers_area AS area ON area.id = hit.area_id
LEFT JOIN layers_zone AS zone ON zone.id = hit.zone_id
{where})"""

# One statement, hence one transaction and one message there and back: nothing is locked while Python waits
# for its turn. Nothing is returned when nothing is stored: the rulebook has changed, the id or the code
# exists, the id is spent, the spot lies outside, or a bucket is empty. A bucket emptied by another meanwhile
# breaks its CHECK, and all is undone. Foreign keys are checked at COMMIT, so the contribution may come before
# its submission, which is then only written when the contribution was new. What is like another of the last
# minute is flagged, and by the same sender not stored again; two of the very same instant do not see each
# other.
_INSTEAD = {
    "consultation_id": "%(consultation)s",
    "submission_id": "submission",
    "received_at": "%(at)s",
    "version": "1",
    "flags": f"""CASE WHEN EXISTS (SELECT FROM alike)
        THEN %(flags)s::jsonb || '["{screening.MAYBE_ALIKE}"]' ELSE %(flags)s::jsonb END""",
}
INSERTED = f"""
    INSERT INTO contributions_contribution ({columns.list_of(columns.AT_INTAKE)})
    SELECT {columns.parameters_of(columns.AT_INTAKE, instead=_INSTEAD)}"""
_STORED = f"""
{limits.BUCKETS}, alike AS MATERIALIZED (
    SELECT {", ".join(SENT_COLUMNS)} FROM ({_ALIKE_ROWS}) AS other LIMIT 100
), allowed AS (
    SELECT nextval('contributions_submission_id_seq') AS submission
    FROM dialogue_consultation AS consultation
    WHERE consultation.id = %(consultation)s AND consultation.rules_version = %(rules)s
      AND {IS_INSIDE} AND coalesce(({limits.WAIT_SQL}), 0) <= 0
      AND NOT EXISTS (SELECT FROM alike WHERE {_OF_ONE_SENDER})
      AND NOT EXISTS (SELECT FROM contributions_spentid AS spent WHERE spent.id = %(id)s)
), new AS (
    {INSERTED}
    FROM allowed
    ON CONFLICT DO NOTHING
    RETURNING id, submission_id
), submission AS (
    INSERT INTO contributions_submission (id, consultation_id, sender, sender_role, channel, received_at)
    SELECT submission_id, %(consultation)s, 'resident', '', 'web', %(at)s FROM new
    RETURNING id
), placed AS (
    INSERT INTO contributions_contributionplace (contribution_id, version_id, area_id, zone_id, share)
    SELECT id, hit.* FROM new CROSS JOIN LATERAL (
        {hit_rows_sql(geom="%(geom)s", on="%(on)s", layers="%(layers)s")}
    ) AS hit
    RETURNING version_id, area_id, zone_id
), audited AS (
    INSERT INTO audit_auditentry (at, by, action, subject_type, subject_id, detail)
    SELECT %(at)s, 'resident', '{Verb.CONTRIBUTION_RECEIVED}', 'contribution', id::text, %(audit)s FROM new
    RETURNING id
), taken AS (
    {limits.take_sql(once="new")} RETURNING key
)"""  # noqa: S608 (our own text)
# Asks for all the others first, so that the version is raised last: every writer queues for its row.
_BUMPED = """
SELECT %(consultation)s, 1 FROM new
WHERE (SELECT count(*) FROM submission, audited, taken) + (SELECT count(*) FROM placed) >= 0
"""
STORE = prepared.Statement(f"""
WITH {_STORED}
{bump_sql(_BUMPED)}
RETURNING (SELECT id FROM submission), {HITS_OF.format(rows="placed", where="")}
""")  # noqa: S608 (our own text)

RECEIPT = f"""
SELECT contribution.code, contribution.submission_id, contribution.state, contribution.arrival,
    contribution.version, {
    HITS_OF.format(
        rows="contributions_contributionplace", where="WHERE hit.contribution_id = contribution.id"
    )
}, contribution.concerns
FROM contributions_contribution AS contribution WHERE contribution.id = %(id)s
"""  # noqa: S608 (our own text)
