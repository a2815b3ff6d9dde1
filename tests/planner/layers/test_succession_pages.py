"""What became of each area: seen with its shares, decided, added by hand, undone."""

import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from layers.models import Area, Layer, Succession
from mapdialog.people.models import Municipality, User
from tests import factories as make
from tests.planner.layers.pages import newest_event, press, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def layer(municipality: Municipality) -> Layer:
    """A becomes A; B lies by 62 % in B and 38 % in C, which a person must decide."""
    layer = make.layer(name="committees")
    old = make.areas(of=make.edition(of=layer, valid_to=dt.date(2026, 1, 1)))
    new = make.areas(of=make.edition(of=layer, valid_from=dt.date(2026, 1, 1)), n=3)
    link(old[0], new[0], of_old=1, state="confirmed")
    link(old[1], new[1], of_old=0.62, state="proposed")
    link(old[1], new[2], of_old=0.38, state="proposed")
    return layer


def link(old: object, new: object, *, of_old: float, state: str) -> Succession:
    return Succession.objects.create(
        predecessor=old,
        successor=new,
        share_of_predecessor=of_old,
        share_of_successor=1,
        origin="overlap",
        state=state,
    )


def path(layer: Layer) -> str:
    return f"/planner/layers/{layer.pk}/successions/"


def of(codes: str) -> Succession:
    old, new = codes
    return Succession.objects.get(predecessor__code=old, successor__code=new)


def test_each_possible_successor_is_said_with_its_share(browser: Client, layer: Layer) -> None:
    text = text_of(browser.get(path(layer)))
    assert "62 % of Utvalg B lies in Utvalg B." in text
    assert "38 % of Utvalg B lies in Utvalg C." in text
    assert "100 % of Utvalg A lies in Utvalg A." in text
    assert "2 to confirm" in text
    waiting = text_of(browser.get(path(layer) + "?waiting=1"))
    assert "1–1 of 1" in waiting


def test_a_person_confirms_and_rejects(browser: Client, layer: Layer, planner: User) -> None:
    page = press(browser, layer, path(layer), confirm=of("BB").pk)
    assert "Confirmed: B became B." in text_of(page)
    press(browser, layer, path(layer), reject=of("BC").pk)
    assert (of("BB").state, of("BC").state) == ("confirmed", "rejected")
    assert of("BB").decided_by == f"user:{planner.pk}"
    text = text_of(browser.get(path(layer)))
    assert "Kari Planlegger" in text
    assert "to confirm" not in text


def test_a_decision_is_undone_at_once_and_the_undoing_too(browser: Client, layer: Layer) -> None:
    press(browser, layer, path(layer), reject=of("BC").pk)
    event = layer.events.order_by("pk").last()
    page = press(browser, layer, f"/planner/layers/{layer.pk}/undo/{event.pk}/", back="successions")
    assert of("BC").state == "proposed"
    assert "To be decided again" in text_of(page)
    event = layer.events.order_by("pk").last()
    press(browser, layer, f"/planner/layers/{layer.pk}/undo/{event.pk}/", back="successions")
    assert of("BC").state == "rejected"


def test_a_computed_successor_is_reopened_and_that_is_undone(browser: Client, layer: Layer) -> None:
    press(browser, layer, path(layer), reopen=of("AA").pk)
    assert of("AA").state == "proposed"
    event = layer.events.order_by("pk").last()
    press(browser, layer, f"/planner/layers/{layer.pk}/undo/{event.pk}/", back="successions")
    assert of("AA").state == "confirmed"


def test_one_is_added_by_hand_and_taken_back(browser: Client, layer: Layer) -> None:
    old = layer.editions.get(number=1).areas.get(code="A")
    new = layer.editions.get(number=2).areas.get(code="C")
    page = press(browser, layer, path(layer), predecessor=old.pk, successor=new.pk)
    assert (of("AC").origin, of("AC").state) == ("person", "confirmed")
    assert "Added by hand: A became C." in text_of(page)
    event = layer.events.order_by("pk").last()
    press(browser, layer, f"/planner/layers/{layer.pk}/undo/{event.pk}/", back="successions")
    assert of("AC").state == "rejected"


@pytest.mark.parametrize(
    "values", [{"confirm": "0"}, {"reject": "x"}, {}, {"predecessor": "1", "successor": "٣"}]
)
def test_nonsense_changes_nothing(browser: Client, layer: Layer, values: dict) -> None:
    answer = browser.post(path(layer), {"seen": newest_event(layer), **values})
    assert answer.status_code == 409
    assert not layer.events.exists()


def test_an_area_of_another_layer_is_not_linked(browser: Client, layer: Layer) -> None:
    strange = make.areas(of=make.edition(of=make.layer()))[0]
    new = layer.editions.get(number=2).areas.first()
    answer = browser.post(
        path(layer), {"seen": newest_event(layer), "predecessor": strange.pk, "successor": new.pk}
    )
    assert answer.status_code == 409


def test_two_people_do_not_decide_past_each_other(browser: Client, layer: Layer) -> None:
    before = newest_event(layer)
    press(browser, layer, path(layer), confirm=of("BB").pk)
    late = browser.post(path(layer), {"seen": before, "confirm": of("BC").pk})
    assert late.status_code == 409
    assert "Kari Planlegger changed the layer in the meantime: Confirmed: B became B." in text_of(late)
    assert of("BC").state == "proposed"


def test_one_edition_has_no_successors_and_a_plan_has_no_such_page(
    browser: Client, municipality: Municipality
) -> None:
    single = make.layer()
    make.areas(of=make.edition(of=single))
    assert "only one edition" in text_of(browser.get(path(single)))
    assert browser.get(path(make.layer(kind="zoning"))).status_code == 404


def test_editions_without_links_get_them_computed_when_asked(browser: Client, layer: Layer) -> None:
    assert "Compute from the shapes" not in text_of(browser.get(path(layer)))
    Succession.objects.all().delete()
    assert "Compute from the shapes" in text_of(browser.get(path(layer)))
    page = press(browser, layer, path(layer), compute="1")
    assert "Successors were computed: 2 sure, 0 to be confirmed." in text_of(page)
    assert of("AA").state == of("BB").state == "confirmed"


def test_the_number_of_queries_does_not_grow_with_the_areas(
    browser: Client, layer: Layer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    old, new = layer.editions.order_by("number")
    for i in range(3, 20):
        for edition in (old, new):
            Area.objects.create(edition=edition, code=f"Z{i}", geom=make.square(i))
    with django_assert_max_num_queries(30):
        browser.get(path(layer))
