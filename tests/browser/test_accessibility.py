"""A resident's pages for everyone: WCAG in every step, controls for fingers, no scrolling sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mapdialog.dialogue.models import Consultation
from tests import factories
from tests.browser.citizen import consultation as consultation
from tests.browser.citizen import open_at, write
from tests.browser.conftest import Complaints


@pytest.mark.parametrize("step", ["where", "what", "done", "read", "otherwise"])
def test_no_accessibility_violation_in_any_step(
    phone: Page, consultation: Consultation, axe: Callable[[Page], list[str]], step: str
) -> None:
    factories.contribution(to=consultation)
    open_at(phone, consultation)
    if step in {"what", "done"}:
        phone.locator("#put-pin").tap()
    if step == "done":
        write(phone)
        phone.locator("#send").tap()
        expect(phone.locator("#receipt-code")).not_to_be_empty()
    if step == "read":
        phone.locator("#read-others").tap()
    if step == "otherwise":
        phone.locator("#otherwise summary").tap()
    assert axe(phone) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address",
    ["/", "/privacy", "/accessibility", "/c/{slug}/", "/c/{slug}/r/{code}", "/c/{slug}/plan", "/404"],
)
def test_no_accessibility_violation_on_any_page(
    new_context: Callable[..., BrowserContext],
    consultation: Consultation,
    axe: Callable[[Page], list[str]],
    complaints: Complaints,
    address: str,
    scheme: str,
) -> None:
    complaints.forgive("status of 404")
    pin = factories.contribution(to=consultation, code="10G98QJ8")
    page = new_context(color_scheme=scheme).new_page()
    page.goto(address.format(slug=consultation.slug, code=pin.code))
    assert axe(page) == []


def test_controls_are_large_enough_for_a_finger(phone: Page, consultation: Consultation) -> None:
    open_at(phone, consultation)
    phone.locator("#put-pin").tap()
    sizes = phone.evaluate(
        """() => [...document.querySelectorAll(
                'button, select, summary, .tile, .choice, input:not([type=radio])')]
            .filter(node => node.checkVisibility() && node.type !== 'hidden')
            .map(node => [node.outerHTML.slice(0, 80), node.getBoundingClientRect().height])"""
    )
    assert [size for size in sizes if size[1] < 44] == []


def test_nothing_scrolls_sideways_on_a_small_phone(
    new_context: Callable[..., BrowserContext], consultation: Consultation
) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    open_at(page, consultation)
    page.locator("#put-pin").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
