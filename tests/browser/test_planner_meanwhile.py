"""What stands on the planner's page is of the selection and of now: after a filter, and while others work."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests.browser.test_planner import (  # noqa: F401 (the first three are fixtures)
    box,
    box_of,
    consultation,
    open_board,
    planner,
    signed_in,
)
from tests.factories import middle


def tap_on_the_middle(page: Page) -> None:
    at = box_of(page, "#map")
    page.mouse.click(at["left"] + at["width"] / 2, at["top"] + at["height"] / 2)


def test_a_popup_of_the_selection_goes_with_it(
    consultation: Consultation,  # noqa: F811
    signed_in: Callable[..., Page],  # noqa: F811
) -> None:
    lon, lat = middle(1)
    page = signed_in(locale="en-GB")
    open_board(page, consultation, f"?view={lon},{lat},16")
    tap_on_the_middle(page)
    expect(page.locator(".popup")).to_contain_text("selected comments here")
    box(page, "theme", "lys").check()
    expect(page.locator(".map-popup")).to_have_count(0)
    expect(box(page, "theme", "lys")).to_be_focused()
    # a hotspot does not follow the filter, says so, and stays
    page.locator("[data-rank='1']").click()
    expect(page.locator(".popup")).to_contain_text("It does not follow the filter.")
    box(page, "theme", "lys").uncheck()
    expect(page.locator("#count")).to_contain_text("9 of 9")
    expect(page.locator(".map-popup")).to_have_count(1)


def test_on_a_phone_the_words_of_a_selection_go_with_it_too(
    consultation: Consultation,  # noqa: F811
    signed_in: Callable[..., Page],  # noqa: F811
) -> None:
    lon, lat = middle(1)
    page = signed_in(locale="en-GB", viewport={"width": 360, "height": 640})
    open_board(page, consultation, f"?theme=lek&view={lon},{lat},16")
    page.locator("#map").scroll_into_view_if_needed()
    tap_on_the_middle(page)
    expect(page.locator("#sheet")).to_contain_text("selected comments here")
    page.locator("#clear").evaluate("button => button.click()")
    expect(page.locator("#sheet")).to_be_hidden()


def test_what_others_decided_meanwhile_is_counted_everywhere_with_the_next_filter(
    consultation: Consultation,  # noqa: F811
    signed_in: Callable[..., Page],  # noqa: F811
) -> None:
    page = signed_in(locale="en-GB")
    open_board(page, consultation, "?tab=list")
    expect(page.locator("#list .comment")).to_have_count(9)
    first = Contribution.objects.filter(theme__key="lys").order_by("pk")[0]
    Contribution.objects.filter(pk=first.pk).update(state="pending")
    box(page, "state", "published").check()
    expect(page.locator("#list-count")).to_have_text("8 comments")
    expect(page.locator("#count")).to_contain_text("8 of 9 comments are selected: 8 on the map")
    cells = page.locator("#areas [data-cell=n]").all_text_contents()
    assert sum(map(int, cells)) == 8
    box(page, "state", "published").uncheck()
    expect(page.locator("#count")).to_contain_text("9 of 9")


def test_who_clears_the_filter_by_key_goes_on_where_it_begins(
    consultation: Consultation,  # noqa: F811
    signed_in: Callable[..., Page],  # noqa: F811
) -> None:
    page = signed_in()
    open_board(page, consultation, "?theme=lek")
    page.locator("#clear").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#clear")).to_be_hidden()
    expect(page.locator("#filter-panel > summary")).to_be_focused()


def test_a_link_to_nowhere_on_the_globe_shows_the_first_view_and_says_so(
    consultation: Consultation,  # noqa: F811
    signed_in: Callable[..., Page],  # noqa: F811
) -> None:
    page = signed_in(locale="en-GB")
    for view in ("999,999,14", ",,"):
        open_board(page, consultation, f"?view={view}")
        expect(page.locator("#unknown")).to_contain_text(f"Part of the map “{view}”")
        assert "view=0" not in page.url


def test_without_scripts_nothing_is_said_to_be_fetched_and_that_no_filter_holds_is_said(
    consultation: Consultation,  # noqa: F811
    signed_in: Callable[..., Page],  # noqa: F811
) -> None:
    page = signed_in(locale="en-GB", java_script_enabled=False)
    page.goto(f"/planner/c/{consultation.slug}/?theme=lek")
    expect(page.locator("#count")).to_be_hidden()
    expect(page.locator("#filters-title")).to_be_hidden()
    expect(page.locator(".board__head")).to_contain_text("they do not follow the filter of this link")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the comments that the filter selects").click()
    assert len(json.loads(download.value.path().read_text(encoding="utf-8"))["features"]) == 3
    with_scripts = signed_in(locale="en-GB")
    open_board(with_scripts, consultation)
    expect(with_scripts.locator(".no-js")).to_be_hidden()
