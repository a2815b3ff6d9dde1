"""Without any one script a comment can be sent: the page is then the plain form, with what was typed."""

from __future__ import annotations

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
    # What shows others' words, the telephone's position and names, and what looks after the words that are
    # written, is not needed for the way over the map.
    not_needed = {"others.js", "locate.js", "position.js", "names.js", "room_for_names.js"}
    assert {script.rpartition("/")[2] for script in scripts} - {
        script.rpartition("/")[2] for script in made_plain
    } <= not_needed | {"looked_for.js", "right_door.js"}


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
