"""The list of layers, and a layer's page: what is in force on a day, editions, log, its name and look."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from layers.editions import description, life
from layers.models import EVER_SINCE, Area, Edition, Feature, Layer, Zone
from layers.natural_order import natural_sql
from layers.styles.catalog import FUTURE, style_for
from layers.styles.drawing import words
from mapdialog.people.models import Municipality
from mapdialog.planner.layers import layer_map, layer_rows, log, steps
from mapdialog.planner.layers.access import layer_for, layers_of, municipalities_of
from mapdialog.planner.layers.forms import DescribeForm
from mapdialog.planner.layers.frame import (
    PER_PAGE,
    frame_of,
    languages_of,
    municipality_of,
    redirect_to,
    today_in,
)
from mapdialog.planner.layers.upload.access import uploads_of
from mapdialog.uploads.models import Upload
from mapdialog.web import values

_MOST_IN_NATURAL_ORDER = 20_000


@login_required
@require_safe
def layers(request: HttpRequest) -> HttpResponse:
    """The layers of the municipalities one works for, by kind."""
    language = get_language() or ""
    tables = [
        (
            municipality,
            layer_rows.rows_by_kind(
                layers_of(request).filter(owner=municipality.code),
                on=today_in(municipality),
                language=language,
                reader=request.user,
            ),
        )
        for municipality in municipalities_of(request)
    ]
    unfinished = uploads_of(request).exclude(state__in=Upload.ENDED).order_by("-created_at")
    context = {"tables": tables, "uploads": unfinished[:20]}
    return render(request, "planner/layers/list.html", context)


@login_required
@require_safe
def layer(request: HttpRequest, pk: int) -> HttpResponse:
    """One layer: the edition of a day or the chosen one on the map and in words, and all its editions."""
    return layer_page(request, layer_for(request, pk))


def layer_page(request: HttpRequest, layer: Layer, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """The layer's page, also as the answer to a step that could not be taken."""
    language = get_language() or ""
    frame = frame_of(request, layer)
    municipality: Municipality = frame["municipality"]
    today = today_in(municipality)
    day = values.of_query(request).day("on") or today
    shown = _shown(request, layer, day=day)
    names = log.names_of(edition.imported_by for edition in frame["editions"])
    settings = (
        layer_map.edition_map(shown, municipality=municipality, language=language, on=min(day, today))
        if shown
        else None
    )
    context = {
        **frame,
        "refusal": refusal or frame["refusal"],
        "day": day,
        "asked_for_day": "on" in values.of_query(request),
        "shown": shown,
        "rows": [_edition_row(edition, names=names, frame=frame) for edition in frame["editions"]],
        "uses": layer_rows.uses_of([layer], reader=request.user, language=language)[layer.pk],
        "content": _content(request, shown) if shown else None,
        "legend": _legend(shown, language=language) if shown else [],
        "settings": settings,
    }
    return render(request, "planner/layers/layer.html", context, status=status)


@login_required
@require_safe
def layer_log(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that was done with the layer, the newest first."""
    layer = layer_for(request, pk)
    page = Paginator(layer.events.select_related("layer").order_by("-pk"), PER_PAGE).get_page(
        values.of_query(request).whole("page")
    )
    context = {**frame_of(request, layer), "page": page, "lines": log.lines(page.object_list)}
    return render(request, "planner/layers/log.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Titles, credit, licence and style list."""
    layer = layer_for(request, pk)
    form = DescribeForm(
        request.POST if request.method == "POST" else None,
        languages=languages_of(municipality_of(request, layer), layer.titles),
        texts=layer.titles,
        initial={"credit": layer.credit, "licence": layer.licence, "style": layer.style},
    )
    refusal = ""
    if form.is_valid():
        written = form.description()
        outcome = steps.take(
            request, layer=layer, step=lambda at, by: description.change(layer, to=written, at=at, by=by)
        )
        if not outcome.refusal:
            return redirect_to(layer, done=outcome.done)
        refusal = outcome.refusal
    context = {**frame_of(request, layer), "form": form, "refusal": refusal}
    return render(request, "planner/layers/describe.html", context, status=409 if form.is_bound else 200)


def _shown(request: HttpRequest, layer: Layer, *, day: dt.date) -> Edition | None:
    """The chosen edition, else the one in force on the day, else the newest that is there."""
    editions = layer.editions.select_related("layer")
    number = values.of_query(request).identifier("edition")
    chosen = editions.filter(pk=number).first() if number else None
    if chosen is not None:
        return chosen
    in_force = editions.in_force_on(day).first()
    if in_force is not None or "on" in values.of_query(request):
        return in_force
    return life.newest(layer) or editions.order_by("-pk").first()


def _legend(shown: Edition, *, language: str) -> list[tuple[str, str, int]]:
    """(code, words, how many), for those without scripts; a script puts colours beside them."""
    return [(style.code, words(style, language=language), n) for style, n in layer_map.styles_of(shown)]


def _edition_row(edition: Edition, *, names: dict[str, str], frame: dict[str, Any]) -> dict[str, Any]:
    newest = frame["newest"]
    is_draft = edition.state == Edition.State.DRAFT
    is_withdrawn = edition.state == Edition.State.WITHDRAWN
    return {
        "edition": edition,
        "who": log.who(edition.imported_by, names=names),
        "is_draft": is_draft,
        "is_withdrawn": is_withdrawn,
        "can_withdraw": newest is not None and edition.pk == newest.pk,
        "can_restore": is_withdrawn and (newest is None or newest.number < edition.number),
        "ever_since": edition.valid_from == EVER_SINCE,
    }


def _content(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    """What lies in the edition, a page at a time, filtered by the search words."""
    search = values.of_query(request).search("q")
    model = layer_map.content_of(edition)
    rows = _searched(model._base_manager.filter(edition=edition), search=search, model=model)
    first, second = ("field", "code") if model is Zone else ("code", "name")
    is_short = rows.count() <= _MOST_IN_NATURAL_ORDER
    natural = RawSQL(natural_sql(first), ()) if is_short else first  # noqa: S611 (our own column names)
    only = ("code", "name", *(("field", "land_use_status", "vertical_level") if model is Zone else ()))
    page = Paginator(rows.order_by(natural, second, "pk").only(*only), PER_PAGE).get_page(
        values.of_query(request).whole("page")
    )
    boxes = layer_map.boxes(model, pks=[row.pk for row in page.object_list])
    list_name = edition.layer.style or "neutral"
    has_words = model is Zone or bool(edition.layer.style)
    return {
        "search": search,
        "page": page,
        "has_names": model is not Zone or any(row.name for row in page.object_list),
        "has_fields": any(getattr(row, "field", "") for row in page.object_list),
        "has_words": has_words and list_name != "neutral",
        "rows": [
            {
                "thing": row,
                "field": getattr(row, "field", ""),
                "level": getattr(row, "vertical_level", None),
                "label": _label(row, list_name=list_name),
                "box": boxes.get(row.pk),
            }
            for row in page.object_list
        ],
    }


def _searched(rows: QuerySet[Any], *, search: str, model: type[Area | Zone | Feature]) -> QuerySet[Any]:
    if not search:
        return rows
    matching = Q(code__icontains=search) | Q(name__icontains=search)
    return rows.filter(matching | Q(field__icontains=search)) if model is Zone else rows.filter(matching)


def _label(thing: Area | Zone | Feature, *, list_name: str) -> str:
    """The code in the words of its list, saying when it is planned; "" where the list does not know it."""
    style = style_for(list_name, code=thing.code, future=getattr(thing, "land_use_status", None) == FUTURE)
    return words(style, language=get_language() or "") if style.known else ""
