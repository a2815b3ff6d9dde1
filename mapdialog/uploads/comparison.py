"""A draft beside the edition in force: what comes, what goes, what changes its shape."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError, connection, transaction

from layers.models import Edition, Layer

LISTED_MAX = 500
_PATIENCE_MS = 60_000
# Files that were rounded or transformed differently differ by millimetres all along their borders.
_SAME_SHARE, _SAME_M2 = 0.0001, 10

_AREAS = """
WITH before AS (SELECT code, name, geom FROM layers_area WHERE version_id = %(before)s),
after AS (SELECT code, name, geom FROM layers_area WHERE version_id = %(after)s)
SELECT coalesce(after.code, before.code), coalesce(after.name, before.name),
    coalesce(before.name, after.name),
    ST_Area(before.geom::geography), ST_Area(after.geom::geography),
    CASE WHEN before.geom = after.geom THEN 0
        ELSE ST_Area(ST_SymDifference(before.geom, after.geom)::geography) END
FROM before FULL JOIN after USING (code) ORDER BY 1
"""
_ZONES = """
WITH counted AS (
    SELECT version_id, code, count(*) AS n, sum(ST_Area(geom::geography)) AS m2
    FROM layers_zone WHERE version_id IN (%(before)s, %(after)s) GROUP BY version_id, code
)
SELECT coalesce(after.code, before.code), before.n, after.n, before.m2, after.m2
FROM (SELECT * FROM counted WHERE version_id = %(before)s) AS before
FULL JOIN (SELECT * FROM counted WHERE version_id = %(after)s) AS after USING (code) ORDER BY 1
"""


def compared(draft: Edition, *, before: Edition) -> dict[str, Any]:
    """JSON: how many features before and after, and the areas or codes that differ, with their m².

    `rows` are at most LISTED_MAX of `differing`. They are left out (`is_too_long`) where the database would
    need more than a minute for them.
    """
    counts: dict[str, Any] = {
        "number": before.number,
        "before": before.feature_count,
        "after": draft.feature_count,
    }
    rows = {Layer.Kind.BOUNDARY: _areas, Layer.Kind.ZONING: _zones}.get(Layer.Kind(draft.layer.kind))
    if rows is None:
        return counts
    try:
        differing = rows(draft, before)
    except OperationalError:
        return {**counts, "is_too_long": True}
    return {**counts, "differing": len(differing), "rows": differing[:LISTED_MAX]}


def _areas(draft: Edition, before: Edition) -> list[dict[str, Any]]:
    differing = []
    for code, name, name_before, m2_before, m2_after, m2_moved in _rows(_AREAS, draft, before):
        what = _what(m2_before, m2_after)
        if what == "changed" and m2_moved < max(_SAME_M2, _SAME_SHARE * m2_before):
            if name == name_before:
                continue
            what = "renamed"
        differing.append(
            {
                "code": code,
                "name": name,
                "name_before": name_before if name_before != name else "",
                "what": what,
                "m2_before": m2_before,
                "m2_after": m2_after,
                "m2_moved": m2_moved,
            }
        )
    return differing


def _zones(draft: Edition, before: Edition) -> list[dict[str, Any]]:
    differing = []
    for code, n_before, n_after, m2_before, m2_after in _rows(_ZONES, draft, before):
        what = _what(m2_before, m2_after)
        is_same = n_before == n_after and abs((m2_before or 0) - (m2_after or 0)) < _SAME_M2
        if what != "changed" or not is_same:
            differing.append(
                {
                    "code": code,
                    "what": what,
                    "n_before": n_before or 0,
                    "n_after": n_after or 0,
                    "m2_before": m2_before,
                    "m2_after": m2_after,
                }
            )
    return differing


def _what(m2_before: float | None, m2_after: float | None) -> str:
    if m2_before is None:
        return "added"
    return "removed" if m2_after is None else "changed"


def _rows(statement: str, draft: Edition, before: Edition) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {_PATIENCE_MS}")
        cursor.execute(statement, {"before": before.pk, "after": draft.pk})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
