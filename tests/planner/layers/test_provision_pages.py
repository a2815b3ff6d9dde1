"""A plan's provisions: looked through, written, brought in as a table, taken over, undone."""

import io

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from layers.models import Layer, Zone
from layers.provisions import writing
from layers.provisions.zone_fields import Provision
from mapdialog.people.models import Municipality, User
from tests import factories as make
from tests.factories import NOON
from tests.planner.layers.pages import newest_event, press, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(municipality: Municipality) -> Layer:
    layer = make.layer(kind="zoning", name="plan", style="no_reguleringsplan")
    edition = make.edition(of=layer)
    for i, (field, code) in enumerate([("B1", "1113"), ("B2", "1111"), ("o/F 1", "3040"), ("", "2010")]):
        make.zone(of=edition, i=i, field=field, code=code)
    return layer


def path(plan: Layer, rest: str = "") -> str:
    return f"/planner/layers/{plan.pk}/provisions/{rest}"


def texts(plan: Layer) -> dict[str, tuple[str, dict]]:
    zones = Zone.objects.filter(edition__layer=plan).exclude(field="").order_by("field")
    return {zone.field: (zone.legal_text, zone.provision) for zone in zones}


def table(text: str, *, encoding: str = "utf-8", name: str = "table.csv") -> io.BytesIO:
    file = io.BytesIO(text.encode(encoding))
    file.name = name
    return file


def look_at(browser: Client, plan: Layer, text: str, *, encoding: str = "utf-8") -> object:
    return browser.post(path(plan, "import/"), {"file": table(text, encoding=encoding)})


def write_it(browser: Client, plan: Layer, looked_at: object, **fields: object) -> object:
    values = {
        "seen": newest_event(plan),
        "sha256": looked_at.context["sha256"],  # type: ignore[attr-defined]
        "file_name": "table.csv",
        **fields,
    }
    return browser.post(path(plan, "import/"), values, follow=True)


def test_the_table_says_what_is_written_and_what_is_missing(browser: Client, plan: Layer) -> None:
    writing.write(plan.editions.get(), texts={"B1": Provision(plain={"nb": "Boliger"})}, at=NOON, by="user:1")
    text = text_of(browser.get(path(plan)))
    assert "3 fields: 2 have no text in plain language, 3 no text as adopted." in text
    assert "1 zone has no zone field" in text
    assert "Boliger" in text
    assert "1113" in text
    only = text_of(browser.get(path(plan, "?q=b2&missing=1")))
    assert "1–1 of 1" in only


def test_a_field_is_written_and_the_writing_undone(browser: Client, plan: Layer, planner: User) -> None:
    form = path(plan, "write/?field=o/F%201")
    assert "Field o/F 1" in text_of(browser.get(form))
    page = press(browser, plan, form, legal_text="§ 1\r\nlinje", plain_nb="Park", plain_en="")
    assert texts(plan)["o/F 1"] == ("§ 1\nlinje", {"nb": "Park"})
    assert "The texts of the field o/F 1 were written." in text_of(page)
    event = plan.events.get()
    assert event.by == f"user:{planner.pk}"
    page = press(browser, plan, f"/planner/layers/{plan.pk}/undo/{event.pk}/", back="provisions")
    assert page.request["PATH_INFO"] == path(plan)
    assert texts(plan)["o/F 1"] == ("", {})


def test_a_language_that_the_form_does_not_show_keeps_its_text(browser: Client, plan: Layer) -> None:
    before = Provision(plain={"se": "Viessu", "nb": "Hus"})
    writing.write(plan.editions.get(), texts={"B1": before}, at=NOON, by="")
    press(browser, plan, path(plan, "write/?field=B1"), legal_text="", plain_nb="Nytt hus")
    assert texts(plan)["B1"] == ("", {"se": "Viessu", "nb": "Nytt hus"})


def test_what_was_typed_survives_somebody_quicker(browser: Client, plan: Layer) -> None:
    writing.write(plan.editions.get(), texts={"B2": Provision(legal_text="§")}, at=NOON, by="")
    stale = browser.post(path(plan, "write/?field=B1"), {"seen": "0", "plain_nb": "Typed with care"})
    assert stale.status_code == 409
    assert "changed the layer in the meantime" in text_of(stale)
    assert "Typed with care" in stale.content.decode()
    assert texts(plan)["B1"] == ("", {})


@pytest.mark.parametrize("field", ["", "B9", "b1", "B1%00"])
def test_a_field_that_is_not_there_has_no_form(browser: Client, plan: Layer, field: str) -> None:
    expected = 200 if field == "B1%00" else 404
    assert browser.get(path(plan, f"write/?field={field}")).status_code == expected


