"""A layer's pages by hand: looked at, published, withdrawn, undone; on a phone, by keyboard, scriptless."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from layers.models import Edition, Layer, Succession
from mapdialog.people.models import Municipality
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE
from tests.layers.editions.test_documents import PDF

LONG = "Et svært langt navn på et nærmiljøutvalg som ingen har kortet ned"


@pytest.fixture
def municipality() -> Municipality:
    return factories.municipality(code="NO-4012")


@pytest.fixture
def committees(municipality: Municipality) -> Layer:
    """Two editions; B may have become B or C."""
    layer = factories.layer(name="committees", titles={"nb": "Nærmiljøutvalg", "en": "Committees"})
    old = factories.areas(of=factories.edition(of=layer, valid_to=dt.date(2026, 1, 1), feature_count=2))
    new = factories.areas(
        of=factories.edition(of=layer, valid_from=dt.date(2026, 1, 1), feature_count=3), n=3
    )
    new[2].name = LONG
    new[2].save()
    for successor, share in ((new[1], 0.62), (new[2], 0.38)):
        Succession.objects.create(
            predecessor=old[1],
            successor=successor,
            share_of_predecessor=share,
            share_of_successor=1,
            origin="overlap",
            state="proposed",
        )
    return layer


@pytest.fixture
def plan(municipality: Municipality) -> Layer:
    layer = factories.layer(
        name="plan", kind="zoning", style="no_reguleringsplan", titles={"nb": "Planen", "en": "The plan"}
    )
    edition = factories.edition(of=layer, feature_count=60)
    for i in range(60):
        factories.zone(of=edition, i=i % 4, field=f"B{i + 1}", code=("1110", "H320")[i % 2])
    return layer


@pytest.fixture
def signed_in(page_of: Callable[..., Page], municipality: Municipality) -> Callable[..., Page]:
    """A page of a context that holds a planner's session."""
    return partial(page_of, factories.user(role="planner", of=municipality, name="Kari"), locale="en-GB")


def ready(page: Page) -> None:
    expect(page.locator("#map[data-ready]")).to_be_attached()


def test_an_edition_is_withdrawn_and_undone_by_keyboard(
    committees: Layer, signed_in: Callable[..., Page]
) -> None:
    page = signed_in()
    page.goto(f"/planner/layers/{committees.pk}/")
    page.get_by_role("link", name="Withdraw").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Edition 1 is in force instead")).to_be_visible()
    page.get_by_role("button", name="Withdraw").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Edition 2 was withdrawn")
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Edition 2 was restored")
    assert Edition.objects.get(layer=committees, number=2).state == "standing"


def test_a_line_of_the_list_is_shown_on_the_map(plan: Layer, signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto(f"/planner/layers/{plan.pk}/")
    ready(page)
    expect(page.locator("#legend")).to_contain_text("1110")
    expect(page.locator("#legend .swatch")).to_have_count(2)
    page.get_by_role("button", name="Show on the map B1", exact=True).click()
    expect(page.locator("#map")).to_be_in_viewport()


def test_one_vertical_level_at_a_time(
    plan: Layer, signed_in: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    edition = plan.editions.get()
    factories.zone(of=edition, i=5, code="2011", field="T1", vertical_level=1)
    page = signed_in()
    page.goto(f"/planner/layers/{plan.pk}/")
    ready(page)
    expect(page.get_by_label("On the ground")).to_be_checked()
    expect(page.locator("#legend")).not_to_contain_text("2011")
    page.get_by_label("On the ground").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#legend .swatch")).to_have_count(1)
    expect(page.locator("#legend")).to_contain_text("2011")
    page.get_by_role("button", name="Show on the map B1", exact=True).click()
    expect(page.get_by_label("On the ground")).to_be_checked()
    expect(page.locator("#legend")).not_to_contain_text("2011")
    assert axe(page) == []


def test_a_successor_is_shown_confirmed_and_reopened(
    committees: Layer, signed_in: Callable[..., Page]
) -> None:
    page = signed_in()
    page.goto(f"/planner/layers/{committees.pk}/successions/")
    ready(page)
    page.get_by_role("button", name="Show on the map Utvalg B").click()
    page.get_by_role("button", name="Confirm").first.click()
    expect(page.get_by_role("status").first).to_contain_text("Confirmed: B became B.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Confirm")).to_have_count(2)


def test_a_table_of_provisions_comes_in_and_a_document_is_attached_without_scripts(
    plan: Layer, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(java_script_enabled=False)
    page.goto(f"/planner/layers/{plan.pk}/provisions/")
    page.get_by_role("link", name="Upload a table").click()
    table = "field;text;plain_nb\nB1;§ 1;Boliger\n".encode()
    page.get_by_label("File").set_input_files([{"name": "t.csv", "mimeType": "text/csv", "buffer": table}])
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Save the texts of 1 field").click()
    expect(page.get_by_role("row", name="B1 ").first).to_contain_text("Boliger")
    page.goto(f"/planner/layers/{plan.pk}/documents/")
    page.get_by_label("PDF").set_input_files(
        [{"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    page.get_by_role("button", name="Attach").click()
    expect(page.get_by_role("link", name="plan.pdf")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="plan.pdf").click()
    assert download.value.suggested_filename == "plan.pdf"
    assert download.value.path().read_bytes() == PDF


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_rule_is_broken_and_nothing_is_wider_than_the_screen(
    committees: Layer,
    plan: Layer,
    signed_in: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    size: dict,
) -> None:
    page = signed_in(viewport=size)
    newest = committees.editions.get(number=2)
    for path in (
        "",
        f"{committees.pk}/",
        f"{committees.pk}/successions/",
        f"{committees.pk}/log/",
        f"{committees.pk}/describe/",
        f"editions/{newest.pk}/withdraw/",
        f"editions/{newest.pk}/report/",
        f"{plan.pk}/",
        f"{plan.pk}/provisions/",
        f"{plan.pk}/provisions/write/?field=B1",
        f"{plan.pk}/provisions/import/",
        f"{plan.pk}/documents/",
    ):
        page.goto(f"/planner/layers/{path}")
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], path
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path


def test_what_can_be_pressed_is_large_enough_for_a_finger(
    committees: Layer, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(f"/planner/layers/{committees.pk}/")
    small = page.locator("main").evaluate(
        "main => [...main.querySelectorAll('button, input:not([type=hidden]), .layer-nav a, a.action')]"
        ".filter(node => node.offsetParent && node.getBoundingClientRect().height < 44)"
        ".map(node => node.outerHTML.slice(0, 80))"
    )
    assert small == []
