"""/c/…/documents/…: documents of the case that lie here, for whoever may see the consultation."""

from __future__ import annotations

from pathlib import PurePath

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from mapdialog.citizen.access import consultation_for
from mapdialog.web.kept_file import attachment

# What municipalities publish. Anything else is bytes to be saved: nothing is guessed from what is in it.
_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
_BYTES = "application/octet-stream"


@require_safe
def case_document(request: HttpRequest, slug: str, document: int, name: str) -> HttpResponseBase:
    """The file as it was given, to be saved. `name` is for people and their browsers; any will do."""
    consultation = consultation_for(request, slug)
    case_file = get_object_or_404(consultation.documents.exclude(file=""), pk=document).file
    path = PurePath(case_file.name or "")
    return attachment(case_file, name=path.name, content_type=_TYPES.get(path.suffix.lower(), _BYTES))
