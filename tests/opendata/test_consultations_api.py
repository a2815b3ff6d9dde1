"""Consultations for machines: what is described, in as few queries as promised, and never a draft."""

import datetime as dt
import json
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from layers.models import EVER_SINCE
from mapdialog.dialogue.models import (
    Alternative,
    Consultation,
    Document,
    Indicator,
    Question,
    Round,
    TargetGroup,
)
from mapdialog.opendata.schemas import ConsultationList, ConsultationWhole
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/api/v1/consultations"
DAY = dt.timedelta(days=1)


def get(client: Client, url: str, **headers: str) -> Any:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def listed(client: Client, query: str = "") -> list[str]:
    return [row["slug"] for row in get(client, URL + query)["consultations"]]


def rich() -> Consultation:
    boundary = factories.layer(name="committees", credit="© Kartverket")
    factories.areas(of=factories.edition(of=boundary))
    plan = factories.layer(name="plan-a", kind="zoning", style="no_reguleringsplan")
    factories.edition(of=plan, published=False)
    made = factories.consultation(slug="rich", boundary_layer=boundary, themes=("lys", "vei"))
    made.base_layers.add(factories.layer(name="sea", kind="water"))
    Alternative.objects.create(consultation=made, key="a", layer=plan, name={"nb": "A"})
    Question.objects.create(consultation=made, key="q", kind="text", text={"nb": "Hva?"})
    Document.objects.create(
        consultation=made, type="PLANBEST", title={"nb": "B"}, url="https://example.org/b"
    )
    Round.objects.create(consultation=made, number=1, opens_at=factories.NOON)
    TargetGroup.objects.create(consultation=made, key="t", affected_much=True, active_much=False)
    Indicator.objects.create(consultation=made, key="i", target="30 %")
    return made


def test_the_list_answers_its_schema_in_one_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rich()
    with django_assert_num_queries(1):
        body = get(client, URL)
    ConsultationList.model_validate(body)
    assert body["consultations"][0]["municipality"]["name"]
    assert body["links"] == []


def test_drafts_are_not_there(client: Client) -> None:
    factories.consultation(slug="draft", status="draft")
    assert listed(client) == []
    assert client.get(f"{URL}/draft").status_code == 404
    official = factories.user(role="planner", of=Consultation.objects.get().municipality)
    client.force_login(official)
    assert client.get(f"{URL}/draft").status_code == 404, (
        "the public API is everyone's view, signed in or not"
    )


def test_the_status_filter(client: Client) -> None:
    now = timezone.now()
    factories.consultation(slug="open", opens_at=now - DAY, closes_at=None)
    factories.consultation(slug="closed", opens_at=now - 2 * DAY, closes_at=now - DAY)
    factories.consultation(slug="upcoming", opens_at=now + DAY, closes_at=now + 2 * DAY)
    for status in ("open", "closed", "upcoming"):
        assert listed(client, f"?status={status}") == [status]
        assert get(client, f"{URL}/{status}")["status"] == status
    assert listed(client) == ["upcoming", "open", "closed"]
    assert listed(client, "?municipality=NO-0000") == []


def test_pages_are_walked_by_the_next_link(client: Client) -> None:
    moment = timezone.now()
    for number in range(5):
        factories.consultation(slug=f"c{number}", opens_at=moment - DAY)  # all at once: the id decides
    url, slugs = f"{URL}?limit=2&status=open", []
    while url:
        body = get(client, url)
        slugs += [row["slug"] for row in body["consultations"]]
        url = body["links"][0]["href"] if body["links"] else ""
    assert slugs == ["c4", "c3", "c2", "c1", "c0"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?limit=٣", "limit"),
        ("?limit=1&limit=2", "limit"),
        ("?status=ended", "status"),
        ("?after=x", "after"),
        ("?after=-99999999999999999.1", "after"),
        ("?after=1.99999999999999999999", "after"),
        ("?slug=x", "slug"),
        ("?municipality=%00", "municipality"),
    ],
)
def test_what_is_not_understood_is_refused(client: Client, query: str, field: str) -> None:
    response = client.get(URL + query)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["field"] == field


def test_one_consultation_answers_its_schema_in_few_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = rich()
    with django_assert_num_queries(11):
        body = get(client, f"{URL}/rich")
    ConsultationWhole.model_validate(body)
    assert body["area"]["type"] == "MultiPolygon"
    edition = made.boundary_layer.editions.get()  # type: ignore[union-attr]
    assert body["boundary_set"]["tiles_url"] == f"/tiles/layers/{edition.pk}/{{z}}/{{x}}/{{y}}.mvt"
    assert body["boundary_set"]["credit"] == "© Kartverket"
    assert body["alternatives"][0]["tiles_url"] is None, "its only version is not published"
    assert [theme["key"] for theme in body["themes"]] == ["lys", "vei"]
    assert body["demo"] is False


def test_unchanged_is_304_and_a_change_is_seen(client: Client) -> None:
    made = rich()
    first = client.get(f"{URL}/rich")
    again = client.get(f"{URL}/rich", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    # a new version of a layer does not touch the consultation's own counter
    boundary = made.boundary_layer
    assert boundary is not None
    boundary.editions.update(valid_to=dt.date(2021, 1, 1))
    changed = client.get(f"{URL}/rich", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize("slug", ["missing", "%00", "a b", "æ", "x" * 200])
def test_no_such_consultation(client: Client, slug: str) -> None:
    response = client.get(f"{URL}/{slug}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_compressed_when_asked(client: Client) -> None:
    factories.consultation(
        slug="wide", area=MultiPolygon(*factories.square(0)), summary={"nb": "lang " * 400}
    )
    plain = client.get(f"{URL}/wide")
    packed = client.get(f"{URL}/wide", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 4
    refused = client.get(f"{URL}/wide", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused


def test_the_area_has_six_decimals_at_most(client: Client) -> None:
    corners = [(9.7000001234, 59.02), (9.71, 59.0200000987), (9.71, 59.03), (9.7000001234, 59.02)]
    factories.consultation(slug="fine", area=MultiPolygon(Polygon(corners), srid=4326))
    area = get(client, f"{URL}/fine")["area"]
    assert area["type"] == "MultiPolygon"
    assert area["coordinates"] == [[[[9.7, 59.02], [9.71, 59.02], [9.71, 59.03], [9.7, 59.02]]]]


def test_a_layer_of_which_no_first_day_is_known_has_none(client: Client) -> None:
    boundary = factories.layer()
    factories.edition(of=boundary, valid_from=EVER_SINCE)
    factories.consultation(slug="since", boundary_layer=boundary)
    boundary = get(client, f"{URL}/since")["boundary_set"]
    assert boundary["version"] == 1
    assert boundary["valid_from"] is None
