"""The list of layers and a layer's page: what is shown, each step with its undo, and nobody surprised."""

import datetime as dt
import json
import re

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from layers.editions import life
from layers.models import EVER_SINCE, Edition, Layer, LayerEvent, Succession
from mapdialog.contributions.models import Hit
from mapdialog.people.models import Municipality, User
from mapdialog.uploads.models import Upload
from tests import factories as make
from tests.factories import NOON
from tests.planner.layers.pages import newest_event, press, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def committees(municipality: Municipality) -> Layer:
    """Two editions: A and B until 2026, then A, B and C."""
    layer = make.layer(name="committees", titles={"en": "Committees"}, style="neutral")
    make.areas(of=make.edition(of=layer, valid_to=dt.date(2026, 1, 1), feature_count=2))
    make.areas(of=make.edition(of=layer, valid_from=dt.date(2026, 1, 1), feature_count=3), n=3)
    return layer


class TestList:
    def test_a_layer_says_what_is_in_force_who_imported_it_and_who_uses_it(
        self, browser: Client, committees: Layer, municipality: Municipality
    ) -> None:
        Edition.objects.update(imported_by="command:load_demo")
        consultation = make.consultation(
            municipality=municipality, boundary_layer=committees, title={"en": "The hearing"}
        )
        page = browser.get("/planner/layers/")
        text = text_of(page)
        assert "Committees" in text
        assert "Edition 2 since 1 January 2026" in text
        assert "the command line" in text
        assert f"/planner/c/{consultation.slug}/" in page.content.decode()

    def test_what_waits_is_said(self, browser: Client, committees: Layer) -> None:
        old, new = committees.editions.order_by("number")
        Succession.objects.create(
            predecessor=old.areas.first(), successor=new.areas.first(), origin="overlap", state="proposed"
        )
        make.edition(of=committees, state="draft", number=None)
        plan = make.layer(kind="zoning")
        make.zone(of=make.edition(of=plan), field="B1")
        text = text_of(browser.get("/planner/layers/"))
        assert "1 draft not saved" in text
        assert "1 succession to confirm" in text
        assert "1 field without a plain line" in text

    def test_files_on_their_way_in_are_named_until_they_are_saved(
        self, browser: Client, municipality: Municipality
    ) -> None:
        fields = {"created_at": NOON, "touched_at": NOON, "bytes": 1, "sha256": "0" * 64, "file": "x"}
        for state, name in (("asking", "waits.gml"), ("saved", "done.gml")):
            Upload.objects.create(municipality=municipality, file_name=name, state=state, **fields)
        elsewhere = make.municipality()
        Upload.objects.create(municipality=elsewhere, file_name="theirs.gml", state="asking", **fields)
        text = text_of(browser.get("/planner/layers/"))
        assert "waits.gml Waiting for your answer" in text
        assert "done.gml" not in text
        assert "theirs.gml" not in text

    def test_without_layers_it_says_what_to_do(self, browser: Client) -> None:
        text = text_of(browser.get("/planner/layers/"))
        assert "There is no layer yet." in text
        assert "Add a layer" in text

    def test_without_a_role_it_says_whom_to_ask(self) -> None:
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(make.user())
        assert "Only those who work for a municipality" in text_of(client.get("/planner/layers/"))

    def test_the_number_of_queries_does_not_grow_with_the_layers(
        self, browser: Client, committees: Layer, django_assert_max_num_queries: object
    ) -> None:
        for _ in range(5):
            make.edition(of=make.layer(), imported_by="user:1")
        with django_assert_max_num_queries(18):  # type: ignore[operator]
            browser.get("/planner/layers/")

    def test_other_municipalities_are_not_there(self, browser: Client, committees: Layer) -> None:
        Layer.objects.filter(pk=committees.pk).update(owner="NO-0301")
        make.municipality(code="NO-0301")
        assert "Committees" not in text_of(browser.get("/planner/layers/"))
        assert browser.get(f"/planner/layers/{committees.pk}/").status_code == 403


