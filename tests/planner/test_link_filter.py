"""What a link selects is said by the server: where no script runs, and before one does."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from layers.models import Area
from mapdialog.dialogue.models import Consultation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation() -> Consultation:
    committees = factories.layer(name="committees")
    factories.areas(of=factories.edition(of=committees))
    return factories.consultation(boundary_layer=committees, themes=("lys", "lek"))


def page_of(consultation: Consultation, query: str) -> str:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(factories.user(role="planner", of=consultation.municipality))
    answer = client.get(f"/planner/c/{consultation.slug}/{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("&amp;", "&").split())


def words_of(page: str) -> str:
    match = re.search(r'id="filter-words"[^>]*>([^<]*)<', page)
    assert match
    return match[1]


def test_a_link_is_said_in_words_and_its_download_follows_it(consultation: Consultation) -> None:
    query = "?theme=lek,-&area=A&state=published&from=2026-01-31&to=2026-02-01"
    page = page_of(consultation, f"{query}&tab=list&view=9.71,59.02,14")
    area = Area.objects.get(code="A")
    assert words_of(page) == (
        f"Theme: lek, Without a theme · Committee: {area.name} · State: Published · From: 31 January 2026"
        " · To and including: 1 February 2026"
    )
    address = f"/planner/c/{consultation.slug}/export.geojson"
    followed = "?theme=-,lek&area=A&state=published&from=2026-01-31&to=2026-02-01"
    assert re.findall(rf'href="({address}[^"]*)"', page) == [address + followed] * 2
    assert "they do not follow the filter of this link" in page
    assert "follows no filter." not in page


@pytest.mark.parametrize("query", ["?theme=nothing", "?from=yesterday", "?theme=lys&theme=lek", "?state=%00"])
def test_a_link_that_asks_for_what_is_not_there_says_so_and_selects_nothing(
    consultation: Consultation, query: str
) -> None:
    page = page_of(consultation, query)
    assert words_of(page) == ""
    assert "The filter of this link is left out: you see and download all comments." in page
    assert "export.geojson?" not in page


def test_a_link_without_a_filter_says_that_there_is_none(consultation: Consultation) -> None:
    for query in ("", "?tab=list&unheard=of"):
        page = page_of(consultation, query)
        assert words_of(page) == ""
        assert "What you see and download follows no filter." in page
