"""The one way in which a resident's page gets its consultation."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from mapdialog.dialogue.models import Consultation


def consultation_for(request: HttpRequest, slug: str) -> Consultation:
    """The consultation with its municipality, if this reader may see it; a draft is not there for others.

    Raises Http404.
    """
    readable = Consultation.objects.visible_to(request.user).select_related("municipality", "boundary_layer")
    consultation = get_object_or_404(readable, slug=slug)
    consultation.municipality.speak_its_time()
    return consultation
