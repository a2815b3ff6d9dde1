"""A file from a desk to the map in a real browser: dropped or chosen, looked at, asked about, saved."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from layers.models import Edition
from mapdialog.people.models import Municipality
from mapdialog.uploads import tasks
from mapdialog.uploads.models import Upload
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, Complaints
from tests.uploads.factory import squares

Visit = Callable[..., Page]
# The worker shares the machine with the browser.
WORKER_MS = 40_000
DROP = """([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name, {type: 'application/geo+json'}));
    for (const kind of ['dragenter', 'dragover', 'drop']) {
        const told = {dataTransfer: transfer, bubbles: true, cancelable: true};
        document.getElementById('drop').dispatchEvent(new DragEvent(kind, told));
    }
}"""


@pytest.fixture
def municipality() -> Municipality:
    return factories.municipality()


@pytest.fixture
def visit(page_of: Callable[..., Page], municipality: Municipality) -> Visit:
    """A page of a planner who is signed in."""
    return partial(page_of, factories.user(role="planner", of=municipality), locale="en-GB")


@pytest.fixture
def worker() -> Iterator[None]:
    """Does what is asked for, as the background worker would."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.2):
            for upload in Upload.objects.filter(state__in=Upload.AT_WORK, job__state="waiting"):
                task = tasks.read if upload.state == Upload.State.READING else tasks.save
                task(str(upload.pk), upload.reading)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    thread.join()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Nærmiljøutvalg 2026.geojson"
    path.write_bytes(squares())
    return path


def send(page: Page, path: Path) -> None:
    page.goto("/planner/layers/upload/")
    page.locator("#id_file").set_input_files(path)
    page.get_by_label("Boundaries").check()
    page.get_by_role("button", name="Upload and read").click()


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dropped_looked_at_and_saved(
    visit: Visit, axe: Callable[[Page], list[str]], size: dict[str, int], scheme: str
) -> None:
    page = visit(viewport=size, has_touch=size is PHONE, color_scheme=scheme)
    page.goto("/planner/layers/upload/")
    assert axe(page) == []
    page.evaluate(DROP, ["Nærmiljøutvalg 2026.geojson", squares().decode()])
    expect(page.locator("#file-chosen")).to_contain_text("Nærmiljøutvalg 2026.geojson, 1 kB")
    page.get_by_label("Boundaries").check()
    page.get_by_role("button", name="Upload and read").click()
    expect(page.locator(".preview[data-ready]")).to_be_attached(timeout=WORKER_MS)
    expect(page.get_by_text("3 features were read.")).to_be_visible()
    expect(page.locator("#list .draft-line")).to_have_count(3)
    assert axe(page) == []
    page.locator("#list .draft-line").nth(1).click()
    expect(page.locator("#list-state")).to_contain_text("Utvalg B")
    expect(page.locator("#map")).to_be_in_viewport()
    page.get_by_role("button", name="Save the layer").click()
    expect(page.get_by_text("This is now edition 1 of Nærmiljøutvalg 2026.")).to_be_visible(timeout=WORKER_MS)
    assert axe(page) == []
    page.get_by_role("button", name="Undo: withdraw").click()
    expect(page.get_by_role("heading", name="Withdrawn")).to_be_visible()


@pytest.mark.usefixtures("worker")
def test_with_the_keyboard_alone(visit: Visit, file: Path) -> None:
    page = visit()
    page.goto("/planner/layers/upload/")
    page.locator("#id_file").focus()
    page.locator("#id_file").set_input_files(file)
    page.keyboard.press("Tab")
    expect(page.get_by_label("Boundaries")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".preview[data-ready]")).to_be_attached(timeout=WORKER_MS)
    page.locator("#find").focus()
    page.keyboard.type("utvalg c")
    expect(page.locator("#list .draft-line")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#list .draft-line")).to_have_attribute("aria-current", "true")
    page.locator("#id_title_nb").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Saved")).to_be_visible(timeout=WORKER_MS)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_coordinate_system_is_chosen_on_a_map(
    visit: Visit, axe: Callable[[Page], list[str]], tmp_path: Path, size: dict[str, int]
) -> None:
    path = tmp_path / "utvalg.geojson"
    path.write_bytes(squares(crs="urn:ogc:def:crs:EPSG::25832"))
    page = visit(viewport=size)
    send(page, path)
    expect(page.locator("#map[data-ready]")).to_be_visible(timeout=WORKER_MS)
    expect(page.get_by_role("heading", name="Which coordinate system is it in?")).to_be_visible()
    assert axe(page) == []
    page.locator("input[name=system][value='4326']").check()
    page.get_by_role("button", name="Use this and read again").click()
    expect(page.locator(".preview[data-ready]")).to_be_attached(timeout=WORKER_MS)


