"""A plan's provisions: the table of its fields, a form for one of them, and whole tables in and out."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from layers import csv_lines
from layers.editions import documents, life
from layers.models import Edition, Layer
from layers.provisions import table as provision_table
from layers.provisions import writing, zone_fields
from layers.provisions.table import Proposal
from layers.provisions.writing import ProvisionError
from layers.provisions.zone_fields import ZoneField
from layers.readers.read_file import ReadError
from layers.styles.catalog import style_for
from mapdialog.planner.layers import steps
from mapdialog.planner.layers.access import layer_for
from mapdialog.planner.layers.forms import ProvisionForm
from mapdialog.planner.layers.frame import PER_PAGE, frame_of, languages_of, municipality_of, redirect_to
from mapdialog.web import values
from mapdialog.web.download import download
from mapdialog.web.shedding import expensive

MOST_BYTES = 10 * 1024**2
_LISTED = 100


@login_required
@require_safe
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """The fields of the plan in force, a page at a time, with what is written and what is missing."""
    _layer, edition = _plan(request, pk)
    return _table_page(request, edition)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The texts of one field (`?field=B1`)."""
    layer, edition = _plan(request, pk)
    name = values.of_query(request).text("field")
    zone_field = zone_fields.zone_field_of(edition, name=name)
    if zone_field is None:
        raise Http404
    before, refusal = zone_field.provision, ""
    form = ProvisionForm(
        request.POST if request.method == "POST" else None,
        languages=languages_of(municipality_of(request, layer), before.plain),
        texts=before.plain,
        initial={"legal_text": before.legal_text},
    )
    if form.is_valid():
        texts = {zone_field.name: form.provision()}
        outcome = steps.take(
            request, layer=layer, step=lambda at, by: writing.write(edition, texts=texts, at=at, by=by)
        )
        if not outcome.refusal:
            return redirect_to(layer, done=outcome.done, to="planner:layer_provisions")
        refusal = outcome.refusal
    context = {
        **frame_of(request, edition.layer),
        "edition": edition,
        "field": zone_field,
        "labels": _labels(zone_field, edition),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "planner/layers/provision.html", context, status=409 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_table(request: HttpRequest, pk: int) -> HttpResponse:
    """A table of provisions: looked at first, then written as a whole.

    Between the two the file is kept, one for each person and layer: the next one takes its place.
    """
    _layer, edition = _plan(request, pk)
    proposal, digest, file_name, refusal = None, "", "", ""
    if request.method == "POST":
        try:
            if "sha256" in values.of_form(request):
                return _write_table(request, edition)
            proposal, digest, file_name = _look_at(request, edition=edition)
        except (ReadError, ProvisionError) as error:
            refusal = str(error)
    context = {
        **frame_of(request, edition.layer),
        "edition": edition,
        "proposal": proposal,
        "sha256": digest,
        "file_name": file_name,
        "listed": list(proposal.texts.items())[:_LISTED] if proposal else [],
        "refusal": refusal,
    }
    return render(request, "planner/layers/provisions_import.html", context, status=422 if refusal else 200)


@login_required
@require_safe
@expensive
def as_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The table of provisions, to be filled in and imported."""
    layer, edition = _plan(request, pk)
    frame = frame_of(request, edition.layer)
    rows = provision_table.rows(edition, languages=languages_of(frame["municipality"]))
    name = f"{layer.name}-{edition.number}-provisions.csv"
    return download(request, csv_lines.lines(rows), file_name=name, content_type="text/csv; charset=utf-8")


@login_required
@require_POST
def carry_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over the texts of the edition before for fields of the same name that have none."""
    layer, edition = _plan(request, pk)
    source = life.before(edition)
    if source is None:
        raise Http404
    outcome = steps.take(
        request,
        layer=layer,
        step=lambda at, by: writing.write(
            edition,
            texts=writing.carried_over(edition, source=source),
            at=at,
            by=by,
            detail={"edition": source.number},
        ),
    )
    if outcome.refusal:
        return _table_page(request, edition, refusal=outcome.refusal)
    return redirect_to(layer, done=outcome.done, to="planner:layer_provisions")


def _plan(request: HttpRequest, pk: int) -> tuple[Layer, Edition]:
    """The plan and its newest edition; Http404 for other layers and for a plan that has none."""
    layer = layer_for(request, pk)
    newest = life.newest(layer)
    if layer.kind != Layer.Kind.ZONING or newest is None:
        raise Http404
    return layer, newest


def _table_page(request: HttpRequest, edition: Edition, *, refusal: str = "") -> HttpResponse:
    frame = frame_of(request, edition.layer)
    search = values.of_query(request).search("q")
    missing = values.of_query(request).flag("missing")
    matching = zone_fields.zone_fields_of(edition, search=search, missing=missing)
    page = Paginator(matching, PER_PAGE).get_page(values.of_query(request).whole("page"))
    hectares = zone_fields.hectares(edition, names=[zone_field.name for zone_field in page.object_list])
    source = life.before(edition)
    context = {
        **frame,
        "edition": edition,
        "counts": zone_fields.counts(edition),
        "search": search,
        "missing": missing,
        "page": page,
        "rows": [
            {
                "field": zone_field,
                "labels": _labels(zone_field, edition),
                "hectares": hectares.get(zone_field.name),
                "plain": sorted(zone_field.provision.plain.items()),
            }
            for zone_field in page.object_list
        ],
        "carried_over": len(writing.carried_over(edition, source=source)) if source else 0,
        "source": source,
        "refusal": refusal or frame["refusal"],
    }
    return render(request, "planner/layers/provisions.html", context, status=409 if refusal else 200)


def _labels(zone_field: ZoneField, edition: Edition) -> list[tuple[str, str]]:
    """(code, its words) of the purposes that the field has."""
    list_name = edition.layer.style or "neutral"
    styles = [style_for(list_name, code=code) for code in zone_field.codes]
    return [(style.code, style.label(get_language() or "") if style.known else "") for style in styles]


def _look_at(request: HttpRequest, *, edition: Edition) -> tuple[Proposal, str, str]:
    """What the sent table would do, its checksum and name. Raises ReadError, ProvisionError."""
    file = request.FILES.get("file")
    if file is None:
        raise ReadError(_("Choose a file."))
    if (file.size or 0) > MOST_BYTES:
        message = _("The file is larger than %(limit)d MB. Split it.")
        raise ReadError(message % {"limit": MOST_BYTES // 1024**2})
    content = file.read()
    name = _kept_name(request, edition)
    default_storage.delete(name)
    proposal = _proposed(content, edition=edition)
    default_storage.save(name, ContentFile(content))
    return proposal, hashlib.sha256(content).hexdigest(), documents.tidy_name(file.name or "")


def _write_table(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Write the table that was looked at. Raises ProvisionError when another has taken its place since."""
    name = _kept_name(request, edition)
    content = b""
    if default_storage.exists(name):
        with default_storage.open(name) as file:
            content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    if digest != values.of_form(request).text("sha256"):
        raise ProvisionError(_("The file is no longer here. Choose it again."))
    proposal = _proposed(content, edition=edition)
    if proposal.twice:
        raise ProvisionError(_("Fields with different texts on several rows must be put right first."))
    detail: dict[str, Any] = {"file": values.of_form(request).text("file_name")[:200], "sha256": digest}
    outcome = steps.take(
        request,
        layer=edition.layer,
        step=lambda at, by: writing.write(edition, texts=proposal.texts, at=at, by=by, detail=detail),
    )
    if outcome.refusal:
        raise ProvisionError(outcome.refusal)
    default_storage.delete(name)
    return redirect_to(edition.layer, done=outcome.done, to="planner:layer_provisions")


def _proposed(content: bytes, *, edition: Edition) -> Proposal:
    with tempfile.TemporaryDirectory(prefix="provisions-") as folder:
        path = Path(folder) / "table"
        path.write_bytes(content)
        return provision_table.proposal(path, edition=edition)


def _kept_name(request: HttpRequest, edition: Edition) -> str:
    return f"provisions/{edition.layer_id}-{request.user.pk}"
