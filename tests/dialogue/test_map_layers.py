import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from layers.models import Layer, Zone
from mapdialog.dialogue.map_layers import base_editions, base_settings, plan_editions
from mapdialog.dialogue.map_pictures import overlays
from mapdialog.dialogue.models import Alternative, Consultation
from mapdialog.map_services.choice import LISTED, MapChoice, Mode
from mapdialog.map_services.services_file import read as services
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def settings_of(consultation: Consultation) -> dict[str, Any]:
    return base_settings(
        base_editions(consultation, on=TODAY), municipality=consultation.municipality.code, officials=False
    )


def test_water_lies_under_roads_and_names_on_top() -> None:
    consultation = factories.consultation()
    for kind in ("place", "street", "water"):
        layer = factories.layer(kind=kind, name=kind, credit="© Kartverket")
        factories.edition(of=layer)
        consultation.base_layers.add(layer)
    base = settings_of(consultation)
    assert [layer["kind"] for layer in base["layers"]] == ["water", "street", "place"]
    assert base["credit"] == "© Kartverket"


def test_a_layer_of_any_kind_may_be_the_ground_what_covers_lowest() -> None:
    consultation = factories.consultation()
    for kind in Layer.Kind:
        layer = factories.layer(kind=kind, name=kind)
        factories.edition(of=layer)
        consultation.base_layers.add(layer)
    kinds = [layer["kind"] for layer in settings_of(consultation)["layers"]]
    assert sorted(kinds) == sorted(Layer.Kind)
    covering = ("water", "built_up", "building", "boundary", "street", "place")
    assert [kind for kind in kinds if kind in covering] == list(covering)


def test_what_is_not_published_or_not_in_force_is_not_on_the_map() -> None:
    consultation = factories.consultation()
    hidden, old = factories.layer(kind="water"), factories.layer(kind="water")
    factories.edition(of=hidden, published=False)
    factories.edition(of=old, valid_to=TODAY)
    consultation.base_layers.add(hidden, old)
    assert settings_of(consultation)["mode"] == "none"
    assert len(base_editions(consultation, on=TODAY - dt.timedelta(days=1))) == 1


@translation.override("en")
def test_a_chosen_map_server_takes_the_place_of_our_own_layers_and_they_its(settings: Any) -> None:
    settings.MAPS = MapChoice(base=services(LISTED)["kartverket-grey"])
    consultation = factories.consultation()
    assert "Everything else works" in settings_of(consultation)["failed"]
    water = factories.layer(kind="water", credit="© Kommunen")
    factories.edition(of=water)
    consultation.base_layers.add(water)
    base = settings_of(consultation)
    assert (base["mode"], base["credit"], base["maxNativeZoom"]) == ("direct", "© Kartverket", 18)
    assert "bounds" not in base
    assert (base["own"]["mode"], base["own"]["credit"]) == ("own", "© Kommunen")
    assert "municipality's own map" in base["failed"]


def test_no_base_map_can_be_chosen_too(settings: Any) -> None:
    settings.MAPS = MapChoice(is_blank=True)
    consultation = factories.consultation()
    water = factories.layer(kind="water")
    factories.edition(of=water)
    consultation.base_layers.add(water)
    assert settings_of(consultation) == {"mode": "none"}


@pytest.mark.usefixtures("fresh_ground")
def test_through_us_the_browser_gets_our_address_and_where_it_ends(settings: Any) -> None:
    settings.MAPS = MapChoice(base=services(LISTED)["kartverket-grey"], mode=Mode.PROXY)
    base = settings_of(factories.consultation())
    assert base["url"] == "/tiles/maps/kartverket-grey/{z}/{x}/{y}"
    west, south, east, north = base["bounds"]
    assert west < factories.WEST < east
    assert south < factories.SOUTH < north


@pytest.mark.usefixtures("fresh_ground")
def test_until_it_is_known_where_the_municipality_is_there_are_no_pictures_through_us(settings: Any) -> None:
    listed = services(LISTED)
    settings.MAPS = MapChoice(
        base=listed["kartverket-grey"], overlays=(listed["dibk-plans-2"],), mode=Mode.PROXY
    )
    consultation = factories.consultation(area=None)
    assert settings_of(consultation)["mode"] == "none"
    assert overlays(municipality=consultation.municipality.code, officials=True) == []


def test_overlays_are_named_in_the_readers_language(settings: Any) -> None:
    listed = services(LISTED)
    settings.MAPS = MapChoice(
        overlays=(listed["dibk-plans-2"], listed["dibk-planning-started"]), shown=frozenset({"dibk-plans-2"})
    )
    with translation.override("sv"):
        (shown,) = overlays(municipality="NO-4012", officials=False)
    assert shown["title"] == "Norska detaljplaner, vertikal nivå 2"
    assert shown["shown"]
    assert "BBOX={bbox}" in shown["url"]
    assert [overlay["shown"] for overlay in overlays(municipality="NO-4012", officials=True)] == [True, False]


def test_a_plan_says_its_levels_and_which_uses_are_planned() -> None:
    consultation = factories.consultation()
    edition = factories.edition(of=factories.layer(kind="zoning", style="no_kommuneplan"))
    factories.zone(of=edition, code="1110", land_use_status=1)
    factories.zone(of=edition, code="1110", land_use_status=2, i=1)
    factories.zone(of=edition, code="2010", vertical_level=1)
    Alternative.objects.create(consultation=consultation, key="A", layer=edition.layer)
    (plan,) = plan_editions(consultation, on=TODAY)
    assert plan.levels == [1, 2]
    table = plan.style_table(language="en")
    assert list(table) == ["1110", "1110:2", "2010"]
    assert [drawn.get("levels") for drawn in table.values()] == [None, None, [1]]
    Zone.objects.filter(code="2010").delete()
    (plan,) = plan_editions(consultation, on=TODAY)
    assert plan.level_choices() == []


def test_each_alternative_has_the_plan_that_holds_and_its_codes(django_assert_num_queries) -> None:
    consultation = factories.consultation()
    for order, key in enumerate(("B", "A")):
        plan = factories.layer(kind="zoning", style="no_reguleringsplan")
        edition = factories.edition(of=plan)
        factories.zone(of=edition, code="1110")
        factories.zone(of=edition, code="2011", i=1)
        Alternative.objects.create(consultation=consultation, key=key, layer=plan, order=order)
    with django_assert_num_queries(3):
        plans = plan_editions(consultation, on=TODAY)
    assert [plan.alternative.key for plan in plans] == ["B", "A"]
    assert [(use.code, use.level, use.n) for use in plans[0].uses] == [("1110", 2, 1), ("2011", 2, 1)]
