"""The modules under static/js/{lib,map} in a real browser, on bare pages without Django."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

from mapdialog.web.static_files import module_names
from tests.browser.conftest import PHONE, Complaints

STATIC = Path(__file__).parents[2] / "static"
ORIGIN = "https://map.test"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-n'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'"
)
SHEETS = (
    "vendor/designsystemet/theme.css",
    "vendor/designsystemet/core.css",
    "vendor/leaflet/leaflet.css",
    "css/tokens.css",
    "css/base.css",
    "css/map.css",
    "test.css",
)
LAYOUT = "#map { height: 600px; }"

OUTBOX = """
import {createOutbox, listen, openStore} from 'mapdialog/lib/outbox.js';
import {token} from 'mapdialog/lib/token.js';
import {uuid} from 'mapdialog/lib/uuid.js';
const outbox = createOutbox({store: await openStore()});
async function write(n) {
    for (let i = 0; i < n; i++) {
        const id = uuid();
        await outbox.add({id, url: `/api/${id}`, body: {n: i}, token: token()});
    }
}
Object.assign(window, {outbox, write, listen});
"""

MAP = """
import {createMap} from 'mapdialog/map/leaflet.js';
import {geojson, mask, pinCanvas} from 'mapdialog/map/shapes.js';
const texts = {map: 'Map', zoomIn: 'Zoom in', zoomOut: 'Zoom out', close: 'Close', popup: 'Comment'};
const view = createMap(document.getElementById('map'), {center: [9.7, 59.03], zoom: 15, texts});
const log = [];
const square = (west, south, size) => ({type: 'Polygon', coordinates: [[[west, south], [west + size, south],
    [west + size, south + size], [west, south + size], [west, south]]]});
view.add(mask(square(9.6, 59, 0.1)));
view.add(geojson({type: 'Feature', id: 'area', properties: {}, geometry: square(9.7, 59.03, 0.01)},
    {onSelect: feature => log.push(feature.id)}));
