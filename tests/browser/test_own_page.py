"""Without JavaScript, on a small phone: send, write the key down, read back, change, withdraw."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests import factories
from tests.browser.conftest import Complaints

SMALL = {"width": 360, "height": 640}
MISSES = "() => document.documentElement.scrollWidth - innerWidth"
LOW = """() => [...document.querySelectorAll('main :is(button, input, select)')]
    .filter(node => node.checkVisibility() && !node.closest('label'))
    .filter(node => node.getBoundingClientRect().height < 44).map(node => node.outerHTML)"""


@pytest.fixture
def consultation() -> Consultation:
    return factories.consultation(themes=("lys", "lek"))


@pytest.fixture
def plain(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(viewport=SMALL, has_touch=True, is_mobile=True, java_script_enabled=False).new_page()


def look_at(page: Page, name: str) -> None:
    """A picture for people, where somebody asks for pictures."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def send(page: Page, consultation: Consultation) -> str:
    """Sends the plain form; returns the edit key as it is shown."""
    page.goto(f"/c/{consultation.slug}/")
    page.locator("#id_place_words").fill("Stien bak hallen")
    page.locator(".tile:has([value=lek])").click()
    page.locator("#id_text").fill("Uten skript.")
    page.locator("#send").click()
    return page.locator("#written-key").inner_text()


def test_who_has_no_scripts_sends_reads_back_changes_and_withdraws(
    plain: Page, consultation: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("status of 4")
    written = send(plain, consultation)
    look_at(plain, "sent")
    code = plain.locator(".status__code").inner_text()
    plain.goto(f"/c/{consultation.slug}/r/{code}")
    plain.locator("#key").fill("feil nøkkel")
    plain.get_by_role("button", name="Vis det jeg sendte").click()
    expect(plain.locator("#key-error")).to_contain_text("hører ikke til")
    look_at(plain, "wrong-key")
    plain.locator("#key").fill(written.lower().replace("-", " "))
    plain.get_by_role("button", name="Vis det jeg sendte").click()
    expect(plain.locator("#id_text")).to_have_value("Uten skript.")
    expect(plain.locator("[name=theme][value=lek]")).to_be_checked()
    assert "key" not in plain.url
    look_at(plain, "own")
    plain.locator("#id_text").fill("")
    plain.locator("[value=save]").click()
    expect(plain.locator("#error-summary")).to_be_visible()
    plain.locator("#id_text").fill("Rettet uten skript.")
    plain.locator("[value=save]").dblclick()
    expect(plain.locator("#own-message")).to_have_text("Endringen er lagret.")
    plain.reload()
    expect(plain.locator("#own-message")).to_have_text("Endringen er lagret.")
    look_at(plain, "saved")
    assert [(pin.text, pin.version) for pin in Contribution.objects.all()] == [("Rettet uten skript.", 2)]
    plain.locator("[value=ask]").dblclick()
    plain.wait_for_timeout(300)
    assert Contribution.objects.get().state != "erased"
    look_at(plain, "ask")
    plain.locator("[value=erase]").click()
    expect(plain.locator("#error-summary")).to_be_visible()
    look_at(plain, "not-sure")
    plain.locator("#sure").check()
    plain.locator("[value=erase]").click()
    expect(plain.locator("#state-title")).to_have_text("Slettet av avsenderen")
    expect(plain.locator("#key")).to_have_count(0)
    assert Contribution.objects.get().state == "erased"


def test_with_scripts_the_key_is_asked_for_only_where_the_device_does_not_know_it(
    new_context: Callable[..., BrowserContext], plain: Page, consultation: Consultation
) -> None:
    send(plain, consultation)
    own = plain.locator("#own-address").get_attribute("href") or ""
    page = new_context(viewport=SMALL).new_page()
    page.goto(own)
    expect(page.locator("#own-form")).to_be_visible()
    expect(page.locator("#own-key")).to_be_hidden()
    page = new_context(viewport=SMALL).new_page()
    page.goto(own.partition("#")[0])
    expect(page.locator("#own-key")).to_be_visible()
    expect(page.locator("#own")).to_be_hidden()


def test_the_key_form_stands_there_when_a_script_does_not_arrive(
    new_context: Callable[..., BrowserContext], consultation: Consultation, complaints: Complaints
) -> None:
    complaints.forgive("ERR_FAILED")
    pin = factories.contribution(to=consultation)
    page = new_context(viewport=SMALL).new_page()

    def fails(route: Route) -> None:
        route.abort()

    page.route("**/js/lib/outbox*.js", fails)
    page.goto(f"/c/{consultation.slug}/r/{pin.code}")
    expect(page.locator("#key")).to_be_visible()


def test_each_page_is_usable_and_fits_a_small_phone(
    new_context: Callable[..., BrowserContext],
    plain: Page,
    consultation: Consultation,
    axe: Callable[[Page], list[str]],
) -> None:
    written = send(plain, consultation)
    page = new_context(viewport=SMALL, has_touch=True).new_page()
    page.goto(f"/c/{consultation.slug}/r/{Contribution.objects.get().code}")
    expect(page.locator("#key")).to_be_visible()
    for step in ("receipt", "own", "erase"):
        if step == "own":
            page.locator("#key").fill(written)
            page.locator("#own-key button").click()
            expect(page.locator("[value=save]")).to_be_visible()
        if step == "erase":
            page.locator("[value=ask]").click()
            expect(page.locator("#sure")).to_be_visible()
        assert axe(page) == []
        assert page.evaluate(MISSES) <= 0
        assert page.evaluate(LOW) == []
