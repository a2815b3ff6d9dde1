"""The residents' pages. Reading needs no script; sending without one goes through `send`."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from layers.questions.search import NameHit
from mapdialog.citizen import kind_words, page_settings, right_door, status
from mapdialog.citizen.access import at_its_address, consultation_for
from mapdialog.citizen.forms import ContributionForm
from mapdialog.citizen.place_list import place_groups
from mapdialog.citizen.plan_documents import documents_of
from mapdialog.citizen.plan_map import PlanMap
from mapdialog.citizen.presentation import Card, Period, facts, words
from mapdialog.citizen.published import PublishedPage
from mapdialog.citizen.sending import RefusedByIntakeError, receive
from mapdialog.contributions import keys, public_view
from mapdialog.contributions.receipt import Receipt
from mapdialog.dialogue import name_search
from mapdialog.dialogue.demo_note import demo_note
from mapdialog.dialogue.models import Consultation
from mapdialog.web import values
from mapdialog.web.compression import packed
from mapdialog.web.origin import form_for_everyone

# Shown below the open ones; the list of all of them is the open-data API's.
MOST_CLOSED = 30

# What the page's module imports before the map can be drawn, fetched side by side.
MODULES = (
    "vendor/leaflet/leaflet.js",
    "js/map/leaflet.js",
    "js/citizen/stage.js",
    "js/citizen/kept.js",
    "js/lib/dom.js",
    "js/lib/config.js",
    "js/lib/tiles.js",
    "js/lib/geometry.js",
    "js/map/shapes.js",
    "js/map/labels.js",
    "js/map/patterns.js",
    "js/map/base.js",
    "js/map/vector_tiles.js",
    "js/map/pin.js",
    "vendor/vector-tile/vector-tile.js",
)


@require_safe
@packed
def home(request: HttpRequest) -> HttpResponse:
    """Consultations open now, by municipality; then those to come and those that are over."""
    at = timezone.now()
    published = Consultation.objects.visible_to(AnonymousUser()).select_related("municipality")
    open_now = published.open_at(at).order_by("municipality__name", "closes_at")
    upcoming = published.filter(opens_at__gt=at).order_by("opens_at")
    closed = published.filter(Q(closes_at__lte=at)).order_by("-closes_at")[:MOST_CLOSED]
    lists = {
        name: [Card.of(consultation, at=at) for consultation in consultations]
        for name, consultations in (("open", open_now), ("upcoming", upcoming), ("closed", closed))
    }
    notes = dict.fromkeys(card.demo_note for cards in lists.values() for card in cards if card.demo_note)
    return render(
        request,
        "citizen/home.html",
        {**lists, "demo_note": " · ".join(notes), "settings": page_settings.home_settings()},
    )


@require_safe
@packed
def consultation(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one consultation: what it is about, the map, the form, what has been said."""
    consultation = consultation_for(request, slug)
    if elsewhere := at_its_address(request, "citizen:consultation", consultation.slug):
        return elsewhere
    form = ContributionForm(
        consultation=consultation, kind=_kind(request, consultation), token=secrets.token_hex(16)
    )
    return _page(request, consultation, form=form)


@require_safe
@packed
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """The plan in words: each zone with its code, its use and its provision."""
    consultation = consultation_for(request, slug)
    if elsewhere := at_its_address(request, "citizen:plan", consultation.slug):
        return elsewhere
    at = timezone.now()
    plans = PlanMap.of(consultation, at=at).plans
    context = {
        "consultation": consultation,
        "demo_note": demo_note(consultation),
        "title": words(consultation.title),
        "plans": plans,
        "documents": documents_of(plans, on=consultation.municipality.day(at)),
    }
    return render(request, "citizen/plan.html", context)


