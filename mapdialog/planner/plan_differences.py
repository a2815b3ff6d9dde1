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
    differences = comparison.differences(a.edition, second=b.edition, on=on, level=level)
    order = _order(a.style_list, differences)
    rows = [
        _row(difference, style_list=_list_of(difference, a=a, b=b), language=language)
        for difference in sorted(
            differences, key=lambda difference: order[difference.code, difference.is_future]
        )
    ]
    return {
        "first": _plan(a, language=language),
        "second": _plan(b, language=language),
        "rows": rows,
        "water": {
            "first": round(sum(difference.first.water_ha for difference in differences), 2),
            "second": round(sum(difference.second.water_ha for difference in differences), 2),
        },
    }


def _order(style_list: str, differences: list[comparison.Difference]) -> dict[tuple[str, bool], int]:
    styles = legend(
        style_list,
        codes=[difference.code for difference in differences if not difference.is_future],
        future=[difference.code for difference in differences if difference.is_future],
    )
    ranks = {style.key: rank for rank, style in enumerate(styles)}
    keys = ((difference.code, difference.is_future) for difference in differences)
    return {
        (code, future): ranks[style_for(style_list, code=code, future=future).key] for code, future in keys
    }


def _list_of(difference: comparison.Difference, *, a: PlanEdition, b: PlanEdition) -> str:
    """The code list of the plan that has the use: two alternatives may follow different ones."""
    return a.style_list if difference.first.zones else b.style_list


def _row(difference: comparison.Difference, *, style_list: str, language: str) -> dict[str, Any]:
    style = style_for(style_list, code=difference.code, future=difference.is_future)
    return {
        "code": difference.code,
        "label": words(style, language=language),
        "first": {"ha": round(difference.first.land_ha, 2), "n": difference.first.zones},
        "second": {"ha": round(difference.second.land_ha, 2), "n": difference.second.zones},
        "difference": round(difference.difference_ha, 2),
    }


def _plan(plan: PlanEdition, *, language: str) -> dict[str, Any]:
    return {"key": plan.alternative.key, "name": translated(plan.alternative.name, language)}
