"""The API describes itself: every operation and member, on a page that needs nothing from elsewhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from mapdialog import api
from mapdialog.contributions import feature_sql, places_sql
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_page_shows_every_operation_and_shape(client: Client) -> None:
    page = client.get("/api/v1/docs").content.decode()
    document = client.get("/api/v1/openapi.json").json()
    for path in document["paths"]:
        assert path in page
    for name, schema in document["components"]["schemas"].items():
        assert f'id="schema-{name}"' in page
        for member in schema.get("properties", {}):
            assert f"<code>{member}</code>" in page
    assert 'href="#schema-ContributionPage"' in page


def test_nothing_comes_from_elsewhere(client: Client) -> None:
    page = client.get("/api/v1/docs").content.decode()
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page) == []
    assert 'style="' not in page


def test_the_contract_is_described() -> None:
    paths = api.document()["paths"]
    listing = paths["/api/v1/consultations/{slug}/contributions"]["get"]
    assert {parameter["name"] for parameter in listing["parameters"]} == {
        "slug",
        "bbox",
        "theme",
        "area",
        "from",
        "to",
        "limit",
        "after",
    }
    assert {"200", "400", "404"} <= set(listing["responses"])


def test_the_address_of_the_api_leads_to_its_documentation(client: Client) -> None:
    assert client.get("/api/v1/")["Location"] == "/api/v1/docs"


def test_a_head_is_answered_without_a_body_and_options_say_what_is_taken(client: Client) -> None:
    for path in ("/api/v1/consultations", "/api/v1/openapi.json", "/api/v1/docs", "/api/v1/"):
        answer = client.head(path)
        assert (answer.status_code, answer.content) == (302 if path == "/api/v1/" else 200, b"")
        options = client.options(path)
        assert (options.status_code, options["Allow"]) == (204, "GET, HEAD, OPTIONS")


def test_whatever_answers_with_an_etag_is_described_as_answering_304(client: Client) -> None:
    factories.consultation(slug="a")
    for path, operations in api.document()["paths"].items():
        if path.startswith("/api/v1/layers/") or "{identifier}" in path:
            continue
        answer = client.get(path.replace("{slug}", "a"))
        assert ("304" in operations["get"]["responses"]) == ("ETag" in answer), path


def test_every_property_is_explained() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "geojson.md").read_text(encoding="utf-8")
    properties = [*feature_sql.PUBLIC, *places_sql.PLACES, *feature_sql.OFFICIAL]
    assert [name for name in properties if f"`{name}`" not in text] == []
