"""THE place that says which columns of a contribution leave the house, and in what shape.

Everyone gets `geom_public` and `PUBLIC`; those who work on the consultation get `geom` and `OFFICIAL`
besides. The rows come from a queryset that went through `visible_to`; around it SQL writes each row as a
finished GeoJSON Feature, so that Python only passes bytes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import Case, CharField, Expression, F, QuerySet, Value, When

from layers.models import LayerVersion
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation, Question, Reader
from mapdialog.dialogue.texts import translated

# Seven decimals of a degree are a centimetre; more is noise that costs bytes.
DECIMALS = 7

PUBLIC: dict[str, str] = {
    "code": "code",
    "kind": "kind",
    "theme": "theme__key",
    "text": "text",
    "language": "language",
    "alternative": "alternative__key",
    "details": "details",
    "answers": "answers",
    "place_words": "place_words",
    "radius_m": "radius_m",
    "written_at": "written_at",
    "received_at": "received_at",
    "arrival": "arrival",
}
PLACES: dict[str, str] = {
    "theme_name": "c.p_theme_name",
    "committee": "committee.code",
    "committee_name": "committee.name",
    "zones": "concat('[', place.zones, ']')::json",
}
OFFICIAL: dict[str, str] = {
    "state": "state",
    "concerns": "concerns",
    "submission": "submission_id",
    "sender": "submission__sender",
    "sender_role": "submission__sender_role",
    "channel": "submission__channel",
    "age_band": "age_band",
    "accuracy_m": "accuracy_m",
    "placed_by": "placed_by",
    "zoom_at_placing": "zoom_at_placing",
}

# Answers in free words are for those who asked; what was ticked is for everyone.
_CHOSEN_ANSWERS = """
    (SELECT COALESCE(json_object_agg(key, value), '{}')
        FROM jsonb_each(c.p_answers) WHERE key = ANY(%(choices)s))
"""
_ZONE = "json_build_object('plan', l.name, 'version', v.number, 'code', z.code, 'field', z.field)::text"
_ZONE_ORDER = 'l.name, v.number, z.code COLLATE "C", z.id'
_ZONE_PLAN = "JOIN layers_layerversion v ON v.id = z.version_id JOIN layers_layer l ON l.id = v.layer_id"
# Looked up for all rows at once: a look-up per row takes twice as long. Numbers alone are gathered,
# since texts would have to be sorted; who is in more places than these numbers hold is looked up alone.
# A point lies in one committee. A line may cross several: it is counted where most of it lies.
_NAMES_OF_PLACES = f"""
    WITH zones AS MATERIALIZED (
        SELECT z.id, row_number() OVER (ORDER BY {_ZONE_ORDER}) AS rank, {_ZONE} AS written
        FROM layers_zone z {_ZONE_PLAN} WHERE v.id = ANY(%(plans)s)
    ), places AS (
        SELECT p.contribution_id, count(p.area_id) AS areas, min(p.area_id) AS area,
            count(p.zone_id) AS zones, min(p.zone_id) AS first_zone, max(p.zone_id) AS last_zone
        FROM contributions_contributionplace p
        WHERE p.contribution_id IN (SELECT id FROM contributions_contribution WHERE consultation_id = %(of)s)
            AND (p.version_id = ANY(%(boundaries)s) AND p.area_id IS NOT NULL
                OR p.version_id = ANY(%(plans)s) AND p.zone_id IS NOT NULL)
        GROUP BY p.contribution_id
    ), place AS MATERIALIZED (
        SELECT contribution_id, CASE WHEN areas > 1 THEN (
            SELECT a.id FROM contributions_contributionplace p JOIN layers_area a ON a.id = p.area_id
            WHERE p.contribution_id = places.contribution_id AND p.version_id = ANY(%(boundaries)s)
            ORDER BY p.share DESC, a.code COLLATE "C", a.id LIMIT 1
        ) ELSE area END AS area, CASE WHEN zones > 2 THEN (
            SELECT string_agg({_ZONE}, ',' ORDER BY {_ZONE_ORDER})
            FROM contributions_contributionplace p JOIN layers_zone z ON z.id = p.zone_id {_ZONE_PLAN}
            WHERE p.contribution_id = places.contribution_id AND p.version_id = ANY(%(plans)s)
        ) WHEN zones < 2 THEN one.written
            WHEN one.rank < two.rank THEN concat(one.written, ',', two.written)
            ELSE concat(two.written, ',', one.written) END AS zones
        FROM places
        LEFT JOIN zones one ON one.id = first_zone
        LEFT JOIN zones two ON two.id = last_zone AND zones = 2
    )
