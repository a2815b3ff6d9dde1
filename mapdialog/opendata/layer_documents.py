"""/layers/documents/…: the documents of a plan for everyone, while its edition is published and in force."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from layers.editions import documents
from layers.models import LayerDocument
from mapdialog.people.models import day_of
from mapdialog.web.kept_file import attachment


@require_safe
def layer_document(request: HttpRequest, document: int, name: str) -> HttpResponseBase:
    """The PDF as it came, to be saved. `name` is for people and their browsers; any will do."""
    known = get_object_or_404(LayerDocument.objects.select_related("edition__layer"), pk=document)
    today = day_of(known.edition.layer.owner, at=timezone.now())
    plan_document = get_object_or_404(documents.in_force_on(today), pk=document)
    return attachment(plan_document.file, name=plan_document.file_name, content_type="application/pdf")