class TestPage:
    def test_editions_say_everything_about_themselves(self, browser: Client, committees: Layer) -> None:
        units = make.edition(of=make.layer(name="units"))
        Edition.objects.filter(layer=committees, number=2).update(composed_of=units, sha256="ab" * 32)
        text = text_of(browser.get(f"/planner/layers/{committees.pk}/"))
        assert "ab" * 32 in text
        assert "units, edition 1" in text
        assert "from 1 January 2020 until 1 January 2026" in text
        assert text.index("Edition 2") < text.index("Edition 1 ")

    @pytest.mark.parametrize(
        ("day", "sentence", "codes"),
        [
            ("2019-12-31", "On 31 December 2019 no edition is in force.", []),
            ("2025-12-31", "On 31 December 2025 edition 1 is in force, with 2 features.", ["A", "B"]),
            ("2026-01-01", "On 1 January 2026 edition 2 is in force, with 3 features.", ["A", "B", "C"]),
        ],
    )
    def test_which_committees_on_this_date(
        self, browser: Client, committees: Layer, day: str, sentence: str, codes: list[str]
    ) -> None:
        page = browser.get(f"/planner/layers/{committees.pk}/?on={day}")
        assert sentence in text_of(page)
        listed = re.findall(r'<td class="code">(\w)</td>', page.content.decode())
        assert listed == codes

    @pytest.mark.parametrize(
        "query",
        ["on=x", "on=2026-99-99", "edition=x", "edition=99999999999999999999", "page=x", "done=٣", "q=%00"],
    )
    def test_nonsense_in_the_address_is_no_error(
        self, browser: Client, committees: Layer, query: str
    ) -> None:
        assert browser.get(f"/planner/layers/{committees.pk}/?{query}").status_code == 200

    def test_a_long_edition_is_paged_and_searched(self, browser: Client, municipality: Municipality) -> None:
        plan = make.layer(kind="zoning", style="no_reguleringsplan")
        edition = make.edition(of=plan)
        for i in range(60):
            make.zone(of=edition, field=f"B{i + 1}", code="1110")
        first = text_of(browser.get(f"/planner/layers/{plan.pk}/"))
        assert "1–50 of 60" in first
        assert first.index(" B9 ") < first.index(" B10 ")
        assert "B51" not in first
        assert "Page 1 of 2" in first
        assert "1–1 of 1" in text_of(browser.get(f"/planner/layers/{plan.pk}/?q=b51"))
        assert "No name or code contains this" in text_of(
            browser.get(f"/planner/layers/{plan.pk}/?q=nowhere")
        )

    def test_a_layer_without_an_edition_says_what_to_do(
        self, browser: Client, municipality: Municipality
    ) -> None:
        empty = make.layer()
        assert "has no edition yet" in text_of(browser.get(f"/planner/layers/{empty.pk}/"))

    def test_a_name_from_a_file_is_never_markup(self, browser: Client, committees: Layer) -> None:
        area = committees.editions.get(number=2).areas.first()
        area.name = "<script>alert(1)</script>"
        area.save()
        body = browser.get(f"/planner/layers/{committees.pk}/").content.decode()
        assert "<script>alert" not in body


