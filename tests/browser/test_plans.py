"""Plans as people see them: patterns without seams, one vertical level at a time, two plans side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from layers.models import Layer
from mapdialog.dialogue.models import Alternative, Consultation
from tests import factories
from tests.browser.conftest import PHONE

# One canvas of 512 pixels and four tiles of 256 put together: the same, pixel by pixel.
SEAMS = """async ({style, scale}) => {
    const {fillStyle} = await import('mapdialog/map/patterns.js');
    const paint = size => {
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = size * scale;
        const context = canvas.getContext('2d', {willReadFrequently: true});
        context.scale(scale, scale);
        context.fillStyle = fillStyle(context, style, scale);
        context.fillRect(0, 0, size, size);
        return context;
    };
    const whole = paint(512).getImageData(0, 0, 512 * scale, 512 * scale).data;
    const tile = paint(256).getImageData(0, 0, 256 * scale, 256 * scale).data;
    const side = 256 * scale;
    let differing = 0;
    const inks = new Set();
    for (let y = 0; y < 2 * side; y++) for (let x = 0; x < 2 * side; x++) {
        const at = 4 * (y * 2 * side + x);
        const inTile = 4 * ((y % side) * side + (x % side));
        if ([0, 1, 2, 3].some(part => Math.abs(whole[at + part] - tile[inTile + part]) > 2)) differing++;
        if (whole[at + 3] > 60) inks.add(whole.slice(at, at + 3).join());
    }
    return {differing, inks: inks.size};
}"""


def plan(*, of: str, name: str, level: int = 2) -> Layer:
    layer = factories.layer(owner=of, kind="zoning", name=name, style="no_reguleringsplan")
    edition = factories.edition(of=layer)
    factories.zone(of=edition, code="1110" if name == "a" else "3040")
    factories.zone(of=edition, code="2011", vertical_level=level, field="Tunnel", i=0 if level == 1 else 1)
    return layer


@pytest.fixture
def consultation() -> Consultation:
    municipality = factories.municipality()
    made = factories.consultation(municipality=municipality)
    for order, (key, level) in enumerate((("a", 1), ("b", 2))):
        Alternative.objects.create(
            consultation=made,
            key=key,
            name={"nb": f"Alternativ {key.upper()}: ordene"},
            layer=plan(of=municipality.code, name=key, level=level),
            order=order,
        )
    return made


@pytest.fixture
def planner(page_of: Callable[..., Page], consultation: Consultation) -> Callable[..., Page]:
    """A planner's page of English words, on a screen as asked for."""
    return partial(page_of, factories.user(role="planner", of=consultation.municipality), locale="en")


def board(page: Page, consultation: Consultation, query: str = "") -> None:
    page.goto(f"/planner/c/{consultation.slug}/{query}")
    expect(page.locator("#board[data-ready]")).to_be_attached()


@pytest.mark.parametrize("scale", [1, 1.25, 2, 3])
def test_patterns_run_on_from_tile_to_tile(
    planner: Callable[..., Page], consultation: Consultation, scale: float
) -> None:
    page = planner()
    board(page, consultation)
    hatches = [
        "diagonal-45",
        "diagonal-300",
        "diagonal-315",
        "diagonal-330",
        "horizontal",
        "vertical",
        "cross",
    ]
    looks = [
        {"pattern": name, "patternStep": step} for name in [*hatches, "grid", "dots"] for step in (16, 32)
    ]
    looks += [{"pattern": name, "patternStep": 32, "fill": "#ccffcc"} for name in ("house", "cabin", "works")]
    looks += [{"fill": "#ffff00", "stripes": ["#ffff00", "#ccccff"]}]
    looks += [{"fill": "#ffff00", "stripes": ["#ffff00", "#ccccff", "#cc99ff"]}]
    for style in looks:
        seams = page.evaluate(SEAMS, {"style": style, "scale": scale})
        assert seams["differing"] == 0, (style, seams)
        assert seams["inks"] >= 1, style


def test_a_resident_sees_one_level_at_a_time(
    new_context: Callable[..., BrowserContext], consultation: Consultation
) -> None:
    phone = new_context(locale="en", viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    phone.goto(f"/c/{consultation.slug}/")
    levels = phone.locator("#levels")
    expect(levels.get_by_role("radio")).to_have_count(2)
    expect(levels.get_by_label("On the ground")).to_be_checked()
    phone.locator(".legend-box > summary").tap()
    expect(phone.locator("#legend .legend__code")).to_have_text(["1110"])
    levels.locator("label", has_text="Under the ground").tap()
    expect(phone.locator("#legend .legend__code")).to_have_text(["2011"])
    phone.locator("#alternatives label", has_text="Alternativ B").tap()
    expect(levels).to_be_hidden()


def test_the_planners_level_is_in_the_address(
    planner: Callable[..., Page], consultation: Consultation
) -> None:
    page = planner()
    board(page, consultation)
    page.get_by_role("group", name="Level of the plan").get_by_label("Under the ground").check()
    expect(page).to_have_url(re.compile("level=1"))
    page.locator("#legend-box > summary").click()
    expect(page.locator("#legend .legend__code")).to_have_text(["2011"])
    page.reload()
    expect(page.get_by_label("Under the ground")).to_be_checked()


def test_two_plans_side_by_side_show_the_same_ground(
    planner: Callable[..., Page], consultation: Consultation
) -> None:
    page = planner()
    board(page, consultation, "?tab=plans")
    expect(page.locator("#plans-table")).to_contain_text("Choose a plan")
    page.get_by_label("Compare with").select_option(label="Alternativ B: ordene")
    expect(page.locator("#map-other .map-tile").first).to_be_attached()
    expect(page).to_have_url(re.compile("beside=b"))
    rows = page.locator("#plans-table tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("Housing")
    page.locator("#map .map-zoom button").first.click()
    before = page.locator("#map-other .map-tile").first.bounding_box()
    page.locator("#map-other").focus()
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("view="))
    assert page.locator("#map-other .map-tile").first.bounding_box() != before
    page.get_by_label("On top of each other").check()
    line = page.get_by_role("slider", name="Where the one plan ends")
    line.focus()
    page.keyboard.press("Home")
    expect(page.locator("#map-other")).to_have_css("clip-path", "inset(0px 0px 0px 0%)")
    expect(page).to_have_url(re.compile("swipe=1"))


def test_side_by_side_is_accessible_on_desk_and_phone(
    planner: Callable[..., Page], consultation: Consultation, axe: Callable[[Page], list[str]]
) -> None:
    for options in ({}, {"viewport": PHONE, "has_touch": True, "is_mobile": True}):
        page = planner(**options)
        board(page, consultation, "?beside=b&tab=plans")
        expect(page.locator("#plans-table tbody tr")).to_have_count(3)
        assert axe(page) == []
        page.goto(f"/c/{consultation.slug}/")
        page.locator(".legend-box > summary").click()
        assert axe(page) == []
