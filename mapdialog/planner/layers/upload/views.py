"""One upload: how far it is, what was understood, on the map; read again, saved, discarded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from pydantic import Field

from layers import csv_lines, styles
from layers.editions import publishing
from layers.editions.life import DoubtfulError, EditionError
from layers.findings import report
from layers.findings.finding import Finding
from layers.models import Edition
from layers.styles.drawing import table
from mapdialog.people.models import User
from mapdialog.planner.layers import layer_map, question
from mapdialog.planner.layers.upload import draft_map, page, saving
from mapdialog.planner.layers.upload import features as upload_features
from mapdialog.planner.layers.upload.access import upload_for
from mapdialog.planner.layers.upload.choices_form import choices_context
from mapdialog.planner.layers.upload.forms import ReadForm, SaveForm, first_error
from mapdialog.planner.layers.upload.progress import progress_of
from mapdialog.planner.layers.upload.understood import understood_rows
from mapdialog.uploads import actions
from mapdialog.uploads.actions import UploadStateError
from mapdialog.uploads.choices import choices_of
from mapdialog.uploads.models import Upload
from mapdialog.web import query, values
from mapdialog.web.compression import packed
from mapdialog.web.download import download
from mapdialog.web.query import Query, Whole
from mapdialog.web.shedding import expensive

_LARGEST_ID = 2**31 - 1


class _FeaturesQuery(Query):
    after: Annotated[int, Whole(0, _LARGEST_ID)] = 0
    q: str = ""


class _ColoursQuery(Query):
    style_list: str = Field("", alias="list")


@login_required
@require_safe
@packed
def upload(request: HttpRequest, upload: UUID) -> HttpResponse:
    """The page of one upload, whatever has become of it."""
    return _page(request, upload_for(request, upload))


def _page(
    request: HttpRequest,
    upload: Upload,
    *,
    status: int = 200,
    problem: str = "",
    save_form: SaveForm | None = None,
) -> HttpResponse:
    language = get_language() or ""
    context: dict[str, Any] = {
        "upload": upload,
        "kind": page.kind_words(upload),
        "problem": problem,
        "understood": understood_rows(upload),
        **page.titles(upload, language=language),
        "progress": progress_of(upload, at=timezone.now()),
    }
    if upload.state not in (*Upload.AT_WORK, *Upload.ENDED):
        context |= choices_context(upload, language=language)
    draft = upload.draft
    if upload.state == Upload.State.READY and draft is not None:
        description = save_form.data if save_form else saving.initial_description(upload)
        context |= page.ready(upload, draft, language=language, description=description)
    elif upload.state in (Upload.State.ASKING, Upload.State.FAILED):
        context["settings"] = draft_map.systems_settings(upload, language=language)
    return render(
        request, f"planner/layers/{_TEMPLATES[Upload.State(upload.state)]}.html", context, status=status
    )


_TEMPLATES = {
    Upload.State.READING: "upload_working",
    Upload.State.SAVING: "upload_working",
    Upload.State.ASKING: "upload_asking",
    Upload.State.FAILED: "upload_asking",
    Upload.State.READY: "upload_ready",
    Upload.State.SAVED: "upload_ended",
    Upload.State.DISCARDED: "upload_ended",
}


@login_required
@require_safe
def state(request: HttpRequest, upload: UUID) -> JsonResponse:
    """How far the work is; the page asks until it is done."""
    return JsonResponse(progress_of(upload_for(request, upload), at=timezone.now()))


@login_required
@require_POST
def read(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Read the file again, as the form says; after discarding, as it was read before."""
    own_upload = upload_for(request, upload)
    if own_upload.state == Upload.State.DISCARDED:
        choices = choices_of(own_upload)
    else:
        form = ReadForm(request.POST, upload=own_upload)
        if not form.is_valid():
            return _page(request, own_upload, status=422, problem=first_error(form))
        choices = form.choices(language=get_language() or "")
    return _take_step(
        request,
        own_upload,
        lambda: actions.read(
            own_upload, choices=choices, reading=_reading(request), by=_user(request), at=timezone.now()
        ),
    )


