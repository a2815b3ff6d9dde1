"""Public contributions: only what is public, on the public geometry, in one query, with an honest ETag."""

import datetime as dt
import gzip
import json
import re
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Alternative, Consultation, DataVersion, Question
from mapdialog.opendata.schemas import ContributionPage
from tests import factories

pytestmark = pytest.mark.django_db
WEST, EAST = factories.middle(0), factories.middle(1)


@pytest.fixture
def consultation() -> Consultation:
    return factories.consultation(slug="grasmyr", themes=("lys", "vei"))


def url(query: str = "") -> str:
    return f"/api/v1/consultations/grasmyr/contributions{query}"


def get(client: Client, query: str = "") -> Any:
    response = client.get(url(query))
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/geo+json"
    return json.loads(response.content)


def ids(body: Any) -> list[str]:
    return [feature["id"] for feature in body["features"]]


def test_a_page_answers_its_schema_in_three_queries(
    client: Client, consultation: Consultation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = factories.contribution(to=consultation, text='Line\none: "æøå" \\ \u2028 🙂', radius_m=12.5)
    factories.contribution(to=consultation, geom=None, geom_public=None, theme=None)
    with django_assert_num_queries(3):  # consultation, its questions, the page
        body = get(client)
    ContributionPage.model_validate(body)
    assert (body["numberMatched"], body["numberReturned"]) == (2, 2)
    feature = next(contribution for contribution in body["features"] if contribution["id"] == str(made.pk))
    assert feature["geometry"] == {"type": "Point", "coordinates": [pytest.approx(c) for c in WEST]}
    assert feature["properties"]["text"] == 'Line\none: "æøå" \\ \u2028 🙂'
    assert feature["properties"]["theme"] == "lys"
    assert dt.datetime.fromisoformat(feature["properties"]["received_at"]) == factories.NOON
    other = next(contribution for contribution in body["features"] if contribution["id"] != str(made.pk))
    assert other["geometry"] is None
    assert other["properties"]["theme"] is None


@pytest.mark.parametrize("state", ["pending", "private", "rejected"])
def test_what_is_not_published_is_not_there(client: Client, consultation: Consultation, state: str) -> None:
    factories.contribution(to=consultation, state=state)
    body = get(client)
    assert (body["numberMatched"], body["features"]) == (0, [])
    official = factories.user(role="planner", of=consultation.municipality)
    client.force_login(official)
    assert get(client)["features"] == [], "the public API is everyone's view, signed in or not"


def test_areas_only_shows_no_points(client: Client, consultation: Consultation) -> None:
    factories.contribution(to=consultation)
    Consultation.objects.update(visibility="areas")
    assert get(client)["numberMatched"] == 0


def test_another_consultations_contributions_are_not_there(
    client: Client, consultation: Consultation
) -> None:
    factories.contribution(to=factories.consultation())
    assert get(client)["numberMatched"] == 0


def test_a_box_asks_the_public_geometry(client: Client, consultation: Consultation) -> None:
    moved = factories.contribution(to=consultation, at=WEST, geom_public=Point(*EAST, srid=4326))
    around_west = f"?bbox={WEST[0] - 0.001},{WEST[1] - 0.001},{WEST[0] + 0.001},{WEST[1] + 0.001}"
    around_east = f"?bbox={EAST[0] - 0.001},{EAST[1] - 0.001},{EAST[0] + 0.001},{EAST[1] + 0.001}"
    assert get(client, around_west)["features"] == []
    features = get(client, around_east)["features"]
    assert [contribution["id"] for contribution in features] == [str(moved.pk)]
    assert features[0]["geometry"]["coordinates"] == pytest.approx(EAST)


def test_a_point_on_the_boxs_border_is_in_it(client: Client, consultation: Consultation) -> None:
    factories.contribution(to=consultation, at=(9.5, 59.0))
    assert get(client, "?bbox=9.5,58,10,60")["numberMatched"] == 1
    assert get(client, "?bbox=9.5,59,9.5,59")["numberMatched"] == 1


def test_by_theme(client: Client, consultation: Consultation) -> None:
    factories.contribution(to=consultation)
    road = factories.contribution(to=consultation, theme=consultation.themes.get(key="vei"))
    assert ids(get(client, "?theme=vei")) == [str(road.pk)]
    assert get(client, "?theme=vei,lys")["numberMatched"] == 2


def test_every_row_is_seen_once_through_the_next_links(client: Client, consultation: Consultation) -> None:
    made = [
        factories.contribution(to=consultation, received_at=factories.NOON - dt.timedelta(seconds=i // 3))
        for i in range(10)
    ]
    path, walked, matched = url("?limit=3&bbox=9,58,10,60&theme=lys"), [], set()
    while path:
        body = json.loads(client.get(path).content)
        walked += ids(body)
        matched.add(body["numberMatched"])
        path = body["links"][0]["href"] if body["links"] else ""
    newest_first = sorted(
        made, key=lambda contribution: (contribution.received_at, contribution.pk), reverse=True
    )
    assert walked == [str(contribution.pk) for contribution in newest_first]
    assert matched == {10}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?limit=0", "limit"),
        ("?limit=10001", "limit"),
        ("?bbox=1,2,3", "bbox"),
        ("?bbox=nan,2,3,4", "bbox"),
        ("?bbox=5,2,3,4", "bbox"),
        ("?bbox=1,2,3,91", "bbox"),
        ("?theme=parks", "theme"),
        ("?theme=", "theme"),
        ("?area=A", "area"),
        ("?to=2026-13-01", "to"),
        ("?after=123", "after"),
        ("?state=pending", "state"),
        ("?text__icontains=a", "text__icontains"),
    ],
)
def test_what_is_not_understood_is_refused(
    client: Client, consultation: Consultation, query: str, field: str
) -> None:
    response = client.get(url(query))
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["field"] == field


def test_an_absurd_keyset_is_refused(client: Client, consultation: Consultation) -> None:
    elsewhere = factories.contribution(to=factories.consultation())
    for after in (
        "00000000-0000-4000-8000-000000000000",
        elsewhere.pk,
        "1778000000000000." + str(elsewhere.pk),
    ):
        assert client.get(url(f"?after={after}")).status_code == 400


def test_a_repeated_view_is_304_until_something_changes(client: Client, consultation: Consultation) -> None:
    factories.contribution(to=consultation)
    first = client.get(url("?theme=lys"))
    asked = {"If-None-Match": first["ETag"]}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        again = client.get(url("?theme=lys"), headers=asked)
    assert (again.status_code, again["ETag"]) == (304, first["ETag"])
    assert len(queries) == 2, "consultation and themes; the contributions are not read"
    assert client.get(url("?theme=vei"), headers=asked).status_code == 200, "another filter, another tag"
    DataVersion.bump(consultation)
    assert client.get(url("?theme=lys"), headers=asked).status_code == 200


def test_what_stays_inside(client: Client, consultation: Consultation) -> None:
    """Answers in free words, the receipt's submission, who wrote, and how the place was found."""
    Question.objects.create(consultation=consultation, key="why", kind="text", text={"nb": "Hvorfor?"})
    options = [{"value": "1", "label": {"nb": "utrygt"}}]
    Question.objects.create(consultation=consultation, key="feeling", kind="scale", text={}, options=options)
    factories.contribution(
        to=consultation,
        responses={"why": "my neighbour", "feeling": "1", "old": "x"},
        contributor_key="secret",
        age_band="13-17",
        place_words="behind the school",
    )
    response = client.get(url())
    properties = json.loads(response.content)["features"][0]["properties"]
    assert properties["responses"] == {"feeling": "1"}
    assert properties["place_words"] == "behind the school"
    assert not re.search(rb"secret|13-17|neighbour|submission|accuracy", response.content)
    Consultation.objects.update(public_precision_m=100)
    assert get(client)["features"][0]["properties"]["place_words"] == "", "words would undo the grid"


def test_a_demo_says_so(client: Client, consultation: Consultation) -> None:
    assert "demo" not in get(client)
    consultation.municipality.is_demo = True
    consultation.municipality.save()
    assert (get(client)["demo"], get(client)["note"]) == (True, "Oppdiktet demo")


def test_the_query_uses_an_index_on_the_public_geometry(client: Client, consultation: Consultation) -> None:
    submission = factories.contribution(to=consultation).submission
    for i in range(300):  # so many that looking at all of them would cost more
        factories.contribution(to=consultation, at=(10 + i / 100, 60), submission=submission)
    connection.cursor().execute("ANALYZE contributions_contribution")
    with CaptureQueriesContext(connection) as queries:
        get(client, "?bbox=9.70,59.02,9.71,59.03")
    sql = queries[-1]["sql"]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "contribution_public_gist" in plan


def test_compressed_when_asked(client: Client, consultation: Consultation) -> None:
    for _ in range(5):
        factories.contribution(to=consultation)
    packed = client.get(url(), headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content))["numberReturned"] == 5
    assert "Accept-Encoding" in packed["Vary"]


def test_erased_is_gone(client: Client, consultation: Consultation) -> None:
    made = factories.contribution(to=consultation)
    Contribution.objects.filter(pk=made.pk).update(state="erased", geom=None, geom_public=None, text="")
    assert get(client)["features"] == []


def test_alternatives_are_named_by_key(client: Client, consultation: Consultation) -> None:
    plan = Alternative.objects.create(
        consultation=consultation, key="b", layer=factories.layer(kind="zoning")
    )
    factories.contribution(to=consultation, alternative=plan)
    assert get(client)["features"][0]["properties"]["alternative"] == "b"
