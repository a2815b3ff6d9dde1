"""Sent from a phone a comment is one, however often it is tapped, and erased only when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests.browser.conftest import Complaints
from tests.browser.sending import SMALL, is_received, open_at, tap, write
from tests.browser.sending import consultation as consultation
from tests.browser.sending import small as small


@pytest.mark.parametrize("pauses", [(0, 150), (0, 0, 0), (0, 30, 400)])
def test_taps_on_send_are_one_contribution(small: Page, consultation: Consultation, pauses: Any) -> None:
    open_at(small, consultation)
    write(small)
    tap(small, "#send", *pauses)
    is_received(small)
    assert Contribution.objects.count() == 1
    assert small.locator("#receipt-code").inner_text() == Contribution.objects.get().code


def test_enter_and_a_tap_while_it_is_sent_are_one_contribution(
    small: Page, consultation: Consultation
) -> None:
    open_at(small, consultation)
    write(small)
    small.route("**/contributions/*", lambda route: (small.wait_for_timeout(300), route.continue_())[1])
    small.evaluate(
        """() => { const form = document.getElementById('contribution');
            form.requestSubmit(); form.requestSubmit(document.getElementById('send')); }"""
    )
    is_received(small)
    assert Contribution.objects.count() == 1


def test_what_is_sent_after_a_reload_has_the_same_id(
    small: Page, consultation: Consultation, complaints: Complaints
) -> None:
    """The answer is lost after the server has stored it, and the page is loaded again."""
    complaints.forgive("net::ERR")
    open_at(small, consultation)
    write(small)

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    small.route("**/contributions/*", lose_the_answer)
    small.locator("#send").click()
    expect(small.locator("#receipt[data-state=waiting]")).to_be_visible()
    small.unroute("**/contributions/*")
    small.reload()
    small.evaluate("dispatchEvent(new Event('online'))")
    expect(small.locator("#mine .mine__item:not(.mine__item--unsent)")).to_have_count(1, timeout=20_000)
    assert Contribution.objects.count() == 1


@pytest.mark.parametrize("pauses", [(0, 150), (0, 0, 0), (0, 30, 400)])
def test_taps_on_erase_ask_and_erase_nothing(small: Page, consultation: Consultation, pauses: Any) -> None:
    open_at(small, consultation)
    write(small)
    small.locator("#send").click()
    is_received(small)
    small.locator("#receipt-link").click()
    expect(small.locator("#own-form")).to_be_visible()
    tap(small, "#own-erase", *pauses)
    expect(small.locator("dialog.ask")).to_have_count(1)
    tap(small, "dialog.ask [data-variant=primary]", 0)
    small.wait_for_timeout(300)
    assert Contribution.objects.get().state == "published"


def test_erasing_with_the_keyboard_asks_once(small: Page, consultation: Consultation) -> None:
    open_at(small, consultation)
    write(small)
    small.locator("#send").click()
    is_received(small)
    small.locator("#receipt-link").click()
    expect(small.locator("#own-form")).to_be_visible()
    small.locator("#own-erase").focus()
    small.keyboard.press("Enter")
    small.keyboard.press("Enter")
    expect(small.locator("dialog.ask")).to_be_focused()
    small.wait_for_timeout(800)
    small.keyboard.press("Escape")
    expect(small.locator("dialog.ask")).to_have_count(0)
    assert Contribution.objects.get().state == "published"
    small.keyboard.press("Enter")
    small.wait_for_timeout(800)
    small.keyboard.press("Tab")
    expect(small.locator("dialog.ask [data-variant=secondary]")).to_be_focused()
    small.keyboard.press("Tab")
    small.keyboard.press("Enter")
    expect(small.locator("#own-form")).to_be_hidden()
    assert Contribution.objects.get().state == "erased"


# Without JavaScript ---------------------------------------------------------------------------------


def write_plainly(page: Page, text: str = "Uten skript.") -> None:
    page.locator("#id_place_words").fill("Stien bak hallen")
    page.locator(".tile:has([value=lek])").click()
    page.locator("#id_text").fill(text)


def test_a_plain_form_tapped_twice_is_one_and_back_is_a_fresh_page(
    new_context: Callable[..., BrowserContext], consultation: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("status of 422")
    page = new_context(viewport=SMALL, java_script_enabled=False).new_page()
    page.goto(f"/c/{consultation.slug}/")
    write_plainly(page)
    page.locator("#send").dblclick()
    expect(page.locator(".status__code")).to_be_visible()
    assert Contribution.objects.count() == 1
    page.go_back()
    assert page.locator("[name=uuid]").input_value() != str(Contribution.objects.get().pk)
    page.locator("#send").click()
    expect(page.locator("#error-summary")).to_be_visible()
    assert Contribution.objects.count() == 1
    page.goto(f"/c/{consultation.slug}/")
    write_plainly(page, "Noe annet.")
    page.locator("#send").click()
    expect(page.locator(".status__code")).to_be_visible()
    assert Contribution.objects.count() == 2
