"""A change or a withdrawal of what was sent, without a network; left-over drafts; what arrives late."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from mapdialog.contributions.erasure import erase
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests import factories
from tests.browser.conftest import Complaints
from tests.browser.sending import is_received, open_at, write

SMALL = {"width": 360, "height": 640}


@pytest.fixture
def consultation() -> Consultation:
    municipality = factories.municipality()
    committees = factories.layer(owner=municipality.code)
    factories.areas(of=factories.edition(of=committees))
    return factories.consultation(municipality=municipality, themes=("lys", "lek"), boundary_layer=committees)


@pytest.fixture
def context(new_context: Callable[..., BrowserContext], complaints: Complaints) -> BrowserContext:
    complaints.forgive("ERR_INTERNET_DISCONNECTED")
    complaints.forgive("status of")
    complaints.forgive("net::ERR_FAILED")
    return new_context(viewport=SMALL, has_touch=True, is_mobile=True)


@pytest.fixture
def receipt(context: BrowserContext, consultation: Consultation) -> Page:
    """The receipt's page of a comment that was just sent."""
    page = context.new_page()
    open_at(page, consultation)
    write(page)
    page.locator("#send").click()
    is_received(page)
    page.locator("#receipt-link").click()
    expect(page.locator("#own-text")).to_have_value("Her er det mørkt.")
    return page


def save(page: Page, text: str) -> None:
    page.locator("#own-text").fill(text)
    page.locator("#own-form [type=submit]").click()


def test_a_change_without_a_network_waits_and_is_sent_once(
    receipt: Page, context: BrowserContext, axe: Callable[[Page], list[str]]
) -> None:
    context.set_offline(True)
    save(receipt, "Første endring.")
    unsent = receipt.locator("#own-unsent")
    expect(unsent).to_contain_text("Endringen er ikke sendt ennå.")
    expect(unsent).to_contain_text("Du er ikke på nett")
    expect(unsent.get_by_role("button", name="Kopier teksten din")).to_be_visible()
    save(receipt, "Andre endring.")
    expect(receipt.locator("#own-state")).to_be_empty()
    assert Contribution.objects.get().text == "Her er det mørkt."
    assert axe(receipt) == []
    assert receipt.evaluate("document.documentElement.scrollWidth") == SMALL["width"]
    context.set_offline(False)
    expect(receipt.locator("#own-state")).to_have_text("Endringen er lagret.")
    expect(unsent).to_be_hidden()
    contribution = Contribution.objects.get()
    assert (contribution.text, contribution.version) == ("Andre endring.", 2)
    # The page knows the version it has now.
    save(receipt, "Tredje endring.")
    expect(receipt.locator("#own-state")).to_contain_text("Endringen er lagret.")
    assert Contribution.objects.get().text == "Tredje endring."


def test_a_change_that_waits_is_listed_and_sent_from_the_other_pages_and_said_there(
    receipt: Page, consultation: Consultation
) -> None:
    receipt.route("**/contributions/*", lambda route: route.fulfill(status=503, body="busy"))
    save(receipt, "Lyst nå.")
    expect(receipt.locator("#own-unsent")).to_contain_text("Tjenesten har det travelt")
    receipt.goto("/")
    unsent = receipt.locator("#mine .mine__item--unsent")
    expect(unsent).to_contain_text("Endringen er ikke sendt ennå.")
    expect(unsent).to_contain_text("Lyst nå.")
    unsent.get_by_role("link", name="Åpne").click()
    expect(receipt.locator("#own-text")).to_have_value("Lyst nå.")
    expect(receipt.locator("#own-unsent")).to_be_visible()
    receipt.unroute("**/contributions/*")
    receipt.goto(f"/c/{consultation.slug}/")
    receipt.evaluate("setTimeout(() => dispatchEvent(new Event('online')), 2500)")
    expect(receipt.locator("#mine-state")).to_have_text("Endringen er lagret.", timeout=20_000)
    expect(receipt.locator("#mine .mine__item--unsent")).to_have_count(0)
    expect(receipt.locator("#mine .mine__item")).to_contain_text("Lyst nå.")
    assert Contribution.objects.get().text == "Lyst nå."


