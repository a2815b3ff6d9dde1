"""What the map of an edition is told: uses as the official list draws them, one vertical level at a time."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from layers.models import Edition
from mapdialog.people.models import Municipality
from mapdialog.planner.layers import layer_map
from tests import factories as make

pytestmark = pytest.mark.django_db


def look(edition: Edition, municipality: Municipality) -> dict[str, Any]:
    with translation.override("en"):
        settings = layer_map.edition_map(
            edition, municipality=municipality, language="en", on=dt.date(2026, 1, 1)
        )
    edition: dict[str, Any] = settings["edition"]
    return edition


@pytest.fixture
def master_plan() -> Edition:
    """Existing and future housing on the ground, a future road in a tunnel, a zone without a code."""
    layer = make.layer(kind="zoning", name="kommuneplan", style="no_kommuneplan")
    edition = make.edition(of=layer)
    make.zone(of=edition, i=0, code="1110", field="B1", land_use_status=1)
    make.zone(of=edition, i=1, code="1110", field="B2", land_use_status=2)
    make.zone(of=edition, i=2, code="2010", field="T1", land_use_status=2, vertical_level=1)
    make.zone(of=edition, i=3, code="", field="X1")
    return edition


def test_existing_and_future_are_drawn_and_counted_apart(
    master_plan: Edition, municipality: Municipality
) -> None:
    edition = look(master_plan, municipality)
    fills = [edition["style"][key]["fill"] for key in ("1110", "1110:2")]
    assert fills == ["#ffff99", "#ffff33"]
    assert edition["counts"] == {"1110": 1, "1110:2": 1, "2010:2": 1, "": 1}
    assert edition["style"]["1110:2"]["label"] == "Housing, future"


def test_levels_are_listed_with_what_lies_on_each(master_plan: Edition, municipality: Municipality) -> None:
    edition = look(master_plan, municipality)
    assert edition["levels"] == [(1, "Under the ground"), (2, "On the ground")]
    assert edition["level"] == 2
    assert edition["countsByLevel"] == {1: {"2010:2": 1}, 2: {"": 1, "1110": 1, "1110:2": 1}}


def test_a_plan_on_the_ground_alone_offers_no_level(municipality: Municipality) -> None:
    edition = make.edition(of=make.layer(kind="zoning", style="no_reguleringsplan"))
    make.zone(of=edition)
    assert "levels" not in look(edition, municipality)


def test_names_on_the_map_are_those_of_the_level(browser: Client, master_plan: Edition) -> None:
    address = reverse("planner:edition_labels", args=[master_plan.pk])

    def names(**query: str) -> set[str]:
        answer = browser.get(address, {"box": "-180,-85,180,85", **query}).json()
        return {text for text, _lon, _lat in answer["labels"]}

    assert names() == {"B1", "B2", "T1", "X1"}
    assert names(level="1") == {"T1"}
    assert names(level="2") == {"B1", "B2", "X1"}
    assert browser.get(address, {"box": "0,0,1,1", "level": "x"}).status_code == 400


def test_the_page_of_a_plan_says_what_is_future(browser: Client, master_plan: Edition) -> None:
    page = browser.get(reverse("planner:layer", args=[master_plan.layer_id])).content.decode()
    assert "Housing, future" in page
    assert "Without a code" in page
    assert "1110:2</span>" not in page
