"""The pages for composing committees."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from layers.editions import life
from layers.findings.finding import Finding
from layers.models import Edition, Layer
from mapdialog.planner.layers.compose.form import ComposeForm
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def municipality():
    return factories.municipality(code="NO-4012")


@pytest.fixture
def units(municipality):
    edition = factories.edition(of=factories.layer(owner=municipality.code, name="units"), feature_count=3)
    factories.areas(of=edition, n=3)
    return edition


@pytest.fixture
def planner(client, municipality):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(factories.user(role="planner", of=municipality))
    return client


def address(units):
    return reverse("planner:layer_compose", args=[units.layer_id])


FORM = {"action": "preview", "name": "nu", "code-1": "N", "name-1": "Nord", "code-2": "", "name-2": "",
        "unit-A": "1", "unit-B": "1", "unit-C": ""}  # fmt: skip


def draw_up(client, units, **fields):
    return client.post(address(units), {**FORM, **fields})


def chosen(page):
    """Which line each unit is in, on a page that was answered."""
    fields = page.context["form"].unit_fields().items()
    return {unit: field.value() for unit, field in fields if field.value()}


def test_without_scripts_the_form_goes_all_the_way(planner, units):
    answer = draw_up(planner, units)
    draft = Edition.objects.get(state="draft")
    assert answer.headers["Location"] == reverse("planner:layer_composed", args=[units.layer_id, draft.pk])
    page = planner.get(answer.headers["Location"]).content.decode()
    assert "1 unit is in no committee" in page
    fields = {"action": "save", "seen": "0", "valid_from": "2026-06-01", "published": "1"}
    answer = planner.post(answer.headers["Location"], fields, follow=True)
    draft.refresh_from_db()
    assert (draft.state, draft.published, draft.valid_from.isoformat()) == ("standing", True, "2026-06-01")
    assert "planner/layers" in answer.request["PATH_INFO"]
    for name in ("planner:edition_report", "planner:layer_population"):
        subject = draft.pk if name == "planner:edition_report" else draft.layer_id
        assert planner.get(reverse(name, args=[subject])).status_code == 200
    undo = answer.context["done"]
    assert undo.can_undo
    planner.post(
        reverse("planner:layer_undo", args=[draft.layer_id, undo.id]),
        {"seen": answer.context["newest_event"]},
    )
    assert life.newest(draft.layer) is None


def test_with_scripts_the_form_comes_as_one_text(planner, units):
    sheet = {"code-7": "S", "name-7": "Sør", "unit-C": "7", "unit-gone": "99", "evil": ["x"]}
    planner.post(address(units), {"action": "preview", "name": "nu", "sheet": json.dumps(sheet)})
    area = Edition.objects.get(state="draft").areas.get()
    assert (area.code, area.name, area.properties) == ("S", "Sør", {"units": ["C"]})


def test_a_unit_that_a_newer_edition_has_no_more_is_refused_by_its_code(planner, units):
    answer = draw_up(planner, units, **{"unit-gone": "1"})
    assert answer.status_code == 409
    assert "gone" in answer.context["refusal"]
    assert chosen(answer) == {"A": "1", "B": "1"}
    assert not Edition.objects.filter(state="draft").exists()


@pytest.mark.parametrize(
    "text", ["[", "[]", "1", "[" * 5_000, '{"code-1": 7}', '{"unit-A\\u0000": "1"}', "x" * 300_000]
)
def test_a_text_that_is_not_the_forms_own_is_no_form(text):
    form = ComposeForm.of_post({"sheet": text, "name": "nu"}, units=["A"], languages=["nb"])
    assert form.is_valid()
    assert form.committees() == ()


def test_half_a_character_in_that_text_is_left_out_and_the_page_shows_the_rest(planner, units):
    sheet = {"name": "a b\ud800", "code-1": "S\udfff", "unit-C": "1"}
    page = planner.post(address(units), {"action": "preview", "sheet": json.dumps(sheet)})
    assert page.status_code == 409
    assert page.context["form"]["name"].value() == "a b"
    assert page.context["form"]["code-1"].value() == "S"


def test_drawing_up_again_takes_the_place_of_the_draft(planner, units):
    draw_up(planner, units)
    first = Edition.objects.get(state="draft")
    page = planner.get(address(units), {"from": first.pk})
    assert chosen(page) == {"A": "1", "B": "1"}
    draw_up(planner, units, draft=str(first.pk))
    assert Edition.objects.get(state="draft") != first


def test_a_draft_is_discarded(planner, units):
    answer = draw_up(planner, units)
    planner.post(answer.headers["Location"], {"action": "discard"})
    assert not Edition.objects.filter(state="draft").exists()
    assert not Layer.objects.filter(name="nu").exists()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"unit-A": "", "unit-B": ""}, "No unit is in a committee"),
        ({"name": "units"}, "a layer of their own"),
        ({"name": "../x"}, "name may hold"),
        ({"unit-C": "2", "code-2": "N"}, "Two committees have the code N"),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_clicked(planner, units, fields, why):
    answer = draw_up(planner, units, **fields)
    assert answer.status_code == 409
    assert why in answer.content.decode()
    assert "Nord" in answer.content.decode()
    assert not Edition.objects.filter(state="draft").exists()


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"name": "../x"}, "name", "name may hold"),
        ({"name": ""}, "name", "required"),
        ({"unit-C": "2", "code-2": "N"}, "code-2", "Two committees have the code N"),
        ({"code-1": "x" * 21}, "code-1", "at most 20 characters"),
        ({"name-1": "x" * 101}, "name-1", "at most 100 characters"),
        ({"title_nb": "x" * 201}, "title_nb", "at most 200 characters"),
        ({"unit-A": "99"}, "unit-A", "Choose one."),
    ],
)
def test_a_mistake_stands_at_its_field(planner, units, fields, field, why):
    answer = draw_up(planner, units, **fields)
    assert answer.status_code == 409
    assert list(answer.context["form"].errors) == [field]
    assert why in answer.context["form"].errors[field][0]
    after_field = answer.content.decode().partition(f'name="{field}"')[2]
    assert why in after_field.partition("</label>")[0].partition("</td>")[0]
    assert not Edition.objects.filter(state="draft").exists()


def test_a_draft_needs_a_day_and_nobody_elses_change(planner, units):
    answer = draw_up(planner, units)
    refused = planner.post(answer.headers["Location"], {"action": "save", "seen": "0", "valid_from": "i dag"})
    assert refused.status_code == 409
    refused = planner.post(
        answer.headers["Location"], {"action": "save", "seen": "5", "valid_from": "2026-06-01"}
    )
    assert refused.status_code == 409
    assert Edition.objects.get(composed_of=units).state == "draft"


def test_what_is_composed_of_units_in_doubt_does_not_go_public_by_its_draft(planner, units):
    units.report = {"findings": [Finding(kind="at_zero", severity="error", count=1).as_json()]}
    units.save()
    address_of_draft = draw_up(planner, units).headers["Location"]
    fields = {"action": "save", "seen": "0", "valid_from": "2026-06-01"}
    refused = planner.post(address_of_draft, {**fields, "published": "1"})
    assert refused.status_code == 409
    assert "Before everyone sees this edition, somebody must answer" in refused.content.decode()
    assert planner.post(address_of_draft, fields).status_code == 302
    composed = Edition.objects.get(composed_of=units)
    assert (composed.state, composed.published) == ("standing", False)
    asked = planner.post(
        reverse("planner:edition_publish", args=[composed.pk]),
        {"published": "1", "seen": str(composed.layer.events.latest("pk").pk)},
    )
    assert "Shall everyone see edition 1 as it is?" in asked.content.decode()


def test_one_begins_with_a_table(planner, units):
    table = SimpleUploadedFile("t.csv", b"unit;committee\nA;N\nC;S\n")
    page = planner.post(address(units), {"action": "table", "file": table})
    assert chosen(page) == {"A": "1", "C": "2"}
    assert "Units come from the column “unit”, committees from “committee”." in page.content.decode()
    wrong = SimpleUploadedFile("t.csv", b"unit;committee\nA;N\nQ;S\n")
    assert planner.post(address(units), {"action": "table", "file": wrong}).status_code == 409
    assert planner.post(address(units), {"action": "table"}).status_code == 409


def test_more_lines_keep_what_was_written(planner, units):
    page = draw_up(planner, units, action="more")
    assert len(page.context["form"].lines) == 6
    assert chosen(page) == {"A": "1", "B": "1"}
    assert page.status_code == 200


def test_the_map_gets_shapes_and_neighbours(planner, units):
    answer = planner.get(reverse("planner:layer_compose_units", args=[units.layer_id]))
    content = json.loads(answer.content)
    assert [feature["id"] for feature in content["features"]] == ["A", "B", "C"]
    assert content["adjacent"] == [["A", "B"], ["B", "C"]]


def test_the_draft_is_taken_home_as_a_table(planner, units):
    answer = draw_up(planner, units)
    body = b"".join(planner.get(answer.headers["Location"] + "table.csv").streaming_content).decode(
        "utf-8-sig"
    )
    assert body.splitlines()[1:] == ["A;Utvalg A;N;Nord", "B;Utvalg B;N;Nord", "C;Utvalg C;;"]


def test_too_many_units_are_not_clicked(planner, units):
    units.feature_count = 5_000
    units.save()
    assert "at most 2" in planner.get(address(units)).content.decode()


def test_only_officials_of_the_municipality(client, units):
    client.force_login(factories.user(role="planner", of=factories.municipality(code="NO-0301")))
    assert client.get(address(units)).status_code == 403
    assert draw_up(client, units).status_code == 403
    assert not Edition.objects.filter(state="draft").exists()
