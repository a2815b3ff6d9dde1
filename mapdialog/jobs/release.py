"""Tasks whose worker was killed: put back, a bounded number of times, then failed with a sentence.

A task that is being done carries its worker's number; a worker gives a sign of life every ten seconds. One
that is only slow is fenced off: what it worked on knows which try it is (`Job.tries`), or is one transaction.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mapdialog.jobs.models import Stall
from mapdialog.jobs.work import ENDINGS, Endings, nothing

_log = logging.getLogger(__name__)

HEARTBEAT_S = 10
STALLED_AFTER_S = 30
# A machine that runs out of memory may recover; a file that kills whatever reads it does not.
MOST_TRIES = 3

_LEFT = """
SELECT job.id, job.task_name, job.args::text, job.attempts
FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status = 'doing' AND job.id > %s
  AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
ORDER BY job.id LIMIT 1 FOR UPDATE OF job SKIP LOCKED
"""
_AGAIN = "SELECT procrastinate_retry_job_v2(%s, NULL, NULL, NULL, NULL)"
_FINISH = "SELECT procrastinate_finish_job_v1(%s, %s, false)"
_NOT_COUNTED = "UPDATE procrastinate_jobs SET attempts = greatest(attempts - 1, 0) WHERE id = %s"
_DOING = """
SELECT id, task_name, args::text, attempts FROM procrastinate_jobs
WHERE status = 'doing' AND id = ANY(%s) ORDER BY id FOR UPDATE
"""
_LEAVE = "DELETE FROM procrastinate_workers WHERE id = ANY(%s)"
_FORGET = """
DELETE FROM procrastinate_jobs AS job
WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted')
  AND NOT EXISTS (SELECT FROM procrastinate_events AS event
                  WHERE event.job_id = job.id AND event.at > now() - make_interval(days => %s))
"""


@dataclass(frozen=True)
class _Left:
    """A task that nobody works on any more, as the queue has it; its row is locked."""

    id: int
    task: str
    arguments: dict[str, Any]
    attempts: int

    @classmethod
    def of(cls, row: tuple[int, str, str, int]) -> _Left:
        number, task, arguments, attempts = row
        return cls(number, task, json.loads(arguments), attempts)

    @property
    def endings(self) -> Endings:
        # A task of an earlier version may be gone: it fails by itself when it is tried.
        return ENDINGS.get(self.task, Endings(again=nothing, given_up=nothing))


def release_stalled() -> int:
    """Put back, or fail, every task whose worker gives no sign of life. Returns how many.

    Each in a transaction of its own: one that cannot be released holds up no other.
    """
    count, last = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LEFT, [last, STALLED_AFTER_S])
            row = cursor.fetchone()
            if row is None:
                return count
            left = _Left.of(row)
            last = left.id
            try:
                with transaction.atomic():
                    _release(left)
            except Exception:
                _log.exception("Task %s (%s) could not be released", left.id, left.task)
            else:
                count += 1


def give_back(tasks: Mapping[int, int | None]) -> None:
    """A worker that must stop now puts back what it is doing, and takes its leave.

    `tasks`: number → the worker's number. It counts as no try: nothing is wrong with the task.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DOING, [list(tasks)])
        for left in [_Left.of(row) for row in cursor.fetchall()]:
            if _try_again(left):
                cursor.execute(_NOT_COUNTED, [left.id])
            _log.info("Task %s (%s) was given back: the worker stops", left.id, left.task)
        cursor.execute(_LEAVE, [list(tasks.values())])


def forget_ended(*, days: int) -> int:
    """Delete what the queue keeps of tasks that ended so long ago. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [days])
        return int(cursor.rowcount)


def _release(left: _Left) -> None:
    at = timezone.now()
    outcome = None if left.attempts + 1 >= MOST_TRIES else _outcome_of_another_try(left)
    if outcome is None:
        _give_up(left, at=at)
        _finish(left, status="failed")
        outcome = Stall.Outcome.FAILED
    Stall.objects.create(task=left.task, number=left.id, outcome=outcome, at=at)
    _log.warning("Task %s (%s) lost its worker: %s", left.id, left.task, outcome)


def _outcome_of_another_try(left: _Left) -> Stall.Outcome | None:
    """None where what it worked on cannot be made ready for one."""
    try:
        with transaction.atomic():
            return Stall.Outcome.AGAIN if _try_again(left) else Stall.Outcome.DROPPED
    except Exception:
        _log.exception("Task %s (%s) cannot be tried again", left.id, left.task)
        return None


def _give_up(left: _Left, *, at: dt.datetime) -> None:
    """Tell whoever waits. Where even that fails the task ends all the same, and its lock with it."""
    try:
        with transaction.atomic():
            left.endings.given_up(**left.arguments, at=at)
    except Exception:
        _log.exception("Nobody could be told that task %s (%s) has failed", left.id, left.task)


def _try_again(left: _Left) -> bool:
    """False where the next of its kind waits already: that one does the same."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_AGAIN, [left.id])
    except IntegrityError:  # the queueing lock
        _finish(left, status="aborted")
        return False
    left.endings.again(**left.arguments, at=timezone.now())
    return True


def _finish(left: _Left, *, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [left.id, status])
