"""From a file to a draft or a question: what the worker makes of an upload."""

from __future__ import annotations

import pytest
from django.utils import translation

from layers.importing import import_file
from layers.models import Area, Edition, Layer
from layers.readers import read_file
from layers.readers.read_file import ReadError
from mapdialog.jobs import actions as jobs
from mapdialog.jobs.models import Job
from mapdialog.uploads import actions, reading, tasks
from mapdialog.uploads.models import Upload
from mapdialog.uploads.reading import read_upload
from tests import factories
from tests.factories import NOON
from tests.uploads.factory import choices, squares, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("progress_in_this_thread")]


def read(stored_upload: Upload) -> Upload:
    stored_upload.refresh_from_db()
    tasks.read(str(stored_upload.pk), stored_upload.reading)
    return Upload.objects.select_related("job", "draft__layer", "municipality", "layer").get(
        pk=stored_upload.pk
    )


def test_a_file_becomes_a_draft_that_nobody_else_sees() -> None:
    stored_upload = read(upload())
    assert stored_upload.state == "ready"
    assert stored_upload.draft is not None
    assert (stored_upload.draft.state, stored_upload.draft.published, stored_upload.draft.number) == (
        "draft",
        False,
        None,
    )
    assert stored_upload.draft.file_name == "Utvalg 2026.geojson"
    assert list(stored_upload.draft.areas.order_by("code").values_list("code", flat=True)) == ["A", "B", "C"]
    assert stored_upload.job is not None
    assert stored_upload.job.state == "done"


def test_what_was_understood_is_kept_for_the_page() -> None:
    understood = read(upload()).understood
    assert understood["format"] == "GeoJSON"
    assert understood["roles"]["code"] == "code"
    assert understood["fields"][0] == {"name": "code", "samples": ["A", "B", "C"], "share": 1.0}
    assert understood["place"]["declared"] == 4326
    assert [4326, "WGS 84"] in understood["systems"]


def test_a_system_that_does_not_fit_is_asked_for_with_those_that_would() -> None:
    content = squares(crs="urn:ogc:def:crs:EPSG::25832")
    stored_upload = read(upload(content))
    assert (stored_upload.state, stored_upload.understood["ask"]) == ("asking", "crs")
    assert 4326 in [candidate["srid"] for candidate in stored_upload.understood["place"]["candidates"]]
    assert "--" not in stored_upload.message
    actions.read(
        stored_upload,
        choices=choices(srid=4326),
        reading=stored_upload.reading,
        by=stored_upload.created_by,
        at=NOON,
    )
    assert read(stored_upload).state == "ready"


def test_a_file_without_codes_asks_which_field_holds_them() -> None:
    stored_upload = read(upload(squares(field="bezeichnung")))
    assert (stored_upload.state, stored_upload.understood["ask"]) == ("asking", "fields")
    assert [field["name"] for field in stored_upload.understood["fields"]] == ["bezeichnung", "name"]
    assert "--" not in stored_upload.message
    again = choices(roles={"code": "bezeichnung"})
    actions.read(
        stored_upload, choices=again, reading=stored_upload.reading, by=stored_upload.created_by, at=NOON
    )
    assert read(stored_upload).state == "ready"


