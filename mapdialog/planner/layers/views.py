"""The list of layers, and a layer's page: what holds on a day, its editions, its log, its name and look."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, get_language_info
from django.views.decorators.http import require_http_methods, require_safe

from layers import styles
from layers.editions import description, life
from layers.editions.description import Description
from layers.models import EVER_SINCE, Area, Edition, Feature, Layer, Succession, Zone
from layers.natural_order import natural_sql
from layers.provisions import writing
from layers.styles.catalog import FUTURE, style_for
from layers.styles.drawing import words
from layers.styles.titles import title
from mapdialog.dialogue.texts import language_of
from mapdialog.people.models import Municipality
from mapdialog.planner.layers import layer_map, layer_rows, log, steps
from mapdialog.planner.layers.access import layer_for, layers_of, municipalities_of
from mapdialog.planner.layers.upload.access import uploads_of
from mapdialog.uploads.models import Upload
from mapdialog.web import values

PER_PAGE = 50
_MOST_IN_NATURAL_ORDER = 20_000


@login_required
@require_safe
def layers(request: HttpRequest) -> HttpResponse:
    """The layers of the municipalities one works for, by kind."""
    language = get_language() or ""
    held = list(municipalities_of(request))
    tables = [
        (
            place,
            layer_rows.rows_by_kind(
                layers_of(request).filter(owner=place.code),
                on=today_in(place),
                language=language,
                reader=request.user,
            ),
        )
        for place in held
    ]
    unfinished = uploads_of(request).exclude(state__in=Upload.ENDED).order_by("-created_at")
    context = {"tables": tables, "uploads": unfinished[:20]}
    return render(request, "planner/layers/list.html", context)


@login_required
@require_safe
def layer(request: HttpRequest, pk: int) -> HttpResponse:
    """One layer: the edition of a day or the chosen one on the map and in words, and all its editions."""
    held = layer_for(request, pk)
    return layer_page(request, held)


def layer_page(request: HttpRequest, held: Layer, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """The layer's page, also as the answer to a step that could not be taken."""
    language = get_language() or ""
    frame = frame_of(request, held)
    place: Municipality = frame["municipality"]
    day = values.of_query(request).day("on") or today_in(place)
    shown = _shown(request, held, day=day)
    names = log.names_of(one.imported_by for one in frame["editions"])
    settings = (
        layer_map.edition_map(shown, municipality=place, language=language, on=min(day, today_in(place)))
        if shown
        else None
    )
    context = {
        **frame,
        "refusal": refusal or frame["refusal"],
        "day": day,
        "asked_for_day": "on" in values.of_query(request),
        "shown": shown,
        "rows": [_edition_row(one, names=names, frame=frame) for one in frame["editions"]],
        "uses": layer_rows.uses_of([held], reader=request.user, language=language)[held.pk],
        "content": _content(request, shown) if shown else None,
        "legend": _legend(shown, language=language) if shown else [],
        "settings": settings,
    }
    return render(request, "planner/layers/layer.html", context, status=status)


