"""What all pages of a layer have in common: their frame, the way back to one, the languages to write in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, get_language_info

from layers.models import Edition, Layer, Succession
from layers.provisions.zone_fields import without_plain
from mapdialog.dialogue.texts import language_of
from mapdialog.people.models import Municipality
from mapdialog.planner.layers import layer_rows, steps
from mapdialog.planner.layers.access import municipalities_of

PER_PAGE = 50  # lines of a list


def frame_of(request: HttpRequest, layer: Layer) -> dict[str, Any]:
    """What all pages of a layer show: title, tabs with what waits there, the step just taken."""
    language = get_language() or ""
    editions = list(
        layer.editions.select_related("composed_of__layer").defer("report").order_by("-number", "-pk")
    )
    newest = next((edition for edition in editions if edition.state == Edition.State.SAVED), None)
    municipality = municipality_of(request, layer)
    municipality.activate_time_zone()
    is_plan = layer.kind == Layer.Kind.ZONING
    waiting = Succession.objects.waiting().filter(
        successor__edition__layer=layer,
        successor__edition__state=Edition.State.SAVED,
        predecessor__edition__state=Edition.State.SAVED,
    )
    return {
        "layer": layer,
        "title": layer_rows.title_of(layer, language),
        "title_language": language_of(layer.titles, language),
        "municipality": municipality,
        "editions": editions,
        "newest": newest,
        "newest_event": steps.newest_event(layer),
        "done": steps.done(request, layer=layer),
        "refusal": "",
        "is_plan": is_plan,
        "has_areas": layer.kind == Layer.Kind.BOUNDARY,
        "n_successions": waiting.count() if layer.kind == Layer.Kind.BOUNDARY else 0,
        "n_missing": without_plain([newest.pk]).get(newest.pk, 0) if is_plan and newest else 0,
        "n_documents": newest.documents.filter(removed_at__isnull=True).count() if newest else 0,
    }


def municipality_of(request: HttpRequest, layer: Layer) -> Municipality:
    """Whose layer it is."""
    return municipalities_of(request).get(code=layer.owner)


def redirect_to(layer: Layer, *, done: int | None, to: str = "planner:layer") -> HttpResponse:
    """Back to a page of the layer, which says what was done and offers to undo it."""
    response = redirect(to, layer.pk)
    if done is not None:
        response["Location"] += f"?done={done}"
    return response


def languages_of(municipality: Municipality, *written: Any) -> list[str]:
    """The municipality's languages, then those in which there is a text already."""
    of_texts = sorted({language for texts in written for language in texts})
    return list(dict.fromkeys([*(municipality.languages or ["nb", "en"]), *of_texts]))


def language_name(code: str) -> str:
    """What the language calls itself; the code for one that is not known here."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


def today_in(municipality: Municipality) -> dt.date:
    """The day it is there now."""
    return municipality.day(timezone.now())
