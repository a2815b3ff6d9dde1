"""The question before a doubtful edition goes public: on a desk, on a phone, by keyboard, without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from layers.findings.finding import Finding, Item
from layers.findings.report import Report
from layers.models import Edition
from mapdialog.people.models import Municipality
from mapdialog.uploads import tasks
from mapdialog.uploads.models import Upload
from tests import factories
from tests.browser.conftest import DESKTOP
from tests.uploads.conftest import progress_in_this_thread  # noqa: F401 (a fixture)
from tests.uploads.factory import squares, upload

SMALL = {"width": 360, "height": 640}
ZERO = Finding(
    kind="at_zero",
    severity="error",
    count=1,
    items=[Item(feature=2, code="02", why="1 of 5 points", lon=0.0, lat=0.0)],
)
FAR = Finding(kind="far_from_municipality", severity="warning", count=1, values={"km": 130})


@pytest.fixture
def municipality() -> Municipality:
    return factories.municipality(code="NO-4012")


@pytest.fixture
def edition() -> Edition:
    hidden = factories.edition(
        of=factories.layer(name="committees", titles={"en": "Committees"}), published=False, feature_count=2
    )
    factories.areas(of=hidden)
    Edition.objects.filter(pk=hidden.pk).update(report=Report(read=2, loaded=2, checks=[ZERO, FAR]).as_json())
    return hidden


@pytest.fixture
def signed_in(page_of: Callable[..., Page], municipality: Municipality) -> Callable[..., Page]:
    return partial(page_of, factories.user(role="planner", of=municipality, name="Kari"), locale="en-GB")


@pytest.mark.parametrize("size", [DESKTOP, SMALL])
@pytest.mark.parametrize("has_scripts", [True, False])
def test_it_is_asked_and_answered_by_keyboard(
    signed_in: Callable[..., Page],
    live_server: Any,
    edition: Edition,
    axe: Callable[[Page], list[str]],
    size: dict[str, int],
    has_scripts: bool,
) -> None:
    page = signed_in(viewport=size, java_script_enabled=has_scripts)
    page.goto(f"{live_server.url}/planner/layers/{edition.layer_id}/")
    page.get_by_role("button", name="Publish").first.press("Enter")
    expect(page.get_by_role("heading", name="Shall everyone see edition 1 as it is?")).to_be_visible()
    expect(page.get_by_text("feature 2, 02, 1 of 5 points")).to_be_visible()
    expect(page.get_by_text("130 km from the municipality")).to_be_visible()
    if has_scripts:
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    edition.refresh_from_db()
    assert not edition.published
    page.get_by_label("Why is it right all the same?").fill("It is a test")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("The reason given: It is a test")
    edition.refresh_from_db()
    assert edition.published


@pytest.mark.parametrize("size", [DESKTOP, SMALL])
def test_a_withdrawal_asks_about_the_edition_before_on_its_own_page(
    signed_in: Callable[..., Page],
    live_server: Any,
    edition: Edition,
    axe: Callable[[Page], list[str]],
    size: dict[str, int],
) -> None:
    Edition.objects.filter(pk=edition.pk).update(published=True, valid_to="2027-01-01")
    newest = factories.edition(of=edition.layer, number=2, valid_from="2027-01-01")
    page = signed_in(viewport=size)
    page.goto(f"{live_server.url}/planner/layers/editions/{newest.pk}/withdraw/")
    expect(page.get_by_role("heading", name="Shall everyone see edition 1 as it is?")).to_be_visible()
    expect(page.get_by_text("feature 2, 02, 1 of 5 points")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Why is it right all the same?").fill("It is a test")
    page.get_by_role("button", name="Withdraw all the same").click()
    expect(page.locator(".notice")).to_contain_text("edition 1 is in force again")
    newest.refresh_from_db()
    assert newest.state == "withdrawn"


@pytest.fixture
def draft(municipality: Municipality) -> Upload:
    """A file with a corner at 0, 0, read and ready to be saved."""
    document = json.loads(squares("ABCDE"))
    document["features"][1]["geometry"]["coordinates"][0][2] = [0, 0]
    sent = upload(json.dumps(document).encode(), municipality=municipality)
    sent.refresh_from_db()
    tasks.read(str(sent.pk), sent.reading)
    sent.refresh_from_db()
    assert sent.state == "ready", sent.message
    return sent


@pytest.mark.usefixtures("progress_in_this_thread")
@pytest.mark.parametrize("size", [DESKTOP, SMALL])
def test_a_draft_is_asked_about_before_it_is_saved_and_may_stay_with_the_staff(
    signed_in: Callable[..., Page],
    live_server: Any,
    draft: Upload,
    axe: Callable[[Page], list[str]],
    size: dict[str, int],
) -> None:
    page = signed_in(viewport=size)
    page.goto(f"{live_server.url}/planner/layers/uploads/{draft.pk}/")
    page.get_by_role("button", name="Save the layer").click()
    expect(page.get_by_role("heading", name="Shall everyone see it as it is?")).to_be_visible()
    expect(page.get_by_text("feature 2, B")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Save it for the municipality's staff only").click()
    expect(page.get_by_role("heading", name="Shall everyone see it as it is?")).to_be_hidden()
    draft.refresh_from_db()
    assert (draft.state, draft.choices["naming"]["published"]) == ("saving", False)
