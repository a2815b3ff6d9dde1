"""The committee and the zones that an answer names for each contribution, as SQL around its rows.

Officials, and everyone where points are shown exactly, read what was recorded when the contribution came.
Where points are moved to a grid, everyone reads what holds the whole square on that day, and nothing where a
border crosses it: a field of a plan or a border would give the exact place away. That is a question to the
square alone, so that two contributions in one square have the same.
"""

from __future__ import annotations

from typing import Any

from layers.days import day_sql
from layers.models import Edition
from layers.questions.areas import in_force_sql
from mapdialog.dialogue.models import Consultation

PLACES: dict[str, str] = {
    "theme_name": "c.p_theme_name",
    "committee": "committee.code",
    "committee_name": "committee.name",
    "zones": "concat('[', located.zones, ']')::json",
}
_ZONE = "json_build_object('plan', l.name, 'version', v.number, 'code', z.code, 'field', z.field)::text"
_ZONE_ORDER = 'l.name, v.number, z.code COLLATE "C", z.id'
_ZONE_PLAN = "JOIN layers_layerversion v ON v.id = z.version_id JOIN layers_layer l ON l.id = v.layer_id"
# Looked up for all rows at once: a look-up per row takes twice as long. Numbers alone are gathered,
# since texts would have to be sorted; who has more hits than these numbers hold is looked up alone.
# A point lies in one committee. A line may cross several: it is counted where most of it lies.
RECORDED = f"""
    WITH zones AS MATERIALIZED (
        SELECT z.id, row_number() OVER (ORDER BY {_ZONE_ORDER}) AS rank, {_ZONE} AS written
        FROM layers_zone z {_ZONE_PLAN} WHERE v.id = ANY(%(plans)s)
    ), hits AS (
        SELECT p.contribution_id, count(p.area_id) AS areas, min(p.area_id) AS area,
            count(p.zone_id) AS zones, min(p.zone_id) AS first_zone, max(p.zone_id) AS last_zone
        FROM contributions_contributionplace p
        WHERE p.contribution_id IN (SELECT id FROM contributions_contribution WHERE consultation_id = %(of)s)
            AND (p.version_id = ANY(%(boundaries)s) AND p.area_id IS NOT NULL
                OR p.version_id = ANY(%(plans)s) AND p.zone_id IS NOT NULL)
        GROUP BY p.contribution_id
    ), located AS MATERIALIZED (
        SELECT contribution_id, CASE WHEN areas > 1 THEN (
            SELECT a.id FROM contributions_contributionplace p JOIN layers_area a ON a.id = p.area_id
            WHERE p.contribution_id = hits.contribution_id AND p.version_id = ANY(%(boundaries)s)
            ORDER BY p.share DESC, a.code COLLATE "C", a.id LIMIT 1
        ) ELSE area END AS area, CASE WHEN zones > 2 THEN (
            SELECT string_agg({_ZONE}, ',' ORDER BY {_ZONE_ORDER})
            FROM contributions_contributionplace p JOIN layers_zone z ON z.id = p.zone_id {_ZONE_PLAN}
            WHERE p.contribution_id = hits.contribution_id AND p.version_id = ANY(%(plans)s)
        ) WHEN zones < 2 THEN one.written
            WHEN one.rank < two.rank THEN concat(one.written, ',', two.written)
            ELSE concat(two.written, ',', one.written) END AS zones
        FROM hits
        LEFT JOIN zones one ON one.id = first_zone
        LEFT JOIN zones two ON two.id = last_zone AND zones = 2
    )
"""  # noqa: S608 (fragments of our own, above; every value is a parameter)
OF_RECORDED = """
    LEFT JOIN located ON located.contribution_id = c.p_id
    LEFT JOIN layers_area committee ON committee.id = located.area
"""


def square_sql(middle: str) -> str:
    """The square of the grid around `middle`, an expression; see `public_view.parameters`."""
    return f"contributions_cell({middle}, %(precision_m)s, %(metric_srid)s)"


# `chosen` are the rows, with the middle of their square. Squares are far fewer than contributions.
SQUARES = f"""
    , days AS MATERIALIZED (
        SELECT DISTINCT p_public AS middle, {day_sql("p_received_at", zone="%(time_zone)s")} AS day
        FROM chosen WHERE p_public IS NOT NULL
    ), squares AS MATERIALIZED (
        SELECT middle, {square_sql("middle::geometry")} AS square
        FROM (SELECT DISTINCT middle FROM days) AS middles
    ), covering AS MATERIALIZED (
        SELECT middle, a.version_id, a.id AS area, NULL::bigint AS zone FROM squares
        JOIN layers_area a ON a.version_id = ANY(%(boundaries)s) AND ST_Covers(a.geom, square)
        UNION ALL
        SELECT middle, z.version_id, NULL, z.id FROM squares
        JOIN layers_zone z ON z.version_id = ANY(%(plans)s) AND ST_Covers(z.geom, square)
    ), located AS MATERIALIZED (
        SELECT middle, day,
            (array_agg(a.id ORDER BY a.code COLLATE "C", a.id) FILTER (WHERE a.id IS NOT NULL))[1] AS area,
            string_agg({_ZONE}, ',' ORDER BY {_ZONE_ORDER}) FILTER (WHERE z.id IS NOT NULL) AS zones
        FROM days JOIN covering USING (middle)
        JOIN layers_layerversion v ON v.id = covering.version_id AND {in_force_sql("v", on="day")}
        JOIN layers_layer l ON l.id = v.layer_id
        LEFT JOIN layers_area a ON a.id = covering.area
        LEFT JOIN layers_zone z ON z.id = covering.zone
        GROUP BY middle, day
    )
"""  # noqa: S608 (fragments of our own, above; every value is a parameter)
OF_SQUARES = f"""
    LEFT JOIN located ON located.middle = c.p_public
        AND located.day = {day_sql("c.p_received_at", zone="%(time_zone)s")}
    LEFT JOIN layers_area committee ON committee.id = located.area
"""


def editions(of: Consultation, *, officially: bool) -> dict[str, Any]:
    """Which editions of the boundary set and of the plans are named: for everyone the published ones."""
    known = Edition.objects.order_by() if officially else Edition.objects.order_by().published()
    plans = of.alternatives.values("layer")
    return {
        "of": of.pk,
        "boundaries": list(known.filter(layer=of.boundary_layer_id).values_list("pk", flat=True)),
        "plans": list(known.filter(layer__in=plans).values_list("pk", flat=True)),
    }
