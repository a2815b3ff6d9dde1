"""Who is released, who is left alone, and what a worker thought dead may still do."""

from __future__ import annotations

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from mapdialog.jobs import actions as jobs
from mapdialog.jobs import release
from mapdialog.jobs.models import Job, Stall
from mapdialog.jobs.work import ENDINGS, Endings
from mapdialog.uploads import actions as uploads
from mapdialog.uploads import tasks as upload_tasks
from mapdialog.uploads.models import Upload
from tests.factories import NOON
from tests.jobs.killing import taken
from tests.uploads.factory import upload

pytestmark = pytest.mark.django_db


def test_a_worker_thought_dead_changes_nothing_any_more() -> None:
    """It was only slow: its task was released, and another worker is at it."""
    sent = upload()
    slow = Job.objects.get(subject=str(sent.pk))
    jobs.start(slow, at=NOON)
    taken("uploads.read", {"upload_id": str(sent.pk), "reading": 1})
    release.release_stalled()
    jobs.start(Job.objects.get(pk=slow.pk), at=NOON)
    for step in (
        lambda: jobs.progress(slow, done=1),
        lambda: jobs.finish(slow, at=NOON),
        lambda: jobs.fail(slow, at=NOON, message=""),
        lambda: jobs.progress(slow, done=1),
    ):
        with pytest.raises(jobs.JobStateError):
            step()
    assert Job.objects.get(pk=slow.pk).state == "running"


def test_a_reading_cancelled_and_then_killed_stays_cancelled() -> None:
    sent = Upload.objects.select_related("job").get(pk=upload().pk)
    asked = {"upload_id": str(sent.pk), "reading": sent.reading}
    jobs.start(sent.job, at=NOON)
    uploads.cancel(sent, at=NOON)
    number = taken("uploads.read", asked)
    release.release_stalled()
    upload_tasks.read(**asked)
    assert ProcrastinateJob.objects.get(pk=number).status == "todo"
    assert Upload.objects.get(pk=sent.pk).state == "failed"
    assert Job.objects.get(pk=sent.job_id).state == "cancelled"


def test_a_living_workers_task_is_left_alone() -> None:
    number = taken("contributions.forget_buckets", {"timestamp": 0})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '15 s'")
    assert release.release_stalled() == 0
    assert ProcrastinateJob.objects.get(pk=number).status == "doing"


def test_a_periodic_task_is_left_to_the_next_one_that_waits() -> None:
    number = taken("contributions.forget_buckets", {"timestamp": 0})
    app.configure_task("contributions.forget_buckets").defer(timestamp=60)
    assert release.release_stalled() == 1
    assert ProcrastinateJob.objects.get(pk=number).status == "aborted"
    assert Stall.objects.get().outcome == "dropped"


def test_what_can_neither_be_tried_again_nor_given_up_ends_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ENDINGS, "uploads.read", Endings(again=_broken, given_up=_broken))
    first = taken("uploads.read", {"upload_id": "x", "reading": 1})
    second = taken("contributions.forget_buckets", {"timestamp": 0})
    assert release.release_stalled() == 2
    assert ProcrastinateJob.objects.get(pk=first).status == "failed"
    assert ProcrastinateJob.objects.get(pk=second).status == "todo"


def _broken(**_arguments: object) -> None:
    raise RuntimeError("broken on purpose")
