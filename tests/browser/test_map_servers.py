"""Maps of other servers in a browser: shown, credited, laid over ours, and done without when they fail."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from mapdialog.dialogue.models import Consultation
from mapdialog.map_services.choice import MapChoice
from mapdialog.map_services.service import box_m, tile_box_m, touches, widened
from tests import factories
from tests.browser.conftest import PHONE, Complaints
from tests.browser.placing import put_pin
from tests.map_upstream import Reply, Upstream

LOADED = ".leaflet-base-pane img.leaflet-tile-loaded"
LAID_OVER = ".leaflet-over-pane img.leaflet-tile-loaded"


# For all, so that it is there before the browser's pages and outlives them.
pytestmark = pytest.mark.usefixtures("upstream", "fresh_ground")


@pytest.fixture
def consultation() -> Consultation:
    """A consultation whose municipality has one layer of its own to fall back on."""
    municipality = factories.municipality()
    committees = factories.layer(owner=municipality.code)
    factories.areas(of=factories.edition(of=committees))
    made = factories.consultation(municipality=municipality, boundary_layer=committees)
    made.base_layers.add(committees)
    return made


@pytest.fixture
def board(
    new_context: Callable[..., BrowserContext], consultation: Consultation, live_server: Any
) -> Callable[[], Page]:
    """The planner's page, signed in."""

    def opened(query: str = "") -> Page:
        client = Client()
        client.force_login(
            factories.user(role="planner", of=consultation.municipality),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        name = django_settings.SESSION_COOKIE_NAME
        context = new_context(locale="en-GB")
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"/planner/c/{consultation.slug}/{query}")
        expect(page.locator("#board[data-ready]")).to_be_attached()
        return page

    return opened


def test_a_base_map_comes_through_us_with_its_credit(
    phone: Page, consultation: Consultation, upstream: Upstream, settings: Any
) -> None:
    settings.MAPS = upstream.choice()
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto(f"/c/{consultation.slug}/")
    expect(phone.locator(LOADED).first).to_be_visible()
    expect(phone.locator(".map-credit")).to_contain_text("© Prøvekart")
    expect(phone.locator(".map-note")).to_have_text("")
    phone.wait_for_load_state("networkidle")
    assert any("/tiles/maps/prove/" in address for address in asked)
    assert not any(address.startswith(upstream.url) for address in asked)
    assert not any(".mvt" in address and "/tiles/layers/" in address for address in asked)


def test_with_the_map_server_down_the_page_says_so_and_goes_on(
    new_context: Callable[..., BrowserContext],
    consultation: Consultation,
    upstream: Upstream,
    settings: Any,
    complaints: Complaints,
) -> None:
    complaints.forgive("Failed to load resource")  # what the browser itself says of each missing picture
    phone = new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB").new_page()
    settings.MAPS = upstream.choice()
    upstream.says(status=500)
    with phone.expect_response(lambda answer: "/tiles/layers/" in answer.url and answer.status == 200):
        phone.goto(f"/c/{consultation.slug}/")
    expect(phone.locator(".map-note")).to_contain_text("This is the municipality's own map")
    put_pin(phone)
    phone.locator(".tile:has([value=lys])").tap()
    phone.locator("#id_text").fill("Her er det mørkt.")
    phone.locator("#send").tap()
    expect(phone.locator("#receipt-code")).not_to_be_empty()


def test_a_map_server_that_comes_back_takes_its_place_again(
    board: Callable[..., Page], upstream: Upstream, settings: Any, complaints: Complaints
) -> None:
    complaints.forgive("Failed to load resource")
    settings.MAPS = upstream.choice()
    failing = {"until": 0}
    upstream.reply = lambda _path: Reply(status=500 if failing["until"] == 0 else 200)
    page = board()
    note = page.locator(".map-note")
    expect(note).to_contain_text("is not responding")
    own = page.locator(".leaflet-base-pane canvas")
    expect(own.first).to_be_attached()
    failing["until"] = 1
    settings.MAPS = upstream.choice()  # a new one: the breaker of the old would keep us waiting half a minute
    expect(page.locator(LOADED).first).to_be_visible(timeout=15_000)
    expect(note).to_have_text("")
    expect(own).to_have_count(0)


