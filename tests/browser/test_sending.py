"""Sending holds on a phone: once however often it is tapped, without any one script, from two tabs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests import factories
from tests.browser.conftest import Complaints
from tests.browser.placing import put_pin

SMALL = {"width": 360, "height": 640}
TAPS = """(selector, pauses) => new Promise(done => {
    const node = document.querySelector(selector);
    let wait = 0;
    for (const pause of pauses) setTimeout(() => node.click(), wait += pause);
    setTimeout(done, wait + 50);
})"""


@pytest.fixture
def consultation() -> Consultation:
    municipality = factories.municipality()
    committees = factories.layer(owner=municipality.code)
    factories.areas(of=factories.edition(of=committees))
    return factories.consultation(municipality=municipality, themes=("lys", "lek"), boundary_layer=committees)


@pytest.fixture
def small(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(viewport=SMALL, has_touch=True, is_mobile=True).new_page()


def open_at(page: Page, consultation: Consultation) -> None:
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#here")).to_contain_text("Utvalg")


def write(page: Page, text: str = "Her er det mørkt.") -> None:
    put_pin(page)
    page.locator(".tile:has([value=lys])").click()
    page.locator("#id_text").fill(text)


def tap(page: Page, selector: str, *pauses: int) -> None:
    """Clicks after each pause in ms: `0, 0, 0` are three in one tick, as a slow phone delivers them."""
    page.evaluate(f"([selector, pauses]) => ({TAPS})(selector, pauses)", [selector, list(pauses)])


def is_received(page: Page) -> None:
    expect(page.locator("#receipt-code")).not_to_be_empty()


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


# One script that does not arrive --------------------------------------------------------------------


def scripts_of(page: Page, consultation: Consultation) -> list[str]:
    """The scripts that the page really asks for, from the first view until something is sent."""
    asked: list[str] = []
    page.on(
        "request",
        lambda request: (
            asked.append(request.url.partition("?")[0]) if request.resource_type == "script" else None
        ),
    )
    open_at(page, consultation)
    write(page)
    page.locator("#send").click()
    is_received(page)
    page.wait_for_load_state("networkidle")
    return sorted({address.rpartition("/static/")[2] for address in asked})


def send_somehow(page: Page) -> bool:
    """Sends a comment in the way that the page offers; True if that was the plain form."""
    expect(page.locator("#id_text:visible, #put-pin:visible")).to_have_count(1)
    page.wait_for_timeout(200)
    if page.locator("#put-pin").is_visible():
        put_pin(page)
    expect(page.locator("#id_text")).to_be_visible()
    is_plain = page.locator("html.plain").count() == 1
    page.locator(".tile:has([value=lek])").click()
    page.locator("#id_text").fill("Et skript mangler.")
    if is_plain and not page.locator("#id_coordinates").input_value():
        page.locator("#id_place_words").fill("Stien bak hallen")
    page.locator("#send").click()
    if is_plain:
        expect(page.locator(".status__code")).to_be_visible()
    else:
        is_received(page)
    return is_plain


def test_without_any_one_script_a_comment_can_be_sent(
    new_context: Callable[..., BrowserContext], consultation: Consultation, complaints: Complaints
) -> None:
    scripts = scripts_of(new_context(viewport=SMALL).new_page(), consultation)
    assert len(scripts) > 15
    complaints.forgive("Failed to load resource")
    complaints.forgive("Failed to fetch dynamically imported module")
    before = Contribution.objects.count()
    made_plain = []
    for number, script in enumerate(scripts, 1):
        page = new_context(viewport=SMALL).new_page()
        page.route(f"**/static/{script}", lambda route: route.abort())
        page.goto(f"/c/{consultation.slug}/")
        if send_somehow(page):
            made_plain.append(script)
        assert Contribution.objects.count() == before + number, script
        page.context.close()
    # Only what shows the others' words and the telephone's position is not needed for the way over the map.
    assert {script.rpartition("/")[2] for script in scripts} - {
        script.rpartition("/")[2] for script in made_plain
    } <= {"others.js", "locate.js", "position.js"}


def test_without_the_form_modules_the_plain_form_has_the_place_from_the_map(
    small: Page, consultation: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("Failed to load resource")
    complaints.forgive("Failed to fetch dynamically imported module")
    small.route("**/js/citizen/form.js", lambda route: route.abort())
    open_at(small, consultation)
    put_pin(small)
    expect(small.locator("#id_coordinates")).not_to_have_value("")
    send_somehow(small)
    assert Contribution.objects.get().placed_by == "coordinates"


@pytest.mark.parametrize(
    ("original", "put"),
    [
        ('type="importmap"', 'type="importmap-not-known"'),
        ('"imports"', '"imparts"'),
        ("</main>", "</main><script type=module nonce=NONCE>throw new Error('while starting')</script>"),
    ],
)
def test_a_browser_without_import_maps_or_an_exception_while_starting(
    small: Page, consultation: Consultation, complaints: Complaints, original: str, put: str
) -> None:
    complaints.forgive("")

    def change(route: Route) -> None:
        answer = route.fetch()
        body = answer.text()
        nonce = body.partition('nonce="')[2].partition('"')[0]
        route.fulfill(response=answer, body=body.replace(original, put.replace("NONCE", nonce), 1))

    small.route(f"**/c/{consultation.slug}/", change)
    small.goto(f"/c/{consultation.slug}/")
    send_somehow(small)
    assert Contribution.objects.count() == 1


def test_an_exception_in_the_map_makes_the_page_plain(
    small: Page, consultation: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("broken on purpose")
    small.route(
        "**/js/map/base.js",
        lambda route: route.fulfill(
            content_type="text/javascript",
            body="export function addBase() { throw new Error('broken on purpose'); }",
        ),
    )
    small.goto(f"/c/{consultation.slug}/")
    assert send_somehow(small)


@pytest.mark.parametrize("script", ["js/map/leaflet.js", "js/citizen/writing.js"])
def test_what_hangs_makes_the_page_plain_after_some_seconds_and_keeps_what_was_typed(
    small: Page, consultation: Consultation, complaints: Complaints, script: str
) -> None:
    complaints.forgive("did not load in time")
    waiting: list[Route] = []
    small.route(f"**/{script}", lambda route: waiting.append(route))
    small.goto(f"/c/{consultation.slug}/", wait_until="commit")
    small.locator("#otherwise summary").click()
    small.locator("#id_place_words").fill("Bak hallen")
    if "writing" in script:
        expect(small.locator("#here")).to_contain_text("Utvalg")  # its scripts have come: a press is heard
        put_pin(small)
    expect(small.locator("html.plain")).to_have_count(1, timeout=15_000)
    expect(small.locator("#id_place_words")).to_have_value("Bak hallen")
    why = "Noe som denne siden trenger" if "writing" in script else "Kartet ble ikke lastet"
    expect(small.locator(".plain-note")).to_contain_text(why)
    small.locator(".tile:has([value=lek])").click()
    small.locator("#id_text").fill("Langsomt nett.")
    for route in waiting:  # they come at last: nobody who writes is interrupted
        route.continue_()
    small.wait_for_timeout(1000)
    expect(small.locator("#id_text")).to_be_visible()
    small.locator("#send").click()
    expect(small.locator(".status__code")).to_be_visible()
    assert Contribution.objects.count() == 1


def test_a_page_nobody_has_touched_gets_its_map_even_late(small: Page, consultation: Consultation) -> None:
    waiting: list[Route] = []
    small.route("**/js/map/leaflet.js", lambda route: waiting.append(route))
    small.goto(f"/c/{consultation.slug}/", wait_until="commit")
    expect(small.locator("html.plain")).to_have_count(1, timeout=15_000)
    for route in waiting:
        route.continue_()
    expect(small.locator("#here")).to_contain_text("Utvalg")
    expect(small.locator("#what")).to_be_hidden()


# Two tabs -------------------------------------------------------------------------------------------


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


# What is not sent yet -------------------------------------------------------------------------------


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