def test_a_table_is_looked_at_before_it_is_written(browser: Client, plan: Layer, planner: User) -> None:
    looked = look_at(browser, plan, "field;text;plain_nb\nB1;§ 1;Boliger\nB9;§ 9;\n")
    text = text_of(looked)
    assert "1 field gets a new text." in text
    assert "1 field of the table is not in the plan: B9" in text
    assert "2 fields stay without a text: B2, o/F 1" in text
    assert texts(plan)["B1"] == ("", {})
    page = write_it(browser, plan, looked)
    assert texts(plan)["B1"] == ("§ 1", {"nb": "Boliger"})
    assert "They come from table.csv." in text_of(page)
    event = plan.events.get()
    assert (event.detail["file"], event.by) == ("table.csv", f"user:{planner.pk}")
    assert not default_storage.exists(f"provisions/{plan.pk}-{planner.pk}")


def test_what_was_guessed_passed_over_or_looks_damaged_stands_on_the_page(
    browser: Client, plan: Layer
) -> None:
    looked = look_at(browser, plan, "Plan 12\n\nfield;text;bestemmelse\nB1;pÃ¥ øya;§ 2\n", encoding="cp1252")
    text = text_of(looked)
    assert "it was read as Windows-1252, because it is not UTF-8." in text
    assert "Columns that mean the same as another, which is used instead: bestemmelse" in text
    assert "The letters of 1 field seem to be damaged: B1" in text
    assert "Lines above or below the table, which are not used: Plan 12" in text


def test_a_table_with_two_texts_for_a_field_is_not_written(browser: Client, plan: Layer) -> None:
    looked = look_at(browser, plan, "field;text\nB1;§ 1\nB1;§ 2\nB2;§ 3\n")
    assert "different texts on several rows: B1" in text_of(looked).replace(" ,", ",")
    refused = write_it(browser, plan, looked)
    assert refused.status_code == 422
    assert texts(plan)["B2"] == ("", {})


def test_another_file_chosen_meanwhile_is_not_written_instead(browser: Client, plan: Layer) -> None:
    first = look_at(browser, plan, "field;text\nB1;§ 1\n")
    look_at(browser, plan, "field;text\nB1;§ 2\n")
    refused = write_it(browser, plan, first)
    assert refused.status_code == 422
    assert "Choose it again" in text_of(refused)
    assert texts(plan)["B1"] == ("", {})


def test_a_table_is_not_written_over_what_somebody_else_wrote_meanwhile(browser: Client, plan: Layer) -> None:
    looked = look_at(browser, plan, "field;text\nB1;§ 1\n")
    before = newest_event(plan)
    writing.write(plan.editions.get(), texts={"B1": Provision(legal_text="§ 0")}, at=NOON, by="")
    refused = write_it(browser, plan, looked, seen=before)
    assert "changed the layer in the meantime" in text_of(refused)
    assert texts(plan)["B1"] == ("§ 0", {})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "empty"),
        ("field;x\nB1;y\n", "no column of texts"),
        ("a;b\n1;2\n", "no column of zone fields"),
        ("PK\x03\x04nonsense", ""),
        ("\x00\x01\x02", ""),
    ],
)
def test_what_is_no_table_of_provisions_is_refused_with_a_reason(
    browser: Client, plan: Layer, content: str, why: str
) -> None:
    refused = look_at(browser, plan, content)
    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert why in text_of(refused)
    assert 'role="alert"' in refused.content.decode()  # type: ignore[attr-defined]


def test_a_post_without_a_file_asks_for_one(browser: Client, plan: Layer) -> None:
    assert "Choose a file." in text_of(browser.post(path(plan, "import/"), {}))


def test_texts_of_the_edition_before_are_taken_over_when_asked(browser: Client, plan: Layer) -> None:
    old = plan.editions.get()
    writing.write(old, texts={"B1": Provision(legal_text="§ 1")}, at=NOON, by="")
    old.valid_to = "2026-01-01"
    old.save()
    new = make.edition(of=plan, valid_from="2026-01-01")
    make.zone(of=new, field="B1")
    assert "1 field without a text has one in edition 1." in text_of(browser.get(path(plan)))
    assert not Zone.objects.filter(edition=new, legal_text="§ 1").exists()
    page = press(browser, plan, path(plan, "carry-over/"))
    assert Zone.objects.filter(edition=new, legal_text="§ 1").exists()
    assert "They were copied from edition 1." in text_of(page)


def test_the_table_comes_home_as_csv(browser: Client, plan: Layer) -> None:
    answer = browser.get(path(plan, "table.csv"))
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[0] == "field;codes;text;plain_nb;plain_en"
    assert rows[1].startswith("B1;1113;")
    assert 'filename="plan-1-provisions.csv"' in answer.headers["Content-Disposition"]


def test_boundaries_have_no_provisions(browser: Client, municipality: Municipality) -> None:
    layer = make.layer()
    make.edition(of=layer)
    assert browser.get(path(layer)).status_code == 404


def test_a_long_plan_is_paged(browser: Client, plan: Layer) -> None:
    edition = plan.editions.get()
    for i in range(55):
        make.zone(of=edition, field=f"C{i}")
    text = text_of(browser.get(path(plan, "?page=2")))
    assert "51–58 of 58" in text