const pins = view.add(pinCanvas({pins: [{id: 'pin', lonLat: [9.705, 59.033]}], onSelect(pin) {
    log.push(pin.id);
    const text = document.createElement('p');
    text.textContent = '<b>Dark here</b>';
    view.showPopup(pin.lonLat, text);
}}));
view.on('click', ({lonLat}) => log.push(lonLat.map(value => Math.round(value * 1000) / 1000)));
Object.assign(window, {view, log, pins});
"""


class Server:
    """Answers PUT as the contract says, or fails as a test asks. ``stored``: address → body and token."""

    def __init__(self) -> None:
        self.stored: dict[str, tuple[str | None, str]] = {}
        self.received = 0
        self.answers_left = 10**9
        self.lose_answers = False

    def put(self, route: Route, request: Request) -> None:
        if self.answers_left <= 0:
            route.abort("connectionreset")
            return
        self.answers_left -= 1
        self.received += 1
        sent = (request.post_data, request.headers["x-edit-token"])
        status = 201 if request.url not in self.stored else 200 if self.stored[request.url] == sent else 409
        self.stored.setdefault(request.url, sent)
        if self.lose_answers:
            route.abort("connectionreset")
        else:
            route.fulfill(status=status, content_type="application/json", body='{"code": "A1"}')


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def bare(browser: Browser, complaints: Complaints, server: Server) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, has_touch=True, reduced_motion="reduce")
    context.on("page", complaints.watch)
    context.route("**/*", lambda route, request: _answer(route, request, server))
    yield context
    context.close()


def _answer(route: Route, request: Request, server: Server) -> None:
    path = request.url.removeprefix(ORIGIN).removeprefix("/static/").partition("?")[0]
    if request.method == "PUT":
        server.put(route, request)
    elif path in {"/map", "/outbox"}:
        headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(body=_page(path), headers=headers)
    elif path == "page.js":
        script = OUTBOX if "outbox" in request.url else MAP
        route.fulfill(body=script + "document.body.dataset.ready = 'yes';", content_type="text/javascript")
    elif path == "test.css":
        route.fulfill(body=LAYOUT, content_type="text/css")
    elif (STATIC / path).is_file():
        route.fulfill(body=(STATIC / path).read_bytes(), content_type=TYPES[(STATIC / path).suffix])
    else:
        route.fulfill(status=204)


def _page(path: str) -> str:
    imports = {name: f"/static/{file}" for name, file in module_names("citizen").items()}
    sheets = "".join(f'<link rel="stylesheet" href="/static/{sheet}">' for sheet in SHEETS)
    return (
        f'<!doctype html><html lang="en"><head><title>Test</title>{sheets}'
        f'<script type="importmap" nonce="n">{json.dumps({"imports": imports})}</script>'
        f'<script type="module" src="/static/page.js?{path}"></script></head>'
        '<body><main><h1>Test</h1><div id="map" class="map"></div></main></body></html>'
    )


@pytest.fixture
def open_page(bare: BrowserContext) -> Callable[[str], Page]:
    def opened(path: str) -> Page:
        page = bare.new_page()
        page.goto(ORIGIN + path)
        page.locator("body[data-ready]").wait_for()
        return page

    return opened


def _counts(page: Page) -> list[Any]:
    return page.evaluate("outbox.summary().then(({waiting, refused}) => [waiting, refused])")


def test_a_lost_answer_loses_and_doubles_nothing(
    open_page: Callable[[str], Page], server: Server, complaints: Complaints
):
    complaints.forgive("ERR_CONNECTION_RESET")
    page = open_page("/outbox")
    server.lose_answers = True
    page.evaluate("write(3)")
    assert page.evaluate("outbox.flush()") == {"sent": 0, "waiting": 3, "refused": 0}
    server.lose_answers = False
    page.evaluate("outbox.flush({force: true})")
    assert _counts(page) == [0, 0]
    assert len(server.stored) == 3


def test_what_is_written_outlives_the_page_and_two_tabs_send_it_once(
    open_page: Callable[[str], Page], server: Server, complaints: Complaints
):
    complaints.forgive("ERR_CONNECTION_RESET")
    page = open_page("/outbox")
    server.answers_left = 17
    page.evaluate("write(40)")
    assert page.evaluate("outbox.flush()") == {"sent": 17, "waiting": 23, "refused": 0}
    page.close()

    server.answers_left = 10**9
    first, second = open_page("/outbox"), open_page("/outbox")
    assert _counts(first) == [23, 0]
    first.evaluate("void (window.flushes = Promise.all([1, 2, 3].map(() => outbox.flush({force: true}))))")
    second.evaluate("outbox.flush({force: true})")
    first.evaluate("flushes")
    assert _counts(second) == [0, 0]
    assert (len(server.stored), server.received) == (40, 40)
    assert second.evaluate("outbox.receipts().then(all => all.length)") == 40


def test_coming_online_sends_what_waits(
    open_page: Callable[[str], Page], server: Server, complaints: Complaints
):
    complaints.forgive("ERR_CONNECTION_RESET")
    page = open_page("/outbox")
    server.answers_left = 0
    page.evaluate("write(2)")
    page.evaluate("void listen(outbox)")
    page.evaluate("outbox.flush()")
    assert _counts(page) == [2, 0]
    server.answers_left = 10**9
    page.evaluate("dispatchEvent(new Event('online'))")
    page.evaluate("outbox.flush()")
    assert _counts(page) == [0, 0]
    assert len(server.stored) == 2


def _tap(page: Page, lon: float, lat: float) -> list[Any]:
    """Taps a place on the map and gives what the page noted."""
    page.evaluate("log.length = 0")
    x, y = page.evaluate("place => view.point(place)", [lon, lat])
    page.locator("#map").tap(position={"x": x, "y": y})
    return page.evaluate("log")


def test_a_tap_reaches_the_topmost_layer_and_else_the_map(open_page: Callable[[str], Page]):
    page = open_page("/map")
    assert _tap(page, 9.705, 59.033) == ["pin"]
    page.keyboard.press("Escape")
    assert _tap(page, 9.702, 59.0302) == ["area"]
    assert _tap(page, 9.702, 59.028) == [[9.702, 59.028]]


def test_while_placing_a_tap_moves_the_map_and_selects_nothing(open_page: Callable[[str], Page]):
    page = open_page("/map")
    page.evaluate("view.tapToCentre(true)")
    assert _tap(page, 9.705, 59.033) == []
    lon, lat = page.evaluate("view.center()")
    assert abs(lon - 9.705) < 1e-4
    assert abs(lat - 59.033) < 1e-4


def test_a_popup_takes_the_focus_and_gives_it_back_and_shows_text_as_text(open_page: Callable[[str], Page]):
    page = open_page("/map")
    page.get_by_role("button", name="Zoom out").focus()
    page.evaluate("pins.onSelect({id: 'pin', lonLat: [9.705, 59.033]})")
    dialog = page.get_by_role("dialog", name="Comment")
    assert "<b>Dark here</b>" in dialog.inner_text()
    assert page.evaluate("document.activeElement.className") == "map-popup"
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Zoom out"


def test_the_map_is_worked_with_the_keyboard(open_page: Callable[[str], Page]):
    page = open_page("/map")
    page.locator("#map").focus()
    page.keyboard.press("+")
    assert page.evaluate("view.zoom()") == 16
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => view.center()[0] > 9.7")
    page.get_by_role("button", name="Zoom out").press("Enter")
    assert page.evaluate("view.zoom()") == 15


def test_controls_are_large_enough_and_axe_is_content(
    open_page: Callable[[str], Page], axe: Callable[[Page], list[str]]
):
    page = open_page("/map")
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, button.get_attribute("aria-label")
    assert axe(page) == []
