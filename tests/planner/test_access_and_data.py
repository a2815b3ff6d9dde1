import datetime as dt
import json

import pytest
from django.test import Client

from layers.models import EVER_SINCE, Edition
from mapdialog.analysis.parameters import HotspotParameters
from mapdialog.audit.models import AuditEntry
from mapdialog.contributions.models import Hit
from mapdialog.dialogue.models import Consultation, ConsultationHolder
from mapdialog.hotspots.run import boundaries, calculate
from tests import factories
from tests.factories import NOON, middle

pytestmark = pytest.mark.django_db
DATA = ["pins.pack", "hotspots.geojson", "contributions.json"]


@pytest.fixture
def consultation() -> Consultation:
    committees = factories.layer(name="committees")
    factories.areas(of=factories.edition(of=committees))
    return factories.consultation(boundary_layer=committees, themes=("lys", "lek"))


@pytest.fixture
def planner(consultation: Consultation) -> Client:
    client = Client()
    client.force_login(factories.user(role="planner", of=consultation.municipality))
    return client


def signed_in(role: str, *, of: object) -> Client:
    client = Client()
    client.force_login(factories.user(role=role, of=of))
    return client


def listed(planner: Client, consultation: Consultation, query: str = "") -> list[str]:
    answer = planner.get(f"/planner/c/{consultation.slug}/contributions.json{query}")
    assert answer.status_code == 200, answer.content
    return [item["text"] for item in answer.json()["items"]]


def counted(consultation: Consultation) -> None:
    on = NOON.date()
    boundary = boundaries(consultation, on=on)
    calculate(
        consultation, at=NOON, on=on, boundary=boundary, parameters=HotspotParameters(metric_srid=25832)
    )


@pytest.mark.parametrize("path", DATA)
def test_planners_data_is_for_those_who_work_on_it(
    consultation: Consultation, path: str, planner: Client
) -> None:
    address = f"/planner/c/{consultation.slug}/{path}"
    assert planner.get(address).status_code == 200
    assert Client().get(address).status_code == 302
    assert signed_in("planner", of=factories.municipality()).get(address).status_code == 403
    assert signed_in("elected", of=consultation.municipality).get(address).status_code == 403
    assert signed_in("committee", of=consultation.municipality).get(address).status_code == 403


def test_a_second_holder_works_on_it_too(consultation: Consultation) -> None:
    neighbour = factories.municipality()
    ConsultationHolder.objects.create(consultation=consultation, municipality=neighbour)
    assert (
        signed_in("planner", of=neighbour).get(f"/planner/c/{consultation.slug}/pins.pack").status_code == 200
    )


@pytest.mark.parametrize("path", DATA)
def test_what_a_planner_sees_is_never_kept_by_a_cache(
    consultation: Consultation, path: str, planner: Client
) -> None:
    assert planner.get(f"/planner/c/{consultation.slug}/{path}")["Cache-Control"] == "private, no-store"


def test_the_list_is_filtered_by_what_the_query_says(consultation: Consultation, planner: Client) -> None:
    lek = consultation.themes.get(key="lek")
    area = consultation.boundary_layer.editions.get().areas.get(code="B")
    factories.contribution(to=consultation, text="mørkt")
    swing = factories.contribution(to=consultation, text="huske", theme=lek, at=middle(1), state="pending")
    Hit.objects.create(contribution=swing, edition=area.edition, area=area)
    factories.contribution(
        to=consultation, text="uten tema", theme=None, received_at=NOON + dt.timedelta(days=3)
    )
    assert listed(planner, consultation) == [
        "uten tema",
        *sorted(["mørkt", "huske"], key=listed(planner, consultation).index),
    ]
    assert listed(planner, consultation, "?theme=lek") == ["huske"]
    assert sorted(listed(planner, consultation, "?theme=lek,-")) == ["huske", "uten tema"]
    assert listed(planner, consultation, "?area=B") == ["huske"]
    assert sorted(listed(planner, consultation, "?area=-")) == ["mørkt", "uten tema"]
    assert listed(planner, consultation, "?state=pending") == ["huske"]
    assert listed(planner, consultation, "?from=2026-05-06") == ["uten tema"]
    assert sorted(listed(planner, consultation, "?to=2026-05-04")) == ["huske", "mørkt"]
    west, south = factories.WEST, factories.SOUTH
    assert sorted(listed(planner, consultation, f"?bbox={west},{south},{west + 0.009},{south + 0.01}")) == [
        "mørkt",
        "uten tema",
    ]


def test_a_day_is_the_municipalitys_day(consultation: Consultation, planner: Client) -> None:
    """23:30 in Oslo on 4 May is 21:30 in UTC; 00:30 on 5 May is still 4 May in UTC."""
    factories.contribution(
        to=consultation, text="før", received_at=dt.datetime(2026, 5, 4, 21, 30, tzinfo=dt.UTC)
    )
    factories.contribution(
        to=consultation, text="etter", received_at=dt.datetime(2026, 5, 4, 22, 30, tzinfo=dt.UTC)
    )
    assert listed(planner, consultation, "?to=2026-05-04") == ["før"]
    assert listed(planner, consultation, "?from=2026-05-05") == ["etter"]


