"""Where a contribution is: chosen by somebody, known well enough, said on the map. Back is a step back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests import factories
from tests.browser.citizen import consultation as consultation
from tests.browser.citizen import open_at, write

SMALL = {"width": 360, "height": 640}
NewContext = Callable[..., BrowserContext]


def at_position(new_context: NewContext, *, accuracy: float, **options: Any) -> Page:
    lon, lat = factories.middle(1)
    position = {"longitude": lon, "latitude": lat, "accuracy": accuracy}
    return new_context(
        viewport=SMALL, has_touch=True, geolocation=position, permissions=["geolocation"], **options
    ).new_page()


def step(page: Page) -> str:
    return str(page.evaluate("document.getElementById('consultation').dataset.step"))


def is_inside(page: Page, inner: str, outer: str) -> bool:
    boxes = [page.locator(name).bounding_box() for name in (inner, outer)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    return all(
        boxes[1][at] <= boxes[0][at] and boxes[0][at] + boxes[0][size] <= boxes[1][at] + boxes[1][size]
        for at, size in (("x", "width"), ("y", "height"))
    )


def test_a_map_that_nobody_touched_places_no_pin(new_context: NewContext, consultation: Consultation) -> None:
    page = new_context(viewport=SMALL, has_touch=True).new_page()
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#here")).to_contain_text("Utvalg A")
    asks = page.locator("#put-pin").inner_text()
    page.locator("#put-pin").tap()
    assert step(page) == "where"
    expect(page.locator("#map")).to_be_focused()
    assert is_inside(page, "#hint", "#map")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#put-pin")).not_to_have_text(asks)
    expect(page.locator("#hint")).to_be_empty()
    page.locator("#put-pin").tap()
    expect(page.locator("#consultation")).to_have_attribute("data-step", "what")


@pytest.mark.parametrize("gesture", ["tap", "tap in the middle", "drag"])
def test_a_tap_or_a_drag_makes_it_a_place(
    new_context: NewContext, consultation: Consultation, gesture: str
) -> None:
    page = new_context(viewport=SMALL, has_touch=True).new_page()
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#here")).to_contain_text("Utvalg A")
    asks = page.locator("#put-pin").inner_text()
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if gesture == "tap":
        page.touchscreen.tap(x - 40, y)
    elif gesture == "tap in the middle":
        page.touchscreen.tap(x, y)
    else:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 8, y, steps=4)
        page.mouse.up()
    expect(page.locator("#put-pin")).not_to_have_text(asks)


@pytest.mark.parametrize("language", ["nb", "nn", "sv", "da", "en"])
@pytest.mark.parametrize("accuracy", [None, 180, 2000])
def test_what_is_said_on_the_map_leaves_the_crosshair_free(
    new_context: NewContext, consultation: Consultation, language: str, accuracy: float | None
) -> None:
    page = at_position(new_context, accuracy=accuracy or 10, locale=language)
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#here")).to_contain_text("Utvalg A")
    if accuracy:
        before = page.locator("#hint").inner_text()
        page.locator("#locate").tap()
        expect(page.locator("#hint")).not_to_have_text(before)
        page.wait_for_timeout(500)
    if accuracy == 180:  # what lay under the crosshair before goes when the map has come to rest
        expect(page.locator("#here")).to_contain_text("Utvalg B")
    words = page.locator(".stage__words").bounding_box()
    crosshair = page.locator("#crosshair").bounding_box()
    assert words is not None
    assert crosshair is not None
    assert words["y"] + words["height"] <= crosshair["y"] + crosshair["height"] / 2 - 8


def test_zooming_alone_chooses_no_place(new_context: NewContext, consultation: Consultation) -> None:
    page = new_context(viewport=SMALL, has_touch=True).new_page()
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#here")).to_contain_text("Utvalg A")
    asks = page.locator("#put-pin").inner_text()
    page.locator(".map-zoom button").first.tap()
    page.wait_for_timeout(300)
    expect(page.locator("#put-pin")).to_have_text(asks)


def test_a_rough_position_is_said_in_words_and_travels(
    new_context: NewContext, consultation: Consultation
) -> None:
    page = at_position(new_context, accuracy=180)
    page.goto(f"/c/{consultation.slug}/")
    page.locator("#locate").tap()
    expect(page.locator("#hint")).to_contain_text("180 meter")
    assert is_inside(page, "#hint", "#map")
    expect(page.locator("#here")).to_contain_text("Utvalg B")
    page.locator("#put-pin").tap()
    expect(page.locator("#chosen-note")).to_contain_text("180 meter")
    write(page)
    page.locator("#send").tap()
    expect(page.locator("#receipt-code")).not_to_be_empty()
    pin = Contribution.objects.get()
    assert (pin.placed_by, pin.accuracy_m) == ("gps", 180)


def test_a_position_within_two_kilometres_is_no_point(
    new_context: NewContext, consultation: Consultation
) -> None:
    page = at_position(new_context, accuracy=2000)
    page.goto(f"/c/{consultation.slug}/")
    page.locator("#locate").tap()
    expect(page.locator("#hint")).to_contain_text("2 kilometer")
    for _press in range(4):  # closer, and then still no pin
        page.locator("#put-pin").tap()
        page.wait_for_timeout(200)
    assert step(page) == "where"
    page.locator("#map").press("ArrowUp")
    page.locator("#put-pin").tap()
    write(page)
    page.locator("#send").tap()
    expect(page.locator("#receipt-code")).not_to_be_empty()
    pin = Contribution.objects.get()
    assert (pin.placed_by, pin.accuracy_m) == ("map", None)


@pytest.mark.parametrize("accuracy", [600, 2000])
def test_centring_the_map_on_a_rough_position_is_nobodys_choice(
    new_context: NewContext, consultation: Consultation, accuracy: float
) -> None:
    page = at_position(new_context, accuracy=accuracy)
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#here")).to_contain_text("Utvalg A")
    page.locator("#locate").tap()
    expect(page.locator("#hint")).to_contain_text("± ")
    rough = page.locator("#hint").inner_text()
    page.wait_for_timeout(1500)  # the map has come to rest
    for _press in range(4):
        page.locator("#put-pin").tap()
        page.wait_for_timeout(500)
    assert step(page) == "where"
    assert page.locator("#hint").inner_text().strip() == rough
    page.locator("#map").tap(position={"x": 180, "y": 200})
    expect(page.locator("#hint")).to_be_empty()
    page.locator("#put-pin").tap()
    expect(page.locator("#consultation")).to_have_attribute("data-step", "what")


def test_being_brought_inside_the_area_is_nobodys_choice(
    new_context: NewContext, consultation: Consultation
) -> None:
    lon, lat = factories.middle(1)
    outside = {"longitude": lon, "latitude": lat + 0.02, "accuracy": 900}
    page = new_context(
        viewport=SMALL, has_touch=True, geolocation=outside, permissions=["geolocation"]
    ).new_page()
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#here")).to_contain_text("Utvalg A")
    page.locator("#locate").tap()
    expect(page.locator("#here")).not_to_contain_text("Utvalg")
    for _press in range(4):
        page.locator("#put-pin").tap()
        page.wait_for_timeout(700)
    expect(page.locator("#here")).to_contain_text("Utvalg")
    assert step(page) == "where"


def test_what_was_said_of_a_place_goes_with_it(new_context: NewContext, consultation: Consultation) -> None:
    page = at_position(new_context, accuracy=18)
    page.goto(f"/c/{consultation.slug}/")
    page.locator("#locate").tap()
    expect(page.locator("#hint")).to_contain_text("18 meter")
    page.locator("#map").press("ArrowLeft")
    expect(page.locator("#hint")).to_be_empty()


def test_back_is_the_step_before_and_keeps_the_text(phone: Page, consultation: Consultation) -> None:
    open_at(phone, consultation)
    phone.locator("#put-pin").tap()
    write(phone)
    phone.go_back()
    expect(phone.locator("#put-pin")).to_be_visible()
    assert step(phone) == "where"
    phone.go_forward()
    expect(phone.locator("#id_text")).to_have_value("Her er det mørkt.")
    phone.locator("#send").tap()
    expect(phone.locator("#receipt-code")).not_to_be_empty()
    phone.go_back()
    expect(phone.locator("#put-pin")).to_be_visible()
    assert step(phone) == "where"
    phone.go_forward()
    expect(phone.locator("#receipt")).to_be_visible()
    phone.wait_for_timeout(300)
    assert Contribution.objects.count() == 1


def test_back_from_the_first_step_leaves_the_page(phone: Page, consultation: Consultation) -> None:
    phone.goto("/")
    open_at(phone, consultation)
    phone.locator("#put-pin").tap()
    phone.locator("#move-pin").tap()
    expect(phone.locator("#put-pin")).to_be_visible()
    phone.go_back()
    assert phone.url.endswith("/")
    assert "/c/" not in phone.url


@pytest.mark.parametrize("button", ["#move-pin", "#add-another"])
def test_a_double_press_back_to_the_map_stays_on_the_page(
    phone: Page, consultation: Consultation, button: str
) -> None:
    phone.goto("/")
    open_at(phone, consultation)
    phone.locator("#put-pin").tap()
    expect(phone.locator("#consultation")).to_have_attribute("data-step", "what")
    if button == "#add-another":
        write(phone)
        phone.locator("#send").tap()
        expect(phone.locator("#receipt-code")).not_to_be_empty()
        expect(phone.locator(button)).to_be_enabled()
    phone.locator(button).evaluate("node => { node.click(); node.click(); node.click(); }")
    expect(phone.locator("#put-pin")).to_be_visible()
    phone.wait_for_timeout(500)
    assert "/c/" in phone.url
    assert step(phone) == "where"
    phone.locator("#put-pin").tap()
    expect(phone.locator("#consultation")).to_have_attribute("data-step", "what")
    phone.locator("#move-pin").tap()  # and once more: a way back that is over is no hindrance
    expect(phone.locator("#put-pin")).to_be_visible()


def test_what_the_plan_says_stands_under_the_crosshair_and_in_the_receipt(
    phone: Page, consultation: Consultation
) -> None:
    open_at(phone, consultation)
    expect(phone.locator("#here .here__rule")).to_have_text("Inntil fire etasjer.")
    words = phone.locator("#here .here__land").inner_text()
    assert words.index("B1") > 2, f"{words}: the code comes after the words"
    phone.locator("#put-pin").tap()
    write(phone)
    phone.locator("#send").tap()
    expect(phone.locator("#receipt-rule")).to_contain_text("Inntil fire etasjer.")


def test_what_is_chosen_is_seen_in_forced_colours(
    new_context: NewContext, consultation: Consultation
) -> None:
    page = new_context(forced_colors="active").new_page()
    open_at(page, consultation)
    page.locator("#put-pin").click()
    write(page)
    edges = [
        page.locator(f".tile:has([value={theme}])").evaluate("node => getComputedStyle(node).outlineStyle")
        for theme in ("lys", "lek")
    ]
    assert edges[0] != "none"
    assert edges[1] == "none"


def test_six_thousand_pasted_characters_are_all_there_and_the_limit_is_said(
    phone: Page, consultation: Consultation
) -> None:
    open_at(phone, consultation)
    phone.locator("#put-pin").tap()
    write(phone, text="x" * 6000)
    note = phone.locator("#field-text .field__note[role=status]")
    expect(note).to_contain_text("6\u00a0000")
    phone.locator("#send").tap()
    expect(phone.locator("#text-error")).to_contain_text("6\u00a0000")
    assert phone.locator("#id_text").evaluate("field => field.value.length") == 6000
    assert not Contribution.objects.exists()
    phone.locator("#id_text").fill("x" * 4990)
    expect(note).to_contain_text("4\u00a0990")
    phone.locator("#send").tap()
    expect(phone.locator("#receipt-code")).not_to_be_empty()
