"""Searching for where it is: by keyboard and screen reader, without a network, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point
from django.db import connection
from playwright.sync_api import BrowserContext, Page, expect

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests import factories
from tests.browser.citizen import consultation as consultation
from tests.browser.citizen import write
from tests.browser.conftest import Complaints

SMALL = {"width": 360, "height": 640}
LON, LAT = factories.middle(1)
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def named(consultation: Consultation) -> Consultation:
    """Two house numbers in a street of 400 m, and a named place, all in the second committee."""
    owner = consultation.municipality.code
    with connection.cursor() as cursor:  # an id that pages write as 12 346 if they are let
        cursor.execute("SELECT setval(pg_get_serial_sequence('layers_searchentry', 'id'), 12345)")
    street = LineString((LON - 0.004, LAT), (LON + 0.003, LAT), srid=4326)
    houses = [(f"Storgata {n}", Point(LON + n * 0.0002, LAT, srid=4326)) for n in (1, 2)]
    bay = Point(LON, LAT + 0.002, srid=4326)
    for kind, features in {
        "address": houses, "street": [("Storgata", street)], "place": [("Ståbbevik", bay)],
    }.items():  # fmt: skip
        layer = factories.layer(owner=owner, kind=kind)
        factories.named_features(factories.edition(of=layer), *features)
        if kind == "place":
            consultation.base_layers.add(layer)
    return consultation


def opened(new_context: NewContext, consultation: Consultation, **options: Any) -> Page:
    page = new_context(viewport=SMALL, has_touch=True, locale="en", **options).new_page()
    page.goto(f"/c/{consultation.slug}/")
    return page


def sent(page: Page) -> Contribution:
    write(page)
    page.locator("#send").click()
    expect(page.locator("#receipt-code")).not_to_be_empty()
    return Contribution.objects.get()


def test_a_keyboard_finds_a_house_and_it_is_sent_as_an_address(
    new_context: NewContext, named: Consultation
) -> None:
    page = opened(new_context, named)
    field = page.get_by_role("combobox", name="Search for an address, street or named place")
    field.focus()
    field.press_sequentially("storgta 2")
    expect(page.locator("#search")).to_match_aria_snapshot("""
      - search:
        - combobox "Search for an address, street or named place" [expanded] [active]: storgta 2
        - listbox "Address, street or place":
          - option "Storgata 2 Address · Utvalg B"
        - status: 1 match
    """)
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "search-option-0")
    expect(page.locator("[aria-selected=true]")).to_contain_text("Storgata 2")
    field.press("Enter")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(page.locator("#hint")).to_have_text("The map shows Storgata 2.")
    expect(page.locator("#here")).to_contain_text("Utvalg B")
    page.locator("#put-pin").press("Enter")
    expect(page.locator("#chosen-words")).to_have_text("Storgata 2, Utvalg B")
    contribution = sent(page)
    assert (contribution.placed_by, contribution.accuracy_m) == ("address", None)
    assert contribution.geom is not None
    assert contribution.geom.coords == pytest.approx((LON + 0.0004, LAT), abs=1e-5)


def test_a_street_keeps_its_extent_until_the_map_is_moved(
    new_context: NewContext, named: Consultation
) -> None:
    page = opened(new_context, named)
    page.locator("#search-field").fill("storgata")
    page.locator(".search__option").first.tap()
    expect(page.locator("#hint")).to_contain_text("reaches 200 metres from the crosshair")
    page.locator("#map").press("ArrowDown")
    page.locator("#map").press("ArrowUp")
    page.locator("#put-pin").tap()
    contribution = sent(page)
    assert contribution.placed_by == "list"
    assert contribution.accuracy_m == pytest.approx(200, abs=5)


def test_enter_does_not_wait_for_the_list_and_escape_leaves(
    new_context: NewContext, named: Consultation
) -> None:
    page = opened(new_context, named)
    field = page.locator("#search-field")
    field.focus()
    page.wait_for_load_state("networkidle")
    field.press_sequentially("stå")
    field.press("Enter")
    expect(page.locator("#hint")).to_have_text("The map shows Ståbbevik.")
    field.fill("stor")
    expect(page.get_by_role("listbox")).to_be_visible()
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(field).to_have_value("stor")
    field.press("Escape")
    expect(field).to_have_value("")
    field.fill("xqzw")
    expect(page.locator(".search__note")).to_contain_text("Nothing here is called that.")


def test_what_was_typed_last_is_what_the_list_is_about(new_context: NewContext, named: Consultation) -> None:
    page = opened(new_context, named)
    field = page.locator("#search-field")
    field.fill("sto")
    with page.expect_request("**/names?*"):
        pass
    field.fill("stå")
    expect(page.locator(".search__option")).to_have_count(1)
    expect(page.locator(".search__option")).to_contain_text("Ståbbevik")


def test_without_a_network_the_page_searches_its_own_list(
    new_context: NewContext, named: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("net::ERR")
    page = opened(new_context, named)
    field = page.locator("#search-field")
    field.focus()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    field.fill("stå")
    expect(page.locator(".search__option")).to_have_text(["Ståbbevik Named place"])
    expect(page.locator(".search__note")).to_contain_text("You are offline")
    field.press("Enter")
    expect(page.locator("#hint")).to_have_text("The map shows Ståbbevik.")


def test_without_scripts_a_list_to_choose_from(
    new_context: NewContext, named: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("status of 422")
    page = opened(new_context, named, java_script_enabled=False)
    page.locator("#id_q").fill("storgata")
    page.locator("#id_q").press("Enter")
    page.get_by_label("Storgata Utvalg B").check()
    page.locator(".tile:has([value=lys])").click()
    page.locator("#send").click()  # a text is missing: what was chosen is still there
    expect(page.get_by_label("Storgata Utvalg B")).to_be_checked()
    page.locator("#id_text").fill("Her er det mørkt.")
    page.locator("#send").click()
    expect(page.locator(".status__code")).to_be_visible()
    contribution = Contribution.objects.get()
    assert contribution.placed_by == "list"
    assert contribution.accuracy_m == pytest.approx(200, abs=5)


def test_where_there_is_nothing_to_search_there_is_no_field(
    new_context: NewContext, consultation: Consultation
) -> None:
    page = opened(new_context, consultation)
    expect(page.locator("#put-pin")).to_be_visible()
    expect(page.locator("#search-field, #id_q")).to_have_count(0)
