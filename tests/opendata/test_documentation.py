"""The API describes itself: every operation and member, on a page that needs nothing from elsewhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from mapdialog.api import api
from mapdialog.contributions import feature_sql, places_sql

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


def test_the_framework_reads_neither_queries_nor_bodies() -> None:
    """Its reading takes NaN, members that come twice and unknown parameters; `web/` has a strict one."""
    operations = [
        operation
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    ]
    assert len(operations) == 9
    sources = {model.__ninja_param_source__ for operation in operations for model in operation.models}
    assert sources == {"path"}


def test_the_contract_is_described() -> None:
    paths = api.get_openapi_schema()["paths"]
    listing = paths["/api/v1/consultations/{slug}/contributions"]["get"]
    assert {parameter["name"] for parameter in listing["parameters"]} == {
        "slug",
        "bbox",
        "theme",
        "limit",
        "after",
    }
    assert {"200", "400", "404"} <= {str(status) for status in listing["responses"]}


def test_every_property_is_explained() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "geojson.md").read_text(encoding="utf-8")
    properties = [*feature_sql.PUBLIC, *places_sql.PLACES, *feature_sql.OFFICIAL]
    assert [name for name in properties if f"`{name}`" not in text] == []
