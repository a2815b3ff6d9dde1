"""The planner's page on a desk, a phone and paper: nothing is cut, out of sight or without its legend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from layers.population import attaching
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots.models import Run
from tests.browser.test_planner import (  # noqa: F401 (the first three are fixtures)
    box_of,
    consultation,
    open_board,
    planner,
    signed_in,
)
from tests.factories import NOON

PHONE = {"width": 360, "height": 640}


def test_no_column_of_the_committee_table_is_cut(
    consultation: Consultation,  # noqa: F811
    signed_in: Callable[..., Page],  # noqa: F811
    tmp_path: Path,
) -> None:
    edition = Run.objects.get().boundary_edition
    assert edition is not None
    (tmp_path / "p.csv").write_text("kode;total\nA;21500\nB;3974\n", encoding="utf-8")
    attaching.load(tmp_path / "p.csv", edition=edition, year=2025, source="SSB", at=NOON)
    for locale, viewport in (("nb-NO", {"width": 1280, "height": 900}), ("da-DK", PHONE)):
        page = signed_in(locale=locale, viewport=viewport)
        open_board(page, consultation, "?tab=areas")
        expect(page.locator("#areas thead th")).to_have_count(5)
        edge = page.locator(".table-frame").evaluate("node => node.getBoundingClientRect().right")
        for cell in page.locator("#areas :is(th, td)").all():
            right, wanted, room = cell.evaluate(
                "node => [node.getBoundingClientRect().right, node.scrollWidth, node.clientWidth]"
            )
            assert right <= edge + 0.5
            assert wanted <= room, cell.inner_text()


def test_on_a_phone_a_comment_of_the_list_shows_its_spot_and_leads_back(
    consultation: Consultation,  # noqa: F811
    signed_in: Callable[..., Page],  # noqa: F811
) -> None:
    page = signed_in(locale="en-GB", viewport=PHONE)
    open_board(page, consultation, "?tab=list")
    line = page.locator("#list .comment").last
    code = line.locator(".comment__code").inner_text()
    line.click()
    sheet = page.locator("#sheet")
    expect(sheet).to_be_focused()
    expect(sheet).to_contain_text(code)
    map_box, sheet_box = box_of(page, "#map"), box_of(page, "#sheet")
    assert 0 <= map_box["y"] < map_box["bottom"] <= sheet_box["y"] < sheet_box["bottom"] <= 640
    sheet.get_by_role("button", name="Back to the list").click()
    expect(sheet).to_be_hidden()
    expect(line).to_be_focused()
    expect(line).to_be_in_viewport()
    # who steps by key reads on in the list
    page.keyboard.press("k")
    expect(page.locator("#list .comment").nth(-2)).to_be_focused()
    expect(sheet).to_be_hidden()


def test_a_print_says_of_when_and_of_what_it_is_and_what_the_colours_mean(
    consultation: Consultation,  # noqa: F811
    signed_in: Callable[..., Page],  # noqa: F811
) -> None:
    page = signed_in(locale="en-GB")
    open_board(page, consultation, "?theme=lek")
    expect(page.locator("#as-of")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator("#as-of")).to_contain_text("The comments as they were on")
    expect(page.locator("#filter-words")).to_have_text("Theme: lek")
    expect(page.locator("#no-filter")).to_be_hidden()
    # as where there are too many to draw each
    legend_top = page.locator("#heat-legend").evaluate(
        "node => { node.hidden = false; return node.getBoundingClientRect().top; }"
    )
    assert legend_top >= box_of(page, "#map")["bottom"]
    page.locator("#clear").evaluate("button => button.click()")
    expect(page.locator("#no-filter")).to_be_visible()