@pytest.mark.parametrize(
    "content", [b"not a map", b"PK\x03\x04broken", b'{"type": "Feature', b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_map_fails_with_words_and_keeps_the_file(content: bytes) -> None:
    stored_upload = read(upload(content))
    assert stored_upload.state == "failed"
    assert stored_upload.message
    assert stored_upload.file
    assert not Layer.objects.exists()
    assert stored_upload.job is not None
    assert stored_upload.job.state == "done"


def test_names_that_cannot_be_stored_do_not_leave_it_hanging() -> None:
    content = squares().replace(b'"name"', b'"na\\u0000me \\ud800"').replace(b'"code"', b'"co\\u0000de"')
    stored_upload = read(upload(content))
    assert stored_upload.state in {"ready", "asking", "failed"}
    assert "\x00" not in stored_upload.message
    assert stored_upload.job is not None
    assert stored_upload.job.state == "done"


def test_the_message_is_in_the_language_of_whoever_sent_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ReadError(translation.get_language())

    monkeypatch.setattr(read_file, "read", refuse)
    assert read(upload(language="en")).message == "en"
    assert read(upload(language="nb")).message == "nb"


def test_a_fault_of_ours_is_said_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(reading, "compared", broken)
    municipality = factories.municipality()
    layer = factories.layer(owner=municipality.code, name="utvalg")
    factories.areas(of=factories.edition(of=layer))
    stored_upload = read(upload(municipality=municipality, layer=layer))
    assert stored_upload.state == "failed"
    assert stored_upload.draft is None
    assert not Edition.objects.filter(state="draft").exists()


def test_reading_again_takes_the_first_draft_away() -> None:
    stored_upload = read(upload())
    first = stored_upload.draft
    actions.read(
        stored_upload,
        choices=choices(roles={"name": "code"}),
        reading=stored_upload.reading,
        by=stored_upload.created_by,
        at=NOON,
    )
    assert not Edition.objects.filter(pk=first.pk).exists()
    second = read(stored_upload).draft
    assert list(second.areas.order_by("code").values_list("name", flat=True)) == ["A", "B", "C"]


def test_a_reading_that_is_no_longer_asked_for_does_nothing() -> None:
    stored_upload = upload()
    actions.read(stored_upload, choices=choices(), reading=1, by=stored_upload.created_by, at=NOON)
    read_upload(stored_upload.pk, reading=1)
    stored_upload.refresh_from_db()
    assert (stored_upload.state, stored_upload.draft) == ("reading", None)
    assert read(stored_upload).state == "ready"


def test_the_same_task_twice_makes_one_draft() -> None:
    stored_upload = read(upload())
    tasks.read(str(stored_upload.pk), stored_upload.reading)
    assert Edition.objects.count() == 1


def test_cancelling_while_it_checks_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stored_upload = upload()
    stage = import_file.stage

    def stage_and_cancel(*args: object, **kwargs: object) -> object:
        progress = kwargs["progress"]

        def cancelled(phase: str, done: int, of: int) -> None:
            if phase == "checking":
                actions.cancel(stored_upload, at=NOON)
            progress(phase, done, of)

        return stage(*args, **{**kwargs, "progress": cancelled})

    monkeypatch.setattr(import_file, "stage", stage_and_cancel)
    job = Job.objects.get(pk=stored_upload.job_id) if stored_upload.job_id else Job.objects.get()
    stored_upload = read(stored_upload)
    job.refresh_from_db()
    assert (stored_upload.state, stored_upload.draft, job.state) == ("failed", None, "cancelled")
    assert stored_upload.file
    assert not Edition.objects.exists()
    assert not Area.objects.exists()


def test_a_discarded_upload_keeps_no_draft_of_a_reading_that_ends_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored_upload = upload()
    stage = import_file.stage

    def stage_then_discard(*args: object, **kwargs: object) -> object:
        outcome = stage(*args, **kwargs)
        actions.discard(stored_upload, by="user:1", at=NOON)
        return outcome

    monkeypatch.setattr(import_file, "stage", stage_then_discard)
    stored_upload = read(stored_upload)
    assert (stored_upload.state, stored_upload.draft) == ("discarded", None)
    assert not Edition.objects.exists()


def test_a_new_edition_is_compared_with_the_one_in_force() -> None:
    municipality = factories.municipality()
    layer = factories.layer(owner=municipality.code, name="utvalg")
    factories.areas(of=factories.edition(of=layer), n=2)
    stored_upload = read(upload(squares("AC"), municipality=municipality, layer=layer))
    understood = stored_upload.understood["comparison"]
    assert (understood["number"], understood["differing"]) == (1, 2)
    assert [(row["code"], row["what"]) for row in understood["rows"]] == [("B", "removed"), ("C", "added")]
    assert understood["rows"][0]["m2_before"] > 100_000


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_from_outside_while_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told by a thread of its own, so that a page sees it and cancelling is not locked out."""
    monkeypatch.undo()  # the real way of telling
    messages: list[str] = []
    progress = jobs.progress

    def watched(job: Job, *, done: int, message: str = "") -> None:
        progress(job, done=done, message=message)
        messages.append(message)

    monkeypatch.setattr(jobs, "progress", watched)
    assert read(upload()).state == "ready"
    assert messages[0] == "reading"
    assert "writing" in messages


@pytest.mark.django_db(transaction=True)
def test_cancelling_while_it_writes_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    stored_upload = upload()
    progress = jobs.progress

    def cancelled(job: Job, *, done: int, message: str = "") -> None:
        if message == "writing":
            actions.cancel(stored_upload, at=NOON)
        progress(job, done=done, message=message)

    monkeypatch.setattr(jobs, "progress", cancelled)
    stored_upload = read(stored_upload)
    assert (stored_upload.state, stored_upload.draft, stored_upload.job.state) == (
        "failed",
        None,
        "cancelled",
    )
    assert not Edition.objects.exists()
    assert not Layer.objects.exists()
    assert not Area.objects.exists()
