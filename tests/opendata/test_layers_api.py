"""GET /api/v1/layers/at: the committee and the zones at a place, in the reader's words."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from layers.models import Edition, Zone
from mapdialog.dialogue.models import Alternative, Consultation
from tests import factories

pytestmark = pytest.mark.django_db
AT = "/api/v1/layers/at"


@pytest.fixture
def hearing() -> Consultation:
    committees = factories.edition(of=factories.layer(titles={"nb": "Nærmiljøutvalg", "en": "Committees"}))
    factories.areas(of=committees)
    plan = factories.edition(of=factories.layer(kind="zoning", name="plan-a", style="no_reguleringsplan"))
    factories.zone(of=plan, provision={"nb": "Her kan det bygges boliger.", "en": "Homes may be built here."})
    other = factories.edition(of=factories.layer(kind="zoning", name="not-of-this-hearing"))
    factories.zone(of=other)
    consultation = factories.consultation(boundary_layer=committees.layer)
    Alternative.objects.create(consultation=consultation, key="a", layer=plan.layer)
    return consultation


def ask(client: Client, hearing: Consultation, **wanted: Any) -> Any:
    lon, lat = factories.middle()
    values = {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "consultation": hearing.slug, **wanted}
    return client.get(AT, values, headers={"Accept-Language": "en"})


def test_the_committee_and_the_zone_with_its_words(client: Client, hearing: Consultation) -> None:
    answer = ask(client, hearing).json()
    (area,) = answer["areas"]
    assert (area["code"], area["name"], area["layer_title"]) == ("A", "Utvalg A", "Committees")
    (zone,) = answer["zones"]
    assert (zone["layer"], zone["code"], zone["label"], zone["field"]) == ("plan-a", "1110", "Housing", "B1")
    assert (zone["provision"], zone["provision_note"]) == ("Homes may be built here.", "")


def test_a_missing_provision_is_said(client: Client, hearing: Consultation) -> None:
    Zone.objects.update(provision={})
    (zone,) = ask(client, hearing).json()["zones"]
    assert zone["provision"] == ""
    assert zone["provision_note"] == "No text has been written for this zone yet."


def test_without_a_consultation_every_published_layer_answers(client: Client, hearing: Consultation) -> None:
    abroad = factories.edition(of=factories.layer(owner="SE-0180", name="basomraden"))
    factories.areas(of=abroad)
    drafted = factories.edition(of=factories.layer(name="not-yet"), published=False)
    factories.areas(of=drafted)
    withdrawn = factories.edition(of=factories.layer(name="no-more"), state="withdrawn")
    factories.areas(of=withdrawn)
    lon, lat = factories.middle()
    answer = client.get(AT, {"lon": lon, "lat": lat, "on": "2026-05-04"}).json()
    assert {area["owner"] for area in answer["areas"]} == {"NO-4012", "SE-0180"}
    assert {area["layer"] for area in answer["areas"]}.isdisjoint({"not-yet", "no-more"})
    assert {zone["layer"] for zone in answer["zones"]} == {"plan-a", "not-of-this-hearing"}
    assert client.get(AT, {"lon": 20, "lat": 60}).json()["areas"] == []


def test_the_question_takes_the_same_few_queries_however_much_there_is(
    client: Client, hearing: Consultation, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        ask(client, hearing)


def test_all_levels_answer_and_say_which_they_are(client: Client, hearing: Consultation) -> None:
    plan = Edition.objects.get(layer__name="plan-a")
    factories.zone(of=plan, code="2011", vertical_level=1, land_use_status=2)
    factories.zone(of=plan, code="no-such", vertical_level=3, field="")
    zones = ask(client, hearing).json()["zones"]
    zones_told = [
        (zone["vertical_level"], zone["level"], zone["land_use_status"], zone["label"]) for zone in zones
    ]
    assert zones_told == [
        (3, "Above the ground", None, "Unknown code"),
        (2, "On the ground", None, "Housing"),
        (1, "Under the ground", 2, "Carriageway, future"),
    ]


def test_another_day_has_another_answer(client: Client, hearing: Consultation) -> None:
    answer = ask(client, hearing, on="2019-12-31").json()
    assert (answer["on"], answer["areas"], answer["zones"]) == ("2019-12-31", [], [])


def test_drafts_are_not_listed(client: Client, hearing: Consultation) -> None:
    Edition.objects.filter(layer__kind="zoning").update(published=False)
    assert ask(client, hearing).json()["zones"] == []
    Consultation.objects.update(status="draft")
    assert ask(client, hearing).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"lon": "x"}, "lon"),
        ({"lat": "95"}, "lat"),
        ({"lat": "٥٩"}, "lat"),
        ({"lon": ""}, "lon"),
        ({"consultation": ""}, "consultation"),
        ({"on": "2026-02-30"}, "on"),
        ({"on": "20260101"}, "on"),
        ({"bbox": "1,2,3,4"}, "bbox"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    client: Client, hearing: Consultation, wanted: dict[str, str], field: str
) -> None:
    answer = ask(client, hearing, **wanted)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["field"] == field


def test_today_is_the_day_unless_another_is_named(client: Client, hearing: Consultation) -> None:
    assert dt.date.fromisoformat(ask(client, hearing).json()["on"]) >= dt.date(2026, 1, 1)