def test_a_change_whose_answer_is_lost_is_no_change_from_elsewhere(receipt: Page) -> None:
    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    receipt.route("**/contributions/*", lose_the_answer)
    save(receipt, "Lyst nå.")
    expect(receipt.locator("#own-unsent")).to_contain_text("Du er ikke på nett")
    receipt.unroute("**/contributions/*")
    receipt.evaluate("dispatchEvent(new Event('online'))")
    expect(receipt.locator("#own-state")).to_have_text("Endringen er lagret.")
    expect(receipt.locator("#own-unsent")).to_be_hidden()
    contribution = Contribution.objects.get()
    assert (contribution.text, contribution.version) == ("Lyst nå.", 2)


def test_what_was_changed_elsewhere_is_shown_beside_the_words_that_are_kept(receipt: Page) -> None:
    Contribution.objects.update(text="Fra en annen telefon.", version=2)
    save(receipt, "Lyst nå.")
    unsent = receipt.locator("#own-unsent")
    expect(unsent).to_contain_text("endret et annet sted")
    expect(unsent).to_contain_text("Fra en annen telefon.")
    expect(receipt.locator("#own-text")).to_have_value("Lyst nå.")
    receipt.reload()
    expect(unsent).to_contain_text("endret et annet sted")
    expect(receipt.locator("#own-text")).to_have_value("Lyst nå.")
    assert Contribution.objects.get().text == "Fra en annen telefon."
    receipt.locator("#own-form [type=submit]").click()
    expect(receipt.locator("#own-state")).to_have_text("Endringen er lagret.")
    assert Contribution.objects.get().text == "Lyst nå."


def test_a_change_of_what_was_erased_elsewhere_keeps_its_words(receipt: Page) -> None:
    erase(Contribution.objects.get(), by="resident", at=timezone.now())
    save(receipt, "Lyst nå.")
    expect(receipt.locator("#own-unsent")).to_contain_text("Endringen ble ikke mottatt")
    receipt.reload()
    expect(receipt.locator("#state.status--erased")).to_be_visible()
    expect(receipt.locator("#own-unsent").get_by_role("button", name="Kopier teksten din")).to_be_visible()
    receipt.locator("#own-drop").click()
    receipt.locator("dialog.ask [data-variant=primary]").click()
    expect(receipt.locator("#own-unsent")).to_be_hidden()


def test_a_withdrawal_without_a_network_waits_may_be_taken_back_and_erases(
    receipt: Page, context: BrowserContext
) -> None:
    context.set_offline(True)
    for is_first in (True, False):
        receipt.locator("#own-erase").click()
        receipt.locator("dialog.ask [data-variant=primary]").click()
        expect(receipt.locator("#own-unsent")).to_contain_text("Det er ikke slettet ennå.")
        expect(receipt.locator("#own-form")).to_be_hidden()
        expect(receipt.locator("#state.status--erased")).to_have_count(0)
        if is_first:
            receipt.locator("#own-drop").click()
            expect(receipt.locator("#own-form")).to_be_visible()
    assert Contribution.objects.get().state == "published"
    context.set_offline(False)
    expect(receipt.locator("#state.status--erased")).to_be_visible()
    expect(receipt.locator("#own-unsent")).to_be_hidden()
    assert Contribution.objects.get().state == "erased"


def wait_unsent(page: Page, consultation: Consultation) -> None:
    """A comment that the busy service does not take, and the page loaded again."""
    page.route("**/contributions/*", lambda route: route.fulfill(status=503, body="busy"))
    open_at(page, consultation)
    write(page)
    page.locator("#send").click()
    expect(page.locator("#receipt[data-state=waiting]")).to_be_visible()
    page.reload()
    expect(page.locator("#mine .mine__item--unsent")).to_have_count(1)


def test_a_comment_that_waits_can_be_corrected_and_is_one(
    context: BrowserContext, consultation: Consultation
) -> None:
    page = context.new_page()
    wait_unsent(page, consultation)
    page.locator("#mine").get_by_role("button", name="Rett det").click()
    expect(page.locator("#id_text")).to_have_value("Her er det mørkt.")
    page.locator("#id_text").fill("Her er det svært mørkt.")
    page.unroute("**/contributions/*")
    page.locator("#send").click()
    is_received(page)
    assert [row.text for row in Contribution.objects.all()] == ["Her er det svært mørkt."]


