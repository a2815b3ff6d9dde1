"""A file into a layer: one edition after another."""

import datetime as dt
from pathlib import Path

import pytest
import shapely
from django.db import DatabaseError, transaction

from layers.importing.import_file import ImportRefusedError
from layers.models import EVER_SINCE, Edition, LayerEvent
from layers.questions import areas
from tests import factories
from tests.layers import files
from tests.layers.imports import AT, command, imported, two_areas

pytestmark = pytest.mark.django_db


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    first = imported(two_areas(tmp_path))
    events = LayerEvent.objects.count()
    again = imported(two_areas(tmp_path), at=AT + dt.timedelta(days=3))
    assert again.report is None
    assert again.edition == first.edition
    assert (Edition.objects.count(), LayerEvent.objects.count()) == (1, events)
    text = command(two_areas(tmp_path), "--kind", "boundary", "--name", "committees", "--owner", "NO-4012")
    assert "already loaded" in text


def test_the_same_file_read_otherwise_is_another_edition(tmp_path: Path) -> None:
    imported(two_areas(tmp_path))
    with pytest.raises(ImportRefusedError, check=lambda error: error.option == "--replace"):
        imported(two_areas(tmp_path), code_field="name")
    second = imported(two_areas(tmp_path), code_field="name", replace=True).edition
    assert set(second.areas.values_list("code", flat=True)) == {"Øst", "Vest"}


def test_a_first_edition_was_in_force_ever_since_and_its_replacement_begins_today(tmp_path: Path) -> None:
    # comments of ten years ago, imported after the boundaries, belong to a committee all the same
    first = imported(two_areas(tmp_path)).edition
    assert list(Edition.objects.in_force_on(dt.date(2015, 6, 29))) == [first]
    second = imported(two_areas(tmp_path, first="C"), replace=True).edition
    assert (second.valid_from, first.number) == (AT.date(), 1)
    assert list(Edition.objects.in_force_on(dt.date(2015, 6, 29))) == [first]


def test_another_file_needs_replace_and_then_closes_the_edition_before(tmp_path: Path) -> None:
    first = imported(two_areas(tmp_path), valid_from=dt.date(2020, 1, 1)).edition
    changed = two_areas(tmp_path, first="C")
    with pytest.raises(ImportRefusedError, check=lambda error: error.option == "--replace"):
        imported(changed)
    second = imported(changed, replace=True, valid_from=dt.date(2026, 1, 1)).edition
    first.refresh_from_db()
    assert (first.valid_to, second.number, second.valid_to) == (dt.date(2026, 1, 1), 2, None)
    assert first.areas.count() == 2
    middle = factories.middle()
    outcome = {
        day: [editions.code for editions in areas.at(middle, on=day, layers=[first.layer])]
        for day in (dt.date(2025, 12, 31), dt.date(2026, 1, 1))
    }
    assert outcome == {dt.date(2025, 12, 31): ["A"], dt.date(2026, 1, 1): ["C"]}
    log = LayerEvent.objects.order_by("pk").values_list("what", "edition_number", "by")
    assert list(log) == [("imported", 1, "test"), ("closed", 1, "test"), ("imported", 2, "test")]


def test_an_edition_corrected_on_its_first_day_leaves_no_day_with_two(tmp_path: Path) -> None:
    first = imported(two_areas(tmp_path)).edition
    second = imported(two_areas(tmp_path, first="C"), replace=True).edition
    assert list(Edition.objects.in_force_on(second.valid_from)) == [second]
    assert first.areas.count() == 2


def test_the_file_of_an_older_edition_is_known_and_may_come_back(tmp_path: Path) -> None:
    old, new = two_areas(tmp_path), two_areas(tmp_path, first="C", name="new.geojson")
    first = imported(old).edition
    imported(new, replace=True)
    assert imported(old).edition == first
    assert imported(old, replace=True).edition.number == 3


def test_areas_know_what_they_were_before(tmp_path: Path) -> None:
    imported(two_areas(tmp_path), valid_from=dt.date(2020, 1, 1))
    merged = files.feature(shapely.union(files.BOX, files.NEXT_BOX), code="AB", predecessors="A, B, unknown")
    second = imported(files.geojson(tmp_path, files.collection(merged)), replace=True).edition
    (area,) = second.areas.all()
    assert set(area.came_from.values_list("predecessor__code", flat=True)) == {"A", "B"}
    assert set(area.came_from.values_list("state", "origin")) == {("confirmed", "file")}


def test_an_edition_cannot_begin_before_the_one_it_replaces(tmp_path: Path) -> None:
    imported(two_areas(tmp_path), valid_from=dt.date(2020, 1, 1))
    with pytest.raises(ImportRefusedError, check=lambda error: error.option == "--valid-from"):
        imported(two_areas(tmp_path, first="C"), replace=True, valid_from=dt.date(2019, 1, 1))


def test_another_kind_under_the_same_name_is_refused(tmp_path: Path) -> None:
    imported(two_areas(tmp_path))
    with pytest.raises(ImportRefusedError, check=lambda error: error.option == "--name"):
        imported(two_areas(tmp_path), kind="zoning", replace=True)


def test_the_log_of_layers_cannot_be_changed(tmp_path: Path) -> None:
    imported(two_areas(tmp_path))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LayerEvent.objects.update(by="someone else")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LayerEvent.objects.all().delete()


def test_no_first_day_is_shown_that_nobody_gave(tmp_path: Path) -> None:
    first = imported(two_areas(tmp_path)).edition
    assert (first.valid_from, first.begins) == (EVER_SINCE, None)
    second = imported(two_areas(tmp_path, first="C", name="b.geojson"), replace=True).edition
    assert second.begins == AT.date()
    out = command(two_areas(tmp_path), "--kind", "boundary", "--name", "other", "--owner", "NO-4012")
    assert "valid ever since" in out
