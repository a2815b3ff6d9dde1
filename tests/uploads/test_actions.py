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

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("progress_in_this_thread")]
DESCRIPTION = EditionDescription(
    titles={"nb": "Utvalg"}, style="", credit="Kommunen", licence="", valid_from=None, published=True
)


def fresh(stored_upload: Upload) -> Upload:
    return Upload.objects.select_related("draft__layer", "job", "created_by", "layer").get(
        pk=stored_upload.pk
    )


def ready(**options: object) -> Upload:
    stored_upload = upload(**options)
    tasks.read(str(stored_upload.pk), Upload.objects.get(pk=stored_upload.pk).reading)
    return fresh(stored_upload)


def save(stored_upload: Upload, description: EditionDescription = DESCRIPTION) -> Upload:
    actions.save(
        stored_upload,
        description=description,
        reading=stored_upload.reading,
        by=stored_upload.created_by,
        at=NOON,
    )
    tasks.save(str(stored_upload.pk), stored_upload.reading)
    return fresh(stored_upload)


def test_a_draft_is_saved_as_it_was_named() -> None:
    stored_upload = save(ready())
    assert stored_upload.state == "saved"
    assert (stored_upload.draft.state, stored_upload.draft.number, stored_upload.draft.published) == (
        "standing",
        1,
        True,
    )
    assert (stored_upload.draft.layer.titles, stored_upload.draft.layer.credit) == (
        {"nb": "Utvalg"},
        "Kommunen",
    )
    event = LayerEvent.objects.get(what="imported")
    assert (event.by, event.detail["file"]) == (f"user:{stored_upload.created_by_id}", "Utvalg 2026.geojson")
    assert AuditEntry.objects.filter(action="upload.saved").count() == 1


def test_the_edition_keeps_the_file_and_the_upload_lets_go_of_it(
    django_capture_on_commit_callbacks: object,
) -> None:
    stored_upload = ready()
    path = Path(stored_upload.file.path)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        stored_upload = save(stored_upload)
    assert not path.exists()
    assert not stored_upload.file
    assert Path(stored_upload.draft.original.path).read_bytes() == squares()


def test_a_double_click_saves_once() -> None:
    stored_upload = ready()
    for _click in range(2):
        actions.save(
            stored_upload,
            description=DESCRIPTION,
            reading=stored_upload.reading,
            by=stored_upload.created_by,
            at=NOON,
        )
    for _worker in range(2):
        tasks.save(str(stored_upload.pk), stored_upload.reading)
    actions.save(
        stored_upload,
        description=DESCRIPTION,
        reading=stored_upload.reading,
        by=stored_upload.created_by,
        at=NOON,
    )
    assert ProcrastinateJob.objects.filter(task_name="uploads.save").count() == 1
    assert Edition.objects.count() == 1
    assert LayerEvent.objects.filter(what="imported").count() == 1


def test_a_window_that_shows_an_earlier_reading_saves_nothing() -> None:
    stored_upload = ready()
    actions.read(
        stored_upload, choices=choices(), reading=stored_upload.reading, by=stored_upload.created_by, at=NOON
    )
    tasks.read(str(stored_upload.pk), stored_upload.reading + 1)
    with pytest.raises(UploadStateError):
        actions.save(
            stored_upload,
            description=DESCRIPTION,
            reading=stored_upload.reading,
            by=stored_upload.created_by,
            at=NOON,
        )
    with pytest.raises(UploadStateError):
        actions.read(
            stored_upload,
            choices=choices(),
            reading=stored_upload.reading,
            by=stored_upload.created_by,
            at=NOON,
        )


def test_what_is_saved_is_neither_read_again_nor_discarded() -> None:
    stored_upload = save(ready())
    with pytest.raises(UploadStateError):
        actions.read(
            stored_upload,
            choices=choices(),
            reading=stored_upload.reading,
            by=stored_upload.created_by,
            at=NOON,
        )
    with pytest.raises(UploadStateError):
        actions.discard(stored_upload, by="user:1", at=NOON)


def test_nothing_is_saved_while_it_is_being_read() -> None:
    stored_upload = upload()
    with pytest.raises(UploadStateError):
        actions.save(
            fresh(stored_upload), description=DESCRIPTION, reading=1, by=stored_upload.created_by, at=NOON
        )


def test_a_new_edition_closes_the_one_before() -> None:
    municipality = factories.municipality()
    layer = factories.layer(owner=municipality.code, name="utvalg")
    before = factories.edition(of=layer)
    factories.areas(of=before)
    from_day = dt.date(2026, 6, 1)
    description = EditionDescription(**{**vars(DESCRIPTION), "valid_from": from_day, "published": False})
    stored_upload = save(ready(municipality=municipality, layer=layer), description)
    before.refresh_from_db()
    assert (stored_upload.draft.number, stored_upload.draft.valid_from, stored_upload.draft.published) == (
        2,
        from_day,
        False,
    )
    assert before.valid_to == from_day


