"""An edition's life: each step, the step that undoes it, and two people at once."""

import datetime as dt
import threading

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction

from layers.editions import life
from layers.editions.life import EditionError
from layers.models import EVER_SINCE, Area, Edition, Layer, LayerEvent
from mapdialog.hotspots.models import Run
from mapdialog.hotspots.tasks import behind_their_data
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
D2020, D2024, D2026 = dt.date(2020, 1, 1), dt.date(2024, 1, 1), dt.date(2026, 1, 1)


def draft(*, of: Layer, **fields: object) -> Edition:
    return make.edition(of=of, **{"state": "draft", "number": None, "published": False, **fields})


def saved(*, of: Layer, valid_from: dt.date = D2020) -> Edition:
    edition = draft(of=of)
    life.save(edition, valid_from=valid_from, published=True, at=NOON, by="user:1")
    return edition


def log_of(layer: Layer) -> list[tuple[str, int | None]]:
    return list(layer.events.order_by("pk").values_list("what", "edition_number"))


def periods(layer: Layer) -> dict[int, tuple[dt.date, dt.date | None]]:
    return {edition.number: (edition.valid_from, edition.valid_to) for edition in layer.editions.saved()}


class TestSaving:
    def test_a_draft_becomes_the_first_edition(self) -> None:
        layer = make.layer()
        edition = draft(of=layer, file_name="plan.gml", sha256="a" * 64)
        life.save(edition, valid_from=EVER_SINCE, published=False, at=NOON, by="user:7")
        edition.refresh_from_db()
        assert (edition.number, edition.state, edition.published) == (1, "standing", False)
        assert edition.begins is None
        event = layer.events.get()
        assert (event.what, event.edition_number, event.at, event.by) == ("imported", 1, NOON, "user:7")
        assert event.detail == {"file": "plan.gml", "sha256": "a" * 64}

    def test_a_draft_holds_on_no_day_and_is_not_the_newest(self) -> None:
        layer = make.layer()
        first = saved(of=layer)
        draft(of=layer, valid_from=D2020)
        assert life.newest(layer) == first
        assert list(layer.editions.in_force_on(D2026)) == [first]

    def test_the_edition_before_ends_when_the_new_one_begins(self) -> None:
        layer = make.layer()
        saved(of=layer)
        saved(of=layer, valid_from=D2024)
        assert periods(layer) == {1: (D2020, D2024), 2: (D2024, None)}
        assert log_of(layer) == [("imported", 1), ("closed", 1), ("imported", 2)]

    def test_an_edition_that_begins_the_same_day_leaves_the_one_before_no_day(self) -> None:
        layer = make.layer()
        saved(of=layer)
        second = saved(of=layer)
        assert periods(layer)[1] == (D2020, D2020)
        assert list(layer.editions.in_force_on(D2020)) == [second]

    def test_an_edition_cannot_begin_before_the_one_before_it(self) -> None:
        layer = make.layer()
        saved(of=layer, valid_from=D2024)
        with pytest.raises(EditionError, match="cannot begin earlier"):
            saved(of=layer, valid_from=D2020)
        assert periods(layer) == {1: (D2024, None)}

    def test_what_is_saved_is_not_saved_again(self) -> None:
        edition = saved(of=make.layer())
        with pytest.raises(EditionError, match="saved already"):
            life.save(edition, valid_from=D2024, published=True, at=NOON, by="")

    def test_numbers_are_never_used_twice(self) -> None:
        layer = make.layer()
        saved(of=layer)
        life.withdraw(saved(of=layer, valid_from=D2024), at=NOON, by="")
        assert saved(of=layer, valid_from=D2026).number == 3


class TestDiscarding:
    def test_a_draft_goes_with_all_that_lies_in_it_and_with_its_layer(self) -> None:
        layer = make.layer()
        edition = draft(of=layer)
        make.areas(of=edition)
        life.discard(edition)
        assert not Layer.objects.filter(pk=layer.pk).exists()
        assert not Area.objects.filter(edition=edition.pk).exists()

    def test_a_layer_with_another_edition_or_a_history_stays(self) -> None:
        layer = make.layer()
        saved(of=layer)
        edition = draft(of=layer)
        life.discard(edition)
        assert layer.editions.count() == 1
        with_history = make.layer()
        LayerEvent.objects.create(layer=with_history, at=NOON, what="described")
        life.discard(draft(of=with_history))
        assert Layer.objects.filter(pk=with_history.pk).exists()

    def test_what_is_saved_is_not_discarded(self) -> None:
        edition = saved(of=make.layer())
        with pytest.raises(EditionError, match="withdrawn, not discarded"):
            life.discard(edition)

    def test_the_original_goes_unless_another_edition_came_from_it(
        self, django_capture_on_commit_callbacks: object
    ) -> None:
        layer = make.layer()
        storage = Edition._meta.get_field("original").storage
        shared = storage.save("layers/shared.geojson", ContentFile(b"{}"))
        alone = storage.save("layers/alone.geojson", ContentFile(b"{}"))
        make.edition(of=layer, original=shared)
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            life.discard(draft(of=layer, original=shared))
            life.discard(draft(of=layer, original=alone))
        assert storage.exists(shared)
        assert not storage.exists(alone)


