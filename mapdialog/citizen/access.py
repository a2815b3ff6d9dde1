"""The one way in which a resident's page gets its consultation, and the one address of each page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from mapdialog.dialogue.models import Consultation
from mapdialog.web import values


def consultation_for(request: HttpRequest, slug: str) -> Consultation:
    """The consultation with its municipality, if this reader may see it; a draft is not there for others.

    A slug is an address that people type and phones capitalise: any case finds it. Raises Http404.
    """
    readable = Consultation.objects.visible_to(request.user).select_related("municipality", "boundary_layer")
    consultation = (
        readable.filter(slug=slug).first() or readable.filter(slug__iexact=slug).order_by("slug").first()
    )
    if consultation is None:
        raise Http404
    consultation.municipality.activate_time_zone()
    return consultation


def at_its_address(request: HttpRequest, view_name: str, *parts: str) -> HttpResponse | None:
    """A redirect to the one address of a page that was asked for by another; None where it was this one.

    Only what is read is led on: a redirect would turn a form that is sent into one that is read, and lose it.
    """
    address = reverse(view_name, args=parts)
    if request.path == address or request.method not in ("GET", "HEAD"):
        return None
    query = values.of_query(request).as_written()
    return redirect(f"{address}?{query}" if query else address)
