"""Committees composed by clicking statistical units: drawn up, looked at as a draft, saved as an edition."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from layers import csv_lines
from layers.composition import composing
from layers.composition.composing import Composition, CompositionError
from layers.composition.table import committees_in, remarks, rows
from layers.editions import life
from layers.event import What
from layers.models import Edition, Layer, LayerEvent
from layers.population.current import added
from layers.population.sums import NotNestedError
from layers.readers.figures import Figures, read_table
from layers.readers.read_file import ReadError
from mapdialog.planner.layers import layer_map, layer_rows, steps
from mapdialog.planner.layers.access import layer_for, layers_of
from mapdialog.planner.layers.compose.form import COLOURS, ComposeForm
from mapdialog.planner.layers.frame import (
    frame_of,
    languages_of,
    municipality_of,
    redirect_to,
    today_in,
)
from mapdialog.planner.layers.population import MAX_UPLOAD_BYTES, People, people_of
from mapdialog.web import values
from mapdialog.web.compression import packed
from mapdialog.web.download import download
from mapdialog.web.shedding import expensive

# More are too many to click.
MOST_UNITS = 2_000
# Without scripts each unit is a field of the form, and the server takes 200.
MOST_UNITS_AS_FIELDS = 120

_SHAPES = """
SELECT code, name, ST_AsGeoJSON(geom, 6), ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom))
FROM layers_area WHERE version_id = %s ORDER BY code COLLATE "C"
"""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HttpRequest, pk: int) -> HttpResponse:
    """The units as a map and a list; a POST begins from a table, adds lines, or draws the committees up."""
    layer = _units_layer(request, pk)
    edition = life.newest(layer)
    if edition is None or edition.feature_count > MOST_UNITS:
        context = {
            **frame_of(request, layer),
            "edition": edition,
            "most_units": MOST_UNITS,
            "settings": None,
        }
        return render(request, "planner/layers/compose.html", context)
    settings = _form_settings(request, edition)
    form, refusal = ComposeForm.of_committees((), **settings), ""
    try:
        form = _form(request, edition, settings=settings)
        if values.of_form(request).text("action") == "preview" and form.is_valid():
            return redirect("planner:layer_composed", pk=pk, edition_id=_staged(request, edition, form).pk)
    except (CompositionError, NotNestedError, ReadError) as error:
        refusal = str(error)
    context = _page(request, layer, edition=edition, form=form)
    context["refusal"] = refusal
    status = 409 if refusal or form.errors else 200
    return render(request, "planner/layers/compose.html", context, status=status)


@login_required
@require_safe
@expensive
@packed
def units_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The units' shapes, and which of them share a border."""
    edition = life.newest(_units_layer(request, pk))
    if edition is None:
        raise Http404
    with connection.cursor() as cursor:
        cursor.execute(_SHAPES, [edition.pk])
        shapes = ",".join(
            f'{{"type":"Feature","id":{json.dumps(code)},"geometry":{geometry},'
            f'"properties":{json.dumps({"name": name, "middle": [x, y]}, ensure_ascii=False)}}}'
            for code, name, geometry, x, y in cursor.fetchall()
        )
    pairs = json.dumps(composing.adjacent(edition), ensure_ascii=False)
    body = f'{{"type":"FeatureCollection","features":[{shapes}],"adjacent":{pairs}}}'
    return HttpResponse(body, content_type="application/geo+json")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, pk: int, edition_id: int) -> HttpResponse:
    """Committees that are drawn up: on the map and in words, to be saved or discarded."""
    layer = _units_layer(request, pk)
    staged = _composed(layer, edition_id)
    if staged.state != Edition.State.DRAFT:
        return redirect("planner:layer", staged.layer_id)
    refusal = ""
    if request.method == "POST":
        if values.of_form(request).text("action") == "discard":
            life.discard(staged)
            return redirect("planner:layer_compose", pk)
        outcome = steps.take(request, layer=staged.layer, step=lambda at, by: _save(request, staged, at, by))
        if not outcome.refusal:
            saved = LayerEvent.objects.filter(
                layer=staged.layer, what=What.SAVED, edition_number=staged.number
            )
            return redirect_to(staged.layer, done=saved.values_list("pk", flat=True).first())
        refusal = outcome.refusal
        staged = _composed(layer, edition_id)
    context = _draft_page(request, layer, staged)
    context["refusal"] = refusal
    return render(request, "planner/layers/compose_draft.html", context, status=409 if refusal else 200)


