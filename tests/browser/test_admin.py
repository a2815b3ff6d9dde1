"""The administration in Chromium: the area on its map, and not one violation of the strict CSP."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tests import factories


@pytest.fixture
def signed_in(new_context: Callable[..., BrowserContext], live_server: LiveServer) -> BrowserContext:
    factories.user(is_superuser=True)
    person = factories.user(is_superuser=True, password="correct horse")
    context = new_context()
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/")
    page.locator("#id_login").fill(person.email)
    page.locator("#id_password").fill("correct horse")
    page.locator("form[action*=login] button[type=submit]").click()
    expect(page).to_have_url(f"{live_server.url}/admin/")
    return context


def test_a_consultations_area_is_drawn_and_follows_its_text(
    signed_in: BrowserContext, live_server: LiveServer
) -> None:
    consultation = factories.consultation(boundary_layer=factories.layer())
    page = signed_in.pages[0]
    page.goto(f"{live_server.url}/admin/dialogue/consultation/{consultation.pk}/change/")
    status = page.locator(".area-widget [role=status]")
    expect(page.locator(".area-map")).to_be_visible()
    drawn = status.text_content()
    assert drawn
    text = page.locator("#id_area")
    text.fill("{")
    expect(status).not_to_have_text(drawn)
    text.fill('{"type":"Polygon","coordinates":[[[9.7,59],[9.8,59],[9.8,59.1],[9.7,59]]]}')
    expect(status).to_have_text(drawn)
    page.get_by_role("button", name="Lagre", exact=True).or_(page.locator("input[name=_save]")).first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    consultation.refresh_from_db()
    assert consultation.area is not None
    assert consultation.area.extent == (9.7, 59, 9.8, 59.1)


@pytest.mark.parametrize(
    "path",
    [
        "people/user/",
        "people/user/add/",
        "people/membership/add/",
        "people/municipality/",
        "audit/auditentry/",
        "jobs/job/",
        "contributions/contribution/",
        "dialogue/consultation/add/",
        "layers/layer/",
        "layers/edition/",
        "layers/layerdocument/",
        "layers/succession/",
        "layers/population/",
        "layers/codechange/",
    ],
)
def test_no_page_breaks_the_policy(signed_in: BrowserContext, live_server: LiveServer, path: str) -> None:
    factories.contribution(to=factories.consultation())
    page = signed_in.pages[0]
    response = page.goto(f"{live_server.url}/admin/{path}")
    assert response is not None
    assert response.status == 200
    page.wait_for_load_state("networkidle")
