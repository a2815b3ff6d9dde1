"""Composing committees by hand: by mouse on the map, by keys in the list, on a phone, and to the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from layers.models import Edition
from layers.population import attaching, current
from tests import factories
from tests.browser.conftest import PHONE
from tests.factories import NOON

TABLE = "kode;0-17;18+;total\nA;1;9;10\nB;2;18;20\nC;3;27;30\n"


@pytest.fixture
def units(tmp_path: Path) -> Edition:
    """Three units in a row, of 10, 20 and 30 people."""
    municipality = factories.municipality()
    layer = factories.layer(owner=municipality.code, name="units", titles={"nb": "Kretser", "en": "Units"})
    edition = factories.edition(of=layer, feature_count=3)
    factories.areas(of=edition, n=3)
    path = tmp_path / "p.csv"
    path.write_text(TABLE, encoding="utf-8")
    attaching.load(path, edition=edition, year=2025, source="SSB", at=NOON)
    return edition


@pytest.fixture
def open_page(units: Edition, page_of: Callable[..., Page]) -> Callable[..., Page]:
    """The page, signed in as a planner, when the units are on the map."""
    municipality = factories.Municipality.objects.get(code=units.layer.owner)
    person = factories.user(role="planner", of=municipality)

    def page(**options: object) -> Page:
        opened = page_of(person, locale="en-GB", **options)
        opened.goto(f"/planner/layers/{units.layer_id}/compose/")
        expect(opened.locator("#map[data-ready]")).to_be_attached()
        return opened

    return page


def click_unit(page: Page, along: float) -> None:
    """A click on the map, `along` of the way from west to east: the units lie side by side across it."""
    node = page.locator("#map")
    node.scroll_into_view_if_needed()
    box = node.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * along, box["y"] + box["height"] / 2)


def committee_of(page: Page, unit: str):
    return page.locator(f"[name=unit-{unit}]")


def sum_of(page: Page, number: int):
    return page.locator(f"#lines [data-number='{number}'] [data-sum]")


def test_clicks_on_the_map_add_people_up_and_are_undone(open_page: Callable[..., Page]) -> None:
    page = open_page()
    click_unit(page, 0.5)
    expect(committee_of(page, "B")).to_have_value("1")
    expect(sum_of(page, 1)).to_contain_text("1 units · 20 people · 2 aged 0–17")
    page.locator("input[name=current][value='2']").check()
    page.get_by_role("checkbox", name="Utvalg A in the current committee").check()
    page.get_by_role("checkbox", name="Utvalg C in the current committee").check()
    expect(sum_of(page, 2)).to_contain_text("2 units · 40 people · 4 aged 0–17")
    expect(page.locator("#lines [data-number='2'] [data-warning]")).to_contain_text("In 2 separate parts")
    expect(page.locator("#left")).to_have_text("Every unit is in a committee.")
    page.locator("#undo").click()
    expect(committee_of(page, "C")).to_have_value("")
    expect(page.locator("#left")).to_contain_text("1 of 3")
    page.locator("#redo").click()
    expect(committee_of(page, "C")).to_have_value("2")
    click_unit(page, 0.5)
    expect(committee_of(page, "B")).to_have_value("2")
    expect(page.locator("#lines [data-number='2'] [data-warning]")).to_be_hidden()


def test_by_keys_alone_to_a_saved_edition_and_back(open_page: Callable[..., Page], units: Edition) -> None:
    page = open_page()
    page.locator("[name=code-1]").focus()
    page.keyboard.type("N")
    page.keyboard.press("Tab")
    page.keyboard.type("Nord")
    for unit in "AB":
        page.locator(f"[data-unit={unit}] [data-tick]").focus()
        page.keyboard.press("Space")
    expect(committee_of(page, "A").locator("option:checked")).to_have_text("1 N Nord")
    page.keyboard.press("Control+z")
    expect(committee_of(page, "B")).to_have_value("")
    page.keyboard.press("Control+Shift+z")
    page.locator("[name=name]").focus()
    page.keyboard.type("nu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="nu: draft")).to_be_visible()
    expect(page.locator("main")).to_contain_text("1 unit is in no committee: Utvalg C")
    page.locator("[name=valid_from]").fill("2026-06-01")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Edition 1 was saved")).to_be_visible()
    saved = Edition.objects.get(layer__name="nu")
    assert (saved.state, saved.valid_from) == ("standing", dt.date(2026, 6, 1))
    assert saved.areas.get().properties == {"units": ["A", "B"]}
    assert current.figures_of(saved).report["total"] == 30
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="withdrawn")).to_be_visible()


def test_what_was_clicked_is_kept_when_the_page_is_left(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.locator("[name=code-1]").fill("N")
    page.get_by_role("checkbox", name="Utvalg A in the current committee").check()
    page.reload()
    expect(page.locator("#map[data-ready]")).to_be_attached()
    expect(committee_of(page, "A")).to_have_value("")
    page.get_by_role("button", name="Go on with it").click()
    expect(committee_of(page, "A")).to_have_value("1")
    expect(page.locator("[name=code-1]")).to_have_value("N")
    page.reload()
    page.get_by_role("button", name="Discard it").click()
    page.reload()
    expect(page.locator("#map[data-ready]")).to_be_attached()
    expect(page.locator("#kept")).to_be_hidden()


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    open_page: Callable[..., Page], units: Edition, axe: Callable[[Page], list[str]], viewport: object
) -> None:
    page = open_page(**({"viewport": viewport} if viewport else {}))
    page.get_by_role("checkbox", name="Utvalg A in the current committee").check()
    assert axe(page) == []
    page.goto(f"/planner/layers/{units.layer_id}/population/")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"/planner/layers/{units.layer_id}/compose/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("[name=name]").fill("nu")
    page.get_by_role("button", name="Go on with it").click()
    page.get_by_role("button", name="Make a draft").click()
    expect(page.get_by_role("heading", name="nu: draft")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_it_is_a_form(
    open_page: Callable[..., Page], new_context: Callable[..., BrowserContext]
) -> None:
    cookies = open_page().context.cookies()
    context = new_context(locale="en-GB", java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    units = Edition.objects.get(layer__name="units")
    page.goto(f"/planner/layers/{units.layer_id}/compose/")
    page.locator("[name=code-1]").fill("N")
    committee_of(page, "A").select_option("1")
    page.locator("[name=name]").fill("nu")
    page.get_by_role("button", name="Make a draft").click()
    expect(page.get_by_role("heading", name="nu: draft")).to_be_visible()
    expect(page.locator("main")).to_contain_text("2 units are in no committee")