@sensitive_post_parameters("token")
@form_for_everyone
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, slug: str) -> HttpResponse:
    """The form post without JavaScript: the same intake as the API, answered with the receipt itself.

    Who has no scripts cannot read an address's fragment: this page is the only one that can tell the edit
    key. Posted again it is the same page. What cannot be taken comes back with the reason and everything
    that was typed, at this address: without a post it leads to the consultation's page.
    """
    consultation = consultation_for(request, slug)
    if request.method != "POST":
        return redirect("citizen:consultation", consultation.slug)
    token = values.of_form(request).text("token")
    form = ContributionForm(
        request.POST, consultation=consultation, kind=_kind(request, consultation), token=token
    )
    if form.is_valid() and not _is_pointed_out(request, form):
        try:
            receipt = receive(form, request=request, at=timezone.now())
        except RefusedByIntakeError as error:
            if error.is_used:
                form = form.renewed(token=secrets.token_hex(16))
            form.add_error(error.form_field, error.message)
        else:
            return _sent(request, consultation, receipt=receipt, token=token)
    return _page(request, consultation, form=form, status=422)


def _is_pointed_out(request: HttpRequest, form: ContributionForm) -> bool:
    """Whether the form comes back for what its words hold: once, and then it is sent all the same."""
    form.notices = right_door.Notices.of(
        form.own_words(),
        municipality=form.consultation.municipality,
        pointed=values.of_form(request).text("pointed"),
    )
    return form.notices is not None


def _sent(request: HttpRequest, consultation: Consultation, *, receipt: Receipt, token: str) -> HttpResponse:
    context = {
        "consultation": consultation,
        "demo_note": demo_note(consultation),
        "title": words(consultation.title),
        "status": status.of_received(receipt.id),
        "key": token,
        "written_key": keys.written(token),
        "own_address": f"{receipt.status_url}#{receipt.id}.{token}",
        "path_with_query": receipt.status_url,
    }
    return render(request, "citizen/sent.html", context)


@require_safe
@packed
def right_door_list(request: HttpRequest, slug: str) -> HttpResponse:
    """What the page's script looks for in a text, and where else to turn: fetched when somebody writes."""
    return JsonResponse(right_door.as_json(consultation_for(request, slug).municipality))


def _kind(request: HttpRequest, consultation: Consultation) -> str:
    """The kind that is asked for, where one of the questions is about it; else a comment."""
    kind = values.of_form(request).text("kind") or values.of_query(request).text("kind")
    is_offered = kind not in ("", kind_words.PLAIN) and kind in kind_words.offered(consultation)
    return kind if is_offered else kind_words.PLAIN


def _page(
    request: HttpRequest, consultation: Consultation, *, form: ContributionForm, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    period = Period.of(consultation, at=at)
    plan_map = PlanMap.of(consultation, at=at)
    published = PublishedPage.of(consultation, page=values.of_query(request).whole("page") or 1)
    context: dict[str, Any] = {
        **_search(request, form, on=consultation.municipality.day(at)),
        "consultation": consultation,
        "demo_note": demo_note(consultation),
        "title": words(consultation.title),
        "summary": words(consultation.summary),
        "reads": words(consultation.reads),
        "privacy": words(consultation.privacy),
        "stage": consultation.get_stage_display(),
        "facts": facts(consultation),
        "documents": [
            {"title": words(document.title), "href": document.get_absolute_url()}
            for document in consultation.documents.all()
        ],
        "period": period,
        "is_open": period.state == "open",
        "plan_map": plan_map,
        "has_zones": any(plan.styles for plan in plan_map.plans),
        "place_groups": place_groups(plan_map),
        "form": form,
        "invitations": kind_words.invitations(consultation, chosen=form.kind_name),
        "others": published.lines,
        "next_page": published.next_page,
        "shows_points": public_view.shows_points(consultation),
        "withheld": public_view.withheld(consultation),
        "modules": MODULES,
        "settings": page_settings.consultation_settings(
            consultation, plan_map=plan_map, is_open=period.state == "open"
        ),
    }
    return render(request, "citizen/consultation.html", context, status=status)


def _search(request: HttpRequest, form: ContributionForm, *, on: dt.date) -> dict[str, Any]:
    """What a search without scripts has answered; in a form that came back, what was chosen from it."""
    typed = values.of_query(request).search("q")
    hits: list[NameHit] = []
    if form.chosen_name:
        hits = name_search.with_committees([form.chosen_name], of=form.consultation, on=on)
    elif len(typed) >= name_search.SHORTEST:
        hits = name_search.names_like(typed, of=form.consultation, on=on)
    has_names = name_search.has_names(form.consultation, on=on)
    return {"has_names": has_names, "typed": typed, "name_hits": hits}


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "citizen/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "citizen/accessibility.html")
