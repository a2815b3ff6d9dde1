"""The one way in which these views get an upload."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from mapdialog.planner.layers import access
from mapdialog.planner.refusal import one_of
from mapdialog.uploads.models import Upload


def uploads_of(request: HttpRequest) -> QuerySet[Upload]:
    """Files of the municipalities that the signed-in person works for."""
    related = ("municipality", "layer", "draft__layer", "job", "created_by")
    return Upload.objects.filter(municipality__in=access.municipalities_of(request)).select_related(*related)


def upload_for(request: HttpRequest, pk: UUID) -> Upload:
    """One of them; for all others see `one_of`."""
    upload = one_of(uploads_of(request), request=request, pk=pk)
    upload.municipality.activate_time_zone()
    return upload
