"""The papers of an edition, such as its provisions as decided: attached, taken away, put back, taken home."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from layers.editions import documents, life
from layers.editions.documents import DocumentError
from layers.models import Edition, Layer, LayerDocument
from mapdialog.dialogue.texts import language_of, translated
from mapdialog.planner.layers import log, steps
from mapdialog.planner.layers.access import layer_for, layers_of
from mapdialog.planner.layers.views import frame_of, language_name, languages_of, redirect_to
from mapdialog.web import values
from mapdialog.web.kept_file import attachment


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers of the newest edition, and a form for one more."""
    held = layer_for(request, pk)
    edition = life.newest(held)
    if edition is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        outcome = steps.take(
            request,
            layer=held,
            step=lambda at, by: _attach(request, edition, at=at, by=by),
            only_adds=True,
        )
        if not outcome.refusal:
            return redirect_to(held, done=outcome.done, to="planner:layer_documents")
        refusal = outcome.refusal
    return _page(request, held, edition, refusal=refusal)


@login_required
@require_POST
def remove(request: HttpRequest, document: int) -> HttpResponse:
    """Take a paper out of view."""
    found = _document(request, document)
    held = found.edition.layer
    outcome = steps.take(request, layer=held, step=lambda at, by: documents.remove(found, at=at, by=by))
    if outcome.refusal:
        return _page(request, held, found.edition, refusal=outcome.refusal)
    return redirect_to(held, done=outcome.done, to="planner:layer_documents")


@login_required
@require_safe
def file(request: HttpRequest, document: int) -> HttpResponseBase:
    """The paper for those who work with the layer, whatever its edition's state, to be saved."""
    found = _document(request, document)
    return attachment(found.file, name=found.file_name, content_type="application/pdf")


def _document(request: HttpRequest, pk: int) -> LayerDocument:
    held = LayerDocument.objects.select_related("edition__layer")
    return get_object_or_404(held.filter(edition__layer__in=layers_of(request)), pk=pk)


def _attach(request: HttpRequest, edition: Edition, *, at: dt.datetime, by: str) -> LayerDocument:
    file = request.FILES.get("file")
    if file is None or file.file is None:
        raise DocumentError(_("Choose a file."))
    form = values.of_form(request)
    return documents.attach(
        edition,
        file=file.file,
        file_name=file.name or "",
        type=form.text("type"),
        titles=form.by_language("title_"),
        at=at,
        by=by,
    )


def _page(request: HttpRequest, held: Layer, edition: Edition, *, refusal: str) -> HttpResponse:
    language = get_language() or ""
    frame = frame_of(request, held)
    attached = list(edition.documents.filter(removed_at__isnull=True).order_by("added_at", "pk"))
    names = log.names_of(one.added_by for one in attached)
    before = life.before(edition)
    context = {
        **frame,
        "edition": edition,
        "refusal": refusal,
        "rows": [
            {
                "document": one,
                "type": type_in_words(one.type, language),
                "title": translated(one.titles, language) or one.file_name,
                "title_language": language_of(one.titles, language) if one.titles else "",
                "who": log.who(one.added_by, names=names),
            }
            for one in attached
        ],
        "n_before": before.documents.filter(removed_at__isnull=True).count() if before else 0,
        "types": [(code, type_in_words(code, language)) for code in documents.types()],
        "chosen_type": values.of_form(request).text("type"),
        "titles": [
            (one, language_name(one), values.of_form(request).text(f"title_{one}"))
            for one in languages_of(frame["municipality"])
        ],
        "most_mb": documents.MOST_BYTES // 1024**2,
    }
    return render(request, "planner/layers/documents.html", context, status=409 if refusal else 200)


def type_in_words(code: str, language: str) -> str:
    """The type's word in the reader's language, with a capital."""
    word = translated(documents.types().get(code, {}), language) or code
    return word[:1].upper() + word[1:]
