"""Reads that keep a thread busy for long: some at a time, so that there are threads for those who write.

A web process has few threads. Were all of them making files of 10,000 rows, whoever sends a
contribution would wait for a file that can wait. So half of them may make such answers; the next is told at
once to come again.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import get_template
from django.utils.translation import gettext as _

from mapdialog.web.metrics import SHED
from mapdialog.web.problem import API_PREFIXES, RETRY_AFTER_S, Problem

LONG = 1_000
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class Turns:
    """How many expensive answers the process makes at once."""

    def __init__(self, *, most: int) -> None:
        # Not a semaphore: a turn may be given back while garbage is collected, in the middle of whatever this
        # thread does with it. Only this queue allows for that.
        self._free: SimpleQueue[None] = SimpleQueue()
        for _turn in range(most):
            self._free.put(None)

    def take(self) -> bool:
        """Whether it is one's turn, at once; then `give_back` afterwards."""
        try:
            self._free.get_nowait()
        except Empty:
            return False
        return True

    def give_back(self) -> None:
        self._free.put(None)


def most_at_once(threads: int) -> int:
    """Half of a process' threads; one at least, or nobody could read."""
    return max(1, threads // 2)


TURNS = Turns(most=most_at_once(settings.WEB_THREADS))


def expensive(view: View) -> View:
    """The view, made only when there is a turn: for every view that streams or gives LONG rows and more.

    Without a turn 503 with Retry-After. The turn lasts until the answer is made: of one that streams, until
    it is closed, which the server does whatever happens to its reader.
    """

    @wraps(view)
    def in_turn(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not TURNS.take():
            return _come_again(request)
        is_ours = True
        try:
            response = view(request, *args, **kwargs)
            if response.streaming:
                # At most once: when it is closed, or when it is lost on its way to the server.
                closer = weakref.finalize(response, TURNS.give_back)
                response._resource_closers.append(closer)  # type: ignore[attr-defined]
                is_ours = False
        finally:
            if is_ours:
                TURNS.give_back()
        return response

    return cast("View", in_turn)


def _come_again(request: HttpRequest) -> HttpResponseBase:
    """A page for whoever followed a link, else a problem."""
    SHED.labels((request.resolver_match and request.resolver_match.view_name) or "none").inc()
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    is_api = request.path.startswith(API_PREFIXES)
    if not is_api and "text/html" in request.headers.get("Accept", ""):
        return HttpResponse(get_template("503.html").render(), status=503, headers=headers)
    detail = _(
        "Many people are reading at the moment, and those who write come first. Try again in "
        "%(seconds)d seconds."
    )
    detail = detail % {"seconds": RETRY_AFTER_S}
    return Problem("busy", status=503, detail=detail, headers=headers).response()