class TestSteps:
    def test_publishing_is_said_and_can_be_undone_at_once(
        self, browser: Client, committees: Layer, planner: User
    ) -> None:
        newest = life.newest(committees)
        path = f"/planner/layers/editions/{newest.pk}/publish/"
        page = press(browser, committees, path, published="0")
        newest.refresh_from_db()
        assert not newest.published
        assert "Edition 2 is no longer visible to everyone." in text_of(page)
        event = committees.events.get()
        assert (event.what, event.by) == ("unpublished", f"user:{planner.pk}")
        page = press(browser, committees, f"/planner/layers/{committees.pk}/undo/{event.pk}/")
        newest.refresh_from_db()
        assert newest.published
        assert "Edition 2 was published" in text_of(page)

    def test_before_a_withdrawal_its_consequences_are_shown(
        self, browser: Client, committees: Layer, municipality: Municipality
    ) -> None:
        newest = life.newest(committees)
        consultation = make.consultation(
            municipality=municipality, boundary_layer=committees, title={"en": "The hearing"}
        )
        for _ in range(3):
            pin = make.contribution(to=consultation)
            Hit.objects.create(contribution=pin, edition=newest, area=newest.areas.first())
        text = text_of(browser.get(f"/planner/layers/editions/{newest.pk}/withdraw/"))
        assert "Edition 1 is in force instead" in text
        assert "It is in force today." in text
        assert "3 comments on “The hearing” were recorded while it was in force" in text
        assert newest.state == "standing"

    def test_only_the_newest_has_a_page_to_roll_it_back(self, browser: Client, committees: Layer) -> None:
        first = committees.editions.get(number=1)
        assert browser.get(f"/planner/layers/editions/{first.pk}/withdraw/").status_code == 404

    def test_withdrawn_and_undone(self, browser: Client, committees: Layer) -> None:
        newest = life.newest(committees)
        page = press(browser, committees, f"/planner/layers/editions/{newest.pk}/withdraw/")
        assert "Edition 2 was withdrawn; edition 1 is in force again." in text_of(page)
        assert life.newest(committees).number == 1
        event = committees.events.order_by("pk").last()
        page = press(browser, committees, f"/planner/layers/{committees.pk}/undo/{event.pk}/")
        assert "Edition 2 was restored." in text_of(page)
        assert life.newest(committees) == newest

    def test_restored_from_the_list_of_editions(self, browser: Client, committees: Layer) -> None:
        newest = life.newest(committees)
        life.withdraw(newest, at=NOON, by="")
        assert "Restore" in text_of(browser.get(f"/planner/layers/{committees.pk}/"))
        press(browser, committees, f"/planner/layers/editions/{newest.pk}/put-back/")
        assert life.newest(committees) == newest

    def test_a_page_that_is_out_of_date_changes_nothing_and_says_who_was_quicker(
        self, browser: Client, committees: Layer, municipality: Municipality
    ) -> None:
        newest = life.newest(committees)
        quicker = make.user(role="admin", of=municipality, name="Ola Rask")
        life.publish(newest, published=False, at=NOON, by=f"user:{quicker.pk}")
        stale = browser.post(f"/planner/layers/editions/{newest.pk}/withdraw/", {"seen": "0"})
        assert stale.status_code == 409
        assert (
            "Ola Rask changed the layer in the meantime: Edition 2 is no longer visible to everyone."
            in text_of(stale)
        )
        newest.refresh_from_db()
        assert newest.state == "standing"
        again = re.search(r'name="seen" value="(\d+)"', stale.content.decode())
        assert again
        assert int(again[1]) == newest_event(committees)

    def test_what_cannot_be_undone_any_more_says_why(self, browser: Client, committees: Layer) -> None:
        newest = life.newest(committees)
        life.publish(newest, published=False, at=NOON, by="")
        first = committees.events.get()
        life.withdraw(newest, at=NOON, by="")
        life.withdraw(life.newest(committees), at=NOON, by="")
        older = LayerEvent.objects.create(layer=committees, edition_number=1, at=NOON, what="imported")
        refused = browser.post(
            f"/planner/layers/{committees.pk}/undo/{older.pk}/", {"seen": newest_event(committees)}
        )
        assert refused.status_code == 409
        assert "Only the newest edition can be withdrawn." in text_of(refused)
        assert first.pk < older.pk

    @pytest.mark.parametrize("method", ["get", "put", "delete"])
    def test_steps_are_posts(self, browser: Client, committees: Layer, method: str) -> None:
        newest = life.newest(committees)
        answer = getattr(browser, method)(f"/planner/layers/editions/{newest.pk}/publish/")
        assert answer.status_code == 405

    def test_a_step_without_its_token_is_refused(self, planner: User, committees: Layer) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(planner)
        newest = life.newest(committees)
        answer = strict.post(f"/planner/layers/editions/{newest.pk}/publish/", {"seen": "0"})
        assert answer.status_code == 403

    def test_nobody_else_takes_a_step(self, committees: Layer, municipality: Municipality) -> None:
        newest = life.newest(committees)
        for role, of in (
            ("elected", municipality),
            ("committee", municipality),
            ("planner", make.municipality()),
        ):
            client = Client()
            client.force_login(make.user(role=role, of=of))
            assert (
                client.post(f"/planner/layers/editions/{newest.pk}/publish/", {"seen": "0"}).status_code
                == 403
            )
        assert not committees.events.exists()


class TestNameAndLook:
    def test_what_it_is_called_is_changed_and_undone(self, browser: Client, committees: Layer) -> None:
        path = f"/planner/layers/{committees.pk}/describe/"
        page = press(
            browser,
            committees,
            path,
            title_nb="Utvalg",
            title_en="Boards",
            credit="Kommunen",
            licence="",
            style="",
        )
        committees.refresh_from_db()
        assert committees.titles == {"nb": "Utvalg", "en": "Boards"}
        assert "Changed: title, credit, list of codes and colours." in text_of(page)
        event = committees.events.get()
        press(browser, committees, f"/planner/layers/{committees.pk}/undo/{event.pk}/")
        committees.refresh_from_db()
        assert (committees.titles, committees.credit) == ({"en": "Committees"}, "")

    def test_what_is_refused_is_still_in_the_form(self, browser: Client, committees: Layer) -> None:
        path = f"/planner/layers/{committees.pk}/describe/"
        stale = browser.post(path, {"seen": "77", "title_en": "Typed with care", "credit": "", "style": ""})
        assert stale.status_code == 409
        assert "Typed with care" in stale.content.decode()
        committees.refresh_from_db()
        assert committees.titles == {"en": "Committees"}


