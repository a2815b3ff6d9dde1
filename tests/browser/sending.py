"""A small phone on a consultation, and taps on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mapdialog.dialogue.models import Consultation
from tests import factories
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
