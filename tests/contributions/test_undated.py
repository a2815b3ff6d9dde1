"""A contribution without a date is of no known date: on pages, in lists, in files, and in no span of days."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from mapdialog.contributions import export
from mapdialog.dialogue.models import Consultation
from mapdialog.planner.pin_pack import UNDATED, pin_pack
from tests import factories as make
from tests.planner.test_pin_pack import decoded

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation() -> Consultation:
    consultation = make.consultation(slug="grasmyr")
    make.contribution(to=consultation, text="udatert", arrival="undated")
    make.contribution(to=consultation, text="datert")
    return consultation


@pytest.fixture
def planner(consultation: Consultation) -> Client:
    client = Client()
    client.force_login(make.user(role="planner", of=consultation.municipality))
    return client


@pytest.mark.parametrize("precision_m", [0, 100])
def test_files_and_api_say_no_time(consultation: Consultation, precision_m: int) -> None:
    Consultation.objects.update(public_precision_m=precision_m)
    api = Client().get("/api/v1/consultations/grasmyr/contributions").json()
    file: Any = json.loads(
        b"".join(export.geojson(Consultation.objects.get(), reader=AnonymousUser())).decode()
    )
    for collection in (api, file):
        rows = {feature["properties"]["text"]: feature["properties"] for feature in collection["features"]}
        undated = rows["udatert"]
        assert (undated["written_at"], undated["received_at"], undated["arrival"]) == (None, None, "undated")
        assert rows["datert"]["received_at"] is not None


def test_it_lies_within_no_days_in_page_api_and_file(consultation: Consultation, planner: Client) -> None:
    for query in ("?from=2020-01-01", "?to=2030-01-01", "?from=2020-01-01&to=2030-01-01"):
        listed = planner.get(f"/planner/c/grasmyr/contributions.json{query}").json()["items"]
        assert [item["text"] for item in listed] == ["datert"]
        features = Client().get(f"/api/v1/consultations/grasmyr/contributions{query}").json()["features"]
        assert [feature["properties"]["text"] for feature in features] == ["datert"]


def test_the_list_says_that_it_is_not_known(consultation: Consultation, planner: Client) -> None:
    items = planner.get("/planner/c/grasmyr/contributions.json", headers={"Accept-Language": "nb"}).json()
    undated = next(item for item in items["items"] if item["text"] == "udatert")
    assert (undated["receivedAt"], undated["writtenAt"]) == (None, None)
    assert undated["arrivalLabel"] == "Ukjent dato"


def test_residents_pages_say_so(consultation: Consultation) -> None:
    page = Client().get("/c/grasmyr/", headers={"Accept-Language": "nb"}).content.decode()
    assert "Ukjent dato" in page
    code = consultation.contributions.get(arrival="undated").code
    receipt = Client().get(f"/c/grasmyr/r/{code}", headers={"Accept-Language": "nb"}).content.decode()
    assert "Ukjent dato" in receipt


def test_the_planners_map_knows_it_and_no_time_is_told(consultation: Consultation) -> None:
    planner = make.user(role="planner", of=consultation.municipality)
    header, rows = decoded(pin_pack(consultation, reader=planner, language="nb"))
    minutes = sorted((row[2] - header["epoch"]) // 60 for row in rows)
    assert minutes == [0, UNDATED]
    consultation.contributions.filter(arrival="in_time").delete()
    header, rows = decoded(pin_pack(consultation, reader=planner, language="nb"))
    assert [(row[2] - header["epoch"]) // 60 for row in rows] == [UNDATED]
