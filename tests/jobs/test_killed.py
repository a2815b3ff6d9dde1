"""Every task, killed at every stage, is done once in the end: nothing doubled, half-written or locked."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from layers.models import Edition, Layer
from mapdialog.audit.models import AuditEntry
from mapdialog.contributions.models import RateBucket
from mapdialog.dialogue.models import DataVersion
from mapdialog.hotspots.models import DensityCell, Run, RunFailure
from mapdialog.jobs import actions as jobs
from mapdialog.jobs import release, sweep
from mapdialog.jobs.models import Job, Stall
from mapdialog.jobs.queues import Queue
from mapdialog.jobs.work import ENDINGS
from mapdialog.mail import smtp
from mapdialog.mail.models import Mail
from mapdialog.mail.queue import LIFE_OF_NEWS, enqueue
from mapdialog.uploads import actions as uploads
from mapdialog.uploads import tasks as upload_tasks
from mapdialog.uploads.choices import EditionDescription
from mapdialog.uploads.models import Upload
from tests import factories
from tests.factories import NOON
from tests.jobs.killing import forget_tasks, in_a_process, taken
from tests.uploads.factory import upload

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
MOST_STAGES = 60
DESCRIPTION = EditionDescription(
    titles={"nb": "Utvalg"}, style="", credit="K", licence="", valid_from=None, published=True
)


@dataclass(frozen=True, kw_only=True)
class World:
    """What a task is done on: its arguments, and what must hold once it is done."""

    arguments: dict[str, Any]
    check: Callable[[], None]


def _reading() -> World:
    sent = upload()
    sent.refresh_from_db()

    def check() -> None:
        read = Upload.objects.select_related("draft", "job").get(pk=sent.pk)
        assert (read.state, read.job.state) == ("ready", "done")
        assert sorted(read.draft.areas.values_list("code", flat=True)) == ["A", "B", "C"]
        assert Edition.objects.filter(layer__owner=sent.municipality.code).count() == 1
        assert Path(read.draft.original.path).read_bytes() == Path(read.file.path).read_bytes()

    return World(arguments={"upload_id": str(sent.pk), "reading": sent.reading}, check=check)


def _saving() -> World:
    world = _reading()
    upload_tasks.read(**world.arguments)
    sent = Upload.objects.select_related("created_by").get(pk=world.arguments["upload_id"])
    uploads.save(sent, description=DESCRIPTION, reading=sent.reading, by=sent.created_by, at=NOON)

    def check() -> None:
        saved = Upload.objects.select_related("draft", "job").get(pk=sent.pk)
        assert (saved.state, saved.job.state, saved.file.name) == ("saved", "done", "")
        assert saved.draft.state == Edition.State.SAVED
        assert Edition.objects.filter(layer__owner=saved.municipality.code).count() == 1
        assert AuditEntry.objects.filter(action="upload.saved", subject_id=str(sent.pk)).count() == 1
        _only_named_files_are_kept()

    return World(arguments=world.arguments, check=check)


def _old_uploads() -> World:
    world = _reading()
    upload_tasks.read(**world.arguments)
    Upload.objects.filter(pk=world.arguments["upload_id"]).update(touched_at=LONG_AGO)

    def check() -> None:
        gone = Upload.objects.get(pk=world.arguments["upload_id"])
        assert (gone.state, gone.draft) == ("discarded", None)
        assert not Layer.objects.filter(owner=gone.municipality.code).exists()
        _only_named_files_are_kept()

    return World(arguments={"timestamp": 0}, check=check)


def _old_results() -> World:
    job = jobs.make("report", at=LONG_AGO)
    jobs.start(job, at=LONG_AGO)
    jobs.finish(job, at=LONG_AGO)
    job.result_file.save("report.txt", ContentFile(b"all well"))

    def check() -> None:
        assert not Job.objects.filter(pk=job.pk).exists()
        _only_named_files_are_kept()

    return World(arguments={"timestamp": 0}, check=check)


def _unnamed_file() -> World:
    path = Path(Job._meta.get_field("result_file").storage.path("jobs/left-over.txt"))
    path.parent.mkdir(exist_ok=True)
    path.write_text("half a rep")
    os.utime(path, (0, 0))

    def check() -> None:
        assert not path.exists()

    return World(arguments={"timestamp": 0}, check=check)


def _old_buckets() -> World:
    bucket = RateBucket.objects.create(key=os.urandom(16).hex(), tokens=1, updated_at=LONG_AGO)

    def check() -> None:
        assert not RateBucket.objects.filter(pk=bucket.pk).exists()

    return World(arguments={"timestamp": 0}, check=check)


def _consultation_with_comments(n: int = 6) -> Any:
    consultation = factories.consultation()
    for i in range(n):
        lon, lat = factories.middle()
        factories.contribution(to=consultation, at=(lon + i * 1e-5, lat), contributor_key=f"person-{i}")
    return consultation


def _heat() -> World:
    consultation = _consultation_with_comments()

    def check() -> None:
        finest = DensityCell.objects.filter(consultation=consultation, audience="everyone", level=20)
        assert sum(finest.values_list("n", flat=True)) == 6

    return World(arguments={"timestamp": 0}, check=check)


def _behind() -> World:
    DataVersion.objects.update(number=0)  # nothing was said in the other consultations
    consultation = _consultation_with_comments()

    def check() -> None:
        waiting = ProcrastinateJob.objects.filter(task_name="hotspots.run", status="todo")
        assert waiting.filter(args={"consultation_id": consultation.pk}).count() == 1

    return World(arguments={"timestamp": 0}, check=check)


def _hotspots() -> World:
    consultation = _consultation_with_comments()

    def check() -> None:
        run = Run.objects.get(consultation=consultation)
        assert (run.n, run.hotspots.count()) == (6, 1)

    return World(arguments={"consultation_id": consultation.pk}, check=check)


def _another_stalled() -> World:
    number = taken("contributions.forget_buckets", {"timestamp": 0})
    Stall.objects.all().delete()

    def check() -> None:
        assert ProcrastinateJob.objects.get(pk=number).status == "todo"
        assert Stall.objects.filter(number=number).count() == 1

    return World(arguments={"timestamp": 0}, check=check)


def _mail() -> Mail:
    """Due long ago, and of use still."""
    return enqueue(
        "planner@example.org",
        subject="S",
        text="T",
        at=LONG_AGO,
        life=timezone.now() - LONG_AGO + LIFE_OF_NEWS,
    )


def _waiting_mail() -> World:
    mail = _mail()

    def check() -> None:
        sent = Mail.objects.get(pk=mail.pk)
        assert (sent.state, sent.text, sent.tries) == ("sent", "", 1)

    return World(arguments={"mail_id": mail.pk}, check=check)


def _due_mail() -> World:
    return World(arguments={"timestamp": 0}, check=_waiting_mail().check)


def _old_mail() -> World:
    mail = _mail()
    Mail.objects.update(state="sent", ended_at=LONG_AGO, text="")

    def check() -> None:
        assert not Mail.objects.filter(pk=mail.pk).exists()

    return World(arguments={"timestamp": 0}, check=check)


def _forgotten_password() -> World:
    person = factories.user()

    def check() -> None:
        # killed after the COMMIT, it is done again: two mails, two links, either of which is good once
        assert Mail.objects.filter(recipient=person.email, state="waiting").count() in {1, 2}

    return World(arguments={"email": person.email, "language": "nb"}, check=check)


def _old_failures() -> World:
    attempt = AccessAttempt.objects.create(username=str(uuid4()), failures_since_start=1)
    AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=LONG_AGO)

    def check() -> None:
        assert not AccessAttempt.objects.filter(pk=attempt.pk).exists()

    return World(arguments={"timestamp": 0}, check=check)


WORLDS: dict[str, Callable[[], World]] = {
    "contributions.forget_buckets": _old_buckets,
    "uploads.expire": _old_uploads,
    "uploads.read": _reading,
    "uploads.save": _saving,
    "hotspots.look": _behind,
    "hotspots.refresh_heat": _heat,
    "hotspots.run": _hotspots,
    "jobs.expire": _old_results,
    "jobs.release": _another_stalled,
    "jobs.sweep": _unnamed_file,
    "mail.forget": _old_mail,
    "mail.send": _waiting_mail,
    "mail.send_due": _due_mail,
    "people.forget": _old_failures,
    "people.send_reset": _forgotten_password,
}


def _only_named_files_are_kept() -> None:
    """After a night or two, no file is left that no row names."""
    sweep.unnamed_files(at=timezone.now() + dt.timedelta(days=2))
    for model, name in ((Upload, "file"), (Edition, "original"), (Job, "result_file")):
        field = model._meta.get_field(name)
        folder = Path(field.storage.path(str(field.upload_to)))
        kept = {str(path.relative_to(field.storage.location)) for path in folder.glob("*")}
        assert kept <= set(model._base_manager.values_list(name, flat=True))


@pytest.fixture(autouse=True)
def own_files_and_queue(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.HAS_MAIL = True
    monkeypatch.setattr(smtp, "deliver", lambda *arguments, **named: None)
    forget_tasks()
    yield
    forget_tasks()


def test_no_task_is_forgotten() -> None:
    """A new task says its queue and what becomes of what it worked on, and is killed here."""
    ours = {name: task for name, task in app.tasks.items() if "procrastinate" not in name}
    assert set(ours) == set(ENDINGS)
    assert {task.name for task in ours.values()} == set(WORLDS)
    assert {task.queue for task in ours.values()} <= set(Queue)


def test_a_task_killed_at_any_stage_is_done_once_in_the_end() -> None:
    """One test for all of them: emptying the database after each would take longer than the tasks."""
    stages = {
        name: next(stage for stage in range(MOST_STAGES) if not _killed_at(name, stage)) for name in WORLDS
    }
    assert min(stages.values()) > 1
    assert stages["uploads.read"] >= 4


def _killed_at(name: str, stage: int) -> bool:
    """Kill the task at that stage, release it and do it again; False where it has no such stage."""
    world = WORLDS[name]()
    number = taken(name, world.arguments)
    was_killed = in_a_process(lambda: app.tasks[name](**world.arguments), killed_at=stage)
    if was_killed:
        release.release_stalled()
        left = ProcrastinateJob.objects.get(pk=number)
        assert (name, stage, left.status, left.attempts) == (name, stage, "todo", 1)
        app.tasks[name](**world.arguments)
    world.check()
    return was_killed


def _killed_every_time(name: str, arguments: dict[str, Any], *, stage: int = 0) -> ProcrastinateJob:
    number = taken(name, arguments)
    for _ in range(release.MOST_TRIES):
        assert in_a_process(lambda: app.tasks[name](**arguments), killed_at=stage)
        release.release_stalled()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo' AND id = %s", [number]
            )
    return ProcrastinateJob.objects.get(pk=number)


def test_a_file_that_kills_whatever_reads_it_is_given_up_with_a_sentence() -> None:
    world = _reading()
    left = _killed_every_time("uploads.read", world.arguments)
    assert (left.status, left.attempts) == ("failed", release.MOST_TRIES)
    sent = Upload.objects.select_related("job").get(pk=world.arguments["upload_id"])
    assert (sent.state, sent.job.state, sent.draft) == ("failed", "failed", None)
    assert "stopped again and again" in sent.message
    assert sent.file
    assert not Edition.objects.exists()
    outcomes = Stall.objects.order_by("id").values_list("outcome", flat=True)
    assert list(outcomes) == ["again", "again", "failed"]
    uploads.read(sent, choices=_choices(sent), reading=sent.reading, by=sent.created_by, at=NOON)
    assert Upload.objects.get(pk=sent.pk).state == "reading"


def _choices(upload: Upload) -> Any:
    from mapdialog.uploads.choices import choices_of

    return choices_of(upload)


def test_saving_given_up_leaves_the_draft_to_be_saved_again() -> None:
    world = _saving()
    assert _killed_every_time("uploads.save", world.arguments).status == "failed"
    sent = Upload.objects.select_related("job").get(pk=world.arguments["upload_id"])
    assert (sent.state, sent.job.state) == ("ready", "failed")
    assert "Nothing was changed" in sent.message
    uploads.save(sent, description=DESCRIPTION, reading=sent.reading, by=sent.created_by, at=NOON)
    sent.refresh_from_db()
    upload_tasks.save(upload_id=str(sent.pk), reading=sent.reading)
    world.check()


def test_hotspots_given_up_are_said_and_not_begun_every_minute(client: Any) -> None:
    consultation = _consultation_with_comments()
    look = app.tasks["hotspots.look"]
    assert look(timestamp=0) == 1
    assert _killed_every_time("hotspots.run", {"consultation_id": consultation.pk}).status == "failed"
    assert RunFailure.objects.get().consultation == consultation
    assert look(timestamp=0) == 0
    client.force_login(factories.user(role="planner", of=consultation.municipality))
    page = client.get(f"/planner/c/{consultation.slug}/", headers={"Accept-Language": "en"}).content.decode()
    assert "The calculation failed" in page
    RunFailure.objects.update(failed_at=timezone.now() - dt.timedelta(days=2))
    assert look(timestamp=0) == 1
    app.tasks["hotspots.run"](consultation_id=consultation.pk)
    assert not RunFailure.objects.exists()
