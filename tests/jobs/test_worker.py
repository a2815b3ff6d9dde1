"""A real worker process: killed, started anew, told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from mapdialog.hotspots.models import Run
from mapdialog.hotspots.requests import ask_for_run
from mapdialog.jobs import supervisor
from mapdialog.jobs.queues import Queue
from tests import factories
from tests.jobs.killing import forget_tasks

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 60


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    forget_tasks()
    with ExitStack() as stack:
        yield stack
    forget_tasks()


def address() -> str:
    """Of the test database, for DATABASE_URL."""
    there = connection.settings_dict
    user, password, host, port = (
        quote(str(there[key]), safe="") for key in ("USER", "PASSWORD", "HOST", "PORT")
    )
    where = "&".join(f"{key}={value}" for key, value in (("host", host), ("port", port)) if value)
    return f"postgresql://{user}:{password}@/{there['NAME']}?{where}"


def started(
    processes: ExitStack, *arguments: str, command: list[str] | None = None
) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": address(),
        "MAPDIALOG_ENV": "test",
        "MAPDIALOG_WORKER_GRACE_S": "0",
    }
    process = subprocess.Popen(
        command or [sys.executable, "manage.py", "work", *arguments], cwd=ROOT, env=environment
    )

    def end() -> None:
        process.kill()
        process.wait()

    processes.callback(end)
    return process


def until(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def blocked_run(processes: ExitStack) -> tuple[Any, psycopg.Connection[Any]]:
    """A consultation whose calculation is asked for and will wait for a lock that the test has."""
    consultation = factories.consultation()
    for i in range(6):
        lon, lat = factories.middle()
        factories.contribution(to=consultation, at=(lon + i * 1e-5, lat))
    assert ask_for_run(consultation)
    lock = processes.enter_context(psycopg.connect(address(), autocommit=True))
    lock.execute("SELECT pg_advisory_lock(hashtext('hotspots'), %s)", [consultation.pk])
    return consultation, lock


def own_task() -> ProcrastinateJob:
    return ProcrastinateJob.objects.get(queue_name=Queue.HOTSPOTS)


def is_waiting_for_the_lock(lock: psycopg.Connection[Any]) -> bool:
    """In this database: the others of the cluster are other tests'."""
    row = lock.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).fetchone()
    return bool(row and row[0])


def test_what_a_killed_worker_was_doing_is_done_when_it_is_started_anew(processes: ExitStack) -> None:
    consultation, lock = blocked_run(processes)
    worker = started(processes, Queue.HOTSPOTS)
    until(lambda: is_waiting_for_the_lock(lock))
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert own_task().status == "doing"
    lock.close()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 s'")
    started(processes, Queue.HOTSPOTS, "--until-empty").wait(timeout=_PATIENCE_S)
    assert Run.objects.get().consultation == consultation
    # What succeeds is forgotten; the periodic tasks of other queues wait for their own workers.
    assert not ProcrastinateJob.objects.filter(queue_name=Queue.HOTSPOTS).exists()


def test_a_worker_that_is_stopped_returns_its_task_and_ends(processes: ExitStack) -> None:
    _consultation, lock = blocked_run(processes)
    worker = started(processes, Queue.HOTSPOTS)
    until(lambda: is_waiting_for_the_lock(lock))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=_PATIENCE_S) == 0
    left = own_task()
    assert (left.status, left.attempts) == ("todo", 0)
    assert not Run.objects.exists()


def test_each_queue_has_a_process_and_none_outlives_the_supervisor(processes: ExitStack) -> None:
    watched = started(processes, command=[sys.executable, "-m", "mapdialog.jobs.supervisor"])

    def living() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_workers")
            return int(cursor.fetchone()[0])

    until(lambda: living() == len(Queue))
    watched.send_signal(signal.SIGKILL)
    until(lambda: living() == 0)


def test_the_supervisor_starts_a_worker_again_and_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "command", lambda queue: ["sleep", "60"])
    monkeypatch.setattr(supervisor, "_BETWEEN_STARTS_S", 0)
    watching = supervisor.Supervisor()
    for queue in Queue:
        watching.start_if_ended(queue)
    first = watching.workers[Queue.IMPORTS]
    first.kill()
    first.wait()
    watching.start_if_ended(Queue.IMPORTS)
    assert watching.workers[Queue.IMPORTS].pid != first.pid
    watching.end_all()
    assert all(worker.returncode is not None for worker in watching.workers.values())
