"""The one way in which a planner's view gets its consultation: no view looks one up by itself."""

from django.db.models import QuerySet
from django.http import HttpRequest

from mapdialog.dialogue.models import Consultation
from mapdialog.planner.refusal import one_of


def consultations_of(request: HttpRequest) -> QuerySet[Consultation]:
    """Those the signed-in person works on."""
    return Consultation.objects.worked_on_by(request.user).select_related(
        "municipality", "boundary_layer", "data_version"
    )


def consultation_for(request: HttpRequest, slug: str) -> Consultation:
    """One of them; for all others see `one_of`."""
    consultation = one_of(consultations_of(request), request=request, slug=slug)
    consultation.municipality.activate_time_zone()
    return consultation
