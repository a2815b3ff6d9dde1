"""What became of an area: shares from overlap, confirmed where it is plain, decided by a person elsewhere."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers.editions import life, overlap, succession
from layers.editions.life import EditionError
from layers.editions.publishing import Consent
from layers.models import Area, Edition, LayerEvent, Succession
from layers.questions import areas
from tests.layers import files
from tests.layers.imports import AT, imported

pytestmark = pytest.mark.django_db
BEFORE, AFTER = dt.date(2002, 1, 1), dt.date(2013, 1, 1)
STEP: dict[str, Any] = {"at": AT, "by": "anne"}


def loaded(folder: Path, *, day: dt.date, **shapes: Any) -> Edition:
    """An edition of areas by code; a pair of shape and fields where there are more."""
    rows = [shape if isinstance(shape, tuple) else (shape, {}) for shape in shapes.values()]
    features = [
        files.feature(shape, code=code, **more) for code, (shape, more) in zip(shapes, rows, strict=True)
    ]
    path = files.geojson(folder, files.collection(*features), name=f"{day}.geojson")
    return imported(path, valid_from=day, replace=day > BEFORE).edition


def box(west: float, east: float, *, south: float = 59.0, north: float = 59.1) -> Any:
    return shapely.box(west, south, east, north)


def links(edition: Edition) -> dict[tuple[str, str], Succession]:
    rows = Succession.objects.filter(successor__edition=edition).select_related("predecessor", "successor")
    return {(link.predecessor.code, link.successor.code): link for link in rows}


def test_an_area_that_is_as_it_was_and_one_that_was_merged_are_followed(tmp_path: Path) -> None:
    old = loaded(tmp_path, day=BEFORE, A=box(9.0, 9.1), B=box(9.1, 9.2), C=box(9.2, 9.3))
    new = loaded(tmp_path, day=AFTER, A=box(9.0, 9.1), D=box(9.1, 9.3))
    by_codes = links(new)
    assert set(by_codes) == {("A", "A"), ("B", "D"), ("C", "D")}
    assert {link.state for link in by_codes.values()} == {"confirmed"}
    assert {link.origin for link in by_codes.values()} == {"overlap"}
    assert by_codes["B", "D"].share_of_predecessor == pytest.approx(1)
    assert by_codes["B", "D"].share_of_successor == pytest.approx(0.5, abs=1e-3)
    successor = succession.successor_of(old.areas.get(code="B"))
    assert successor == new.areas.get(code="D")


def test_a_split_is_proposed_and_followed_only_when_a_person_has_decided(tmp_path: Path) -> None:
    old = loaded(tmp_path, day=BEFORE, A=box(9.0, 9.1))
    new = loaded(tmp_path, day=AFTER, A=box(9.0, 9.07), B=box(9.07, 9.1))
    by_codes = links(new)
    assert {pair: link.state for pair, link in by_codes.items()} == {
        ("A", "A"): "proposed",
        ("A", "B"): "proposed",
    }
    assert by_codes["A", "A"].share_of_predecessor == pytest.approx(0.7, abs=1e-3)
    assert by_codes["A", "B"].share_of_successor == pytest.approx(1)
    area = old.areas.get()
    assert succession.successor_of(area) is None
    succession.decide(by_codes["A", "A"], confirmed=True, **STEP)
    assert succession.successor_of(area) == new.areas.get(code="A")
    succession.decide(by_codes["A", "B"], confirmed=True, **STEP)
    assert succession.successor_of(area) is None
    succession.reopen(by_codes["A", "B"], **STEP)
    succession.decide(by_codes["A", "B"], confirmed=False, **STEP)
    assert succession.successor_of(area) == new.areas.get(code="A")


def test_a_border_drawn_anew_is_no_succession(tmp_path: Path) -> None:
    old = loaded(tmp_path, day=BEFORE, A=box(9.0, 9.1), B=box(9.1, 9.2))
    draft = loaded(tmp_path, day=AFTER, A=box(9.0, 9.1003), B=box(9.1003, 9.2))
    assert {pair: link.state for pair, link in links(draft).items()} == {
        ("A", "A"): "confirmed",
        ("B", "B"): "confirmed",
    }
    Succession.objects.all().delete()
    assert succession.link(draft, before=old) == succession.Linked(confirmed=2, proposed=0, slivers=1)


def test_a_small_area_cut_out_of_a_large_one_knows_where_it_came_from(tmp_path: Path) -> None:
    loaded(tmp_path, day=BEFORE, A=box(9.0, 9.4))
    small = box(9.2, 9.201, south=59.05, north=59.06)
    new = loaded(tmp_path, day=AFTER, A=box(9.0, 9.4) - small, B=small)
    link = links(new)["A", "B"]
    assert link.share_of_predecessor == pytest.approx(0.00025, rel=0.05)
    assert (link.share_of_successor, link.state) == (pytest.approx(1), "proposed")


def test_an_area_that_lost_ground_to_nobody_is_not_followed(tmp_path: Path) -> None:
    loaded(tmp_path, day=BEFORE, A=box(9.0, 9.1))
    new = loaded(tmp_path, day=AFTER, A=box(9.0, 9.09))
    assert links(new)["A", "A"].state == "proposed"


def test_what_the_file_names_is_confirmed_with_shares(tmp_path: Path) -> None:
    loaded(tmp_path, day=BEFORE, A=box(9.0, 9.1), B=box(9.5, 9.6))
    merged = (box(9.0, 9.05), {"predecessors": "A, B, unknown"})
    new = loaded(tmp_path, day=AFTER, AB=merged, C=box(9.05, 9.1))
    by_codes = links(new)
    assert {pair: (link.origin, link.state) for pair, link in by_codes.items()} == {
        ("A", "AB"): ("file", "confirmed"),
        ("B", "AB"): ("file", "confirmed"),
        ("A", "C"): ("overlap", "proposed"),
    }
    assert by_codes["A", "AB"].share_of_predecessor == pytest.approx(0.5, abs=1e-3)
    assert (by_codes["B", "AB"].share_of_predecessor, by_codes["B", "AB"].share_of_successor) == (0, 0)


def test_every_step_is_in_the_log_and_can_be_undone(tmp_path: Path) -> None:
    loaded(tmp_path, day=BEFORE, A=box(9.0, 9.1))
    new = loaded(tmp_path, day=AFTER, A=box(9.0, 9.05), B=box(9.05, 9.1))
    before = LayerEvent.objects.count()
    link = links(new)["A", "B"]
    succession.decide(link, confirmed=False, **STEP)
    with pytest.raises(EditionError):
        succession.decide(link, confirmed=True, **STEP)
    link.refresh_from_db()
    assert (link.state, link.decided_by, link.decided_at) == ("rejected", "anne", AT)
    succession.reopen(link, **STEP)
    with pytest.raises(EditionError):
        succession.reopen(link, **STEP)
    link.refresh_from_db()
    assert (link.state, link.decided_by, link.decided_at) == ("proposed", "", None)
    written = LayerEvent.objects.order_by("pk")[before:]
    assert [(event.what, event.by, event.edition_number) for event in written] == [
        ("successor rejected", "anne", new.number),
        ("succession reopened", "anne", new.number),
    ]
    assert written[0].detail == {"succession": link.pk, "from": "A", "to": "B"}


def test_a_person_may_add_a_link_between_editions_of_one_layer(tmp_path: Path) -> None:
    old = loaded(tmp_path, day=BEFORE, A=box(9.0, 9.1))
    new = loaded(tmp_path, day=AFTER, Z=box(9.5, 9.6))
    older_area, newer_area = old.areas.get(), new.areas.get()
    link = succession.add_by_hand(predecessor=older_area, successor=newer_area, **STEP)
    assert (link.origin, link.state, link.share_of_predecessor) == ("person", "confirmed", None)
    assert succession.successor_of(older_area) == newer_area
    with pytest.raises(EditionError):
        succession.add_by_hand(predecessor=older_area, successor=newer_area, **STEP)
    with pytest.raises(EditionError):
        succession.add_by_hand(predecessor=newer_area, successor=older_area, **STEP)
    succession.reopen(link, **STEP)
    assert succession.successor_of(older_area) is None


def test_a_withdrawn_edition_is_nobodys_successor(tmp_path: Path) -> None:
    old = loaded(tmp_path, day=BEFORE, A=box(9.0, 9.1))
    new = loaded(tmp_path, day=AFTER, A=box(9.0, 9.1))
    area = old.areas.get()
    assert succession.successor_of(area) is not None
    life.withdraw(new, **STEP, consent=Consent(is_given=True))
    assert succession.successor_of(area) is None
    assert links(new)["A", "A"].state == "confirmed"


def test_which_committees_there_are_on_a_day_is_one_question(
    tmp_path: Path, django_assert_num_queries: Any
) -> None:
    old = loaded(tmp_path, day=BEFORE, B=box(9.1, 9.2), A=box(9.0, 9.1))
    new = loaded(tmp_path, day=AFTER, C=box(9.0, 9.2))
    with django_assert_num_queries(1):
        assert [area.code for area in areas.committees_on(old.layer, day=dt.date(2012, 12, 31))] == ["A", "B"]
    assert list(areas.committees_on(new.layer, day=AFTER)) == list(new.areas.all())
    assert list(areas.committees_on(new.layer, day=dt.date(2001, 12, 31))) == []


def test_real_committees_of_ten_years_later(tmp_path: Path) -> None:
    """Washington's 37 committees of 2002 and 40 of 2013, against plain shares of every pair."""
    folder = files.FIXTURES / "dc"
    request: dict[str, Any] = {"owner": "US-DC", "name": "anc"}
    old = imported(folder / "committees_2002.geojson", valid_from=BEFORE, **request).edition
    new = imported(folder / "committees_2013.geojson", valid_from=AFTER, replace=True, **request).edition
    assert (old.areas.count(), new.areas.count()) == (37, 40)
    by_codes = links(new)
    assert {link.predecessor_id for link in by_codes.values()} == set(old.areas.values_list("pk", flat=True))
    assert {link.successor_id for link in by_codes.values()} == set(new.areas.values_list("pk", flat=True))
    # 5A went to three, 3G is as it was but for its rim
    assert {new_code for old_code, new_code in by_codes if old_code == "5A"} == {"5A", "5B", "5C"}
    assert by_codes["5A", "5B"].share_of_predecessor == pytest.approx(0.35, abs=0.005)
    assert by_codes["3G", "3G"].state == "confirmed"
    for area in old.areas.all():
        mine = [link for link in by_codes.values() if link.predecessor_id == area.pk]
        assert sum(link.share_of_predecessor or 0 for link in mine) <= 1 + 1e-6
        several = len(mine) > 1
        assert all((link.state == "proposed") == several for link in mine)


