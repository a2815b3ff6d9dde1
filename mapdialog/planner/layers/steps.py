"""The one way in which a page changes a layer: by turns, not on what somebody else has changed, with an undo.

A form carries the id of the layer's newest event (`seen`) as its writer saw it. Every change writes an event,
so another id means that somebody was quicker; then nothing is changed, and the page says what happened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.editions.life import DoubtfulError
from layers.models import Layer, LayerEvent
from layers.undoing import REFUSALS
from mapdialog.planner.layers import log
from mapdialog.web import values

Step = Callable[[dt.datetime, str], object]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`done` is the event that the step wrote, None where nothing changed; `refusal` says why not.

    `doubtful` is the refusal where somebody must answer for what was found first.
    """

    done: int | None = None
    refusal: str = ""
    doubtful: DoubtfulError | None = None


def newest_event(layer: Layer) -> int:
    """The id of the layer's newest event, which a form is to carry as `seen`; 0 where there is none."""
    return layer.events.order_by("-pk").values_list("pk", flat=True).first() or 0


def take(request: HttpRequest, *, layer: Layer, step: Step, only_adds: bool = False) -> Outcome:
    """Take a step with the layer locked. `step(at, by)` raises one of REFUSALS where it cannot be taken.

    A step that `only_adds` something is taken whatever others have done meanwhile.
    """
    try:
        with transaction.atomic():
            Layer.objects.select_for_update().get(pk=layer.pk)
            before = newest_event(layer)
            if not only_adds and values.of_form(request).whole("seen") != before:
                return Outcome(refusal=_changed_meanwhile(layer))
            step(timezone.now(), f"user:{request.user.pk}")
            after = newest_event(layer)
    except DoubtfulError as error:
        return Outcome(refusal=str(error), doubtful=error)
    except REFUSALS as refusal:
        return Outcome(refusal=str(refusal))
    return Outcome(done=after if after != before else None)


def done(request: HttpRequest, *, layer: Layer) -> log.Line | None:
    """The step just taken, which the address names, to be said with its undo; None for nonsense."""
    number = values.of_query(request).identifier("done")
    event = LayerEvent.objects.filter(layer=layer, pk=number).first() if number else None
    return log.lines([event])[0] if event else None


def _changed_meanwhile(layer: Layer) -> str:
    newest = layer.events.order_by("-pk").first()
    if newest is None:
        return _("The page has changed since you opened it. Check it and save again.")
    line = log.lines([newest])[0]
    message = _(
        "%(who)s changed the layer in the meantime: %(what)s Check it, and press again if you still want to."
    )
    return message % {"who": line.who, "what": line.sentence}
