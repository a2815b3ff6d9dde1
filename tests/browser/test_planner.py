"""A planner's way: see where it gathers, filter, read, count, take it home."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from mapdialog.analysis.parameters import HotspotParameters
from mapdialog.contributions.models import Hit
from mapdialog.dialogue.models import Alternative, Consultation
from mapdialog.hotspots.models import Hotspot
from mapdialog.hotspots.run import boundaries, calculate
from mapdialog.people.models import User
from tests import factories
from tests.browser.conftest import PHONE
from tests.factories import NOON, middle


@pytest.fixture
def consultation() -> Consultation:
    """Six about light in committee A, three about play in B, one calculation."""
    municipality = factories.municipality()
    committees = factories.layer(owner=municipality.code, name="committees")
    areas = factories.areas(of=factories.edition(of=committees))
    plan = factories.layer(owner=municipality.code, kind="zoning", style="no_reguleringsplan")
    factories.zone(of=factories.edition(of=plan), code="1110")
    made = factories.consultation(municipality=municipality, themes=("lys", "lek"), boundary_layer=committees)
    Alternative.objects.create(consultation=made, key="A", name={"nb": "Alternativ A"}, layer=plan)
    for i in range(9):
        area, theme = (areas[0], "lys") if i < 6 else (areas[1], "lek")
        lon, lat = middle(0 if i < 6 else 1)
        pin = factories.contribution(
            to=made,
            at=(lon + i * 2e-5, lat),
            text=f"Innspill {i}",
            theme=made.themes.get(key=theme),
            contributor_key=f"person-{i}",
        )
        Hit.objects.create(contribution=pin, edition=area.edition, area=area)
    on = NOON.date()
    parameters = HotspotParameters(metric_srid=25832)
    calculate(made, at=NOON, on=on, boundary=boundaries(made, on=on), parameters=parameters)
    return made


@pytest.fixture
def planner(consultation: Consultation) -> User:
    return factories.user(role="planner", of=consultation.municipality)


@pytest.fixture
def signed_in(page_of: Callable[..., Page], planner: User) -> Callable[..., Page]:
    """A page of a context that holds the planner's session."""
    return partial(page_of, planner)


def open_board(page: Page, consultation: Consultation, query: str = "") -> None:
    page.goto(f"/planner/c/{consultation.slug}/{query}")
    expect(page.locator("#board[data-ready]")).to_be_attached()


def box(page: Page, name: str, value: str):
    return page.locator(f"#filter-{name} input[value='{value}']")


def test_one_filter_rules_map_list_table_and_download(
    consultation: Consultation, signed_in: Callable[..., Page]
) -> None:
    page = signed_in()
    open_board(page, consultation)
    expect(page.locator("#count")).to_contain_text("9")
    box(page, "theme", "lek").check()
    expect(page.locator("#count")).to_contain_text("3")
    expect(page).to_have_url(f"{page.url.split('?')[0]}?theme=lek")
    assert page.locator("#export").get_attribute("href").endswith("/export.geojson?theme=lek")
    page.get_by_role("tab").nth(2).click()
    expect(page.locator("#areas [data-code=A] [data-cell=n]")).to_have_text("0")
    expect(page.locator("#areas [data-code=B] [data-cell=n]")).to_have_text("3")
    page.get_by_role("tab").nth(1).click()
    expect(page.locator("#list .comment")).to_have_count(3)
    page.locator("#clear").click()
    expect(page.locator("#list .comment")).to_have_count(9)


def test_the_download_holds_exactly_what_is_filtered(
    consultation: Consultation, signed_in: Callable[..., Page]
) -> None:
    page = signed_in()
    open_board(page, consultation, "?area=B")
    with page.expect_download() as download:
        page.locator("#export").click()
    collection = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert sorted(feature["properties"]["text"] for feature in collection["features"]) == [
        "Innspill 6",
        "Innspill 7",
        "Innspill 8",
    ]


