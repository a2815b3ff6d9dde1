"""The planners' pages and the data beneath them. Everything here needs a sign-in and a role."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.contributions import export as contributions_export
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.demo_note import demo_note
from mapdialog.dialogue.map_layers import plan_editions
from mapdialog.dialogue.models import Consultation
from mapdialog.dialogue.texts import language_of, translated
from mapdialog.hotspots import requests
from mapdialog.hotspots.models import Run, RunFailure
from mapdialog.planner import listing, page_settings
from mapdialog.planner.access import consultation_for, consultations_of
from mapdialog.planner.home_rows import home_rows, open_to_read, roles_without_a_desk
from mapdialog.planner.link_filter import link_filter
from mapdialog.planner.pin_pack import pin_pack
from mapdialog.planner.plan_differences import differences_of
from mapdialog.planner.selection import SelectionQuery
from mapdialog.planner.summary import area_rows, figures_of, hotspots_geojson, water_is_known
from mapdialog.web import query, values
from mapdialog.web.compression import packed
from mapdialog.web.download import download
from mapdialog.web.query import Query, Whole
from mapdialog.web.shedding import expensive


class _PageQuery(SelectionQuery):
    after: str = ""


class _PlansQuery(Query):
    a: str = ""
    b: str = ""
    level: Annotated[int | None, Whole(1, 5)] = None


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The planner's consultations, open ones first; for elected and committee members what they can read."""
    at, language = timezone.now(), get_language() or ""
    roles = roles_without_a_desk(request.user)
    context = {
        "consultations": home_rows(consultations_of(request), at=at, language=language),
        "roles": roles,
        "to_read": open_to_read(roles, reader=request.user, at=at, language=language) if roles else [],
    }
    return render(request, "planner/home.html", context)


@login_required
@require_safe
@packed
def consultation(request: HttpRequest, slug: str) -> HttpResponse:
    """Map, list and table of one consultation."""
    consultation = consultation_for(request, slug)
    language = get_language() or ""
    run_ = Run.objects.current(consultation)
    on = _today(consultation)
    settings = page_settings.consultation_settings(consultation, on=on, language=language)
    areas = {area["code"]: area["name"] for area in settings["areas"]}
    context: dict[str, Any] = {
        "consultation": consultation,
        "title": translated(consultation.title, language) or consultation.slug,
        "title_language": language_of(consultation.title, language),
        "demo_note": demo_note(consultation),
        "run": run_,
        # runs of earlier versions have not counted them
        "n_outside_area": run_.density.get("n_outside", 0) if run_ else 0,
        "failure": RunFailure.objects.filter(consultation=consultation).first(),
        "is_behind": consultation.data_version.number > (run_.data_version if run_ else 0),
        "areas": area_rows(run_, language=language) if run_ else [],
        "figures": figures_of(run_) if run_ else None,
        "water_is_known": run_ is None or water_is_known(run_),
        "hotspots": hotspots_geojson(run_, language=language)["features"] if run_ else [],
        "settings": settings,
        "link": link_filter(request, consultation=consultation, areas=areas, language=language),
        "now": timezone.now(),
    }
    return render(request, "planner/consultation.html", context)


@login_required
@require_safe
@expensive
@packed
def pins(request: HttpRequest, slug: str) -> HttpResponse:
    """All pins as a columnar pack (see `pin_pack`)."""
    consultation = consultation_for(request, slug)
    body = pin_pack(consultation, reader=request.user, language=get_language() or "")
    return HttpResponse(body, content_type="application/octet-stream")


@login_required
@require_safe
@packed
def hotspots(request: HttpRequest, slug: str) -> HttpResponse:
    """The hotspots of the newest run; an empty collection before the first."""
    consultation = consultation_for(request, slug)
    run_ = Run.objects.current(consultation)
    collection = (
        hotspots_geojson(run_, language=get_language() or "")
        if run_
        else {"type": "FeatureCollection", "features": []}
    )
    return JsonResponse(collection, content_type="application/geo+json")


@login_required
@require_safe
@packed
def contributions(request: HttpRequest, slug: str) -> HttpResponse:
    """The list beside the map, filtered by the query string, a page at a time."""
    consultation = consultation_for(request, slug)
    page_query = query.read(_PageQuery, request)
    selection = page_query.selection(consultation=consultation)
    visible = Contribution.objects.visible_to(request.user).filter(consultation=consultation)
    page = listing.page_of(
        selection.of_contributions(visible, consultation=consultation),
        consultation=consultation,
        after=page_query.after,
        language=get_language() or "",
    )
    return JsonResponse(page)


@login_required
@require_safe
@packed
def plan_differences(request: HttpRequest, slug: str) -> HttpResponse:
    """Land in each use in two plans: `a` and `b` are keys of alternatives, `level` a vertical level."""
    consultation = consultation_for(request, slug)
    plans_query = query.read(_PlansQuery, request)
    on = _today(consultation)
    differences = differences_of(
        plan_editions(consultation, on=on, published_only=False),
        first=plans_query.a,
        second=plans_query.b,
        level=plans_query.level,
        on=on,
        language=get_language() or "",
    )
    return JsonResponse(differences)


def _today(consultation: Consultation) -> dt.date:
    return consultation.municipality.day(timezone.now())


@login_required
@require_POST
def run(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a new calculation now instead of within the minute."""
    consultation = consultation_for(request, slug)
    requests.ask_for_run(consultation)
    return redirect("planner:consultation", slug=consultation.slug)


@login_required
@require_safe
@expensive
def export(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """What is selected, as GeoJSON with the exact spots; who took it is written down."""
    consultation = consultation_for(request, slug)
    selection = query.read(SelectionQuery, request).selection(consultation=consultation)
    visible = Contribution.objects.visible_to(request.user).filter(consultation=consultation)
    rows = selection.of_contributions(visible, consultation=consultation)
    detail = {"format": "geojson", "selection": values.of_query(request).as_written()}
    by = f"user:{request.user.pk}"
    at = timezone.now()
    record(Verb.CONTRIBUTIONS_EXPORTED, subject=consultation, by=by, at=at, detail=detail)
    chunks = contributions_export.geojson(consultation, reader=request.user, rows=rows)
    file_name = contributions_export.file_name(consultation, selection=selection, at=at)
    return download(request, chunks, file_name=file_name, content_type="application/geo+json")