def test_a_comment_that_waits_is_deleted_after_one_question(
    context: BrowserContext, consultation: Consultation
) -> None:
    page = context.new_page()
    wait_unsent(page, consultation)
    page.locator("#mine").get_by_role("button", name="Slett det fra denne enheten").click()
    page.locator("dialog.ask [data-variant=primary]").click()
    expect(page.locator("#mine")).to_be_hidden()
    page.unroute("**/contributions/*")
    page.reload()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(2500)
    assert not Contribution.objects.exists()
    expect(page.locator("#mine")).to_be_hidden()


def test_a_receipt_that_comes_late_is_said(context: BrowserContext, consultation: Consultation) -> None:
    page = context.new_page()
    wait_unsent(page, consultation)
    page.unroute("**/contributions/*")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#mine-state[role=status]")).to_contain_text("Koden din er", timeout=20_000)
    expect(page.locator("#mine-state")).to_contain_text(Contribution.objects.get().code)


def test_drafts_that_are_left_over_are_offered_by_keyboard_and_none_is_lost(
    context: BrowserContext, consultation: Consultation, axe: Callable[[Page], list[str]]
) -> None:
    other = context.new_page()
    open_at(other, consultation)
    for text in ("Den eldste.", "Den mellomste.", "Den nyeste."):
        page = context.new_page()
        open_at(page, consultation)
        write(page, text)
    for page in context.pages[1:]:
        page.close()
    page = context.new_page()
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#id_text")).to_have_value("Den nyeste.")
    left = page.locator("#mine [data-draft]")
    expect(left).to_have_count(2)
    expect(left.first).to_contain_text("Den mellomste.")
    assert axe(page) == []
    left.first.get_by_role("button", name="Skriv videre").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_text")).to_have_value("Den mellomste.")
    expect(left).to_have_count(2)
    expect(page.locator("#mine")).to_contain_text("Den nyeste.")
    page.locator("[data-draft]", has_text="Den eldste.").get_by_role(
        "button", name="Slett det fra denne enheten"
    ).focus()
    page.keyboard.press("Enter")
    page.locator("dialog.ask [data-variant=primary]").click()
    expect(left).to_have_count(1)
    page.locator("#send").click()
    is_received(page)
    page.reload()
    expect(page.locator("#id_text")).to_have_value("Den nyeste.")
    assert [row.text for row in Contribution.objects.all()] == ["Den mellomste."]


@pytest.mark.parametrize(
    "script", ["receipt.js", "mine.js", "outbox.js", "outbox_store.js", "press.js", "dom.js"]
)
def test_without_any_one_script_the_receipt_says_the_state_and_how_to_go_on(
    receipt: Page, script: str
) -> None:
    receipt.route(f"**/{script}", lambda route: route.abort())
    receipt.reload()
    expect(receipt.locator("html.plain")).to_have_count(1)
    expect(receipt.locator("#state")).to_contain_text(Contribution.objects.get().code)
    expect(receipt.locator("#own-plain")).to_be_visible()


def test_a_draft_that_a_phone_has_kept_from_before_is_written_on(
    context: BrowserContext, consultation: Consultation
) -> None:
    """As it lies in the storage of phones: its names stay, whatever scripts call them."""
    page = context.new_page()
    page.goto("/")
    spot = tuple(round(degrees, 5) for degrees in factories.middle())
    placed = {"lonLat": spot, "words": "", "zoom": 16, "placed_by": "map"}
    session = {"id": "0b0f6a52-3a5e-4c6f-9d5c-0d6c8d3a7c11", "token": "ab" * 16}
    draft = {**session, "values": {"theme": "lys"}, "place": placed, "saved_at": time.time() * 1000}
    name = f"mapdialog-draft:{consultation.slug}:{session['id']}"
    page.evaluate("([name, draft]) => localStorage.setItem(name, draft)", [name, json.dumps(draft)])
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#chosen-words")).to_contain_text("Posisjon")
    page.locator("#id_text").fill("Skrevet videre.")
    assert json.loads(page.evaluate("name => localStorage.getItem(name)", name))["place"] == {
        **placed,
        "lonLat": list(spot),
    }
    page.locator("#send").click()
    is_received(page)
    pin = Contribution.objects.get()
    assert (str(pin.pk), pin.text) == (session["id"], "Skrevet videre.")
    assert pin.geom is not None
    assert pin.geom.coords == spot
