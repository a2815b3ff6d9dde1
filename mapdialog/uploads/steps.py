"""How far the work has come, reported while its own transaction is still open."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection

from mapdialog.jobs import actions as jobs
from mapdialog.jobs.models import Job

# Of a thousand: where each phase begins and ends. What a phase is not listed for takes the whole way.
TOTAL = 1000
_SPANS = {
    "reading": (0, 450),
    "checking": (450, 700),
    "writing": (700, 950),
    "comparing": (950, 1000),
}
_BETWEEN_S = 0.25

Step = Callable[[str, int, int], None]


@contextmanager
def reporting(job: Job) -> Iterator[Step]:
    """A function of (phase, done, of) for long work; it raises JobCancelledError when somebody asked to stop.

    It writes from a thread with a connection of its own: inside the work's transaction nobody would see it,
    and the job's row would stay locked against whoever wants to cancel.
    """
    last = ("", 0.0)

    def report(phase: str, done: int, of: int) -> None:
        nonlocal last
        now = time.monotonic()
        if phase == last[0] and now - last[1] < _BETWEEN_S:
            return
        last = (phase, now)
        begin, end = _SPANS.get(phase, (0, TOTAL))
        so_far = begin + (end - begin) * min(done, of) // max(of, 1)
        thread.submit(jobs.progress, job, done=so_far, message=phase).result()

    with ThreadPoolExecutor(max_workers=1) as thread:
        try:
            yield report
        finally:
            thread.submit(_close).result()


def _close() -> None:
    """The connection is the thread's own: it is looked up there."""
    connection.close()
