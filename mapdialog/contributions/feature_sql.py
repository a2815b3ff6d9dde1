"""Which columns of a contribution leave the house, and in what shape: those that `columns` says.

Everyone gets `geom_public` and `PUBLIC`, less what `public_view` takes away; those who work on the
consultation get `geom` and `OFFICIAL` besides. The rows come from a queryset that went through `visible_to`;
around it SQL writes each row as a finished GeoJSON Feature, so that Python only passes bytes on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON, ForcePolygonCW
from django.db.models import Case, CharField, Expression, F, QuerySet, Value, When

from mapdialog.contributions import columns, own_marks, places_sql, public_view
from mapdialog.contributions.columns import Audience
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation, Question, Reader
from mapdialog.dialogue.texts import translated

# Seven decimals of a degree are a centimetre; more is noise that costs bytes.
DECIMALS = 7

PUBLIC = columns.shown_to(Audience.EVERYONE)
OFFICIAL = {
    **columns.shown_to(Audience.OFFICIALS),
    "sender": "submission__sender",
    "sender_role": "submission__sender_role",
    "channel": "submission__channel",
}


class ForcePolygonCCW(ForcePolygonCW):
    """Django has the other way round only. The function turns lines, too: only areas are given to it."""

    template = (
        "CASE WHEN ST_Dimension(%(expressions)s) = 2 THEN ST_ForcePolygonCCW(%(expressions)s) "
        "ELSE %(expressions)s END"
    )


# Responses in free words are for those who asked; what was ticked is for everyone.
_CHOSEN_RESPONSES = """
    (SELECT COALESCE(json_object_agg(key, value), '{}')
        FROM jsonb_each(c.p_responses) WHERE key = ANY(%(choices)s))
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
    shown = {**PUBLIC, **(OFFICIAL if officially else {})}
    selected: dict[str, Expression | F] = {f"p_{name}": F(source) for name, source in shown.items()}
    selected["p_id"] = F("id")
    # RFC 7946: the outer ring counter-clockwise, whichever way somebody drew it
    geometry = ForcePolygonCCW("geom" if officially else "geom_public")
    selected["p_geometry"] = AsGeoJSON(geometry, precision=DECIMALS)
    properties = {name: f"c.p_{name}" for name in shown} | _marks(of, officially)
    params: dict[str, Any] = {}
    if not officially:
        properties |= _for_everyone(of, params)
    inner, inner_params = named(rows.values(**selected, **_also(of, officially, with_places)), prefix="row")
    before, source, joins = "", f"({inner})", ""
    if with_places:
        properties |= places_sql.PLACES
        params |= places_sql.editions(of, officially=officially)
        before, joins = places_sql.RECORDED, places_sql.OF_RECORDED
        if not officially and public_view.is_coarse(of):
            before = f"WITH chosen AS MATERIALIZED ({inner}) {places_sql.SQUARES}"
            source, joins = "chosen", places_sql.OF_SQUARES
    properties |= {name: public_view.where_known(properties[name]) for name in ("written_at", "received_at")}
    members = ", ".join(f'{expression} AS "{name}"' for name, expression in properties.items())
    # row_to_json() takes a fifth of the time of json_build_object(), which looks every type up for every row;
    # concat() and not ||, which makes NULL of a whole feature that has one NULL in it
    sql = f"""
        {before}
        SELECT concat('{{"type":"Feature","id":"', c.p_id, '","geometry":', COALESCE(c.p_geometry, 'null'),
            ',"properties":', (SELECT row_to_json(property) FROM (SELECT {members}) AS property),
            '}}') AS feature,
            c.p_received_at, c.p_id
        FROM {source} AS c {joins}
    """  # noqa: S608 (names of our own and Django's SQL; every value is a parameter)
    return FeatureQuery(sql=sql, params={**params, **inner_params})


def _also(of: Consultation, officially: bool, with_places: bool) -> dict[str, Expression | F]:
    """What the names beside a row are made of."""
    if not with_places:
        return {}
    is_moved = not officially and public_view.is_coarse(of)
    return {"p_theme_name": _theme_names(of), **({"p_public": F("geom_public")} if is_moved else {})}


def _marks(of: Consultation, officially: bool) -> dict[str, str]:
    marks = own_marks.members(of, officially=officially)
    return {name: json.dumps(mark) for name, mark in marks.items()}  # a number and true are SQL, too


def _for_everyone(of: Consultation, params: dict[str, Any]) -> dict[str, str]:
    """The properties of which everyone gets less than what is stored."""
    choices = [question.key for question in of.questions.all() if question.kind != Question.Kind.TEXT]
    params |= {"choices": choices, **public_view.parameters(of)}
    return {"responses": _CHOSEN_RESPONSES if choices else "'{}'::json", **public_view.replaced(of)}


def _theme_names(of: Consultation) -> Expression:
    language = of.languages[0] if of.languages else None
    names = [When(theme=theme.pk, then=Value(translated(theme.name, language))) for theme in of.themes.all()]
    return Case(*names, default=Value(None), output_field=CharField())


def named(rows: QuerySet[Contribution, Any], *, prefix: str) -> tuple[str, dict[str, Any]]:
    """Django's SQL with its parameters named, so that it can stand inside ours."""
    sql, values = rows.query.sql_with_params()
    params = {f"{prefix}_{position}": value for position, value in enumerate(values)}
    return sql % tuple(f"%({name})s" for name in params), params


def visible(of: Consultation, *, reader: Reader) -> QuerySet[Contribution]:
    """The consultation's contributions that the reader may see."""
    return Contribution.objects.filter(consultation=of).visible_to(reader)