@pytest.mark.parametrize(
    "query",
    [
        "?sort=x",
        "?from=yesterday",
        "?to=0001-01-01",
        "?bbox=1",
        "?after=x",
        "?after=2026-01-01T00:00:00_x",
        "?theme=a&theme=b",
        "?theme=gone",
        "?theme=lys,gone,-",
        "?area=x",
        "?area=A,x",
        "?state=nonsense",
        "?state=erased",
        "?state=-",
    ],
)
def test_a_wrong_query_is_a_400_that_names_the_parameter(
    consultation: Consultation, planner: Client, query: str
) -> None:
    factories.contribution(to=consultation)
    answer = planner.get(f"/planner/c/{consultation.slug}/contributions.json{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["field"] == query[1:].partition("=")[0]


@pytest.mark.parametrize("query", ["?theme=gone", "?area=x", "?state=nonsense", "?from=2026-02-31"])
def test_a_download_of_what_is_not_there_is_refused_as_the_list_is(
    consultation: Consultation, planner: Client, query: str
) -> None:
    answer = planner.get(f"/planner/c/{consultation.slug}/export.geojson{query}")
    assert answer.status_code == 400
    assert json.loads(answer.content)["field"] == query[1:].partition("=")[0]
    assert not AuditEntry.objects.filter(action="contributions.exported").exists()


def test_a_refusal_names_what_there_is(consultation: Consultation, planner: Client) -> None:
    answer = planner.get(
        f"/planner/c/{consultation.slug}/contributions.json?theme=-,gone", headers={"Accept-Language": "en"}
    )
    assert answer.json()["detail"] == "There is no theme “gone” here. Themes are: lek, lys."


def test_a_committee_of_an_earlier_edition_is_known_still(
    consultation: Consultation, planner: Client
) -> None:
    consultation.boundary_layer.editions.get().areas.filter(code="B").update(code="OLD")
    assert listed(planner, consultation, "?area=OLD") == []


def test_what_lies_in_two_committees_counts_in_the_one_with_more_of_it(
    consultation: Consultation, planner: Client
) -> None:
    line = factories.contribution(to=consultation, text="langs veien")
    edition = consultation.boundary_layer.editions.get()
    for code, share in (("A", 0.4), ("B", 0.6)):
        Hit.objects.create(contribution=line, edition=edition, area=edition.areas.get(code=code), share=share)
    assert listed(planner, consultation, "?area=B") == ["langs veien"]
    assert listed(planner, consultation, "?area=A") == listed(planner, consultation, "?area=-") == []


def test_pages_of_the_list_hold_every_contribution_once(
    consultation: Consultation, planner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapdialog.planner.listing.PAGE", 4)
    for i in range(10):
        factories.contribution(to=consultation, text=str(i), received_at=NOON + dt.timedelta(minutes=i // 3))
    texts, after = [], ""
    while True:
        page = planner.get(
            f"/planner/c/{consultation.slug}/contributions.json", {"after": after} if after else {}
        ).json()
        texts += [item["text"] for item in page["items"]]
        assert page["matched"] == 10
        if not (after := page["next"]):
            break
    assert sorted(texts, key=int) == [str(i) for i in range(10)]


def test_listing_asks_as_often_for_many_as_for_few(
    consultation: Consultation, planner: Client, django_assert_max_num_queries
) -> None:
    for _ in range(12):
        factories.contribution(to=consultation)
    with django_assert_max_num_queries(7):
        planner.get(f"/planner/c/{consultation.slug}/contributions.json")


def test_hotspots_have_their_name_in_the_readers_words(consultation: Consultation, planner: Client) -> None:
    assert planner.get(f"/planner/c/{consultation.slug}/hotspots.geojson").json()["features"] == []
    for i in range(5):
        factories.contribution(to=consultation, at=(middle()[0] + i * 1e-5, middle()[1]))
    counted(consultation)
    collection = planner.get(f"/planner/c/{consultation.slug}/hotspots.geojson").json()
    properties = collection["features"][0]["properties"]
    assert properties["n"] == 5
    assert "Utvalg A" in properties["name"]
    assert properties["themes"] == [{"key": "lys", "n": 5, "name": "Lys"}]


def test_a_first_day_that_nobody_gave_is_not_shown(consultation: Consultation, planner: Client) -> None:
    factories.contribution(to=consultation)
    counted(consultation)
    shown = planner.get(
        f"/planner/c/{consultation.slug}/", headers={"Accept-Language": "en"}
    ).content.decode()
    assert "Committees: edition 1, in force from 1 January 2020." in shown
    Edition.objects.update(valid_from=EVER_SINCE)
    shown = planner.get(
        f"/planner/c/{consultation.slug}/", headers={"Accept-Language": "en"}
    ).content.decode()
    assert "Committees: edition 1." in shown
    assert "1900" not in shown