"""  # noqa: S608 (fragments of our own, above; every value is a parameter)
_PLACES = """
    LEFT JOIN place ON place.contribution_id = c.p_id
    LEFT JOIN layers_area committee ON committee.id = place.area
"""


@dataclass(frozen=True, kw_only=True)
class FeatureQuery:
    """SQL that gives `feature` (the GeoJSON text), `p_received_at` and `p_id` per row, and its parameters."""

    sql: str
    params: dict[str, Any]


def features(
    rows: QuerySet[Contribution], *, of: Consultation, officially: bool = False, with_places: bool = False
) -> FeatureQuery:
    """The features of `rows`, which must have gone through `visible_to`.

    `officially` adds what only those who work on the consultation may see, `with_places` the committee, the
    zones and the theme's name.
    """
    columns = {**PUBLIC, **(OFFICIAL if officially else {})}
    selected: dict[str, Expression | F] = {f"p_{name}": F(source) for name, source in columns.items()}
    selected["p_id"] = F("id")
    selected["p_geometry"] = AsGeoJSON("geom" if officially else "geom_public", precision=DECIMALS)
    properties = {name: f"c.p_{name}" for name in columns}
    params: dict[str, Any] = {}
    if not officially:
        properties |= _without_private_words(of, params)
    names = joins = ""
    if with_places:
        selected["p_theme_name"] = _theme_names(of)
        names, joins = _NAMES_OF_PLACES, _PLACES
        params |= _places(of)
        properties |= PLACES
    inner, inner_params = named(rows.values(**selected), prefix="row")
    members = ", ".join(f'{expression} AS "{name}"' for name, expression in properties.items())
    # row_to_json() takes a fifth of the time of json_build_object(), which looks every type up for every row;
    # concat() and not ||, which makes NULL of a whole feature that has one NULL in it
    sql = f"""
        {names}
        SELECT concat('{{"type":"Feature","id":"', c.p_id, '","geometry":', COALESCE(c.p_geometry, 'null'),
            ',"properties":', (SELECT row_to_json(told) FROM (SELECT {members}) AS told), '}}') AS feature,
            c.p_received_at, c.p_id
        FROM ({inner}) AS c {joins}
    """  # noqa: S608 (names of our own and Django's SQL; every value is a parameter)
    return FeatureQuery(sql=sql, params={**params, **inner_params})


def _without_private_words(of: Consultation, params: dict[str, Any]) -> dict[str, str]:
    choices = [question.key for question in of.questions.all() if question.kind != Question.Kind.TEXT]
    params["choices"] = choices
    replaced = {"answers": _CHOSEN_ANSWERS if choices else "'{}'::json"}
    if of.public_precision_m:
        # the place in words would undo that the point was moved to a grid
        replaced["place_words"] = "''"
    return replaced


def _theme_names(of: Consultation) -> Expression:
    language = of.languages[0] if of.languages else None
    names = [When(theme=theme.pk, then=Value(translated(theme.name, language))) for theme in of.themes.all()]
    return Case(*names, default=Value(None), output_field=CharField())


def _places(of: Consultation) -> dict[str, Any]:
    """Which boundary versions and which plans the places are told of."""
    editions = LayerVersion.objects.order_by()
    plans = of.alternatives.values("layer")
    return {
        "of": of.pk,
        "boundaries": list(editions.filter(layer=of.boundary_layer_id).values_list("pk", flat=True)),
        "plans": list(editions.filter(layer__in=plans).values_list("pk", flat=True)),
    }


def named(rows: QuerySet[Contribution, Any], *, prefix: str) -> tuple[str, dict[str, Any]]:
    """Django's SQL with its parameters named, so that it can stand inside ours."""
    sql, values = rows.query.sql_with_params()
    params = {f"{prefix}_{position}": value for position, value in enumerate(values)}
    return sql % tuple(f"%({name})s" for name in params), params


def visible(of: Consultation, *, reader: Reader) -> QuerySet[Contribution]:
    """The consultation's contributions that the reader may see."""
    return Contribution.objects.filter(consultation=of).visible_to(reader)
