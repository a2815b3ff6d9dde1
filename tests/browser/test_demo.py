"""The demo as production would run it, in a browser: what is only true together is tried together here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from tests.browser.conftest import DESKTOP, PHONE, Complaints
from tests.browser.placing import put_pin
from tests.browser.production import Site, running_demo

# Everything over the wire until the page of a consultation rests: headers, pictures and map tiles too.
MOST_BYTES = 90_000
# Streets, buildings, house numbers and all names come afterwards.
MOST_BYTES_OF_DETAILS = 60_000
DETAILS = {"street", "building", "address"}
INVENTED = "Oppdiktet demo"
PACKED = (".js", ".css", ".svg")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_demo(tmp_path_factory.mktemp("demo")) as site:
        yield site


@pytest.fixture
def visit(browser: Browser, demo: Site, complaints: Complaints) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts on the demo; at the end there is no complaint, and every static file was right."""
    opened: list[BrowserContext] = []
    answers: list[Response] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(
            **{"base_url": demo.url, "locale": "nb-NO", "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(15_000)
        context.on("page", complaints.watch)
        context.on("response", lambda answer: answers.append(answer))
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert [wrong for answer in answers if (wrong := fault(answer))] == []


def fault(answer: Response) -> str:
    """What is wrong with an answer, "" when nothing is."""
    address = answer.url.partition("?")[0]
    if answer.status >= 400:
        return f"{address}: {answer.status}"
    if "/static/" not in address:
        return ""
    headers = answer.headers
    if "immutable" not in headers.get("cache-control", ""):
        return f"{address}: not immutable"
    if address.endswith(PACKED) and headers.get("content-encoding") != "br":
        return f"{address}: not packed"
    return ""


@pytest.fixture
def phone(visit: Callable[..., BrowserContext]) -> Page:
    return visit(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2).new_page()


@pytest.fixture
def desktop(visit: Callable[..., BrowserContext]) -> Page:
    return visit(viewport=DESKTOP).new_page()


def sign_in(page: Page, demo: Site, name: str, *, then: str) -> None:
    email = f"{name}@demo.example"
    page.goto(f"/accounts/login/?next={then}")
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(demo.passwords[email])
    page.locator("form[action*=login] button[type=submit]").click()
    page.wait_for_url(f"**{then}")


def test_a_resident_finds_the_consultation_and_drops_a_pin(phone: Page) -> None:
    phone.goto("/")
    expect(phone.locator(".demo-banner")).to_contain_text(INVENTED)
    phone.locator("a[href='/c/grasmyr/']").tap()
    expect(phone.locator("#here")).not_to_be_empty()
    put_pin(phone)
    phone.locator(".tile:has([value=belysning])").tap()
    phone.locator("#id_text").fill("Her er det mørkt om kvelden.")
    phone.locator("#send").tap()
    expect(phone.locator("#receipt-code")).not_to_be_empty()
    phone.locator("#receipt-link").tap()
    expect(phone.locator("#own-text")).to_have_value("Her er det mørkt om kvelden.")
    expect(phone.locator(".demo-banner")).to_contain_text(INVENTED)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_first_visit_is_light(visit: Callable[..., BrowserContext], viewport: dict[str, int]) -> None:
    page = visit(viewport=viewport).new_page()
    # What is fetched ahead once the page rests is no part of the visit; on a slow machine it comes early.
    page.add_init_script("window.requestIdleCallback = () => {}")
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    addresses: dict[str, str] = {}
    sizes: list[tuple[str, float]] = []
    wire.on(
        "Network.requestWillBeSent",
        lambda event: addresses.update({event["requestId"]: event["request"]["url"]}),
    )
    wire.on(
        "Network.loadingFinished",
        lambda event: sizes.append((addresses[event["requestId"]], event["encodedDataLength"])),
    )
    with page.expect_response("**/map/names*.js"):
        page.goto("/c/grasmyr/")
    expect(page.locator("#here")).not_to_be_empty()
    page.wait_for_load_state("networkidle")
    base = json.loads(page.locator("#config").text_content() or "")["base"]["layers"]
    tiles = tuple(f"/tiles/layers/{layer['edition']}/" for layer in base if layer["kind"] in DETAILS)
    parts = (*tiles, "/map/names", "/lib/room_for_names")
    details = {address: size for address, size in sizes if any(part in address for part in parts)}
    assert all(any(tile in address for address in details) for tile in tiles[:2])
    assert sum(details.values()) <= MOST_BYTES_OF_DETAILS
    rest = [size for address, size in sizes if address not in details]
    assert len(rest) > 20
    assert sum(rest) <= MOST_BYTES
    started = page.evaluate(
        """() => performance.getEntriesByType('resource').map(e => [e.name, e.startTime])"""
    )
    loaded = page.evaluate("() => performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert min(at for address, at in started if address in details) > loaded


def test_a_planner_sees_where_it_gathers(desktop: Page, demo: Site) -> None:
    sign_in(desktop, demo, "planner", then="/planner/c/grasmyr/")
    expect(desktop.locator("#board[data-ready]")).to_be_attached()
    expect(desktop.locator(".demo-banner")).to_contain_text(INVENTED)
    desktop.goto("/planner/c/vision-zero/")
    expect(desktop.locator("#board[data-ready]")).to_be_attached()
    expect(desktop.get_by_text(INVENTED)).to_have_count(0)
    desktop.set_viewport_size(PHONE)
    desktop.reload()
    expect(desktop.locator("#board[data-ready]")).to_be_attached()


def test_an_administrator_gets_in_with_the_printed_password(desktop: Page, demo: Site) -> None:
    sign_in(desktop, demo, "admin", then="/admin/")
    desktop.goto("/admin/dialogue/consultation/")
    expect(desktop.locator("#result_list tbody tr")).to_have_count(3)
    desktop.locator("#result_list tbody tr a", has_text="grasmyr").first.click()
    expect(desktop.locator("#consultation_form")).to_be_visible()


def test_invented_data_say_so_on_every_page_print_and_export(desktop: Page, demo: Site) -> None:
    sign_in(desktop, demo, "planner", then="/planner/")
    for address in ("/", "/c/grasmyr/", "/c/grasmyr/plan", "/c/trygt-i-langesund/", "/planner/c/grasmyr/"):
        desktop.goto(address)
        for medium in ("screen", "print"):
            desktop.emulate_media(media=medium)  # type: ignore[arg-type]
            expect(desktop.locator(".demo-banner")).to_be_visible()
            expect(desktop.locator(".demo-banner")).to_contain_text(INVENTED)
    exported = desktop.request.get("/api/v1/consultations/grasmyr/export.geojson").json()
    assert exported["note"] == INVENTED
    assert len(exported["features"]) > 300
