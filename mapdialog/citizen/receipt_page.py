"""The page behind a receipt's code, and the ways to it for somebody who has only the code."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from mapdialog.citizen import page_settings, status
from mapdialog.citizen.access import at_its_address, consultation_for
from mapdialog.citizen.own_page import OwnPage
from mapdialog.citizen.presentation import words
from mapdialog.contributions import editing
from mapdialog.contributions.intake import ErasedError
from mapdialog.contributions.limits import TooManyError
from mapdialog.dialogue.demo_note import demo_note
from mapdialog.dialogue.models import Consultation
from mapdialog.web import values
from mapdialog.web.client_address import address_of
from mapdialog.web.origin import form_for_everyone


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
        return _unknown_page(request, typed)


@sensitive_post_parameters("key")
@form_for_everyone
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """What has become of a contribution. The code is short: it shows a state, never what was written.

    Whoever sends the edit key too, in a form, is the author: to read, change and erase it without scripts.
    """
    consultation, at = consultation_for(request, slug), timezone.now()
    try:
        state = status.look_up(consultation, code=code, address=address_of(request), at=at)
    except TooManyError as error:
        return _too_many(request, error)
    except Http404:
        return _unknown_page(request, code, consultation=consultation)
    if elsewhere := at_its_address(request, "citizen:receipt", consultation.slug, state.code):
        return elsewhere
    if request.method == "POST":
        try:
            return OwnPage(request, consultation=consultation, status=state, at=at).answer()
        except editing.WrongTokenError:
            return _state_page(request, consultation, state=state, is_wrong_key=True, code=403)
        except ErasedError:
            return _state_page(request, consultation, state=state, code=410)
    return _state_page(request, consultation, state=state)


def _state_page(
    request: HttpRequest,
    consultation: Consultation,
    *,
    state: status.Status,
    is_wrong_key: bool = False,
    code: int = 200,
) -> HttpResponse:
    context = {
        "consultation": consultation,
        "demo_note": demo_note(consultation),
        "title": words(consultation.title),
        "reads": words(consultation.reads),
        "decides": words(consultation.decides),
        "status": state,
        "is_wrong_key": is_wrong_key,
        "themes": [(theme.key, words(theme.name)) for theme in consultation.themes.all()],
        "settings": page_settings.receipt_settings(consultation),
    }
    return render(request, "citizen/receipt.html", context, status=code)


def _unknown_page(
    request: HttpRequest, typed: str, *, consultation: Consultation | None = None
) -> HttpResponse:
    """Every miss looks the same: no such code, or one of a consultation that this reader may not see."""
    context = {"typed": typed[:40], "is_unknown": True, "consultation": consultation}
    return render(request, "citizen/code.html", context, status=404)


def _too_many(request: HttpRequest, error: TooManyError) -> HttpResponse:
    answer = render(request, "429.html", status=429)
    answer.headers["Retry-After"] = str(error.wait_seconds)
    return answer
