"""Saving, discarding and clearing up; two windows and two clicks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from layers.editions.life import EditionError
from layers.models import Edition, Layer, LayerEvent
from mapdialog.audit.models import AuditEntry
from mapdialog.jobs import actions as jobs
from mapdialog.uploads import actions, tasks
from mapdialog.uploads.actions import UploadStateError
from mapdialog.uploads.choices import EditionDescription, free_name
from mapdialog.uploads.models import Upload
from tests import factories
from tests.factories import NOON
from tests.uploads.factory import choices, squares, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told_here")]
DESCRIPTION = EditionDescription(
    titles={"nb": "Utvalg"}, style="", credit="Kommunen", licence="", valid_from=None, published=True
)


def fresh(held: Upload) -> Upload:
    return Upload.objects.select_related("draft__layer", "job", "created_by", "layer").get(pk=held.pk)


def ready(**given: object) -> Upload:
    held = upload(**given)
    tasks.read(str(held.pk), Upload.objects.get(pk=held.pk).reading)
    return fresh(held)


def save(held: Upload, description: EditionDescription = DESCRIPTION) -> Upload:
    actions.save(held, description=description, reading=held.reading, by=held.created_by, at=NOON)
    tasks.save(str(held.pk), held.reading)
    return fresh(held)


def test_a_draft_is_saved_as_it_was_named() -> None:
    held = save(ready())
    assert held.state == "saved"
    assert (held.draft.state, held.draft.number, held.draft.published) == ("standing", 1, True)
    assert (held.draft.layer.titles, held.draft.layer.credit) == ({"nb": "Utvalg"}, "Kommunen")
    event = LayerEvent.objects.get(what="imported")
    assert (event.by, event.detail["file"]) == (f"user:{held.created_by_id}", "Utvalg 2026.geojson")
    assert AuditEntry.objects.filter(action="upload.saved").count() == 1


def test_the_edition_keeps_the_file_and_the_upload_lets_go_of_it(
    django_capture_on_commit_callbacks: object,
) -> None:
    held = ready()
    path = Path(held.file.path)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        held = save(held)
    assert not path.exists()
    assert not held.file
    assert Path(held.draft.original.path).read_bytes() == squares()


def test_a_double_click_saves_once() -> None:
    held = ready()
    for _click in range(2):
        actions.save(held, description=DESCRIPTION, reading=held.reading, by=held.created_by, at=NOON)
    for _worker in range(2):
        tasks.save(str(held.pk), held.reading)
    actions.save(held, description=DESCRIPTION, reading=held.reading, by=held.created_by, at=NOON)
    assert ProcrastinateJob.objects.filter(task_name="uploads.save").count() == 1
    assert Edition.objects.count() == 1
    assert LayerEvent.objects.filter(what="imported").count() == 1


def test_a_window_that_shows_an_earlier_reading_saves_nothing() -> None:
    held = ready()
    actions.read(held, choices=choices(), reading=held.reading, by=held.created_by, at=NOON)
    tasks.read(str(held.pk), held.reading + 1)
    with pytest.raises(UploadStateError):
        actions.save(held, description=DESCRIPTION, reading=held.reading, by=held.created_by, at=NOON)
    with pytest.raises(UploadStateError):
        actions.read(held, choices=choices(), reading=held.reading, by=held.created_by, at=NOON)


def test_what_is_saved_is_neither_read_again_nor_discarded() -> None:
    held = save(ready())
    with pytest.raises(UploadStateError):
        actions.read(held, choices=choices(), reading=held.reading, by=held.created_by, at=NOON)
    with pytest.raises(UploadStateError):
        actions.discard(held, by="user:1", at=NOON)


def test_nothing_is_saved_while_it_is_being_read() -> None:
    held = upload()
    with pytest.raises(UploadStateError):
        actions.save(fresh(held), description=DESCRIPTION, reading=1, by=held.created_by, at=NOON)


def test_a_new_edition_closes_the_one_before() -> None:
    municipality = factories.municipality()
    layer = factories.layer(owner=municipality.code, name="utvalg")
    before = factories.edition(of=layer)
    factories.areas(of=before)
    from_day = dt.date(2026, 6, 1)
    description = EditionDescription(**{**vars(DESCRIPTION), "valid_from": from_day, "published": False})
    held = save(ready(municipality=municipality, layer=layer), description)
    before.refresh_from_db()
    assert (held.draft.number, held.draft.valid_from, held.draft.published) == (2, from_day, False)
    assert before.valid_to == from_day


def test_a_refused_saving_keeps_the_draft_and_says_why() -> None:
    municipality = factories.municipality()
    layer = factories.layer(owner=municipality.code, name="utvalg")
    factories.areas(of=factories.edition(of=layer, valid_from=dt.date(2026, 1, 1)))
    description = EditionDescription(**{**vars(DESCRIPTION), "valid_from": dt.date(2025, 1, 1)})
    held = save(ready(municipality=municipality, layer=layer), description)
    assert held.state == "ready"
    assert "2026-01-01" in held.message
    assert "--" not in held.message
    assert held.draft.state == "draft"
    assert held.job.state == "failed"


def test_saving_can_be_taken_back_until_the_worker_takes_it() -> None:
    held = ready()
    actions.save(held, description=DESCRIPTION, reading=held.reading, by=held.created_by, at=NOON)
    actions.cancel(held, at=NOON)
    tasks.save(str(held.pk), held.reading)
    assert fresh(held).state == "ready"
    assert not Edition.objects.filter(state="standing").exists()


def test_saving_is_rolled_back_and_put_back() -> None:
    held = save(ready())
    assert actions.withdraw(held, undo=False, by=held.created_by, at=NOON).state == "withdrawn"
    with pytest.raises(EditionError):
        actions.withdraw(held, undo=False, by=held.created_by, at=NOON)
    assert actions.withdraw(held, undo=True, by=held.created_by, at=NOON).state == "standing"


def test_discarding_takes_the_draft_and_keeps_the_file_for_a_day() -> None:
    held = ready()
    actions.discard(held, by="user:1", at=NOON)
    actions.discard(held, by="user:1", at=NOON)
    held = fresh(held)
    assert (held.state, held.draft, bool(held.file)) == ("discarded", None, True)
    assert not Layer.objects.exists()
    actions.read(held, choices=choices(), reading=held.reading, by=held.created_by, at=NOON)
    tasks.read(str(held.pk), held.reading + 1)
    assert fresh(held).state == "ready"


def test_what_nobody_touches_goes_in_the_end(django_capture_on_commit_callbacks: object) -> None:
    held = ready()
    path = Path(held.file.path)
    at = held.touched_at
    assert actions.expire(at=at + dt.timedelta(days=13)) == 0
    assert actions.expire(at=at + dt.timedelta(days=14)) == 1
    assert fresh(held).state == "discarded"
    assert not Edition.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert actions.expire(at=at + dt.timedelta(days=15)) == 1
    assert not path.exists()
    held = fresh(held)
    assert not held.file
    with pytest.raises(UploadStateError):
        actions.read(held, choices=choices(), reading=held.reading, by=held.created_by, at=NOON)


def test_two_files_of_one_name_become_two_layers() -> None:
    municipality = factories.municipality()
    assert free_name("Utvalg.gpkg", municipality=municipality) == "utvalg"
    upload(municipality=municipality, name="utvalg")
    assert free_name("Utvalg.gpkg", municipality=municipality) == "utvalg-2"
    factories.layer(owner=municipality.code, name="utvalg-2")
    assert free_name("utvalg.zip", municipality=municipality) == "utvalg-3"


def test_a_saving_that_goes_on_is_not_taken_back() -> None:
    held = ready()
    actions.save(held, description=DESCRIPTION, reading=held.reading, by=held.created_by, at=NOON)
    held = fresh(held)
    jobs.start(held.job, at=NOON)
    with pytest.raises(UploadStateError):
        actions.cancel(held, at=NOON)
    with pytest.raises(UploadStateError):
        actions.read(held, choices=choices(), reading=held.reading, by=held.created_by, at=NOON)
    with pytest.raises(UploadStateError):
        actions.discard(held, by="user:1", at=NOON)
    assert fresh(held).state == "saving"
