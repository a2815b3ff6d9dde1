"""Who lives in a layer's areas: figures imported from a table, added up, replaced, withdrawn."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from layers.editions import documents, life
from layers.geometry import M2_PER_HECTARE
from layers.models import Edition, Layer, Population
from layers.population import attaching, current, sums
from layers.population.ages import Band
from layers.population.attaching import PopulationError
from layers.population.report import sentences
from layers.questions import land
from layers.whole_number import whole_number
from mapdialog.planner.layers import steps
from mapdialog.planner.layers.access import layer_for
from mapdialog.planner.layers.frame import PER_PAGE, frame_of, redirect_to, today_in
from mapdialog.web import values

MAX_UPLOAD_BYTES = 20 * 1024**2
_M2_PER_KM2 = 1_000_000


@dataclass(frozen=True, kw_only=True)
class People:
    """One area's line: n and young are None where they are not known; land in m²."""

    code: str
    name: str
    n: int | None
    young: int | None
    land_m2: float

    @property
    def hectares(self) -> float:
        return self.land_m2 / M2_PER_HECTARE

    @property
    def per_km2(self) -> float | None:
        """Inhabitants per km² of land; None where there is no land to speak of."""
        if self.n is None or self.hectares < 1:
            return None
        return self.n / self.land_m2 * _M2_PER_KM2


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def figures(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures of the newest edition; a POST imports a table or adds up those of units."""
    layer = layer_for(request, pk)
    if layer.kind != Layer.Kind.BOUNDARY:
        raise Http404
    edition = life.newest(layer)
    refusal = ""
    if request.method == "POST" and edition is not None:
        step = _sum_step if values.of_form(request).text("action") == "sum" else _import_step
        outcome = steps.take(
            request, layer=layer, step=lambda at, by: step(request, edition, at, by), only_adds=True
        )
        if not outcome.refusal:
            return redirect_to(layer, done=outcome.done, to="planner:layer_population")
        refusal = outcome.refusal
    context = {**frame_of(request, layer), "edition": edition, "form": values.of_form(request).fields}
    context["refusal"] = refusal
    if edition is not None:
        context |= _content(request, edition, on=today_in(context["municipality"]))
    return render(request, "planner/layers/population.html", context, status=409 if refusal else 200)


def people_of(edition: Edition, *, on: dt.date) -> tuple[Population | None, Band | None, list[People]]:
    """The newest figures, the young that they allow to count, and a line for each area by code."""
    newest = current.figures_of(edition)
    band = current.youngest(newest) if newest else None
    n = current.of_areas(edition)
    young = current.of_areas(edition, age=(0, band.to)) if band else {}
    ground = land.of_areas(edition, on=on)
    rows = [
        People(code=code, name=name, n=n[pk], young=young.get(pk), land_m2=ground.land_m2[pk])
        for pk, code, name in edition.areas.order_by("code").values_list("pk", "code", "name")
    ]
    return newest, band, rows


def _content(request: HttpRequest, edition: Edition, *, on: dt.date) -> dict[str, Any]:
    newest, band, rows = people_of(edition, on=on)
    ground = land.of_areas(edition, on=on)
    populations = Population.objects.filter(edition=edition).select_related("summed_from__edition__layer")
    return {
        "newest_figures": newest,
        "young": band,
        "page": Paginator(rows, PER_PAGE).get_page(values.of_query(request).whole("page")),
        "water_is_known": ground.water_is_known,
        "share_of_water": ground.share_of_water() * 100,
        "years": [
            {
                "population": population,
                "sentences": sentences(population),
                "total": population.report.get("total"),
            }
            for population in populations.filter(replaced_at__isnull=True).order_by("-year")
        ],
        "n_replaced": populations.filter(replaced_at__isnull=False).count(),
        "sources": _units_with_figures(edition),
        "max_mb": MAX_UPLOAD_BYTES // 1024**2,
    }


def _units_with_figures(edition: Edition) -> list[Population]:
    """Figures of the owner's other areas, the newest first, that could be added up for these."""
    current_units = Population.objects.filter(
        replaced_at__isnull=True,
        summed_from__isnull=True,
        edition__layer__owner=edition.layer.owner,
        edition__state=Edition.State.SAVED,
    )
    of_others = current_units.exclude(edition__layer=edition.layer).select_related("edition__layer")
    return list(of_others.order_by("edition__layer__name", "-year")[:100])


def _import_step(request: HttpRequest, edition: Edition, at: dt.datetime, by: str) -> None:
    form = values.of_form(request)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.size:
        raise PopulationError(_("Choose a file."))
    if file.size > MAX_UPLOAD_BYTES:
        raise PopulationError(
            _("The file is larger than %(limit)d MB. Split it.") % {"limit": MAX_UPLOAD_BYTES // 1024**2}
        )
    with tempfile.NamedTemporaryFile() as temporary:
        for chunk in file.chunks():
            temporary.write(chunk)
        temporary.flush()
        loaded = attaching.load(
            Path(temporary.name),
            edition=edition,
            source=form.text("source"),
            licence=form.text("licence"),
            year=_year(form.text("year")),
            code_column=form.text("code_column") or None,
            sheet=form.text("sheet") or None,
            file_name=documents.tidy_name(file.name or ""),
            at=at,
            by=by,
        )
    sums.follow(loaded, at=at, by=by)


def _sum_step(request: HttpRequest, edition: Edition, at: dt.datetime, by: str) -> None:
    chosen = values.of_form(request).text("units")
    units = {str(population.pk): population for population in _units_with_figures(edition)}.get(chosen)
    if units is None:
        raise PopulationError(_("Choose the figures to add up."))
    sums.sum_up(units, into=edition, at=at, by=by)


def _year(text: str) -> int | None:
    if not text:
        return None
    year = whole_number(text, digits=4)
    if year is None or len(text) < 4:
        raise PopulationError(_("Write the year with four digits."))
    return year
