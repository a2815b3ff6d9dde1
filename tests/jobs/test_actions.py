"""A job ends once, in one way, and hears when somebody wants it to stop."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from mapdialog.jobs import actions
from mapdialog.jobs.models import Job
from mapdialog.jobs.tasks import expire

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def running(total: int | None = 10) -> Job:
    job = actions.make("import", at=NOW, subject="plan-a")
    actions.start(job, at=NOW, total=total)
    return job


def test_from_waiting_to_done(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    job = running()
    actions.progress(job, done=4, message="four")
    assert Job.objects.get().done == 4
    (tmp_path / "report.txt").write_text("all well")
    actions.finish(job, at=NOW, result={"rows": 10}, file=tmp_path / "report.txt")
    job = Job.objects.get()
    assert (job.state, job.done, job.result) == ("done", 10, {"rows": 10})
    assert job.expires_at == NOW + actions.RESULT_KEPT
    with job.result_file.open() as stored:
        assert stored.read() == b"all well"


def test_it_starts_once() -> None:
    with pytest.raises(actions.JobStateError):
        actions.start(running(), at=NOW)


def test_it_ends_once() -> None:
    job = running()
    actions.fail(job, at=NOW, message="The file was empty.")
    with pytest.raises(actions.JobStateError):
        actions.finish(job, at=NOW)
    assert (job.state, job.message) == ("failed", "The file was empty.")


def test_cancelled_while_it_waits() -> None:
    job = actions.make("import", at=NOW)
    actions.cancel(job, at=NOW)
    assert job.state == "cancelled"
    with pytest.raises(actions.JobCancelledError):
        actions.start(job, at=NOW)


def test_cancelled_while_it_runs() -> None:
    job = running()
    actions.cancel(Job.objects.get(), at=NOW)
    with pytest.raises(actions.JobCancelledError):
        actions.progress(job, done=5)
    actions.stopped(job, at=NOW)
    assert Job.objects.get().state == "cancelled"
    actions.cancel(job, at=NOW)  # after the end it changes nothing
    assert job.state == "cancelled"


def test_progress_beyond_the_end_is_a_fault() -> None:
    job = running()
    actions.finish(job, at=NOW)
    with pytest.raises(actions.JobStateError):
        actions.progress(job, done=5)


def test_old_results_go_with_their_files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    old, keep_for, forever, open_job = running(), running(), running(), running()
    (tmp_path / "a.txt").write_text("x")
    actions.finish(old, at=NOW, file=tmp_path / "a.txt", keep_for=dt.timedelta(days=1))
    actions.finish(keep_for, at=NOW)
    actions.finish(forever, at=NOW, keep_for=None)
    assert actions.expire(at=NOW + dt.timedelta(days=2)) == 1
    assert set(Job.objects.all()) == {keep_for, forever, open_job}
    assert list((tmp_path / "jobs").iterdir()) == []
    assert actions.expire(at=NOW + dt.timedelta(days=2)) == 0


def test_the_periodic_task_calls_it() -> None:
    actions.finish(job := running(), at=NOW, keep_for=dt.timedelta(days=1))
    assert expire(timestamp=0) == 1
    assert not Job.objects.filter(pk=job.pk).exists()
