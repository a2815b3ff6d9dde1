"""A resident's way through the page in a real browser: phone, keyboard, without scripts, without network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation, Question
from tests import factories
from tests.browser.citizen import consultation as consultation
from tests.browser.citizen import open_at, write
from tests.browser.conftest import Complaints
from tests.browser.placing import put_pin

PHONE = {"width": 390, "height": 844}


def test_a_pin_in_five_taps_without_a_drag(phone: Page, consultation: Consultation) -> None:
    phone.goto(f"/c/{consultation.slug}/")
    phone.locator("#map").tap(position={"x": 150, "y": 150})
    expect(phone.locator("#put-pin")).to_have_text("Sett punktet her")
    phone.locator("#put-pin").tap()
    phone.locator(".tile:has([value=lys])").tap()
    phone.locator("#id_text").tap()
    phone.keyboard.type("Her er det mørkt.")
    phone.locator("#send").tap()
    expect(phone.locator("#receipt-code")).not_to_be_empty()
    pin = Contribution.objects.get()
    assert pin.text == "Her er det mørkt."
    assert pin.placed_by == "map"
    assert pin.geom is not None
    assert consultation.area is not None
    assert consultation.area.contains(pin.geom)
    assert pin.hits.count() == 2
    assert phone.locator("#receipt-code").inner_text() == pin.code


def test_the_button_is_in_the_first_view_of_a_phone(phone: Page, consultation: Consultation) -> None:
    open_at(phone, consultation)
    box = phone.locator("#put-pin").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"]


def test_a_tap_brings_the_place_under_the_crosshair(phone: Page, consultation: Consultation) -> None:
    open_at(phone, consultation)
    phone.locator("#map").tap(position={"x": 300, "y": 150})
    expect(phone.locator("#here")).to_contain_text("Utvalg B")


def test_outside_the_area_the_nearest_place_inside_is_offered(
    phone: Page, consultation: Consultation
) -> None:
    open_at(phone, consultation)
    for _press in range(60):
        phone.locator("#map").press("ArrowLeft")
        phone.wait_for_timeout(60)
        if "Utvalg" not in phone.locator("#here").inner_text():
            break
    expect(phone.locator("#here")).not_to_contain_text("Utvalg")
    phone.locator("#put-pin").tap()
    expect(phone.locator("#here")).to_contain_text("Utvalg A")
    assert phone.evaluate("document.getElementById('consultation').dataset.step") == "where"


def test_from_far_the_button_zooms_in(phone: Page, consultation: Consultation) -> None:
    open_at(phone, consultation)
    label = phone.locator("#put-pin").inner_text()
    for _press in range(8):
        phone.locator(".map-zoom button").last.tap()
        phone.wait_for_timeout(300)
        if phone.locator("#put-pin").inner_text() != label:
            break
    expect(phone.locator("#put-pin")).not_to_have_text(label)
    phone.locator("#put-pin").tap()
    expect(phone.locator("#put-pin")).to_have_text(label)


def test_my_position_is_kept_with_its_accuracy(
    new_context: Callable[..., BrowserContext], consultation: Consultation
) -> None:
    lon, lat = factories.middle(1)
    context = new_context(
        viewport=PHONE,
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 18},
        permissions=["geolocation"],
    )
    page = context.new_page()
    open_at(page, consultation)
    page.locator("#locate").click()
    expect(page.locator("#here")).to_contain_text("Utvalg B")
    page.locator("#put-pin").click()
    write(page)
    page.locator("#send").click()
    expect(page.locator("#receipt-code")).not_to_be_empty()
    pin = Contribution.objects.get()
    assert (pin.placed_by, pin.accuracy_m) == ("gps", 18)


def test_a_refused_position_says_what_to_do_instead(
    new_context: Callable[..., BrowserContext], consultation: Consultation
) -> None:
    page = new_context(viewport=PHONE, permissions=[]).new_page()
    open_at(page, consultation)
    before = page.locator("#hint").inner_text()
    page.locator("#locate").click()
    expect(page.locator("#hint")).not_to_have_text(before)


@pytest.mark.parametrize(
    ("field", "value", "placed_by"),
    [("#id_place_words", "Stien bak hallen", "words"), ("#id_coordinates", "59.025, 9.705", "coordinates")],
)
def test_without_the_map(
    desktop: Page, consultation: Consultation, field: str, value: str, placed_by: str
) -> None:
    open_at(desktop, consultation)
    desktop.locator("#otherwise summary").click()
    desktop.locator(field).fill(value)
    desktop.locator("#use-spot").click()
    write(desktop)
    desktop.locator("#send").click()
    expect(desktop.locator("#receipt-code")).not_to_be_empty()
    assert Contribution.objects.get().placed_by == placed_by


def test_a_place_from_the_list(desktop: Page, consultation: Consultation) -> None:
    open_at(desktop, consultation)
    desktop.locator("#otherwise summary").click()
    desktop.locator("#id_listed_place").select_option(index=1)
    desktop.locator("#use-spot").click()
    expect(desktop.locator("#chosen-words")).to_contain_text("B1")


def test_wrong_coordinates_are_said_at_the_field(desktop: Page, consultation: Consultation) -> None:
    open_at(desktop, consultation)
    desktop.locator("#otherwise summary").click()
    desktop.locator("#id_coordinates").fill("her borte")
    desktop.locator("#use-spot").click()
    expect(desktop.locator("#coordinates-error")).not_to_be_empty()
    expect(desktop.locator("#error-summary")).to_be_focused()


def test_the_whole_way_with_a_keyboard(desktop: Page, consultation: Consultation) -> None:
    open_at(desktop, consultation)
    desktop.locator("#map").focus()
    desktop.keyboard.press("ArrowLeft")
    desktop.locator("#put-pin").focus()
    desktop.keyboard.press("Enter")
    expect(desktop.locator("#what-title")).to_be_focused()
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Space")
    desktop.keyboard.press("Tab")
    desktop.keyboard.type("Skrevet med tastatur.")
    desktop.locator("#send").focus()
    desktop.keyboard.press("Enter")
    expect(desktop.locator("#receipt")).to_be_focused()
    expect(desktop.locator("#receipt-code")).not_to_be_empty()
    assert Contribution.objects.get().theme.key == "lys"


def test_what_is_missing_is_said_before_anything_is_sent(phone: Page, consultation: Consultation) -> None:
    open_at(phone, consultation)
    phone.locator("#put-pin").tap()
    phone.locator("#send").tap()
    expect(phone.locator("#error-summary li")).to_have_count(2)
    expect(phone.locator("#theme-error")).not_to_be_empty()
    expect(phone.locator("#text-error")).not_to_be_empty()
    assert not Contribution.objects.exists()


def test_moving_the_pin_keeps_what_was_typed(phone: Page, consultation: Consultation) -> None:
    open_at(phone, consultation)
    phone.locator("#put-pin").tap()
    write(phone)
    phone.locator("#move-pin").tap()
    phone.locator("#put-pin").tap()
    expect(phone.locator("#id_text")).to_have_value("Her er det mørkt.")


def test_a_reload_loses_nothing_that_was_typed(phone: Page, consultation: Consultation) -> None:
    open_at(phone, consultation)
    phone.locator("#put-pin").tap()
    write(phone)
    phone.reload()
    expect(phone.locator("#id_text")).to_have_value("Her er det mørkt.")
    expect(phone.locator(".tile input[value=lys]")).to_be_checked()
    phone.locator("#send").tap()
    expect(phone.locator("#receipt-code")).not_to_be_empty()
    assert Contribution.objects.count() == 1


def test_without_a_network_it_waits_on_the_phone_and_is_sent_once(
    new_context: Callable[..., BrowserContext], consultation: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("ERR_INTERNET_DISCONNECTED")
    context = new_context(viewport=PHONE)
    page = context.new_page()
    open_at(page, consultation)
    page.locator("#put-pin").click()
    write(page)
    context.set_offline(True)
    page.locator("#send").click()
    expect(page.locator("#outbox")).to_contain_text("1")
    expect(page.locator("#receipt")).to_be_visible()
    assert not Contribution.objects.exists()
    context.set_offline(False)
    expect(page.locator("#receipt-code")).not_to_be_empty()
    expect(page.locator("#outbox")).to_be_hidden()
    assert Contribution.objects.count() == 1


def test_another_keeps_the_map_where_it_was(phone: Page, consultation: Consultation) -> None:
    open_at(phone, consultation)
    phone.locator("#map").tap(position={"x": 300, "y": 150})
    expect(phone.locator("#here")).to_contain_text("Utvalg B")
    for number in (1, 2):
        phone.locator("#put-pin").tap()
        write(phone, text=f"Innspill {number}")
        phone.locator("#send").tap()
        expect(phone.locator("#receipt-code")).not_to_be_empty()
        phone.locator("#add-another").tap()
        expect(phone.locator("#id_text")).to_have_value("")
    first, second = Contribution.objects.order_by("received_at")
    assert first.geom.distance(second.geom) < 1e-4
    assert first.contributor_key == second.contributor_key


def test_pins_of_others_are_out_of_reach_while_placing_and_readable_otherwise(
    desktop: Page, consultation: Consultation
) -> None:
    factories.contribution(to=consultation, at=factories.middle(1), text="Fint sted.")
    open_at(desktop, consultation)
    pane = desktop.locator("#map.map--placing")
    expect(pane).to_be_visible()
    desktop.locator("#read-others").click()
    expect(pane).to_have_count(0)
    expect(desktop.locator("#hint")).not_to_be_empty()
    expect(desktop.locator("#others-list")).to_contain_text("Fint sted.")


def test_the_author_sees_changes_and_erases(phone: Page, consultation: Consultation) -> None:
    open_at(phone, consultation)
    phone.locator("#put-pin").tap()
    write(phone)
    phone.locator("#send").tap()
    phone.locator("#receipt-link").tap()
    expect(phone.locator("#own-text")).to_have_value("Her er det mørkt.")
    phone.locator("#own-text").fill("Nå er det lyst.")
    phone.locator("#own-form [type=submit]").tap()
    expect(phone.locator("#own-state")).to_have_text("Endringen er lagret.")
    assert Contribution.objects.get().text == "Nå er det lyst."
    phone.locator("#own-erase").tap()
    assert Contribution.objects.get().state == "published"
    phone.wait_for_timeout(800)
    phone.locator("dialog.ask [data-variant=primary]").tap()
    expect(phone.locator("#own-form")).to_be_hidden()
    assert Contribution.objects.get().state == "erased"


def test_the_code_alone_shows_nothing_that_was_written(phone: Page, consultation: Consultation) -> None:
    pin = factories.contribution(to=consultation, code="0G98QJ8A", state="pending", text="Privat sak")
    phone.goto(f"/c/{consultation.slug}/")
    assert pin.text not in phone.content()


def test_without_scripts_the_form_is_posted(
    new_context: Callable[..., BrowserContext], consultation: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("status of 422")
    page = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#map")).to_be_hidden()
    page.locator("#id_place_words").fill("Stien bak hallen")
    page.locator("#send").click()
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("#id_place_words")).to_have_value("Stien bak hallen")
    page.locator(".tile:has([value=lek])").click()
    page.locator("#id_text").fill("Uten skript.")
    page.locator("#send").click()
    expect(page.locator(".status__code")).to_have_text(Contribution.objects.get().code)


def test_language_switch_without_scripts(
    new_context: Callable[..., BrowserContext], consultation: Consultation
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"/c/{consultation.slug}/")
    page.locator(".language summary").click()
    page.locator(".language button[value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("Test hearing")


def test_an_observation_on_a_safety_walk(
    phone: Page, consultation: Consultation, axe: Callable[[Page], list[str]]
) -> None:
    Question.objects.create(
        consultation=consultation, key="more", kind="text", text={"nb": "Mer?"}, applies_to=["observation"]
    )
    phone.goto(f"/c/{consultation.slug}/?kind=observation")
    expect(phone.locator("#here")).to_contain_text("Utvalg A")
    put_pin(phone)
    phone.locator("#id_code").select_option("lighting")
    phone.locator(".choice:has([name=rating][value='1'])").tap()
    phone.locator(".choice:has([name=light][value=dark])").tap()
    phone.locator(".tile:has([value=lys])").tap()
    assert axe(phone) == []
    phone.locator("#send").tap()
    expect(phone.locator("#receipt-code")).not_to_be_empty()
    assert Contribution.objects.get().details == {"code": "lighting", "rating": 1, "light": "dark"}
