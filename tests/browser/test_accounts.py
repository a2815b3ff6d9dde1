"""The pages on which people sign in, in Chromium: small and wide, by keyboard, open to everybody."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from mapdialog.people.models import User
from tests import factories
from tests.browser.conftest import Complaints

SMALL, WIDE = {"width": 360, "height": 640}, {"width": 1280, "height": 900}
BEFORE = ["login", "password/reset", "password/reset/done", "password/reset/key/1-x"]
AFTER = [
    "password/change", "email", "sessions", "logout", "reauthenticate", "2fa", "2fa/totp/activate",
    "2fa/totp/deactivate", "2fa/recovery-codes", "2fa/recovery-codes/generate", "2fa/reauthenticate",
]  # fmt: skip


@pytest.fixture
def person(settings: Any) -> User:
    cache.clear()
    settings.HAS_MAIL = True
    return factories.user(role="planner", of=factories.municipality(), password="correct horse")


def sign_in_by_keyboard(page: Page, live_server: LiveServer, person: User) -> None:
    page.goto(f"{live_server.url}/accounts/login/?next=/planner/")
    page.locator("#id_login").focus()
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/planner/")


def look(page: Page, axe: Callable[[Page], list[str]], name: str) -> None:
    """No violation of a rule, nothing wider than the window, what is pressed large enough for a finger."""
    if folder := os.environ.get("ACCOUNT_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name.replace('/', '-')}.png", full_page=True)
    assert axe(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    heights = page.locator("main button, main input:not([type=hidden]):not([type=checkbox])").evaluate_all(
        "nodes => nodes.filter(n => n.checkVisibility()).map(n => n.getBoundingClientRect().height)"
    )
    assert all(height >= 44 for height in heights), (name, heights)


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["small", "wide"])
def test_no_account_page_is_too_wide_or_shuts_anybody_out(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    axe: Callable[[Page], list[str]],
    complaints: Complaints,
    person: User,
    size: dict[str, int],
) -> None:
    complaints.forgive("status of 404")
    page = new_context(viewport=size).new_page()
    for path in BEFORE:
        page.goto(f"{live_server.url}/accounts/{path}/")
        look(page, axe, f"{size['width']}-{path}")
    sign_in_by_keyboard(page, live_server, person)
    page.goto(f"{live_server.url}/accounts/2fa/totp/activate/")
    page.locator("main input[type=password]").fill("correct horse")
    page.keyboard.press("Enter")
    expect(page.locator("img.qr")).to_be_visible()
    look(page, axe, f"{size['width']}-activate-first")
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(person)
    for path in AFTER:
        page.goto(f"{live_server.url}/accounts/{path}/")
        look(page, axe, f"{size['width']}-{path}")


def test_signed_in_and_not_allowed_is_a_page_with_a_way_on(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    axe: Callable[[Page], list[str]],
    complaints: Complaints,
) -> None:
    complaints.forgive("status of 403")
    person = factories.user(role="elected", of=factories.municipality(), password="correct horse")
    page = new_context(viewport=SMALL).new_page()
    sign_in_by_keyboard(page, live_server, person)
    page.goto(f"{live_server.url}/admin/")
    expect(page.locator("main")).to_contain_text(person.email)
    look(page, axe, "360-403")
    page.locator("main a[href='/planner/']").click()
    expect(page).to_have_url(f"{live_server.url}/planner/")
