"""What differs between two of a consultation's plans, for the table beside the maps."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from layers.questions import comparison
from layers.styles.catalog import legend, style_for
from layers.styles.drawing import words
from mapdialog.dialogue.map_layers import PlanEdition
from mapdialog.dialogue.texts import translated
from mapdialog.web.problem import Problem


def differences_of(
    plans: list[PlanEdition], *, first: str, second: str, level: int | None, on: dt.date, language: str
) -> dict[str, Any]:
    """Rows in the order of the code list: code, words, hectares of land and zones in each, the difference.

    `first` and `second` are keys of alternatives. Raises Problem 404 when the consultation lacks one of them.
    """
    by_key = {plan.alternative.key: plan for plan in plans}
    if first not in by_key or second not in by_key:
        raise Problem("not-found", status=404, detail=_("This plan does not exist."))
    a, b = by_key[first], by_key[second]
    found = comparison.differences(a.edition, second=b.edition, on=on, level=level)
    order = _order(a.style_list, found)
    rows = [
        _row(one, style_list=_list_of(one, a=a, b=b), language=language)
        for one in sorted(found, key=lambda one: order[one.code, one.is_future])
    ]
    return {
        "first": _plan(a, language=language),
        "second": _plan(b, language=language),
        "rows": rows,
        "water": {
            "first": round(sum(one.first.water_ha for one in found), 2),
            "second": round(sum(one.second.water_ha for one in found), 2),
        },
    }


def _order(style_list: str, found: list[comparison.Difference]) -> dict[tuple[str, bool], int]:
    styles = legend(
        style_list,
        codes=[one.code for one in found if not one.is_future],
        future=[one.code for one in found if one.is_future],
    )
    places = {style.key: place for place, style in enumerate(styles)}
    keys = ((one.code, one.is_future) for one in found)
    return {
        (code, future): places[style_for(style_list, code=code, future=future).key] for code, future in keys
    }


def _list_of(one: comparison.Difference, *, a: PlanEdition, b: PlanEdition) -> str:
    """The code list of the plan that has the use: two alternatives may follow different ones."""
    return a.style_list if one.first.zones else b.style_list


def _row(one: comparison.Difference, *, style_list: str, language: str) -> dict[str, Any]:
    style = style_for(style_list, code=one.code, future=one.is_future)
    return {
        "code": one.code,
        "label": words(style, language=language),
        "first": {"ha": round(one.first.land_ha, 2), "n": one.first.zones},
        "second": {"ha": round(one.second.land_ha, 2), "n": one.second.zones},
        "difference": round(one.difference_ha, 2),
    }


def _plan(plan: PlanEdition, *, language: str) -> dict[str, Any]:
    return {"key": plan.alternative.key, "name": translated(plan.alternative.name, language)}
