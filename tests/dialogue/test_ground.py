"""Which ground maps are fetched for: that of the municipalities, and of drafts for officials only."""

import pytest

from mapdialog.dialogue import ground
from mapdialog.dialogue.models import Alternative
from mapdialog.map_services.service import box_degrees, box_m, widened
from tests import factories
from tests.factories import SIDE, SOUTH, WEST
from tests.layers.questions.test_tiles import tile_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_ground")]


def box(code: str, *, drafts: bool = False) -> tuple[float, ...] | None:
    return ground.ground(drafts=drafts).degrees.get(code)


def around(first: int, last: int) -> object:
    """The squares from the first to the last, with half their length on each side, or 3.5 km of the map."""
    west, east = WEST + first * SIDE, WEST + (last + 1) * SIDE
    squares = box_m((west, SOUTH, east, SOUTH + SIDE))
    by_m = max(3_500.0, (squares[2] - squares[0]) / 2)
    return pytest.approx(box_degrees(widened(squares, by_m=by_m)))


def test_it_is_the_boundary_sets_and_the_consultations_of_a_municipality() -> None:
    municipality = factories.municipality()
    factories.areas(of=factories.edition(of=factories.layer(owner=municipality.code)), n=3)
    factories.consultation(municipality=municipality, area=factories.square(5))
    elsewhere = factories.consultation(area=factories.square(40))
    assert box(municipality.code) == around(0, 5)
    assert box(elsewhere.municipality.code) == around(40, 40)


def test_a_boundary_set_of_another_owner_counts_where_it_is_used() -> None:
    county = factories.layer(owner="NO-39")
    factories.areas(of=factories.edition(of=county), n=2)
    consultation = factories.consultation(boundary_layer=county, area=None)
    assert box(consultation.municipality.code) == around(0, 1)
    assert box("NO-39") is None


def test_plans_count_only_where_nothing_else_says_where_it_is() -> None:
    plan = factories.layer(kind="zoning")
    factories.zone(of=factories.edition(of=plan), i=7)
    without, within = factories.consultation(area=None), factories.consultation(area=factories.square(2))
    for consultation in (without, within):
        Alternative.objects.create(consultation=consultation, key="A", layer=plan)
    assert box(without.municipality.code) == around(7, 7)
    assert box(within.municipality.code) == around(2, 2)


def test_what_is_not_published_is_ground_for_officials_only() -> None:
    municipality = factories.municipality()
    factories.consultation(municipality=municipality, area=factories.square(0))
    factories.consultation(municipality=municipality, area=factories.square(3), status="draft")
    hidden = factories.edition(of=factories.layer(owner=municipality.code), published=False)
    factories.areas(of=hidden, n=6)
    assert box(municipality.code) == around(0, 0)
    assert box(municipality.code, drafts=True) == around(0, 5)


def test_it_holds_the_tiles_it_touches() -> None:
    factories.consultation()
    box = ground.ground(drafts=False)
    here = tile_at(*factories.middle(), 14)
    assert box.holds(**here)
    assert box.holds(z=0, x=0, y=0)
    assert not box.holds(z=here["z"], x=here["x"] + 20, y=here["y"])


def test_nothing_anywhere_is_no_ground() -> None:
    assert not ground.ground(drafts=True).holds(z=0, x=0, y=0)


def test_it_is_read_once_and_again_when_it_has_aged(
    django_assert_num_queries, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = {"now": 1000.0}
    monkeypatch.setattr(ground.time, "monotonic", lambda: clock["now"])
    with django_assert_num_queries(1):
        ground.ground(drafts=False)
        ground.ground(drafts=False)
    clock["now"] += ground.KEPT_FOR.total_seconds()
    with django_assert_num_queries(1):
        ground.ground(drafts=False)
