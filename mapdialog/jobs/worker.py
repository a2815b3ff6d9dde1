"""One worker process: it does the tasks of one queue, and stops without leaving one behind."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

from mapdialog.jobs import release
from mapdialog.jobs.queues import GRACE_S, Queue

_log = logging.getLogger(__name__)

_GOODBYE_S = 5


def serve(queue: Queue, *, until_empty: bool = False) -> None:
    """Work until told to stop (SIGTERM, SIGINT), or with `until_empty` until nothing waits.

    Told to stop, it takes nothing new and goes on with the task at hand for GRACE_S; after that the task is
    put back and the process ends at once: a task may be ended at any line.
    """
    release.release_stalled()
    asyncio.run(_serve(queue, until_empty=until_empty))


async def _serve(queue: Queue, *, until_empty: bool) -> None:
    # One connection listens; the others are for heartbeats and for taking tasks.
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4)
    doing: dict[int, int | None] = {}  # the task's number, and the worker's

    async def noted(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        number = context.job.id or 0
        doing[number] = worker.worker_id
        try:
            return await call_next()
        finally:
            doing.pop(number, None)

    with app.replace_connector(connector):
        async with app.open_async():
            work = asyncio.ensure_future(
                app.run_worker_async(
                    queues=[queue],
                    name=queue.name.lower(),
                    wait=not until_empty,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=release.HEARTBEAT_S,
                    stalled_worker_timeout=release.STALLED_AFTER_S,
                    worker_middleware=[noted],
                )
            )
            stop = asyncio.Event()
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            await asyncio.wait(
                {work, asyncio.ensure_future(stop.wait())}, return_when=asyncio.FIRST_COMPLETED
            )
            if not work.done():
                await _wind_up(work, doing=doing)
            if not work.cancelled():
                work.result()


async def _wind_up(work: asyncio.Future[None], *, doing: dict[int, int | None]) -> None:
    work.cancel()  # it takes nothing new, and ends after the task at hand
    # Without a task at hand it only says goodbye to the database.
    done, _late = await asyncio.wait({work}, timeout=GRACE_S if doing else GRACE_S + _GOODBYE_S)
    if not done:
        await asyncio.to_thread(release.give_back, dict(doing))
        logging.shutdown()
        # A thread cannot be ended; the database takes back what it has not committed.
        os._exit(0)