def test_a_refused_saving_keeps_the_draft_and_says_why() -> None:
    municipality = factories.municipality()
    layer = factories.layer(owner=municipality.code, name="utvalg")
    factories.areas(of=factories.edition(of=layer, valid_from=dt.date(2026, 1, 1)))
    description = EditionDescription(**{**vars(DESCRIPTION), "valid_from": dt.date(2025, 1, 1)})
    stored_upload = save(ready(municipality=municipality, layer=layer), description)
    assert stored_upload.state == "ready"
    assert "2026-01-01" in stored_upload.message
    assert "--" not in stored_upload.message
    assert stored_upload.draft.state == "draft"
    assert stored_upload.job.state == "failed"


def test_saving_can_be_taken_back_until_the_worker_takes_it() -> None:
    stored_upload = ready()
    actions.save(
        stored_upload,
        description=DESCRIPTION,
        reading=stored_upload.reading,
        by=stored_upload.created_by,
        at=NOON,
    )
    actions.cancel(stored_upload, at=NOON)
    tasks.save(str(stored_upload.pk), stored_upload.reading)
    assert fresh(stored_upload).state == "ready"
    assert not Edition.objects.filter(state="standing").exists()


def test_a_saved_edition_is_withdrawn_and_restored() -> None:
    stored_upload = save(ready())
    assert (
        actions.withdraw(stored_upload, undo=False, by=stored_upload.created_by, at=NOON).state == "withdrawn"
    )
    with pytest.raises(EditionError):
        actions.withdraw(stored_upload, undo=False, by=stored_upload.created_by, at=NOON)
    assert (
        actions.withdraw(stored_upload, undo=True, by=stored_upload.created_by, at=NOON).state == "standing"
    )


def test_discarding_takes_the_draft_and_keeps_the_file_for_a_day() -> None:
    stored_upload = ready()
    actions.discard(stored_upload, by="user:1", at=NOON)
    actions.discard(stored_upload, by="user:1", at=NOON)
    stored_upload = fresh(stored_upload)
    assert (stored_upload.state, stored_upload.draft, bool(stored_upload.file)) == ("discarded", None, True)
    assert not Layer.objects.exists()
    actions.read(
        stored_upload, choices=choices(), reading=stored_upload.reading, by=stored_upload.created_by, at=NOON
    )
    tasks.read(str(stored_upload.pk), stored_upload.reading + 1)
    assert fresh(stored_upload).state == "ready"


def test_what_nobody_touches_goes_in_the_end(django_capture_on_commit_callbacks: object) -> None:
    stored_upload = ready()
    path = Path(stored_upload.file.path)
    at = stored_upload.touched_at
    assert actions.expire(at=at + dt.timedelta(days=13)) == 0
    assert actions.expire(at=at + dt.timedelta(days=14)) == 1
    assert fresh(stored_upload).state == "discarded"
    assert not Edition.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert actions.expire(at=at + dt.timedelta(days=15)) == 1
    assert not path.exists()
    stored_upload = fresh(stored_upload)
    assert not stored_upload.file
    with pytest.raises(UploadStateError):
        actions.read(
            stored_upload,
            choices=choices(),
            reading=stored_upload.reading,
            by=stored_upload.created_by,
            at=NOON,
        )


def test_two_files_of_one_name_become_two_layers() -> None:
    municipality = factories.municipality()
    assert free_name("Utvalg.gpkg", municipality=municipality) == "utvalg"
    upload(municipality=municipality, name="utvalg")
    assert free_name("Utvalg.gpkg", municipality=municipality) == "utvalg-2"
    factories.layer(owner=municipality.code, name="utvalg-2")
    assert free_name("utvalg.zip", municipality=municipality) == "utvalg-3"


def test_a_saving_that_goes_on_is_not_taken_back() -> None:
    stored_upload = ready()
    actions.save(
        stored_upload,
        description=DESCRIPTION,
        reading=stored_upload.reading,
        by=stored_upload.created_by,
        at=NOON,
    )
    stored_upload = fresh(stored_upload)
    jobs.start(stored_upload.job, at=NOON)
    with pytest.raises(UploadStateError):
        actions.cancel(stored_upload, at=NOON)
    with pytest.raises(UploadStateError):
        actions.read(
            stored_upload,
            choices=choices(),
            reading=stored_upload.reading,
            by=stored_upload.created_by,
            at=NOON,
        )
    with pytest.raises(UploadStateError):
        actions.discard(stored_upload, by="user:1", at=NOON)
    assert fresh(stored_upload).state == "saving"
