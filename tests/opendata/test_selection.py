"""One set of filters under one name in the planner's page, the API and both files, as it is printed."""

import datetime as dt
import json
import random
import re
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.test import Client

from mapdialog.contributions.models import Contribution, Hit
from mapdialog.dialogue.models import Consultation
from tests import factories as make

pytestmark = pytest.mark.django_db
API = "/api/v1/consultations/grasmyr/contributions"
EXPORT = "/api/v1/consultations/grasmyr/export.geojson"
STAFF_EXPORT = "/planner/c/grasmyr/export.geojson"
STAFF_LIST = "/planner/c/grasmyr/contributions.json"


@pytest.fixture
def consultation() -> Consultation:
    boundary = make.layer(name="committees")
    make.areas(of=make.edition(of=boundary))
    return make.consultation(slug="grasmyr", boundary_layer=boundary, themes=("lys", "vei"))


@pytest.fixture
def planner(consultation: Consultation) -> Client:
    client = Client()
    client.force_login(make.user(role="planner", of=consultation.municipality))
    return client


def body_of(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.content
    streamed = response.streaming
    return json.loads(b"".join(response.streaming_content) if streamed else response.content)  # type: ignore[arg-type]


def texts(client: Client, address: str) -> set[str]:
    body = body_of(client, address)
    if "items" in body:
        return {item["text"] for item in body["items"]}
    return {feature["properties"]["text"] for feature in body["features"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"west", "east", "nowhere"}),
        ("?theme=vei", {"east"}),
        ("?theme=vei,-", {"east", "nowhere"}),
        ("?area=A", {"west"}),
        ("?area=A,-", {"west", "nowhere"}),
        ("?from=2026-05-05", {"nowhere"}),
        ("?to=2026-05-04", {"west", "east"}),
        ("?from=2026-05-04&to=2026-05-04&theme=lys", {"west"}),
        ("?bbox=9.70,59.02,9.709,59.03", {"west"}),
    ],
)
def test_page_api_and_files_take_the_same_filters(
    consultation: Consultation, planner: Client, query: str, expected: set[str]
) -> None:
    west, east = consultation.boundary_layer.editions.get().areas.order_by("code")  # type: ignore[union-attr]
    made = [
        make.contribution(to=consultation, text="west"),
        make.contribution(
            to=consultation, text="east", at=make.middle(1), theme=consultation.themes.get(key="vei")
        ),
    ]
    for contribution, area in zip(made, (west, east), strict=True):
        Hit.objects.create(contribution=contribution, edition=area.edition, area=area)
    late = make.NOON + dt.timedelta(days=1)
    make.contribution(to=consultation, text="nowhere", geom=None, theme=None, received_at=late)
    for client, address in (
        (Client(), API),
        (Client(), EXPORT),
        (planner, STAFF_EXPORT),
        (planner, STAFF_LIST),
    ):
        assert texts(client, address + query) == expected, address


@pytest.mark.parametrize("query", ["?theme=snow", "?area=Z", "?state=pending", "?from=yesterday", "?sort=x"])
def test_what_is_not_there_to_be_asked_for_is_said(consultation: Consultation, query: str) -> None:
    for address in (API, EXPORT):
        answer = Client().get(address + query)
        assert (answer.status_code, answer.json()["field"]) == (400, query[1:].partition("=")[0])


def test_an_area_that_is_not_public_yet_is_not_known(consultation: Consultation) -> None:
    consultation.boundary_layer.editions.update(published=False)  # type: ignore[union-attr]
    assert Client().get(API + "?area=A").status_code == 400


def test_where_points_are_moved_areas_cannot_be_asked_for(consultation: Consultation) -> None:
    """The recorded committee of a moved point is not for everyone: asking by it would tell it."""
    Consultation.objects.update(public_precision_m=100)
    for address in (API, EXPORT):
        answer = Client().get(address + "?area=A")
        assert (answer.status_code, answer.json()["field"]) == (400, "area")


def test_the_next_page_keeps_the_filters_and_is_at_the_configured_address(
    consultation: Consultation, settings: Any
) -> None:
    settings.SITE_URL = "https://kart.example/"
    settings.ALLOWED_HOSTS = ["*"]
    for _ in range(3):
        make.contribution(to=consultation)
    query = "?limit=1&theme=lys&from=2026-05-01&to=2026-05-31&bbox=9.0,58.0,10.0,60.0"
    body = Client().get(API + query, headers={"Host": "evil.example"}).json()
    address = body["links"][0]["href"]
    assert address.startswith("https://kart.example" + API)
    for part in query[1:].split("&"):
        assert part in address
    consultations = [make.consultation() for _ in range(2)]
    assert consultations
    listing = Client().get("/api/v1/consultations?limit=1", headers={"Host": "evil.example"}).json()
    assert listing["links"][0]["href"].startswith("https://kart.example/api/v1/consultations?")


