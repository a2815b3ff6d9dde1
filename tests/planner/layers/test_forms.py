"""What people write about a layer: mistakes stand at their fields, and what was not sent stays as it is."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from layers.models import Edition
from mapdialog.planner.layers.forms import DescribeForm
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(client: Client) -> Edition:
    municipality = factories.municipality(code="NO-4012")
    client.force_login(factories.user(role="planner", of=municipality))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    edition = factories.edition(of=factories.layer(owner="NO-4012", name="plan", kind="zoning"))
    factories.zone(of=edition, field="B1")
    return edition


@pytest.mark.parametrize(
    ("page", "query", "field", "value", "why"),
    [
        ("layer_describe", {}, "title_nb", "x" * 201, "at most 200 characters"),
        ("layer_describe", {}, "credit", "x" * 201, "at most 200 characters"),
        ("layer_describe", {}, "licence", "x" * 81, "at most 80 characters"),
        ("layer_describe", {}, "style", "colourful", "not one of the available choices"),
        ("layer_documents", {}, "file", "", "Choose a file."),
        ("layer_documents", {}, "type", "ROMAN", "not one of the available choices"),
        ("layer_documents", {}, "title_nb", "x" * 201, "at most 200 characters"),
        ("layer_provision", {"field": "B1"}, "plain_nb", "x" * 50_001, "at most 50000 characters"),
        ("layer_provision", {"field": "B1"}, "legal_text", "x" * 50_001, "at most 50000 characters"),
    ],
)
def test_a_mistake_stands_at_its_field(
    client: Client, edition: Edition, page: str, query: dict[str, str], field: str, value: str, why: str
) -> None:
    address = reverse(f"planner:{page}", args=[edition.layer_id]) + "?" + urlencode(query)
    newest = client.get(address).context["newest_event"]
    answer = client.post(address, {"seen": newest, field: value})
    assert answer.status_code == 409
    after_field = answer.content.decode().partition(f'name="{field}"')[2].partition("</label>")[0]
    assert why in after_field
    edition.layer.refresh_from_db()
    assert edition.layer.titles == factories.layer(owner="NO-4012", name="other").titles
    assert not edition.documents.exists()


def test_a_language_that_was_not_sent_stays_as_it_is() -> None:
    texts = {"nb": "Plan", "sv": "Plan på svenska", "en": "Plan in English"}
    form = DescribeForm({"title_nb": "Ny\x01 plan", "title_en": " "}, languages=texts, texts=texts)
    assert form.is_valid()
    assert form.texts() == {"nb": "Ny plan", "sv": "Plan på svenska"}
