"""What is not sent yet: a draft for each tab, offline, a busy service, and what is withdrawn."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests.browser.conftest import Complaints
from tests.browser.placing import put_pin
from tests.browser.sending import SMALL, is_received, open_at, write
from tests.browser.sending import consultation as consultation
from tests.browser.sending import small as small


def test_two_tabs_keep_two_drafts_and_sending_one_clears_that_one_only(
    new_context: Callable[..., BrowserContext], consultation: Consultation
) -> None:
    context = new_context(viewport=SMALL)
    first, second = context.new_page(), context.new_page()
    for page, text in ((first, "Fra den første."), (second, "Fra den andre.")):
        open_at(page, consultation)
        write(page, text)
    second.locator("#send").click()
    is_received(second)
    first.reload()
    expect(first.locator("#id_text")).to_have_value("Fra den første.")
    first.locator("#send").click()
    is_received(first)
    assert {row.text for row in Contribution.objects.all()} == {"Fra den første.", "Fra den andre."}


def test_the_draft_of_a_closed_tab_is_found_again(
    new_context: Callable[..., BrowserContext], consultation: Consultation
) -> None:
    context = new_context(viewport=SMALL)
    other = context.new_page()
    open_at(other, consultation)
    put_pin(other)  # it writes something of its own: a tab where nothing is begun may take the draft as well
    expect(other.locator("#what")).to_be_visible()
    closed = context.new_page()
    open_at(closed, consultation)
    write(closed, "Halvveis i en setning")
    closed.close()
    other.wait_for_function("navigator.locks.query().then(({held}) => held.length === 1)")
    again = context.new_page()
    again.goto(f"/c/{consultation.slug}/")
    expect(again.locator("#id_text")).to_have_value("Halvveis i en setning")
    expect(other.locator("#id_text")).to_have_value("")


def test_offline_before_the_first_touch_everything_for_writing_is_there(
    new_context: Callable[..., BrowserContext], consultation: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("ERR_INTERNET_DISCONNECTED")
    context = new_context(viewport=SMALL)
    page = context.new_page()
    with page.expect_response("**/js/citizen/writing.js"), page.expect_response("**/js/lib/outbox_store.js"):
        open_at(page, consultation)
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    write(page)
    page.locator("#send").click()
    receipt = page.locator("#receipt[data-state=waiting]")
    expect(receipt).to_contain_text("Ikke sendt ennå")
    expect(receipt).to_contain_text("Du er ikke på nett")
    expect(receipt).not_to_contain_text("Takk")
    expect(page.locator(".receipt__tick")).to_be_hidden()
    expect(receipt.get_by_role("button", name="Kopier teksten din")).to_be_visible()
    expect(page.locator("#mine .mine__item--unsent")).to_contain_text("Her er det mørkt.")
    context.set_offline(False)
    is_received(page)
    expect(page.locator("#receipt[data-state=sent]")).to_contain_text("Takk")
    expect(page.locator("#mine")).to_contain_text(Contribution.objects.get().code)


def test_a_busy_service_is_called_so_and_the_receipt_that_comes_later_is_on_both_pages(
    small: Page, consultation: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("status of 503")
    open_at(small, consultation)
    write(small)
    small.route("**/contributions/*", lambda route: route.fulfill(status=503, body="busy"))
    small.locator("#send").click()
    expect(small.locator("#receipt")).to_contain_text("Tjenesten har det travelt")
    small.goto("/")
    expect(small.locator("#mine .mine__item--unsent")).to_contain_text("Her er det mørkt.")
    small.unroute("**/contributions/*")
    small.goto(f"/c/{consultation.slug}/")
    received = small.locator("#mine .mine__item:not(.mine__item--unsent)")
    expect(received).to_have_count(1, timeout=20_000)
    expect(small.locator("#outbox")).to_be_hidden()
    code = Contribution.objects.get().code
    expect(small.locator("#mine")).to_contain_text(code)
    small.goto("/")
    small.locator(f"#mine a:has-text('{code}')").click()
    expect(small.locator("#own-text")).to_have_value("Her er det mørkt.")


def test_refused_after_it_had_waited_says_one_thing_once(
    small: Page, consultation: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("status of")
    open_at(small, consultation)
    write(small)
    answers = iter([(503, "text/html", "busy")])
    problem = '{"type": "/problems/invalid", "status": 422, "detail": "For kort.", "field": "text"}'

    def answer(route: Route) -> None:
        status, kind, body = next(answers, (422, "application/problem+json", problem))
        route.fulfill(status=status, content_type=kind, body=body)

    small.route("**/contributions/*", answer)
    small.locator("#send").click()
    expect(small.locator("#receipt[data-state=waiting]")).to_be_visible()
    small.evaluate("dispatchEvent(new Event('online'))")
    expect(small.locator("#error-summary")).to_contain_text("For kort.")
    expect(small.locator("#id_text")).to_have_value("Her er det mørkt.")
    expect(small.locator("#outbox")).to_be_hidden()
    expect(small.locator("#receipt")).to_be_hidden()


def test_after_withdrawing_every_page_says_so(small: Page, consultation: Consultation) -> None:
    open_at(small, consultation)
    write(small)
    small.locator("#send").click()
    is_received(small)
    small.locator("#receipt-link").click()
    small.locator("#own-erase").click()
    small.locator("dialog.ask [data-variant=primary]").click()
    expect(small.locator("#state-explained")).to_contain_text("slettet")
    expect(small.locator("#state.status--erased")).to_be_visible()
    for no_longer_so in ("Tema", "Ta vare på adressen", "Hva som skjer videre"):
        expect(small.get_by_text(re.compile(f"^{no_longer_so}"))).to_be_hidden()
    for address in ("/", f"/c/{consultation.slug}/"):
        small.goto(address)
        expect(small.locator("#mine")).to_contain_text("Slettet.")
        expect(small.locator("#mine")).not_to_contain_text("Her er det mørkt.")
    expect(small.locator("#others-list")).not_to_contain_text("Her er det mørkt.")


@pytest.mark.parametrize("address", ["/", "/c/{slug}/"])
def test_the_list_of_what_was_sent_has_no_accessibility_violation(
    small: Page, consultation: Consultation, axe: Callable[[Page], list[str]], address: str
) -> None:
    open_at(small, consultation)
    write(small)
    small.locator("#send").click()
    is_received(small)
    small.goto(address.format(slug=consultation.slug))
    expect(small.locator("#mine .mine__item")).to_have_count(1)
    assert axe(small) == []
    assert small.evaluate("document.documentElement.scrollWidth") == SMALL["width"]