@login_required
@require_safe
def layer_log(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that was done with the layer, the newest first."""
    held = layer_for(request, pk)
    page = Paginator(held.events.select_related("layer").order_by("-pk"), PER_PAGE).get_page(
        values.of_query(request).whole("page")
    )
    context = {**frame_of(request, held), "page": page, "lines": log.lines(page.object_list)}
    return render(request, "planner/layers/log.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Titles, credit, licence and style list."""
    held = layer_for(request, pk)
    given, refusal = Description.of(held), ""
    if request.method == "POST":
        given = _described(request, held)
        outcome = steps.take(
            request, layer=held, step=lambda at, by: description.change(held, to=given, at=at, by=by)
        )
        if not outcome.refusal:
            return redirect_to(held, done=outcome.done)
        refusal = outcome.refusal
    frame = frame_of(request, held)
    context = {
        **frame,
        "given": given,
        "refusal": refusal,
        "style_lists": [(name, title(name)) for name in styles.list_names()],
        "titles": [
            (one, language_name(one), given.titles.get(one, ""))
            for one in languages_of(frame["municipality"], given.titles)
        ],
    }
    return render(request, "planner/layers/describe.html", context, status=409 if refusal else 200)


def frame_of(request: HttpRequest, held: Layer) -> dict[str, Any]:
    """What all pages of a layer show: title, tabs with what waits there, the step just taken."""
    language = get_language() or ""
    saved = list(
        held.editions.select_related("composed_of__layer").defer("report").order_by("-number", "-pk")
    )
    newest = next((one for one in saved if one.state == Edition.State.SAVED), None)
    municipality = municipalities_of(request).get(code=held.owner)
    municipality.speak_its_time()
    is_plan = held.kind == Layer.Kind.ZONING
    waiting = Succession.objects.waiting().filter(
        successor__edition__layer=held,
        successor__edition__state=Edition.State.SAVED,
        predecessor__edition__state=Edition.State.SAVED,
    )
    return {
        "layer": held,
        "title": layer_rows.title_of(held, language),
        "title_language": language_of(held.titles, language),
        "municipality": municipality,
        "editions": saved,
        "newest": newest,
        "seen": steps.seen(held),
        "done": steps.done(request, layer=held),
        "refusal": "",
        "is_plan": is_plan,
        "has_areas": held.kind == Layer.Kind.BOUNDARY,
        "n_successions": waiting.count() if held.kind == Layer.Kind.BOUNDARY else 0,
        "n_missing": writing.without_plain([newest.pk]).get(newest.pk, 0) if is_plan and newest else 0,
        "n_documents": newest.documents.filter(removed_at__isnull=True).count() if newest else 0,
    }


def redirect_to(held: Layer, *, done: int | None, to: str = "planner:layer") -> HttpResponse:
    """Back to a page of the layer, which says what was done and offers to undo it."""
    response = redirect(to, held.pk)
    if done is not None:
        response["Location"] += f"?done={done}"
    return response


def languages_of(place: Municipality, *written: Any) -> list[str]:
    """The municipality's languages, then those in which there is a text already."""
    also = sorted({language for texts in written for language in texts})
    return list(dict.fromkeys([*(place.languages or ["nb", "en"]), *also]))


def language_name(code: str) -> str:
    """What the language calls itself; the code for one that is not known here."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


def today_in(place: Municipality) -> dt.date:
    return place.day(timezone.now())


def _described(request: HttpRequest, held: Layer) -> Description:
    """What the form says; languages that it does not show stay as they are."""
    form = values.of_form(request)
    titles = {
        **held.titles,
        **{language: title[:200] for language, title in form.by_language("title_").items()},
    }
    return Description(
        titles={language: title for language, title in titles.items() if title},
        credit=form.text("credit"),
        licence=form.text("licence"),
        style=form.text("style"),
    )


def _shown(request: HttpRequest, held: Layer, *, day: dt.date) -> Edition | None:
    """The chosen edition, else the one in force on the day, else the newest that is there."""
    editions = held.editions.select_related("layer")
    number = values.of_query(request).identifier("edition")
    chosen = editions.filter(pk=number).first() if number else None
    if chosen is not None:
        return chosen
    holding = editions.in_force_on(day).first()
    if holding is not None or "on" in values.of_query(request):
        return holding
    return life.newest(held) or editions.order_by("-pk").first()


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
        "can_put_back": is_withdrawn and (newest is None or newest.number < edition.number),
        "ever_since": edition.valid_from == EVER_SINCE,
    }


def _content(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    """What lies in the edition, a page at a time, filtered by the search words."""
    search = values.of_query(request).search("q")
    model = layer_map.content_of(edition)
    found = _searched(model._base_manager.filter(edition=edition), search=search, model=model)
    first, second = ("field", "code") if model is Zone else ("code", "name")
    is_short = found.count() <= _MOST_IN_NATURAL_ORDER
    natural = RawSQL(natural_sql(first), ()) if is_short else first  # noqa: S611 (our own column names)
    only = ("code", "name", *(("field", "land_use_status", "vertical_level") if model is Zone else ()))
    page = Paginator(found.order_by(natural, second, "pk").only(*only), PER_PAGE).get_page(
        values.of_query(request).whole("page")
    )
    boxes = layer_map.boxes(model, pks=[one.pk for one in page.object_list])
    list_name = edition.layer.style or "neutral"
    has_words = model is Zone or bool(edition.layer.style)
    return {
        "search": search,
        "page": page,
        "has_names": model is not Zone or any(one.name for one in page.object_list),
        "has_fields": any(getattr(one, "field", "") for one in page.object_list),
        "has_words": has_words and list_name != "neutral",
        "rows": [
            {
                "thing": one,
                "field": getattr(one, "field", ""),
                "level": getattr(one, "vertical_level", None),
                "label": _label(one, list_name=list_name),
                "box": boxes.get(one.pk),
            }
            for one in page.object_list
        ],
    }


def _searched(found: QuerySet[Any], *, search: str, model: type[Area | Zone | Feature]) -> QuerySet[Any]:
    if not search:
        return found
    wanted = Q(code__icontains=search) | Q(name__icontains=search)
    return found.filter(wanted | Q(field__icontains=search)) if model is Zone else found.filter(wanted)


def _label(thing: Area | Zone | Feature, *, list_name: str) -> str:
    """The code in the words of its list, saying when it is planned; "" where the list does not know it."""
    style = style_for(list_name, code=thing.code, future=getattr(thing, "land_use_status", None) == FUTURE)
    return words(style, language=get_language() or "") if style.known else ""
