"""The one way a public view gets its consultation: published, or not there."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mapdialog.dialogue.models import Consultation
from mapdialog.opendata.consultations import public
from mapdialog.web.problem import Problem


def consultation_for(slug: str) -> Consultation:
    """Raises Problem 404 for what does not exist and for drafts alike."""
    try:
        return public().get(slug=slug)
    except Consultation.DoesNotExist:
        detail = _("There is no published consultation with this address.")
        raise Problem("not-found", status=404, detail=detail) from None