class TestRollingBack:
    def test_the_edition_before_holds_again_for_as_long_as_this_one_would_have(self) -> None:
        layer = make.layer()
        first, second = saved(of=layer), saved(of=layer, valid_from=D2024)
        life.withdraw(second, at=NOON, by="user:7")
        assert periods(layer) == {1: (D2020, None)}
        assert list(layer.editions.in_force_on(D2026)) == [first]
        event = layer.events.order_by("pk").last()
        assert (event.what, event.by, event.detail) == ("withdrawn", "user:7", {"reopened": 1})

    def test_only_the_newest_can_be_withdrawn(self) -> None:
        layer = make.layer()
        first = saved(of=layer)
        saved(of=layer, valid_from=D2024)
        with pytest.raises(EditionError, match="newest"):
            life.withdraw(first, at=NOON, by="")

    def test_nothing_is_deleted(self) -> None:
        layer = make.layer()
        edition = saved(of=layer)
        make.areas(of=edition)
        life.withdraw(edition, at=NOON, by="")
        assert edition.areas.count() == 2
        assert life.newest(layer) is None

    def test_an_edition_that_ended_before_a_gap_is_not_made_longer(self) -> None:
        layer = make.layer()
        make.edition(of=layer, valid_from=D2020, valid_to=D2024)
        second = make.edition(of=layer, valid_from=D2026)
        life.withdraw(second, at=NOON, by="")
        assert periods(layer) == {1: (D2020, D2024)}
        assert layer.events.get().detail == {}

    def test_restored_it_is_in_force_as_before(self) -> None:
        layer = make.layer()
        saved(of=layer)
        second = saved(of=layer, valid_from=D2024)
        before = periods(layer)
        life.withdraw(second, at=NOON, by="")
        life.restore(second, at=NOON, by="user:7")
        assert periods(layer) == before
        assert log_of(layer)[-3:] == [("withdrawn", 2), ("closed", 1), ("put back", 2)]

    def test_a_newer_edition_must_be_withdrawn_first(self) -> None:
        layer = make.layer()
        saved(of=layer)
        second = saved(of=layer, valid_from=D2024)
        life.withdraw(second, at=NOON, by="")
        third = saved(of=layer, valid_from=D2026)
        with pytest.raises(EditionError, match="Edition 3"):
            life.restore(second, at=NOON, by="")
        life.withdraw(third, at=NOON, by="")
        life.restore(second, at=NOON, by="")
        assert periods(layer) == {1: (D2020, D2024), 2: (D2024, None)}

    def test_what_is_saved_is_not_restored(self) -> None:
        with pytest.raises(EditionError, match="not withdrawn"):
            life.restore(saved(of=make.layer()), at=NOON, by="")

    def test_several_are_withdrawn_one_by_one_and_restored_one_by_one(self) -> None:
        layer = make.layer()
        editions = [saved(of=layer, valid_from=day) for day in (D2020, D2024, D2026)]
        before = periods(layer)
        for edition in reversed(editions):
            life.withdraw(edition, at=NOON, by="")
        assert periods(layer) == {}
        for edition in editions:
            life.restore(edition, at=NOON, by="")
        assert periods(layer) == before


class TestPublishing:
    def test_each_way_is_logged_and_nothing_twice(self) -> None:
        layer = make.layer()
        edition = saved(of=layer)
        life.publish(edition, published=True, at=NOON, by="user:7")
        life.publish(edition, published=False, at=NOON, by="user:7")
        edition.refresh_from_db()
        assert not edition.published
        assert log_of(layer) == [("imported", 1), ("unpublished", 1)]

    def test_a_draft_is_not_published(self) -> None:
        with pytest.raises(EditionError, match="Save the edition"):
            life.publish(draft(of=make.layer()), published=True, at=NOON, by="")


def test_the_edition_before_is_the_newest_saved_one_of_a_lower_number() -> None:
    layer = make.layer()
    first, second = saved(of=layer), saved(of=layer, valid_from=D2024)
    life.withdraw(second, at=NOON, by="")
    third = saved(of=layer, valid_from=D2026)
    assert life.before(third) == first
    assert life.before(first) is None


def test_the_log_can_be_neither_changed_nor_deleted() -> None:
    layer = make.layer()
    saved(of=layer)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        layer.events.update(by="x")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        layer.events.all().delete()


def test_hotspots_are_counted_anew_when_their_committees_are_withdrawn_or_restored() -> None:
    layer = make.layer()
    saved(of=layer)
    second = saved(of=layer, valid_from=D2024)
    consultation = make.consultation(boundary_layer=layer)

    def calculated(on: Edition) -> None:
        Run.objects.create(
            consultation=consultation,
            data_version=consultation.data_version.number,
            boundary_edition=on,
            started_at=NOON,
            finished_at=NOON + dt.timedelta(seconds=Run.objects.count()),
            n=0,
            n_without_place=0,
            n_outside=0,
            parameters={},
        )

    def is_behind() -> bool:
        return (
            behind_their_data(at=dt.datetime.combine(D2026, dt.time(12), tzinfo=dt.UTC))
            .filter(pk=consultation.pk)
            .exists()
        )

    calculated(second)
    assert not is_behind()
    life.withdraw(second, at=NOON, by="")
    assert is_behind()
    calculated(life.newest(layer))
    assert not is_behind()
    life.restore(second, at=NOON, by="")
    assert is_behind()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["save", "withdraw", "restore"])
def test_of_two_people_at_once_one_is_first_and_the_other_is_refused(verb: str) -> None:
    layer = make.layer()
    saved(of=layer)
    second = draft(of=layer) if verb == "save" else saved(of=layer, valid_from=D2024)
    if verb == "restore":
        life.withdraw(second, at=NOON, by="")
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def press() -> None:
        try:
            mine = Edition.objects.get(pk=second.pk)
            start.wait(timeout=10)
            if verb == "save":
                life.save(mine, valid_from=D2024, published=True, at=NOON, by="")
            else:
                getattr(life, verb)(mine, at=NOON, by="")
            outcomes.append("done")
        except EditionError:
            outcomes.append("refused")
        finally:
            connection.close()

    people = [threading.Thread(target=press) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(outcomes) == ["done", "refused"]
    assert Edition.objects.filter(layer=layer, number=2).count() == 1