def test_a_spot_that_is_printed_inside_a_box_is_inside_it(
    consultation: Consultation, planner: Client
) -> None:
    """At the seventh decimal: 9.70499996 is printed as 9.7050000, and lies in a box that begins there."""
    numbers = random.Random(7)
    submission = make.contribution(to=consultation, at=(9.70499996, 59.02500004)).submission
    for _ in range(150):
        at = (9.705 + numbers.uniform(-4e-7, 4e-7), 59.025 + numbers.uniform(-4e-7, 4e-7))
        make.contribution(to=consultation, at=at, submission=submission)
    printed = [feature["geometry"]["coordinates"] for feature in body_of(Client(), EXPORT)["features"]]
    assert [9.705, 59.025] in printed
    for west, south, east, north in (
        (9.705, 59.025, 9.7051, 59.0251),
        (9.7049, 59.0249, 9.705, 59.025),
        (9.7049998, 59.0249999, 9.7050002, 59.0250003),
        (9.705, 59.025, 9.705, 59.025),
        (9.70500001, 59.025, 9.70500002, 59.0251),
    ):
        inside = sorted([x, y] for x, y in printed if west <= x <= east and south <= y <= north)
        query = f"?bbox={west!r},{south!r},{east!r},{north!r}"
        for client, address in ((Client(), API), (Client(), EXPORT), (planner, STAFF_EXPORT)):
            features = body_of(client, address + query)["features"]
            assert sorted(feature["geometry"]["coordinates"] for feature in features) == inside, query


def test_rings_run_as_rfc_7946_wants_them_whichever_way_they_were_drawn(
    consultation: Consultation, planner: Client
) -> None:
    hole = "(9.704 59.024, 9.706 59.024, 9.706 59.026, 9.704 59.026, 9.704 59.024)"
    clockwise = f"POLYGON((9.70 59.02, 9.70 59.03, 9.71 59.03, 9.71 59.02, 9.70 59.02), {hole})"
    make.contribution(to=consultation, geom=GEOSGeometry(clockwise, srid=4326))
    for client, address in ((Client(), API), (Client(), EXPORT), (planner, STAFF_EXPORT)):
        outer, inner = body_of(client, address)["features"][0]["geometry"]["coordinates"]
        assert area_of(outer) > 0 > area_of(inner), address


def test_a_line_runs_as_it_was_drawn(consultation: Consultation, planner: Client) -> None:
    way = [[9.701, 59.021], [9.705, 59.022], [9.709, 59.029]]
    geom = GEOSGeometry(json.dumps({"type": "LineString", "coordinates": way}), srid=4326)
    make.contribution(to=consultation, geom=geom)
    for client, address in ((Client(), API), (Client(), EXPORT), (planner, STAFF_EXPORT)):
        assert body_of(client, address)["features"][0]["geometry"]["coordinates"] == way


def area_of(ring: list[list[float]]) -> float:
    """Positive where a ring runs counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "grasmyr_all"),
        ("?theme=vei,lys&from=2026-05-01&bbox=9,58,10,60", "grasmyr_theme-lys+vei_from-2026-05-01_bbox"),
    ],
)
def test_a_file_is_named_after_consultation_filter_and_time(
    consultation: Consultation, planner: Client, query: str, name: str
) -> None:
    for client, address in ((Client(), EXPORT), (planner, STAFF_EXPORT)):
        header = client.get(address + query)["Content-Disposition"]
        plain, full = re.fullmatch(r"attachment; filename=\"(.*)\"; filename\*=UTF-8''(.*)", header).groups()  # type: ignore[union-attr]
        assert re.fullmatch(re.escape(name) + r"_\d{4}-\d\d-\d\dT\d{4}\.geojson", plain)
        assert full == plain.replace("+", "%2B")


def test_a_files_name_is_safe_in_a_header_whatever_was_asked_for(
    consultation: Consultation, planner: Client
) -> None:
    areas = consultation.boundary_layer.editions.get().areas  # type: ignore[union-attr]
    areas.filter(code="A").update(code='Grønn";x=/../å')
    areas.filter(code="B").update(code="b" * 80)
    header = planner.get(STAFF_EXPORT + '?area=Grønn";x=/../å')["Content-Disposition"]
    assert header.isascii()
    assert header.count('"') == 2
    assert "Gr%C3%B8nn-x-..-%C3%A5" in header
    assert "filtered_" in planner.get(STAFF_EXPORT + "?area=" + "b" * 80)["Content-Disposition"]


def test_those_who_work_on_it_are_told_where_a_row_came_from_and_when_it_was_changed(
    consultation: Consultation, planner: Client
) -> None:
    make.contribution(to=consultation, source_id="brev-7", changed_at=make.NOON + dt.timedelta(days=1))
    own = body_of(planner, STAFF_EXPORT)["features"][0]["properties"]
    assert own["source_id"] == "brev-7"
    assert dt.datetime.fromisoformat(own["changed_at"]) == make.NOON + dt.timedelta(days=1)
    assert Contribution.objects.get().version == 1
    for address in (API, EXPORT):
        assert not {"source_id", "changed_at"} & set(body_of(Client(), address)["features"][0]["properties"])
