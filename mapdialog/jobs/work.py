"""How a task is declared: its queue, and what happens to what it worked on when its worker is killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from mapdialog.jobs.queues import Queue

P = ParamSpec("P")
R = TypeVar("R")
Ending = Callable[..., None]


def nothing(**_arguments: object) -> None:
    """For a task that leaves nothing half-done: all of it is one transaction, or may be done twice."""


@dataclass(frozen=True, kw_only=True)
class Endings:
    """Called with the task's own arguments and `at`, in the transaction that releases it.

    `again`: make what it worked on ready for another try. `given_up`: say to whoever waits that it failed.
    """

    again: Ending
    given_up: Ending


ENDINGS: dict[str, Endings] = {}


def task(
    name: str,
    *,
    queue: Queue,
    cron: str = "",
    again: Ending = nothing,
    given_up: Ending = nothing,
    formerly: str = "",
) -> Callable[[Callable[P, R]], Task[P, R, P]]:
    """Declare a task; with `cron` it comes by itself, and never waits twice.

    Every task may be killed at any line and is then run again: it must find out what is done already. Under
    the name that it had `formerly` it is still done: an upgrade finds tasks waiting.
    """
    aliases = [formerly] if formerly else []
    for known_as in (name, *aliases):
        ENDINGS[known_as] = Endings(again=again, given_up=given_up)

    def declared(function: Callable[P, R]) -> Task[P, R, P]:
        task = app.task(name=name, aliases=aliases, queue=queue, queueing_lock=name if cron else None)(
            function
        )
        if cron:
            app.periodic(cron=cron)(task)  # type: ignore[arg-type] # that its argument is a time is ours to know
        return task

    return declared
