"""What became of each area when a new edition came: computed shares, decided by a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from layers.editions import life, succession
from layers.editions.life import EditionError
from layers.event import What, record
from layers.models import Area, Edition, Layer, Succession
from mapdialog.planner.layers import layer_map, log, steps
from mapdialog.planner.layers.access import layer_for
from mapdialog.planner.layers.frame import PER_PAGE, frame_of, redirect_to, today_in
from mapdialog.web import values


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def successions(request: HttpRequest, pk: int) -> HttpResponse:
    """Each area of the edition before, with what it may have become; confirmed, rejected or added by hand."""
    layer = layer_for(request, pk)
    if layer.kind != Layer.Kind.BOUNDARY:
        raise Http404
    edition = life.newest(layer)
    before = life.before(edition) if edition else None
    refusal = ""
    if request.method == "POST" and edition is not None and before is not None:
        step = _step(request, edition=edition, before=before)
        outcome = steps.take(request, layer=layer, step=step)
        if not outcome.refusal:
            return redirect_to(layer, done=outcome.done, to="planner:layer_successions")
        refusal = outcome.refusal
    return _page(request, layer, edition=edition, before=before, refusal=refusal)


def _page(
    request: HttpRequest,
    layer: Layer,
    *,
    edition: Edition | None,
    before: Edition | None,
    refusal: str,
) -> HttpResponse:
    frame = frame_of(request, layer)
    context: dict[str, Any] = {**frame, "edition": edition, "before": before, "refusal": refusal}
    context["settings"] = None
    if edition is not None and before is not None:
        search = values.of_query(request).search("q")
        waiting = values.of_query(request).flag("waiting")
        old = _areas(before, search=search, waiting=waiting, edition=edition)
        page = Paginator(old, PER_PAGE).get_page(values.of_query(request).whole("page"))
        settings = layer_map.edition_map(
            edition,
            municipality=frame["municipality"],
            language=get_language() or "",
            on=today_in(frame["municipality"]),
        )
        context |= {
            "search": search,
            "waiting": waiting,
            "page": page,
            "rows": _rows(list(page.object_list), edition=edition),
            "has_links": _links(before, edition=edition).exists(),
            "old": before.areas.order_by("code").only("code", "name", "edition"),
            "new": edition.areas.order_by("code").only("code", "name", "edition"),
            "settings": {**settings, "before": {"url": layer_map.tiles_of(before)}},
        }
    return render(request, "planner/layers/successions.html", context, status=409 if refusal else 200)


def _areas(before: Edition, *, search: str, waiting: bool, edition: Edition) -> QuerySet[Area]:
    areas = before.areas.order_by("code").only("code", "name", "edition")
    if search:
        areas = areas.filter(Q(code__icontains=search) | Q(name__icontains=search))
    if waiting:
        proposed = Succession.objects.waiting().filter(successor__edition=edition)
        areas = areas.filter(pk__in=proposed.values("predecessor"))
    return areas


def _links(before: Edition, *, edition: Edition) -> QuerySet[Succession]:
    return Succession.objects.filter(predecessor__edition=before, successor__edition=edition)


def _rows(old: list[Area], *, edition: Edition) -> list[dict[str, Any]]:
    """The old areas, each with its possible successors, the largest share first."""
    of_old = Succession.objects.filter(predecessor__in=old, successor__edition=edition)
    links = list(
        of_old.select_related("successor")
        .defer("successor__geom", "successor__geom_3857", "successor__properties")
        .order_by("predecessor", "-share_of_predecessor", "successor__code")
    )
    names = log.names_of(link.decided_by for link in links)
    by_area = {pk: list(group) for pk, group in groupby(links, key=lambda link: link.predecessor_id)}
    boxes = layer_map.boxes(Area, pks=[area.pk for area in old])
    return [
        {
            "area": area,
            "box": boxes.get(area.pk),
            "links": [
                {
                    "link": link,
                    "who": log.who(link.decided_by, names=names) if link.decided_by else "",
                    "is_waiting": link.state == Succession.State.PROPOSED,
                    "of_old": _percent(link.share_of_predecessor),
                    "of_new": _percent(link.share_of_successor),
                }
                for link in by_area.get(area.pk, [])
            ],
        }
        for area in old
    ]


def _percent(share: float | None) -> float | None:
    """As a percentage that is not 0 or 100 unless all or nothing is meant, at one decimal."""
    if share is None:
        return None
    return min(99.9, max(0.1, share * 100)) if 0 < share < 0.9995 else round(share * 100)


def _step(request: HttpRequest, *, edition: Edition, before: Edition) -> Callable[[dt.datetime, str], object]:
    """The step that the pressed button names."""

    def decided(at: dt.datetime, by: str) -> object:
        form = values.of_form(request)
        if "compute" in form:
            return compute(edition, before=before, at=at, by=by)
        for verb in ("confirm", "reject", "reopen"):
            if verb in form:
                link = _link(form.identifier(verb), edition=edition)
                if verb == "reopen":
                    return succession.reopen(link, at=at, by=by)
                return succession.decide(link, confirmed=verb == "confirm", at=at, by=by)
        old = _area(form.identifier("predecessor"), edition=before)
        new = _area(form.identifier("successor"), edition=edition)
        return succession.add_by_hand(predecessor=old, successor=new, at=at, by=by)

    return decided


def compute(edition: Edition, *, before: Edition, at: dt.datetime, by: str) -> succession.Linked:
    """Links of editions that were saved before there were any, or when there was another edition between."""
    linked = succession.link(edition, before=before)
    detail = {"confirmed": linked.confirmed, "proposed": linked.proposed}
    record(What.SUCCESSORS_COMPUTED, of=edition, at=at, by=by, detail=detail)
    return linked


def _link(pk: int, *, edition: Edition) -> Succession:
    link = Succession.objects.filter(successor__edition=edition, pk=pk).first()
    if link is None:
        raise EditionError(_("This succession no longer exists."))
    return link


def _area(pk: int, *, edition: Edition) -> Area:
    area = edition.areas.filter(pk=pk).first()
    if area is None:
        raise EditionError(_("Choose an area of each edition."))
    return area
