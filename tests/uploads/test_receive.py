"""Taking a file in: what is kept, what is refused, and that nothing stays of what is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from layers.readers.closed.limits import MAX_FILE_BYTES
from mapdialog.audit.models import AuditEntry
from mapdialog.uploads import receive
from mapdialog.uploads.models import Upload
from mapdialog.uploads.receive import NotReceivedError
from tests.factories import NOON
from tests.uploads.factory import squares, upload

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


def test_a_file_is_kept_under_our_name_with_its_checksum_and_asked_to_be_read() -> None:
    stored_upload = upload(file_name="../Utvalg\u202e.GeoJSON")
    assert stored_upload.file_name == "Utvalg.GeoJSON"
    assert Path(stored_upload.file.path).name == f"{stored_upload.pk}.geojson"
    assert Path(stored_upload.file.path).read_bytes() == squares()
    assert stored_upload.sha256 == hashlib.sha256(squares()).hexdigest()
    stored = Upload.objects.get()
    assert (stored.state, stored.reading, stored.bytes) == ("reading", 1, len(squares()))
    assert stored.job is not None
    asked = ProcrastinateJob.objects.get(task_name="uploads.read")
    assert asked.args == {"upload_id": str(stored_upload.pk), "reading": 1}
    assert AuditEntry.objects.get().action == "upload.received"


def test_an_empty_file_is_refused_and_nothing_is_kept() -> None:
    with pytest.raises(NotReceivedError):
        upload(b"")
    assert not Upload.objects.exists()


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "MOST_BYTES", 100)
    with pytest.raises(NotReceivedError):
        upload()
    assert not Upload.objects.exists()


def test_too_long_a_body_is_refused_before_it_is_read() -> None:
    receive.check_room(1000)
    with pytest.raises(NotReceivedError):
        receive.check_room(receive.MOST_BYTES + receive.FORM_BYTES + 1)


def test_a_disk_that_is_nearly_full_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, 1024**3))
    with pytest.raises(NotReceivedError):
        receive.check_room(1)


def test_what_is_taken_is_what_the_readers_take() -> None:
    assert receive.MOST_BYTES == MAX_FILE_BYTES


def test_files_on_their_way_lie_where_they_will_stay() -> None:
    assert receive.incoming_folder().is_relative_to(Path(settings.MEDIA_ROOT))


def test_half_a_file_goes_after_a_day() -> None:
    half = receive.incoming_folder() / "half.part"
    half.touch()
    os.utime(half, (NOON.timestamp(), NOON.timestamp()))
    assert receive.drop_halves(at=NOON + dt.timedelta(hours=23)) == 0
    assert receive.drop_halves(at=NOON + dt.timedelta(hours=25)) == 1
    assert not half.exists()
