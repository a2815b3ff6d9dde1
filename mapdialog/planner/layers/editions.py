"""An edition's steps and what can be taken home of it: each step a POST, each with one that undoes it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from layers import csv_lines, undoing
from layers.editions import documents, life
from layers.findings import report, wording
from layers.models import Edition, LayerEvent
from mapdialog.contributions.models import Hit
from mapdialog.dialogue.models import Consultation
from mapdialog.planner.layers import question, steps
from mapdialog.planner.layers.access import edition_for, layer_for
from mapdialog.planner.layers.frame import frame_of, redirect_to, today_in
from mapdialog.planner.layers.layer_rows import Use, use_of, uses_of
from mapdialog.planner.layers.views import layer_page
from mapdialog.web import values
from mapdialog.web.download import download
from mapdialog.web.kept_file import attachment
from mapdialog.web.shedding import expensive


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """How many contributions of a consultation were recorded with an edition."""

    use: Use
    n: int


@login_required
@require_POST
def publish(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Let everyone see an edition (`published=1`), or officials only (`published=0`)."""
    edition = edition_for(request, edition_id)
    published, consent = values.of_form(request).flag("published"), question.consent_of(request)
    return _take(
        request,
        edition,
        step=lambda at, by: life.publish(edition, published=published, at=at, by=by, consent=consent),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Withdraw an edition, after saying what is in force instead and what was recorded with it."""
    edition = edition_for(request, edition_id)
    consent = question.consent_of(request)
    if request.method == "POST":
        return _take(
            request, edition, step=lambda at, by: life.withdraw(edition, at=at, by=by, consent=consent)
        )
    if life.newest(edition.layer) != edition:
        raise Http404
    frame = frame_of(request, edition.layer)
    language = get_language() or ""
    reopened = life.reopened_without(edition)
    context = {
        **frame,
        "edition": edition,
        "instead": reopened or life.before(edition),
        "reopened": reopened,
        **question.context(life.doubts_in_public(reopened) if reopened else [], consent=consent),
        "is_in_force": edition.valid_from <= today_in(frame["municipality"]),
        "uses": uses_of([edition.layer], reader=request.user, language=language)[edition.layer_id],
        "compositions": edition.compositions.ever_saved().select_related("layer"),
        "recorded": _recorded(edition, request=request, language=language),
    }
    return render(request, "planner/layers/withdraw.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Undo a withdrawal."""
    edition = edition_for(request, edition_id)
    consent = question.consent_of(request)
    return _take(request, edition, step=lambda at, by: life.restore(edition, at=at, by=by, consent=consent))


@login_required
@require_POST
def undo(request: HttpRequest, pk: int, event: int) -> HttpResponse:
    """Undo an event of the layer's log."""
    layer = layer_for(request, pk)
    row = get_object_or_404(LayerEvent.objects.select_related("layer"), layer=layer, pk=event)
    consent = question.consent_of(request)
    outcome = steps.take(
        request, layer=layer, step=lambda at, by: undoing.undo(row, at=at, by=by, consent=consent)
    )
    if outcome.doubtful:
        return question.page(request, outcome.doubtful)
    if outcome.refusal:
        return layer_page(request, layer, refusal=outcome.refusal, status=409)
    back = values.of_form(request).text("back")
    return redirect_to(layer, done=outcome.done, to=_PAGES.get(back, "planner:layer"))


# Where to go after an undo: the page that the step was taken on.
_PAGES = {
    "provisions": "planner:layer_provisions",
    "documents": "planner:layer_documents",
    "population": "planner:layer_population",
    "successions": "planner:layer_successions",
    "log": "planner:layer_log",
}


@login_required
@require_safe
def original(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """The file as it came, to be saved."""
    edition = edition_for(request, edition_id)
    name = documents.tidy_name(edition.file_name)
    return attachment(edition.original, name=name, content_type="application/octet-stream")


@login_required
@require_safe
def import_report(request: HttpRequest, edition_id: int) -> HttpResponse:
    """What was repaired, skipped and found when the edition was read, in words."""
    edition = edition_for(request, edition_id)
    findings = report.gravest_first(report.findings(edition.report))
    context = {
        **frame_of(request, edition.layer),
        "edition": edition,
        "report": {"read": None, "warnings": [], **edition.report},
        "findings": [
            {
                "finding": finding,
                "heading": wording.heading(finding),
                "sentence": wording.sentence(finding),
                "lines": [(item, wording.reason(item.why)) for item in finding.items[:200]],
                "n_more": max(0, len(finding.items) - 200),
            }
            for finding in findings
        ],
    }
    return render(request, "planner/layers/report.html", context)


@login_required
@require_safe
@expensive
def report_csv(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """The report as a table."""
    edition = edition_for(request, edition_id)
    rows = report.csv(report.findings(edition.report))
    name = f"{edition.layer.name}-{edition.number or 'draft'}-report.csv"
    return download(request, csv_lines.lines(rows), file_name=name, content_type="text/csv; charset=utf-8")


@login_required
@require_safe
@expensive
def report_json(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """The report as it is kept."""
    edition = edition_for(request, edition_id)

    def body() -> Iterator[bytes]:
        yield json.dumps(edition.report, ensure_ascii=False, indent=1).encode()

    name = f"{edition.layer.name}-{edition.number or 'draft'}-report.json"
    return download(request, body(), file_name=name, content_type="application/json")


def _take(
    request: HttpRequest, edition: Edition, *, step: Callable[[dt.datetime, str], object]
) -> HttpResponse:
    """Take the step, then back to the layer's page; there too when it could not be taken, with the reason.

    Where something must be answered for first, the page asks, and its form takes the same step.
    """
    outcome = steps.take(request, layer=edition.layer, step=step)
    if outcome.doubtful:
        return question.page(request, outcome.doubtful)
    if outcome.refusal:
        return layer_page(request, edition.layer, refusal=outcome.refusal, status=409)
    return redirect_to(edition.layer, done=outcome.done)


def _recorded(edition: Edition, *, request: HttpRequest, language: str) -> list[Recorded]:
    """By consultation that the reader may see, the most first."""
    hits = Hit.objects.filter(edition=edition).order_by()
    n_by_consultation = dict(
        hits.values_list("contribution__consultation").annotate(n=Count("contribution", distinct=True))
    )
    visible = Consultation.objects.visible_to(request.user).filter(pk__in=n_by_consultation)
    rows = [
        Recorded(use=use_of(consultation, language=language), n=n_by_consultation[consultation.pk])
        for consultation in visible
    ]
    return sorted(rows, key=lambda row: -row.n)