def test_a_link_shows_a_colleague_the_same(
    consultation: Consultation, signed_in: Callable[..., Page]
) -> None:
    page = signed_in()
    open_board(page, consultation, "?theme=lys&tab=list&view=9.71,59.025,15")
    expect(box(page, "theme", "lys")).to_be_checked()
    expect(page.locator("#panel-list")).to_be_visible()
    expect(page.locator("#list .comment")).to_have_count(6)
    expect(page.locator("#count")).to_contain_text("6")


def test_a_hotspot_says_its_number_its_people_and_its_doubt(
    consultation: Consultation, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(locale="en-GB")
    open_board(page, consultation)
    page.locator("[data-rank='1']").click()
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("6 people, 6 comments")
    for part in (popup, page.locator("#hotspot-list")):
        expect(part).to_contain_text("times as many")
        expect(part).to_contain_text("proves nothing")


def test_everything_is_reached_from_the_keyboard(
    consultation: Consultation, signed_in: Callable[..., Page]
) -> None:
    page = signed_in()
    open_board(page, consultation)
    page.get_by_role("tab").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab").nth(1)).to_be_focused()
    expect(page.locator("#list .comment")).to_have_count(9)
    page.keyboard.press("j")
    first = page.locator("#list .comment").first
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    expect(page.locator("#list .comment").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.locator("#keys").uncheck()
    page.locator("body").press("j")
    expect(page.locator("#list .comment").nth(1)).not_to_have_attribute("aria-current", "true")


def test_the_table_sorts_by_any_column(consultation: Consultation, signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    open_board(page, consultation, "?tab=areas")
    codes = "#areas tbody tr"

    def order() -> list[str]:
        return page.locator(codes).evaluate_all("rows => rows.map(row => row.dataset.code)")

    page.locator("[data-sort=n]").click()
    assert order() == ["A", "B", "-", ""]
    expect(page.locator("th:has([data-sort=n])")).to_have_attribute("aria-sort", "descending")
    page.locator("[data-sort=n]").click()
    assert order()[-2:] == ["B", "A"]


def test_days_filter_from_the_fields(consultation: Consultation, signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    open_board(page, consultation)
    page.locator("input[name=to]").fill("2026-05-03")
    expect(page.locator("#count")).to_contain_text("0")
    page.locator("input[name=to]").fill("2026-05-04")
    expect(page.locator("#count")).to_contain_text("9")


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desktop"])
@pytest.mark.parametrize("tab", ["hotspots", "list", "areas"])
def test_no_accessibility_rule_is_broken(
    consultation: Consultation,
    signed_in: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    size: dict,
    tab: str,
) -> None:
    page = signed_in(viewport=size)
    open_board(page, consultation, f"?tab={tab}")
    expect(page.locator("#list .comment")).to_have_count(9)
    assert axe(page) == []


def test_the_list_of_consultations(
    consultation: Consultation, signed_in: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = signed_in()
    page.goto("/planner/")
    expect(page.get_by_role("link", name=consultation.title["nb"]).first).to_be_visible()
    assert axe(page) == []


def test_nothing_said_yet_is_said_so(signed_in: Callable[..., Page], planner: User) -> None:
    empty = factories.consultation(municipality=planner.memberships.get().municipality)
    page = signed_in(locale="en-GB")
    open_board(page, empty)
    expect(page.locator("#count")).to_have_text("Nothing has been sent yet.")
    expect(page.locator("#panel-hotspots")).to_contain_text("Nothing has been calculated yet.")


def test_without_scripts_hotspots_and_table_are_there(
    consultation: Consultation, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(java_script_enabled=False)
    page.goto(f"/planner/c/{consultation.slug}/")
    expect(page.locator("#panel-hotspots li")).to_have_count(1)
    expect(page.locator("#areas tbody tr")).to_have_count(4)
    expect(page.locator("#map")).to_be_hidden()


def test_what_somebody_wrote_is_text_and_never_markup(
    consultation: Consultation, signed_in: Callable[..., Page]
) -> None:
    factories.contribution(
        to=consultation, text="<img src=x onerror=alert(1)>", received_at=NOON.replace(hour=13)
    )
    page = signed_in()
    open_board(page, consultation, "?tab=list")
    expect(page.locator("#list .comment__text").first).to_have_text("<img src=x onerror=alert(1)>")


def test_back_undoes_a_filter_and_forward_does_it_again(
    consultation: Consultation, signed_in: Callable[..., Page]
) -> None:
    page = signed_in()
    open_board(page, consultation, "?tab=list")
    box(page, "theme", "lek").check()
    expect(page.locator("#list .comment")).to_have_count(3)
    page.get_by_role("tab").nth(2).click()
    # each part of a date that is typed is a change; all of them are one step
    page.locator("input[name=to]").focus()
    for day in ("2026-05-01", "2026-05-02", "2026-05-03"):
        page.locator("input[name=to]").fill(day)
    expect(page.locator("#count")).to_contain_text("0 av 9")
    page.go_back()
    expect(page.locator("input[name=to]")).to_have_value("")
    expect(box(page, "theme", "lek")).to_be_checked()
    expect(page.locator("#count")).to_contain_text("3 av 9")
    expect(page.locator("#areas [data-code=B] [data-cell=n]")).to_have_text("3")
    expect(page.locator("#list .comment")).to_have_count(3)
    # how one looks at it is kept, and the address says so
    expect(page.locator("#panel-areas")).to_be_visible()
    assert page.url.endswith("?theme=lek&tab=areas")
    page.go_back()
    expect(box(page, "theme", "lek")).not_to_be_checked()
    expect(page.locator("#areas [data-code=A] [data-cell=n]")).to_have_text("6")
    expect(page.locator("#list .comment")).to_have_count(9)
    assert page.locator("#export").get_attribute("href").endswith("/export.geojson")
    page.go_forward()
    expect(page.locator("#count")).to_contain_text("3 av 9")
    page.reload()
    expect(page.locator("#count")).to_contain_text("3 av 9")
    expect(page.locator("#panel-areas")).to_be_visible()


def test_a_link_that_asks_for_what_is_not_there_says_so(
    consultation: Consultation, signed_in: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = signed_in(locale="en-GB")
    stale = "?theme=lek,gone&state=nonsense&area=x&from=2026-02-31&tab=old&themes=lys"
    open_board(page, consultation, stale)
    notice = page.locator("#unknown")
    expect(notice).to_have_text(
        "The link asks for what is not here: Theme “gone”, State “nonsense”, Committee “x”, "
        "From “2026-02-31”, Tab “old”, themes “lys”. The page is shown without it."
    )
    expect(page.locator("#count")).to_have_text(
        "3 of 9 comments are selected: 3 on the map, 0 without a spot."
    )
    expect(page.locator("#list .comment")).to_have_count(3)
    assert axe(page) == []
    box(page, "theme", "lek").uncheck()
    expect(notice).to_be_hidden()
    assert not page.url.partition("?")[2]
    page.go_back()
    expect(notice).to_contain_text("gone")


def test_every_number_is_what_the_download_holds(
    consultation: Consultation, signed_in: Callable[..., Page]
) -> None:
    lek = consultation.themes.get(key="lek")
    factories.contribution(to=consultation, geom=None, geom_public=None, place_words="ved skolen", theme=lek)
    factories.contribution(
        to=consultation, geom=None, geom_public=None, place_words="i parken", state="private"
    )
    factories.contribution(to=consultation, at=middle(1), state="rejected", theme=None)
    page = signed_in(locale="en-GB")
    for query in ("", "?theme=lek", "?area=-", "?state=private,rejected"):
        open_board(page, consultation, query)
        features = page.request.get(page.locator("#export").get_attribute("href") or "").json()["features"]
        n, unplaced = len(features), sum(feature["geometry"] is None for feature in features)
        assert page.locator("#count").inner_text() == (
            f"{n} of 12 comments are selected: {n - unplaced} on the map, {unplaced} without a spot."
        )
        expect(page.locator("#list-count")).to_have_text(f"{n} comments")
        expect(page.locator("#list .comment")).to_have_count(n)
        cells = page.locator("#areas [data-cell=n]").all_text_contents()
        assert (sum(map(int, cells)), cells[-1]) == (n, str(unplaced))
        chosen = query[1:].partition("=")[0]
        for name in {"theme", "state"} - {chosen}:
            values = Counter(feature["properties"][name] or "-" for feature in features)
            lines = page.locator(f"#filter-{name} label").evaluate_all(
                "all => all.map(it => [it.querySelector('input').value, it.innerText.match(/\\d+$/)[0]])"
            )
            assert {value: int(count) for value, count in lines if count != "0"} == values


def box_of(page: Page, selector: str) -> dict[str, float]:
    return page.locator(selector).evaluate("node => node.getBoundingClientRect().toJSON()")


def is_within(page: Page, inner: str, outer: str) -> bool:
    part, whole = box_of(page, inner), box_of(page, outer)
    return all(whole[side] - 1 <= part[side] for side in ("left", "top")) and all(
        part[side] <= whole[side] + 1 for side in ("right", "bottom")
    )


DOUBT = ".popup > .comment__about:last-child"


@pytest.mark.parametrize("height", [900, 560], ids=["desk", "low"])
def test_a_popup_hides_neither_its_doubt_nor_its_spot(
    consultation: Consultation, signed_in: Callable[..., Page], height: int
) -> None:
    Hotspot.objects.update(themes=[{"key": f"tema {i}", "n": i} for i in range(150)])
    page = signed_in(locale="en-GB", viewport={"width": 1024, "height": height})
    open_board(page, consultation)
    page.locator("[data-rank='1']").click()
    expect(page.locator(DOUBT)).to_contain_text("proves nothing")
    assert is_within(page, DOUBT, ".map-popup")
    assert is_within(page, ".map-popup", "#map")
    # the themes scroll, and are reached from the keyboard
    assert page.locator(".popup__list").evaluate("node => node.scrollHeight > node.clientHeight")
    expect(page.locator(".popup__list")).to_have_attribute("tabindex", "0")
    # the hotspot is the tip's: below it, and in view
    assert box_of(page, ".leaflet-popup-tip-container")["bottom"] < box_of(page, "#map")["bottom"] - 40
    page.locator(".map-popup__close").click()
    expect(page.locator("[data-rank='1']")).to_be_focused()


def test_on_a_phone_the_words_stand_below_the_map(
    consultation: Consultation, signed_in: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = signed_in(locale="en-GB", viewport={"width": 360, "height": 640})
    open_board(page, consultation)
    page.locator("[data-rank='1']").focus()
    page.keyboard.press("Enter")
    sheet = page.locator("#sheet")
    expect(sheet).to_be_focused()
    expect(sheet).to_contain_text("proves nothing")
    expect(page.locator(".map-popup")).to_have_count(0)
    map_box, sheet_box = box_of(page, "#map"), box_of(page, "#sheet")
    assert 0 <= map_box["y"] < map_box["bottom"] <= sheet_box["y"] < sheet_box["bottom"] <= 640
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.locator("[data-rank='1']")).to_be_focused()


def test_a_tap_on_several_says_how_many_and_each_with_its_doubt(
    consultation: Consultation, signed_in: Callable[..., Page]
) -> None:
    lon, lat = middle(1)
    long = factories.contribution(to=consultation, at=(lon, lat), text="lang " * 1000, accuracy_m=80)
    page = signed_in(locale="en-GB")
    for query, n in (("", 4), ("&theme=lys", 1)):
        open_board(page, consultation, f"?view={lon},{lat},16{query}")
        at = box_of(page, "#map")
        page.mouse.click(at["left"] + at["width"] / 2, at["top"] + at["height"] / 2)
        expect(page.locator(".popup")).to_contain_text(long.code)
        assert n == 1 or page.locator(".popup__item").count() == n
        assert page.locator(".popup__list").evaluate("node => node.scrollHeight > node.clientHeight")
    # of one alone the doubt stands above what scrolls, and the filter that led to it above the map
    expect(page.locator(".popup > .comment__about")).to_contain_text("position accurate to 80 m")
    assert is_within(page, ".popup > .comment__about", "#map")
    expect(page.locator("#filter-words")).to_have_text("Theme: lys")
