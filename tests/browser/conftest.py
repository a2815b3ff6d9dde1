"""A real Chromium against the live server, phone first. A CSP violation or console error fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from mapdialog.people.models import User

# The same engine without windows: what "chromium --headless" opens for each of them costs a second each time.
CHROMIUM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test and uses committed rows."""
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all browser tests, closed before any other test begins.

    As long as Playwright is there it runs an event loop in this thread, and Django would take our calls of
    the database for asynchronous.
    """
    with pytest.MonkeyPatch.context() as allowed, sync_playwright() as playwright:
        allowed.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Complaints:
    """What the browser complained about; a test that expects a complaint says so with `forgive`."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self._forgiven: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.noted.append(f"uncaught: {error}"))

    def forgive(self, part: str) -> None:
        self._forgiven.append(part)

    def left(self) -> list[str]:
        return [
            complaint for complaint in self.noted if not any(part in complaint for part in self._forgiven)
        ]

    def _console(self, kind: str, text: str) -> None:
        # Chromium reports violations of the CSP as console errors.
        if kind in {"error", "warning"}:
            self.noted.append(f"{kind}: {text}")


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    watched = Complaints()
    yield watched
    assert watched.left() == []


@pytest.fixture
def new_context(
    browser: Browser, live_server: LiveServer, complaints: Complaints
) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts against the live server, Norwegian unless told otherwise, all of them watched."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        settings = {
            "base_url": live_server.url,
            "locale": "nb-NO",
            "viewport": DESKTOP,
            "reduced_motion": "reduce",
        }
        context = browser.new_context(**{**settings, **options})
        context.set_default_timeout(10_000)
        context.on("page", complaints.watch)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page_of(new_context: Callable[..., BrowserContext], live_server: LiveServer) -> Callable[..., Page]:
    """A page of a context that holds a person's session: `page_of(person, **options)`."""

    def page(person: User, **options: object) -> Page:
        client = Client()
        client.force_login(person)
        context = new_context(**options)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return context.new_page()

    return page


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()


@pytest.fixture
def desktop(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Accessibility violations as `rule: first node`, by axe-core's WCAG 2.2 AA and best-practice rules."""

    def violations(page: Page) -> list[str]:
        results = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in results.response["violations"]]

    return violations