@login_required
@require_POST
def save(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Put the draft into service as the form says. Pressed twice, it is saved once."""
    own_upload = upload_for(request, upload)
    form = SaveForm(request.POST)
    if not form.is_valid():
        return _page(request, own_upload, status=422, problem=first_error(form), save_form=form)
    consent = question.consent_of(request)
    description = replace(form.description(), consent=consent.is_given, reason=consent.reason)
    doubts = publishing.doubts(own_upload.draft.report) if own_upload.draft and description.published else []
    if not publishing.is_answered(doubts, consent=consent):
        return _question(request, own_upload, doubts=doubts, form=form)
    return _take_step(
        request,
        own_upload,
        lambda: actions.save(
            own_upload,
            description=description,
            reading=_reading(request),
            by=_user(request),
            at=timezone.now(),
        ),
    )


def _question(
    request: HttpRequest, upload: Upload, *, doubts: Sequence[Finding], form: SaveForm
) -> HttpResponse:
    """Ask whether everyone shall see what was found; the page's form carries on what was filled in."""
    names = [*(name for name in form.fields if name != "published"), "reading"]
    context = {
        "upload": upload,
        "kind": page.kind_words(upload),
        "problem": "",
        **page.titles(upload, language=get_language() or ""),
        **question.context(doubts, consent=question.consent_of(request)),
        "filled_in": [(name, form.data.get(name, "")) for name in names],
    }
    return render(request, "planner/layers/upload_question.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Stop the reading; the file stays."""
    own_upload = upload_for(request, upload)
    return _take_step(request, own_upload, lambda: actions.cancel(own_upload, at=timezone.now()))


@login_required
@require_POST
def discard(request: HttpRequest, upload: UUID) -> HttpResponse:
    """The draft goes; for a day the file can be read again."""
    own_upload = upload_for(request, upload)
    return _take_step(
        request,
        own_upload,
        lambda: actions.discard(own_upload, by=_user(request).audit_name, at=timezone.now()),
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Undo the saving; with `undo` in the form, undo that."""
    own_upload = upload_for(request, upload)
    undo, consent = "undo" in values.of_form(request), question.consent_of(request)
    return _take_step(
        request,
        own_upload,
        lambda: actions.withdraw(
            own_upload, undo=undo, by=_user(request), at=timezone.now(), consent=consent
        ),
    )


@login_required
@require_safe
@packed
def features(request: HttpRequest, upload: UUID) -> JsonResponse:
    """The list beside the map: what is in the draft, a page at a time, found by words."""
    draft = _draft_for(request, upload)
    features_query = query.read(_FeaturesQuery, request)
    features_page = upload_features.page_of(
        draft, after=features_query.after, query=features_query.q, language=get_language() or ""
    )
    return JsonResponse(features_page)


@login_required
@require_safe
@packed
def colours(request: HttpRequest, upload: UUID) -> JsonResponse:
    """The draft's codes as another list of codes and colours would draw them."""
    draft = _draft_for(request, upload)
    name = query.read(_ColoursQuery, request).style_list or "neutral"
    if name not in styles.list_names():
        raise Http404
    shown = [style for style, _n in layer_map.styles_of(draft)]
    legend = styles.legend(
        name,
        codes={style.code for style in shown if not style.future},
        future={style.code for style in shown if style.future},
    )
    return JsonResponse(table(legend, language=get_language() or ""))


@login_required
@require_safe
def report_json(request: HttpRequest, upload: UUID) -> HttpResponse:
    """The whole report, for programs."""
    own_upload = upload_for(request, upload)
    draft = _draft_for(request, upload)
    body = {
        "file": own_upload.file_name,
        "sha256": own_upload.sha256,
        "understood": {key: own_upload.understood.get(key) for key in ("format", "taken", "roles", "source")},
        "comparison": own_upload.understood.get("comparison"),
        "report": draft.report,
    }
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = 'attachment; filename="report.json"'
    return response


@login_required
@require_safe
@expensive
def report_csv(request: HttpRequest, upload: UUID) -> StreamingHttpResponse:
    """What was found, a line each, as Nordic spreadsheets read it."""
    rows = report.csv(report.findings(_draft_for(request, upload).report))
    content_type = "text/csv; charset=utf-8"
    return download(request, csv_lines.lines(rows), file_name="report.csv", content_type=content_type)


def _take_step(request: HttpRequest, upload: Upload, step: Callable[[], object]) -> HttpResponse:
    """Take a step and show what has become of it; where it does not fit, say why, and ask what it asks."""
    try:
        step()
    except DoubtfulError as doubtful:
        return question.page(request, doubtful)
    except (UploadStateError, EditionError) as error:
        return _page(request, upload_for(request, upload.pk), status=409, problem=str(error))
    return redirect("planner:upload", upload.pk)


def _draft_for(request: HttpRequest, pk: UUID) -> Edition:
    draft = upload_for(request, pk).draft
    if draft is None:
        raise Http404(_("There is no draft."))
    return draft


def _reading(request: HttpRequest) -> int:
    reading = values.of_form(request).whole("reading")
    return -1 if reading is None else reading


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