@login_required
@require_safe
@expensive
def as_csv(request: HttpRequest, pk: int, edition_id: int) -> HttpResponseBase:
    """Which unit is in which committee, as a table that can be imported again."""
    layer = _units_layer(request, pk)
    staged = _composed(layer, edition_id)
    assert staged.composed_of is not None
    committees = composing.committees_of(staged, units=staged.composed_of)
    chunks = csv_lines.lines(rows(committees, units=staged.composed_of))
    name = f"{staged.layer.name}-units.csv"
    return download(request, chunks, file_name=name, content_type="text/csv; charset=utf-8")


def _units_layer(request: HttpRequest, pk: int) -> Layer:
    layer = layer_for(request, pk)
    if layer.kind != Layer.Kind.BOUNDARY:
        raise Http404
    return layer


def _composed(units: Layer, edition_id: int) -> Edition:
    """An edition composed of this layer's units; raises Http404 for all others."""
    editions = Edition.objects.select_related("layer", "composed_of__layer")
    return get_object_or_404(editions.filter(composed_of__layer=units), pk=edition_id)


def _form_settings(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    codes = edition.areas.order_by("code").values_list("code", flat=True)
    return {"units": list(codes), "languages": languages_of(municipality_of(request, edition.layer))}


def _form(request: HttpRequest, edition: Edition, *, settings: dict[str, Any]) -> ComposeForm:
    """What was sent, or what one begins with. Raises CompositionError, NotNestedError and ReadError."""
    if request.method == "POST":
        sent = values.of_form(request)
        if sent.text("action") == "table":
            table, at = _table(request), timezone.now()
            committees = committees_in(table, units=edition, at=at)
            form = ComposeForm.of_committees(committees, name=sent.text("name"), **settings)
            form.remarks = list(remarks(table, units=edition, at=at))
            return form
        return ComposeForm.of_post(request.POST, **settings)
    start_id = values.of_query(request).identifier("from")
    beginning = {start.pk: start for start in composing.starts(edition)}.get(start_id)
    if beginning is None:
        return ComposeForm.of_committees((), **settings)
    draft = str(beginning.pk) if beginning.state == Edition.State.DRAFT else ""
    committees = composing.committees_of(beginning, units=edition)
    return ComposeForm.of_committees(committees, name=beginning.layer.name, draft=draft, **settings)


def _table(request: HttpRequest) -> Figures:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.size:
        raise CompositionError(_("Choose a file."))
    if file.size > MAX_UPLOAD_BYTES:
        limit = MAX_UPLOAD_BYTES // 1024**2
        raise CompositionError(_("The file is larger than %(limit)d MB. Split it.") % {"limit": limit})
    with tempfile.NamedTemporaryFile() as temporary:
        for chunk in file.chunks():
            temporary.write(chunk)
        temporary.flush()
        return read_table(Path(temporary.name))


@transaction.atomic
def _staged(request: HttpRequest, edition: Edition, form: ComposeForm) -> Edition:
    """The committees as a draft, in place of the draft that the form came from."""
    composition = Composition(
        units=edition, name=form.cleaned_data["name"], committees=form.committees(), titles=form.texts()
    )
    staged = composing.stage(composition, at=timezone.now(), by=f"user:{request.user.pk}")
    older = Edition.objects.filter(
        composed_of__layer=edition.layer, state=Edition.State.DRAFT, layer=staged.layer
    )
    for draft in older.exclude(pk=staged.pk):
        if str(draft.pk) == form.cleaned_data["draft"]:
            life.discard(draft)
    return staged


def _save(request: HttpRequest, staged: Edition, at: dt.datetime, by: str) -> None:
    form = values.of_form(request)
    day = form.day("valid_from")
    if day is None:
        raise CompositionError(_("From which date are these committees in force?"))
    composing.save(staged, valid_from=day, published=form.flag("published"), at=at, by=by)


def _page(request: HttpRequest, layer: Layer, *, edition: Edition, form: ComposeForm) -> dict[str, Any]:
    frame = frame_of(request, layer)
    municipality = frame["municipality"]
    newest, band, people = people_of(edition, on=today_in(municipality))
    fields = form.unit_fields()
    others = layers_of(request).filter(owner=layer.owner, kind=Layer.Kind.BOUNDARY).exclude(pk=layer.pk)
    return {
        **frame,
        "edition": edition,
        "form": form,
        "figures": newest,
        "young": band,
        "fits_without_scripts": len(people) <= MOST_UNITS_AS_FIELDS,
        "units": [
            {"people": unit, "field": field, "chosen": field.value()}
            for unit in people
            if (field := fields.get(unit.code))
        ],
        "starts": _start_rows(composing.starts(edition)),
        "names": [other.name for other in others],
        "settings": {
            "units": reverse("planner:layer_compose_units", args=[layer.pk]),
            "people": {unit.code: _figures(unit) for unit in people},
            "colours": COLOURS,
            "bounds": layer_map.bounds_of(edition),
            "base": layer_map.ground_settings(municipality, on=today_in(municipality), but=edition),
            "sprite": static("img/icons.svg"),
            "language": get_language() or "",
            "youngAges": str(band) if band else "",
            "key": f"compose-{edition.pk}",
            "hasBegun": form.is_begun or request.method == "POST",
            "texts": layer_map.texts() | _texts(),
        },
    }


def _start_rows(starts: Iterable[Edition]) -> list[dict[str, Any]]:
    return [
        {
            "edition": start,
            "title": layer_rows.title_of(start.layer, get_language() or ""),
            "is_draft": start.state == Edition.State.DRAFT,
        }
        for start in starts
    ]


def _figures(unit: People) -> list[float | None]:
    """People, the young, hectares of land."""
    return [unit.n, unit.young, round(unit.hectares, 1)]


def _draft_page(request: HttpRequest, layer: Layer, staged: Edition) -> dict[str, Any]:
    frame = frame_of(request, layer)
    municipality = frame["municipality"]
    units = staged.composed_of
    assert units is not None
    newest, band, people = people_of(units, on=today_in(municipality))
    by_code = {unit.code: unit for unit in people}
    pairs = composing.adjacent(units)
    areas = list(staged.areas.order_by("code").only("code", "name", "properties", "edition"))
    assigned = {unit for area in areas for unit in area.properties["units"]}
    before = life.newest(staged.layer)
    return {
        **frame,
        "staged": staged,
        "staged_title": layer_rows.title_of(staged.layer, get_language() or ""),
        "staged_event": steps.newest_event(staged.layer),
        "before": before,
        "figures": newest,
        "young": band,
        "rows": [
            {
                "area": area,
                "n_units": len(area.properties["units"]),
                "apart": composing.groups(area.properties["units"], pairs=pairs),
                "people": added([by_code[unit].n for unit in area.properties["units"]]),
                "young": added([by_code[unit].young for unit in area.properties["units"]]),
                "hectares": sum(by_code[unit].hectares for unit in area.properties["units"]),
            }
            for area in areas
        ],
        "left": [unit for unit in people if unit.code not in assigned],
        "valid_from": values.of_form(request).text("valid_from")
        or max(today_in(municipality), before.valid_from if before else dt.date.min).isoformat(),
        "earliest": before.valid_from.isoformat() if before else "",
        "settings": layer_map.edition_map(
            staged, municipality=municipality, language=get_language() or "", on=today_in(municipality)
        ),
    }


def _texts() -> dict[str, Any]:
    return {
        "committee": gettext("Committee {number}"),
        "sum": gettext("{units} units · {people} people · {young} aged {ages} · {hectares} ha land"),
        "sumWithout": gettext("{units} units · {people} people · {hectares} ha land"),
        "unknown": gettext("not known"),
        "apart": gettext("In {n} separate parts: do they belong together?"),
        "left": gettext("{n} of {all} units are in no committee."),
        "all": gettext("Every unit is in a committee."),
        "put": gettext("{unit} is now in {committee}. {sum}"),
        "taken": gettext("{unit} is in no committee now."),
        "inCommittee": gettext("{unit} in the current committee"),
        "undone": gettext("Undone."),
        "redone": gettext("Redone."),
        "kept": gettext("Kept in this browser {time}."),
        "failed": gettext("The map of the units could not be fetched. The list below works without it."),
    }
