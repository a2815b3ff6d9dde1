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
# Looked up for all rows at once: the same as a look-up per row costs five times as much at a million rows.
# A point lies in one committee. A line may cross several: it is counted where most of it lies.
_NAMES_OF_PLACES = """
    WITH areas AS MATERIALIZED (
        SELECT id, code, name, row_number() OVER (ORDER BY code COLLATE "C", id)::float8 AS rank
        FROM layers_area WHERE version_id = ANY(%(boundaries)s)
    ), zones AS MATERIALIZED (
        SELECT z.id, row_number() OVER (ORDER BY l.name, v.number, z.code COLLATE "C", z.id) AS rank,
            json_build_object(
                'plan', l.name, 'version', v.number, 'code', z.code, 'field', z.field)::text AS zone
        FROM layers_zone z
        JOIN layers_layerversion v ON v.id = z.version_id
        JOIN layers_layer l ON l.id = v.layer_id
        WHERE l.id = ANY(%(plans)s)
    )
"""
_PLACES = """
    LEFT JOIN (
        SELECT p.contribution_id,
            min(ARRAY[1 - p.share, a.rank]) FILTER (WHERE a.id IS NOT NULL) AS best,
            string_agg(z.zone, ',' ORDER BY z.rank) FILTER (WHERE z.id IS NOT NULL) AS zones
        FROM contributions_contributionplace p
        LEFT JOIN areas a ON a.id = p.area_id
        LEFT JOIN zones z ON z.id = p.zone_id
        WHERE p.contribution_id IN (SELECT id FROM contributions_contribution WHERE consultation_id = %(of)s)
        GROUP BY p.contribution_id
    ) AS place ON place.contribution_id = c.p_id
    LEFT JOIN areas committee ON committee.rank = place.best[2]
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
    boundary = of.boundary_layer
    return {
        "of": of.pk,
        "boundaries": [version.pk for version in boundary.versions.all()] if boundary else [],
        "plans": list(of.alternatives.values_list("layer", flat=True)),
    }


def named(rows: QuerySet[Contribution, Any], *, prefix: str) -> tuple[str, dict[str, Any]]:
    """Django's SQL with its parameters named, so that it can stand inside ours."""
    sql, values = rows.query.sql_with_params()
    params = {f"{prefix}_{position}": value for position, value in enumerate(values)}
    return sql % tuple(f"%({name})s" for name in params), params


def visible(of: Consultation, *, reader: Reader) -> QuerySet[Contribution]:
    """The consultation's contributions that the reader may see."""
    return Contribution.objects.filter(consultation=of).visible_to(reader)