@pytest.mark.usefixtures("worker")
def test_another_list_of_colours_is_seen_at_once(
    visit: Visit, tmp_path: Path, axe: Callable[[Page], list[str]]
) -> None:
    path = tmp_path / "plan.geojson"
    path.write_bytes(squares("AB").replace(b'"code": "A"', b'"code": "1110"'))
    page = visit()
    page.goto("/planner/layers/upload/")
    page.locator("#id_file").set_input_files(path)
    page.get_by_label("Land-use plan").check()
    page.get_by_role("button", name="Upload and read").click()
    expect(page.locator("#legend")).to_contain_text("Housing", timeout=WORKER_MS)
    assert axe(page) == []
    page.locator("#id_style").select_option("neutral")
    expect(page.locator("#legend")).not_to_contain_text("Housing")
    page.locator("#id_credit").fill("Kommunen")
    page.reload()
    expect(page.locator("#id_credit")).to_have_value("Kommunen")
    expect(page.locator("#legend")).to_contain_text("B")
    expect(page.locator("#legend")).not_to_contain_text("Housing")


def test_how_far_the_worker_is_and_stopping_it(
    visit: Visit, file: Path, axe: Callable[[Page], list[str]]
) -> None:
    page = visit()
    send(page, file)
    expect(page.locator("#progress-words")).to_have_text("In the queue")
    assert axe(page) == []
    page.reload()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The reading was cancelled. The file is still here.")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Read again").click()
    expect(page.locator("#progress-words")).to_be_visible()


def test_sending_is_stopped(visit: Visit, file: Path) -> None:
    page = visit()
    page.goto("/planner/layers/upload/")
    page.route("**/planner/layers/upload/", lambda route: None)  # an answer that never comes
    page.locator("#id_file").set_input_files(file)
    page.get_by_label("Boundaries").check()
    page.get_by_role("button", name="Upload and read").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#problem")).to_be_focused()
    expect(page.locator("#problem")).to_contain_text("The upload was cancelled")
    expect(page.get_by_role("button", name="Upload and read")).to_be_enabled()


def test_what_the_server_refuses_is_said(visit: Visit, tmp_path: Path, complaints: Complaints) -> None:
    complaints.forgive("422")
    path = tmp_path / "tom.gpkg"
    path.touch()
    page = visit()
    send(page, path)
    expect(page.locator("#problem")).to_contain_text("The file is empty.")
    expect(page.locator("#problem")).to_be_focused()


@pytest.mark.usefixtures("worker")
def test_marks_on_the_map_and_lines_beside_it_belong_together(visit: Visit, tmp_path: Path) -> None:
    collection = json.loads(squares("AB"))
    # B reaches over into A: an overlap that is measured
    collection["features"][1]["geometry"]["coordinates"][0][0][0] -= 0.004
    collection["features"][1]["geometry"]["coordinates"][0][4][0] -= 0.004
    path = tmp_path / "utvalg.geojson"
    path.write_text(json.dumps(collection), encoding="utf-8")
    page = visit()
    send(page, path)
    expect(page.locator(".preview[data-ready]")).to_be_attached(timeout=WORKER_MS)
    line = page.locator("button[data-mark]").first
    line.click()
    expect(line).to_have_attribute("aria-current", "true")
    expect(page.locator("#list-state")).to_contain_text("is shown on the map")


@pytest.mark.usefixtures("worker")
def test_without_scripts_to_the_end(visit: Visit, file: Path, municipality: Municipality) -> None:
    page = visit(java_script_enabled=False)
    send(page, file)
    expect(page.get_by_role("heading", name="The file is being read")).to_be_visible()
    for _look in range(160):
        page.get_by_role("link", name="Refresh").click()
        if page.locator("#save").count():
            break
        page.wait_for_timeout(250)
    page.get_by_role("button", name="Save the layer").click()
    for _look in range(160):
        if page.get_by_role("heading", name="Saved", exact=True).count():
            break
        page.wait_for_timeout(250)
        page.reload()
    assert Edition.objects.get(layer__owner=municipality.code).state == "standing"
