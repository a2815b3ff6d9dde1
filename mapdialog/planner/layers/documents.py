"""The documents of an edition, such as its provisions as decided: attached, removed, taken home."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from layers.editions import documents, life
from layers.models import Edition, Layer, LayerDocument
from mapdialog.dialogue.texts import language_of, translated
from mapdialog.planner.layers import log, steps
from mapdialog.planner.layers.access import layer_for, layers_of
from mapdialog.planner.layers.forms import DocumentForm
from mapdialog.planner.layers.frame import frame_of, languages_of, municipality_of, redirect_to
from mapdialog.planner.refusal import one_of
from mapdialog.web.kept_file import attachment


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attached(request: HttpRequest, pk: int) -> HttpResponse:
    """The documents of the newest edition, and a form for one more."""
    layer = layer_for(request, pk)
    edition = life.newest(layer)
    if edition is None:
        raise Http404
    sent = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    form, refusal = _form(request, layer, **sent), ""
    if form.is_valid():
        outcome = steps.take(
            request,
            layer=layer,
            step=lambda at, by: _attach(form, edition, at=at, by=by),
            only_adds=True,
        )
        if not outcome.refusal:
            return redirect_to(layer, done=outcome.done, to="planner:layer_documents")
        refusal = outcome.refusal
    return _page(request, edition, form=form, refusal=refusal)


@login_required
@require_POST
def remove(request: HttpRequest, document: int) -> HttpResponse:
    """Take a document out of view."""
    row = _document(request, document)
    layer = row.edition.layer
    outcome = steps.take(request, layer=layer, step=lambda at, by: documents.remove(row, at=at, by=by))
    if outcome.refusal:
        form = _form(request, layer)
        return _page(request, row.edition, form=form, refusal=outcome.refusal)
    return redirect_to(layer, done=outcome.done, to="planner:layer_documents")


@login_required
@require_safe
def file(request: HttpRequest, document: int) -> HttpResponseBase:
    """The document for those who work with the layer, whatever its edition's state, to be saved."""
    row = _document(request, document)
    return attachment(row.file, name=row.file_name, content_type="application/pdf")


def _document(request: HttpRequest, pk: int) -> LayerDocument:
    rows = LayerDocument.objects.select_related("edition__layer")
    return one_of(rows.filter(edition__layer__in=layers_of(request)), request=request, pk=pk)


def _form(request: HttpRequest, layer: Layer, **sent: Any) -> DocumentForm:
    return DocumentForm(languages=languages_of(municipality_of(request, layer)), texts={}, **sent)


def _attach(form: DocumentForm, edition: Edition, *, at: dt.datetime, by: str) -> LayerDocument:
    file = form.cleaned_data["file"]
    return documents.attach(
        edition,
        file=file.file,
        file_name=file.name or "",
        type=form.cleaned_data["type"],
        titles=form.texts(),
        at=at,
        by=by,
    )


def _page(request: HttpRequest, edition: Edition, *, form: DocumentForm, refusal: str) -> HttpResponse:
    language = get_language() or ""
    frame = frame_of(request, edition.layer)
    rows = list(edition.documents.filter(removed_at__isnull=True).order_by("added_at", "pk"))
    names = log.names_of(row.added_by for row in rows)
    before = life.before(edition)
    context = {
        **frame,
        "edition": edition,
        "refusal": refusal,
        "rows": [
            {
                "document": row,
                "type": type_in_words(row.type, language),
                "title": translated(row.titles, language) or row.file_name,
                "title_language": language_of(row.titles, language) if row.titles else "",
                "who": log.who(row.added_by, names=names),
            }
            for row in rows
        ],
        "n_before": before.documents.filter(removed_at__isnull=True).count() if before else 0,
        "types": [(code, type_in_words(code, language)) for code in documents.types()],
        "form": form,
        "most_mb": documents.MOST_BYTES // 1024**2,
    }
    status = 409 if refusal or form.errors else 200
    return render(request, "planner/layers/documents.html", context, status=status)


def type_in_words(code: str, language: str) -> str:
    """The type's word in the reader's language, with a capital."""
    word = translated(documents.types().get(code, {}), language) or code
    return word[:1].upper() + word[1:]
