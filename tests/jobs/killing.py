"""Tasks that are killed: really, and at every stage where it makes a difference.

A stage ends where something becomes lasting: a transaction commits, a statement outside one is done, a file
is renamed or deleted. Wherever in a stage the kill comes, the database takes back what it had begun.
"""

from __future__ import annotations

import os
import pathlib
import signal
from collections.abc import Callable
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

Task = Callable[[], Any]


def forget_tasks() -> None:
    """The queue's tables are not ours: emptying the test database leaves them as they are."""
    ProcrastinateJob.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")


def taken(task: str, arguments: dict[str, Any]) -> int:
    """The task as a worker that is dead by now had taken it; its number. Whatever else waits is gone."""
    ProcrastinateJob.objects.filter(status="todo").delete()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 min')
            RETURNING id"""
        )
        worker = cursor.fetchone()[0]
        app.configure_task(task, lock=f"lock-of-{task}").defer(**arguments)
        cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
        return int(cursor.fetchone()[0])


def in_a_process(task: Task, *, killed_at: int | None = None) -> bool:
    """Do the task in a process of its own, killed at that stage; False where it has no so many stages."""
    child = os.fork()
    if child == 0:
        _child(task, killed_at=killed_at)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the task failed, see above"
    return False


def _child(task: Task, *, killed_at: int | None) -> None:
    try:
        # The parent's: to close it here would end the parent's session.
        connection.connection = None
        connection.savepoint_ids, connection.in_atomic_block = [], False
        stage = _armed(killed_at)
        task()
        stage()
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _armed(killed_at: int | None) -> Callable[[], None]:
    """SIGKILL at the end of that stage: just before something lasts, or when all is done but not yet told."""
    passed = 0

    def stage() -> None:
        nonlocal passed
        if passed == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    def lasting(do: Callable[..., Any]) -> Callable[..., Any]:
        def done(*args: Any, **kwargs: Any) -> Any:
            stage()
            return do(*args, **kwargs)

        return done

    commit = BaseDatabaseWrapper.commit
    BaseDatabaseWrapper.commit = lasting(commit)  # type: ignore[method-assign]
    pathlib.Path.replace = lasting(pathlib.Path.replace)  # type: ignore[method-assign]
    pathlib.Path.unlink = lasting(pathlib.Path.unlink)  # type: ignore[method-assign]
    FileSystemStorage.delete = lasting(FileSystemStorage.delete)  # type: ignore[method-assign]

    def on_its_own(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        is_read = sql.lstrip().startswith("SELECT") and "procrastinate_" not in sql
        is_lasting = not context["connection"].in_atomic_block and not is_read
        return (
            lasting(execute)(sql, params, many, context)
            if is_lasting
            else execute(sql, params, many, context)
        )

    connection.execute_wrappers.append(on_its_own)
    return stage
