"""A pin as a resident puts it: a map that nobody touched is nobody's place."""

from playwright.sync_api import Page


def put_pin(page: Page) -> None:
    """Means the middle of the map by a tap on it, and puts the pin there."""
    page.locator("#map").click()
    page.locator("#put-pin").click()
