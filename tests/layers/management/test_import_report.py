"""The command that loads a file: what it prints and what it says of wrong options."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError

from layers.models import Edition, Layer
from tests.layers import files
from tests.layers.imports import command, two_areas

pytestmark = pytest.mark.django_db


def test_the_command_prints_the_report_and_keeps_it(tmp_path: Path) -> None:
    document = files.collection(files.feature(files.BOX, code="A"), files.feature(None, code="B"))
    text = command(
        files.geojson(tmp_path, document),
        *("--kind", "boundary", "--name", "committees", "--owner", "NO-4012", "--valid-from", "2026-01-31"),
        *("--title", "nb=Utvalg", "--title", "en=Committees", "--unpublished"),
    )
    assert "read 2, loaded 1, repaired 0, skipped 1" in text
    assert "feature 2 (B) skipped: no geometry" in text
    edition = Edition.objects.get()
    assert edition.report["skips"] == [{"feature": 2, "code": "B", "why": "no geometry"}]
    assert (edition.published, edition.valid_from) == (False, dt.date(2026, 1, 31))
    assert edition.layer.titles == {"nb": "Utvalg", "en": "Committees"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--crs", "http://127.0.0.1:9/x"],
        ["--crs", "EPSG:99999"],
        ["--valid-from", "31.01.2026"],
        ["--title", "Utvalg"],
    ],
)
def test_wrong_options_are_one_clear_error(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        command(two_areas(tmp_path), "--kind", "boundary", "--name", "x", "--owner", "NO-4012", *arguments)
    assert not Layer.objects.exists()


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        command(tmp_path / "none.geojson", "--kind", "place", "--name", "x", "--owner", "NO-4012")
