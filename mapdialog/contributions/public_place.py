"""Where a contribution is shown to the public: exactly, in the middle of a fixed grid's cell, or nowhere."""

from __future__ import annotations

from typing import Any

from mapdialog.contributions import rules as rule
from mapdialog.contributions.rulebook import Rulebook


def public_place_sql(geom: str) -> str:
    """An SQL expression for `geom_public`, of an expression `geom` of ours and the placeholders of `values`.

    The grid is fixed in the municipality's metric CRS, so that two contributions from one place are shown in
    one place, whoever asks and however often. A line or polygon becomes the cell of its middle.
    """
    return f"""(CASE WHEN NOT %(shown)s THEN NULL WHEN %(precision_m)s::float8 = 0 THEN {geom} ELSE (
        SELECT ST_Transform(ST_SetSRID(ST_MakePoint(
            (floor(ST_X(middle) / cell) + 0.5) * cell, (floor(ST_Y(middle) / cell) + 0.5) * cell
        ), %(metric_srid)s::int), 4326) FROM (
            SELECT ST_Transform(ST_Centroid({geom}), %(metric_srid)s::int) AS middle,
                %(precision_m)s::float8 AS cell
        ) AS metric
    ) END)"""  # noqa: S608 (our own text)


def values(rules: Rulebook, *, is_private: bool) -> dict[str, Any]:
    return {
        "shown": rule.shows_points(rules, is_private=is_private),
        "precision_m": rules.public_precision_m,
        "metric_srid": rules.metric_srid,
    }
