"""Reading without a second connection: a test's rows are not committed, and no other connection sees them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mapdialog.jobs import actions as jobs
from mapdialog.jobs.models import Job
from mapdialog.uploads import reading
from mapdialog.uploads.steps import Step


@pytest.fixture
def progress_in_this_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is written on the test's own connection, which while it copies rows in takes nothing else."""

    @contextmanager
    def reporting(job: Job) -> Iterator[Step]:
        def report(phase: str, done: int, of: int) -> None:
            if phase != "writing":
                jobs.progress(job, done=0, message=phase)

        yield report

    monkeypatch.setattr(reading, "reporting", reporting)
