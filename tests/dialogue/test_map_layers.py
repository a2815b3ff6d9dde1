import datetime as dt

import pytest

from layers.base_maps import base_map
from mapdialog.dialogue.map_layers import base_settings, base_versions, plan_versions
from mapdialog.dialogue.models import Alternative
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def test_water_lies_under_roads_and_names_on_top() -> None:
    held = factories.consultation()
    for kind in ("place", "street", "water"):
        layer = factories.layer(kind=kind, name=kind, credit="© Kartverket")
        factories.version(of=layer)
        held.base_layers.add(layer)
    base = base_settings(base_versions(held, on=TODAY))
    assert [layer["kind"] for layer in base["layers"]] == ["water", "street", "place"]
    assert base["credit"] == "© Kartverket"


def test_what_is_not_published_or_not_in_force_is_not_on_the_map() -> None:
    held = factories.consultation()
    hidden, old = factories.layer(kind="water"), factories.layer(kind="water")
    factories.version(of=hidden, published=False)
    factories.version(of=old, valid_to=TODAY)
    held.base_layers.add(hidden, old)
    assert base_settings(base_versions(held, on=TODAY))["mode"] == "none"
    assert len(base_versions(held, on=TODAY - dt.timedelta(days=1))) == 1


def test_a_chosen_map_server_takes_the_place_of_our_own_layers(settings: object) -> None:
    settings.BASE_MAP = base_map("kartverket-grey")  # type: ignore[attr-defined]
    base = base_settings([])
    assert (base["mode"], base["credit"]) == ("direct", "© Kartverket")


def test_each_alternative_has_the_plan_that_holds_and_its_codes(django_assert_num_queries) -> None:
    held = factories.consultation()
    for order, key in enumerate(("B", "A")):
        plan = factories.layer(kind="zoning", style="no_reguleringsplan")
        version = factories.version(of=plan)
        factories.zone(of=version, code="1110")
        factories.zone(of=version, code="2011", i=1)
        Alternative.objects.create(consultation=held, key=key, layer=plan, order=order)
    with django_assert_num_queries(3):
        plans = plan_versions(held, on=TODAY)
    assert [plan.alternative.key for plan in plans] == ["B", "A"]
    assert plans[0].codes == {"1110": 1, "2011": 1}
