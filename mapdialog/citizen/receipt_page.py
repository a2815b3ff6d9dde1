"""The page behind a receipt's code, and the ways to it for somebody who has only the code."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from mapdialog.citizen import page_settings, status
from mapdialog.citizen.access import at_its_address, consultation_for
from mapdialog.citizen.network import address_of
from mapdialog.citizen.presentation import words
from mapdialog.contributions.limits import TooManyError
from mapdialog.dialogue.demo_note import demo_note
from mapdialog.dialogue.models import Consultation
from mapdialog.web import values


@require_safe
def find(request: HttpRequest, code: str = "") -> HttpResponse:
    """From a code alone, typed (`?code=`) or in the address, to the page of its contribution."""
    typed = code or values.of_query(request).text("code")
    if not typed.strip():
        return render(request, "citizen/code.html", {"typed": "", "is_unknown": False, "consultation": None})
    try:
        return redirect(
            status.find(code=typed, reader=request.user, address=address_of(request), at=timezone.now())
        )
    except TooManyError as error:
        return _too_many(request, error)
    except Http404:
        return _unknown(request, typed)


@require_GET
def receipt(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """What has become of a contribution. The code is short: it shows a state, never what was written."""
    consultation = consultation_for(request, slug)
    try:
        state = status.look_up(consultation, code=code, address=address_of(request), at=timezone.now())
    except TooManyError as error:
        return _too_many(request, error)
    except Http404:
        return _unknown(request, code, consultation=consultation)
    if elsewhere := at_its_address(request, "citizen:receipt", consultation.slug, state.code):
        return elsewhere
    context = {
        "consultation": consultation,
        "demo_note": demo_note(consultation),
        "title": words(consultation.title),
        "reads": words(consultation.reads),
        "decides": words(consultation.decides),
        "status": state,
        "themes": [(theme.key, words(theme.name)) for theme in consultation.themes.all()],
        "settings": page_settings.receipt_settings(consultation),
    }
    return render(request, "citizen/receipt.html", context)


def _unknown(request: HttpRequest, typed: str, *, consultation: Consultation | None = None) -> HttpResponse:
    """Every miss looks the same: no such code, or one of a consultation that this reader may not see."""
    context = {"typed": typed[:40], "is_unknown": True, "consultation": consultation}
    return render(request, "citizen/code.html", context, status=404)


def _too_many(request: HttpRequest, error: TooManyError) -> HttpResponse:
    answer = render(request, "429.html", status=429)
    answer.headers["Retry-After"] = str(error.wait_seconds)
    return answer