def test_in_direct_mode_the_browser_asks_by_itself_and_the_policy_lets_it(
    desktop: Page, consultation: Consultation, upstream: Upstream, settings: Any
) -> None:
    wms = upstream.service(template=f"{upstream.url}/wms?BBOX={{bbox}}&CRS=EPSG:3857")
    settings.MAPS = choice = MapChoice(base=wms)
    policy = settings.CONTENT_SECURITY_POLICY
    pictures = [*policy["DIRECTIVES"]["img-src"], *choice.origins]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy["DIRECTIVES"], "img-src": pictures}}
    desktop.goto(f"/c/{consultation.slug}/")
    expect(desktop.locator(LOADED).first).to_be_visible()
    path, sent = upstream.asked[0]
    west, south, east, north = (
        float(side) for side in path.partition("BBOX=")[2].partition("&")[0].split(",")
    )
    world = tile_box_m(z=0, x=0, y=0)
    z = round(math.log2((world[2] - world[0]) / (east - west)))
    x, y = round((west - world[0]) / (east - west)), round((world[3] - north) / (north - south))
    assert (west, south, east, north) == pytest.approx(tile_box_m(z=z, x=x, y=y), abs=0.001)
    there = box_m((*factories.middle(), *factories.middle()))
    assert touches(widened(there, by_m=10_000), z=z, x=x, y=y)
    assert sent["referer"].startswith("http://")
    assert consultation.slug not in sent["referer"]
    assert "cookie" not in sent


@pytest.fixture
def two_overlays(upstream: Upstream, settings: Any) -> MapChoice:
    overlays = tuple(
        upstream.service(name=name, titles={"nb": title, "en": title}, credit=f"© {title}", opacity=0.5)
        for name, title in (("planer", "Planer"), ("flom", "Flom"))
    )
    settings.MAPS = upstream.choice(base=None, overlays=overlays, shown=frozenset({"flom"}))
    return settings.MAPS


def test_overlays_are_switched_and_dimmed_from_the_keyboard_and_kept_in_the_address(
    board: Callable[..., Page], two_overlays: MapChoice, axe: Callable[[Page], list[str]]
) -> None:
    page = board()
    plans, floods = (page.get_by_role("checkbox", name=name, exact=True) for name in ("Planer", "Flom"))
    expect(floods).to_be_checked()
    expect(plans).not_to_be_checked()
    expect(page.locator(".map-credit")).to_contain_text("© Flom")
    plans.focus()
    page.keyboard.press("Space")
    expect(page.locator(".map-credit")).to_contain_text("© Planer")
    slider = page.get_by_role("slider", name="Opacity of “Planer”")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".leaflet-over-pane .leaflet-layer").nth(1)).to_have_css("opacity", "0.55")
    floods.uncheck()
    expect(page.locator(".map-credit")).not_to_contain_text("© Flom")
    expect(page.locator(".leaflet-over-pane .leaflet-layer")).to_have_count(1)
    expect(page).to_have_url(f"{page.url.split('?')[0]}?over=planer")
    assert axe(page) == []
    page.reload()
    expect(plans).to_be_checked()
    expect(floods).not_to_be_checked()


def test_residents_get_what_is_on_from_the_start_and_nothing_else(
    phone: Page, consultation: Consultation, two_overlays: MapChoice
) -> None:
    phone.goto(f"/c/{consultation.slug}/")
    expect(phone.locator(LAID_OVER).first).to_be_visible()
    expect(phone.locator(".map-credit")).to_contain_text("© Flom")
    assert "planer" not in phone.content()


def test_without_other_servers_residents_load_nothing_for_them(
    phone: Page, consultation: Consultation
) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto(f"/c/{consultation.slug}/")
    phone.wait_for_load_state("networkidle")
    assert not any("map/overlay" in address for address in asked)
    assert "overlays" not in phone.locator("#config").inner_text()


def test_one_overlay_down_is_named(
    board: Callable[..., Page], two_overlays: MapChoice, upstream: Upstream, complaints: Complaints
) -> None:
    complaints.forgive("Failed to load resource")
    upstream.says(status=500)
    expect(board().locator(".map-note")).to_contain_text("“Flom” is not responding")
