"""While somebody writes, the page says what is better said elsewhere, and what in it is personal."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request, expect

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests.browser.conftest import Complaints
from tests.browser.sending import consultation as consultation
from tests.browser.sending import is_received, open_at, write
from tests.browser.sending import small as small

PHONE = "412 34 567"


@pytest.fixture
def page(small: Page, consultation: Consultation) -> Page:
    municipality = consultation.municipality
    municipality.fault_service = {"nb": "https://fault.example.org/"}
    municipality.save()
    open_at(small, consultation)
    return small


def test_a_fault_is_led_to_the_fault_service_and_may_be_sent_all_the_same(page: Page) -> None:
    bodies: list[str] = []

    def note(request: Request) -> None:
        bodies.append(request.url + (request.post_data or ""))

    page.on("request", note)
    write(page, "Gatelyset virker ikke.")
    link = page.get_by_role("link", name="Meld feil til kommunen")
    expect(link).to_have_attribute("href", "https://fault.example.org/")
    assert not any("virker" in body for body in bodies)
    page.locator("#send").click()
    is_received(page)


def test_what_was_not_pointed_to_yet_holds_the_sending_up_once(page: Page) -> None:
    write(page, "Det brenner i skogen!")
    page.evaluate("document.getElementById('contribution').requestSubmit()")
    expect(page.locator(".door:visible")).to_be_focused()
    expect(page.locator(".door__number").first).to_have_attribute("href", "tel:112")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not Contribution.objects.exists()
    page.get_by_role("button", name="Send likevel").click()
    is_received(page)


def test_a_telephone_number_is_taken_out_by_one_press_and_comes_back_by_another(page: Page) -> None:
    write(page, f"Ring {PHONE} om benken.")
    expect(page.get_by_role("status").filter(has_text=f"Et telefonnummer: {PHONE}")).to_be_visible()
    page.get_by_role("button", name=f"Fjern «{PHONE}»").press("Enter")
    expect(page.locator("#id_text")).to_have_value("Ring om benken.")
    expect(page.get_by_role("button", name="Angre")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#id_text")).to_have_value(f"Ring {PHONE} om benken.")
    expect(page.locator("#id_text")).to_be_focused()
    page.locator("#send").click()
    is_received(page)
    expect(page.get_by_text("Noen leser det før andre får se det.")).to_be_visible()
    assert Contribution.objects.get().state == Contribution.State.PENDING


def test_without_the_list_the_comment_is_sent_and_screened(page: Page, complaints: Complaints) -> None:
    complaints.forgive("net::ERR")
    page.route("**/right-door*", lambda route: route.abort())
    write(page, f"Ring {PHONE}")
    page.locator("#send").click()
    is_received(page)
    assert Contribution.objects.get().flags == ["phone"]


def test_what_is_written_of_the_spot_is_pointed_to_at_the_comment(page: Page) -> None:
    page.locator("#otherwise summary").click()
    page.locator("#id_place_words").fill(f"Hos {PHONE}")
    page.locator("#use-spot").click()
    page.locator(".tile:has([value=lys])").click()
    page.locator("#id_text").fill("Her er det mørkt.")
    page.locator("#send").click()
    expect(page.locator(".door:visible")).to_contain_text(PHONE)
    page.locator("#send").click()
    is_received(page)