class TestTakenHome:
    def test_the_original_is_an_attachment_under_a_safe_name(
        self, browser: Client, committees: Layer
    ) -> None:
        newest = life.newest(committees)
        newest.original.save("layers/x.geojson", ContentFile(b"<html>"), save=False)
        newest.file_name = '../utvalg".geojson\r\nX: y'
        newest.save()
        answer = browser.get(f"/planner/layers/editions/{newest.pk}/original/")
        assert b"".join(answer.streaming_content) == b"<html>"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="utvalg.geojsonX"'
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]

    def test_an_original_that_is_gone_is_not_found(self, browser: Client, committees: Layer) -> None:
        newest = life.newest(committees)
        path = f"/planner/layers/editions/{newest.pk}/original/"
        assert browser.get(path).status_code == 404
        newest.original = "layers/gone.geojson"
        newest.save()
        assert browser.get(path).status_code == 404

    def test_the_report_in_words_and_as_files(self, browser: Client, committees: Layer) -> None:
        newest = life.newest(committees)
        newest.report = {
            "read": 4,
            "loaded": 3,
            "repaired": 1,
            "skipped": 1,
            "repairs": [{"feature": 2, "code": "B", "why": "Self-intersection"}],
            "skips": [{"feature": 4, "code": "=1+1", "why": "no geometry"}],
            "warnings": ["the file says EPSG:4326"],
        }
        newest.save()
        path = f"/planner/layers/editions/{newest.pk}/report"
        text = text_of(browser.get(f"{path}/"))
        assert "the file says EPSG:4326" in text
        assert "Feature 2 B" in text
        table = b"".join(browser.get(f"{path}.csv").streaming_content).decode("utf-8-sig")
        assert ";'=1+1;" in table
        kept = json.loads(b"".join(browser.get(f"{path}.json").streaming_content))
        assert kept["loaded"] == 3


class TestLog:
    def test_each_step_is_a_sentence_with_a_name_and_an_undo_while_it_stands(
        self, browser: Client, committees: Layer, planner: User
    ) -> None:
        newest = life.newest(committees)
        life.publish(newest, published=False, at=NOON, by=f"user:{planner.pk}")
        life.publish(newest, published=True, at=NOON, by="user:999999")
        page = browser.get(f"/planner/layers/{committees.pk}/log/")
        text = text_of(page)
        assert "Kari Planlegger Edition 2 is no longer visible to everyone." in text
        assert "somebody who no longer works here Edition 2 was published" in text
        assert page.content.decode().count("/undo/") == 1

    def test_an_edition_is_not_withdrawn_from_the_log_without_being_asked(
        self, browser: Client, committees: Layer
    ) -> None:
        newest = life.newest(committees)
        LayerEvent.objects.create(layer=committees, edition_number=2, at=NOON, what="imported")
        body = browser.get(f"/planner/layers/{committees.pk}/log/").content.decode()
        assert f"/planner/layers/editions/{newest.pk}/withdraw/" in body
        assert "/undo/" not in body

    def test_every_step_of_an_editions_life_has_its_sentence(
        self, browser: Client, committees: Layer
    ) -> None:
        draft = make.edition(of=committees, state="draft", number=None)
        life.save(draft, valid_from=dt.date(2026, 2, 1), published=False, at=NOON, by="")
        life.publish(draft, published=True, at=NOON, by="")
        life.withdraw(draft, at=NOON, by="")
        life.restore(draft, at=NOON, by="")
        text = text_of(browser.get(f"/planner/layers/{committees.pk}/log/"))
        for sentence in (
            "Edition 3 was imported from test.geojson.",
            "Edition 2 ends on 1 February 2026",
            "Edition 3 was published",
            "Edition 3 was withdrawn; edition 2 is in force again.",
            "Edition 3 was restored.",
        ):
            assert sentence in text


def test_an_edition_of_unknown_beginning_was_always_in_force(
    browser: Client, municipality: Municipality
) -> None:
    layer = make.layer()
    make.edition(of=layer, valid_from=EVER_SINCE)
    assert "ever since" in text_of(browser.get(f"/planner/layers/{layer.pk}/"))
    assert "1900" not in text_of(browser.get(f"/planner/layers/{layer.pk}/"))
