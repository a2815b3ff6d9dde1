import pytest

from layers.models import Edition, Zone
from layers.provisions import writing, zone_fields
from layers.provisions.writing import ProvisionError
from layers.provisions.zone_fields import Provision
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Edition:
    """B2 and B10 have a zone each, B1 two of different purposes; one zone has no field name."""
    edition = make.edition(of=make.layer(kind="zoning"))
    for i, (field, code) in enumerate(
        [("B10", "1111"), ("B2", "1111"), ("B1", "1113"), ("B1", "H320"), ("", "2010")]
    ):
        make.zone(of=edition, i=i, field=field, code=code)
    return edition


def write(plan: Edition, **texts: Provision) -> object:
    return writing.write(plan, texts=texts, at=NOON, by="user:1")


def texts_of(plan: Edition) -> dict[str, tuple[str, dict]]:
    zones = Zone.objects.filter(edition=plan).order_by("pk")
    return {f"{zone.field}/{zone.code}": (zone.legal_text, zone.provision) for zone in zones}


def test_fields_come_as_people_count_with_their_purposes_and_zones(plan: Edition) -> None:
    listed = zone_fields.zone_fields_of(plan)
    assert [(field.name, field.codes, field.zones) for field in listed] == [
        ("B1", ("1113", "H320"), 2),
        ("B2", ("1111",), 1),
        ("B10", ("1111",), 1),
    ]


def test_fields_are_found_by_part_of_their_name_or_code_and_by_what_they_lack(plan: Edition) -> None:
    assert [field.name for field in zone_fields.zone_fields_of(plan, search="b1")] == ["B1", "B10"]
    assert [field.name for field in zone_fields.zone_fields_of(plan, search="h320")] == ["B1"]
    assert zone_fields.zone_fields_of(plan, search="100%_") == []
    write(plan, B1=Provision(legal_text="§ 1", plain={"nb": "Boliger"}), B2=Provision(legal_text="§ 2"))
    assert [field.name for field in zone_fields.zone_fields_of(plan, missing=True)] == ["B2", "B10"]


def test_a_text_is_for_all_zones_of_its_field_and_for_no_other_edition(plan: Edition) -> None:
    other = make.edition(of=plan.layer, valid_from="2026-01-01", number=7, state="withdrawn")
    make.zone(of=other, field="B1")
    write(plan, B1=Provision(legal_text="§ 1", plain={"nb": "Boliger", "en": ""}))
    texts = texts_of(plan)
    assert texts["B1/1113"] == texts["B1/H320"] == ("§ 1", {"nb": "Boliger"})
    assert texts["B10/1111"] == ("", {})
    assert texts_of(other)["B1/1110"] == ("", {})


def test_counts_say_how_far_the_writing_has_come(plan: Edition) -> None:
    write(plan, B1=Provision(legal_text="§ 1"), B2=Provision(plain={"nb": "Hus"}))
    counts = zone_fields.counts(plan)
    assert (counts.fields, counts.without_plain, counts.without_legal, counts.zones_without_field) == (
        3,
        2,
        2,
        1,
    )
    assert zone_fields.without_plain([plan.pk]) == {plan.pk: 2}


def test_the_log_keeps_what_was_and_where_it_came_from(plan: Edition) -> None:
    write(plan, B1=Provision(legal_text="gammel"))
    event = writing.write(
        plan, texts={"B1": Provision(legal_text="ny")}, at=NOON, by="user:1", detail={"file": "b.csv"}
    )
    assert (event.what, event.edition_number, event.detail["file"]) == ("provisions written", 1, "b.csv")
    change = event.detail["changes"]["B1"]
    assert change["before"][0]["legal_text"] == "gammel"
    assert change["after"] == {"legal_text": "ny", "plain": {}}


def test_the_same_again_changes_nothing_and_writes_nothing(plan: Edition) -> None:
    write(plan, B1=Provision(legal_text="§ 1"))
    assert write(plan, B1=Provision(legal_text="§ 1")) is None
    assert plan.layer.events.count() == 1


def test_all_fields_are_written_or_none(plan: Edition) -> None:
    with pytest.raises(ProvisionError, match="no field called B9"):
        write(plan, B1=Provision(legal_text="§ 1"), B9=Provision(legal_text="§ 9"))
    assert texts_of(plan)["B1/1113"] == ("", {})
    assert not plan.layer.events.exists()


@pytest.mark.parametrize(
    ("text", "why"), [("x" * (writing.LONGEST + 1), "characters"), ("a\0b", "control character")]
)
def test_what_cannot_be_stored_is_refused(plan: Edition, text: str, why: str) -> None:
    with pytest.raises(ProvisionError, match=why):
        write(plan, B1=Provision(plain={"nb": text}))


def test_one_change_has_a_limit(plan: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_CHARACTERS", 5)
    with pytest.raises(ProvisionError, match="too much text"):
        write(plan, B1=Provision(legal_text="abc"), B2=Provision(legal_text="def"))


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_only_saved_editions_are_written_on(plan: Edition, state: str) -> None:
    number = None if state == "draft" else 2
    other = make.edition(of=plan.layer, state=state, number=number)
    make.zone(of=other, field="B1")
    with pytest.raises(ProvisionError, match="saved editions"):
        write(other, B1=Provision(legal_text="§ 1"))


def test_undone_every_zone_says_what_it_said(plan: Edition) -> None:
    """Also where the zones of a field came from their file with different texts."""
    Zone.objects.filter(edition=plan, code="H320").update(legal_text="Flom", provision={"nb": "Fare"})
    before = texts_of(plan)
    assert zone_fields.zone_field_of(plan, name="B1").differs
    event = write(plan, B1=Provision(legal_text="§ 1"), B2=Provision(plain={"nb": "Hus"}))
    undone = writing.undo(event, at=NOON, by="user:2")
    assert texts_of(plan) == before
    assert undone.detail["undone"] == event.pk
    writing.undo(undone, at=NOON, by="user:2")
    assert texts_of(plan)["B1/H320"] == ("§ 1", {})


def test_a_change_is_not_undone_over_a_later_one(plan: Edition) -> None:
    first = write(plan, B1=Provision(legal_text="1"), B2=Provision(legal_text="2"))
    write(plan, B2=Provision(legal_text="3"))
    assert not writing.is_undoable(first)
    with pytest.raises(ProvisionError, match="B2"):
        writing.undo(first, at=NOON, by="")
    assert texts_of(plan)["B1/1113"] == ("1", {})


def test_texts_are_carried_over_by_name_and_only_where_there_are_none(plan: Edition) -> None:
    write(plan, B1=Provision(legal_text="§ 1"), B2=Provision(legal_text="§ 2"))
    plan.valid_to = "2026-01-01"
    plan.save()
    newer = make.edition(of=plan.layer, valid_from="2026-01-01")
    make.zone(of=newer, field="B1")
    make.zone(of=newer, i=1, field="B2", legal_text="ny § 2")
    make.zone(of=newer, i=2, field="B3")
    assert writing.carried_over(newer, source=plan) == {"B1": Provision(legal_text="§ 1")}


def test_hectares_are_those_of_the_ground(plan: Edition) -> None:
    ground = zone_fields.hectares(plan, names=["B1", "B2"])
    # A hundredth of a degree each way at 59° N: 0.57 km by 1.11 km.
    assert ground["B2"] == pytest.approx(64, rel=0.02)
    assert ground["B1"] == pytest.approx(2 * ground["B2"], rel=0.001)