def test_real_committees_that_were_merged() -> None:
    folder = files.FIXTURES / "bamble"
    request: dict[str, Any] = {"owner": "NO-4012", "name": "nmu"}
    imported(folder / "committees_1.geojson", valid_from=BEFORE, **request)
    new = imported(folder / "committees_2.geojson", valid_from=AFTER, replace=True, **request).edition
    by_codes = links(new)
    assert len(by_codes) == 7
    assert by_codes["NU2", "NU8"].share_of_successor + by_codes[
        "NU3", "NU8"
    ].share_of_successor == pytest.approx(1)
    assert {link.state for link in by_codes.values()} == {"confirmed"}


def test_shares_are_those_that_the_database_computes(tmp_path: Path) -> None:
    old = loaded(
        tmp_path, day=BEFORE, A=shapely.Point(9.3, 59.2).buffer(0.1), B=shapely.Point(9.45, 59.2).buffer(0.1)
    )
    new = loaded(tmp_path, day=AFTER, C=shapely.Point(9.36, 59.22).buffer(0.1))
    computed = {(shares.older, shares.newer): shares for shares in overlap.overlaps(old, new)}
    rows = Area.objects.raw(
        "SELECT o.id, n.id AS newer, ST_Area(ST_Transform(ST_Intersection(o.geom, n.geom), 25832))"
        " / ST_Area(ST_Transform(o.geom, 25832)) AS share FROM layers_area o, layers_area n"
        " WHERE o.version_id = %s AND n.version_id = %s",
        [old.pk, new.pk],
    )
    assert {(row.pk, row.newer): row.share for row in rows} == {
        pair: pytest.approx(shares.share_of_older, rel=1e-9) for pair, shares in computed.items()
    }
