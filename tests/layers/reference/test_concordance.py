"""Municipality codes of 2020 and 2024."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from layers.models import CodeChange
from layers.reference import concordance
from layers.reference.concordance import NO_MUNICIPALITIES, SHIPPED, SHIPPED_DAY, Ambiguous, ConcordanceError

pytestmark = pytest.mark.django_db
BEFORE, AFTER = dt.date(2023, 12, 31), dt.date(2024, 1, 1)


@pytest.fixture
def shipped():
    return concordance.load(SHIPPED, scheme=NO_MUNICIPALITIES, changed_on=SHIPPED_DAY)


def followed(code, on=AFTER):
    return concordance.successor(code, scheme=NO_MUNICIPALITIES, on=on)


def test_the_shipped_table_is_loaded_once(shipped):
    assert (shipped.added, shipped.same, shipped.ambiguous) == (115, 240, ["1507"])
    again = concordance.load(SHIPPED, scheme=NO_MUNICIPALITIES, changed_on=SHIPPED_DAY)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 115)
    assert CodeChange.objects.count() == 115


def test_a_code_is_followed_from_the_day_it_changed(shipped):
    assert followed("3813") == "4012"
    assert followed("3813", on=BEFORE) == "3813"
    assert followed("0301") == "0301"
    assert followed("9999") == "9999"


def test_a_divided_municipality_is_never_followed(shipped):
    answer = followed("1507")
    assert isinstance(answer, Ambiguous)
    assert [code for code, _share in answer.successors] == ["1508", "1580"]
    assert answer.changed_on == AFTER


@pytest.mark.parametrize(
    ("shares", "expected"),
    [([0.95], "N0"), ([0.9, 0.04], "N0"), ([0.89], None), ([0.9, 0.06], None), ([0.5, 0.5], None)],
)
def test_crumbs_on_borders_are_no_successors(shares, expected):
    for number, share in enumerate(shares):
        CodeChange.objects.create(
            scheme="T", old_code="A", new_code=f"N{number}", changed_on=AFTER, share=share
        )
    answer = concordance.successor("A", scheme="T", on=AFTER)
    assert answer == expected if expected else isinstance(answer, Ambiguous)


def test_changes_are_followed_one_after_the_other():
    for old, new, day in [("B", "C", dt.date(2024, 1, 1)), ("A", "B", dt.date(2020, 1, 1))]:
        CodeChange.objects.create(scheme="T", old_code=old, new_code=new, changed_on=day, share=1)
    assert concordance.successor("A", scheme="T", on=dt.date(2021, 1, 1)) == "B"
    assert concordance.successor("A", scheme="T", on=dt.date(2024, 1, 1)) == "C"


def test_an_old_owner_is_reported(shipped):
    note = concordance.owner_note("NO-3813", on=AFTER)
    assert note.startswith("NO-3813 has been NO-4012 since")
    assert "2024" in note
    assert "NO-1508, NO-1580" in concordance.owner_note("NO-1507", on=AFTER)
    assert concordance.owner_note("NO-3813", on=BEFORE) == ""
    assert concordance.owner_note("NO-4012", on=AFTER) == ""
    assert concordance.owner_note("SE-3813", on=AFTER) == ""


def test_a_changed_share_is_taken_over(shipped, tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(
        "k2020,navn,k2024,kommunenavn,share_of_2020\n3813,Bamble,4012,Bamble,0.5\n", encoding="utf-8"
    )
    loaded = concordance.load(path, scheme=NO_MUNICIPALITIES, changed_on=SHIPPED_DAY)
    assert (loaded.added, loaded.changed, loaded.ambiguous) == (0, 1, ["3813"])
    assert isinstance(followed("3813"), Ambiguous)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "k2020,navn,k2024,kommunenavn,share_of_2020\n1,a,2,b,1.5\n",
        "k2020,navn,k2024,kommunenavn,share_of_2020\n1,a,2,b,nan\n",
        "k2020,navn,k2024,kommunenavn,share_of_2020\n1,a,2,b,1\n1,a,2,b,1\n",
        "k2020,navn,k2024,kommunenavn,share_of_2020\n,a,2,b,1\n",
    ],
)
def test_a_table_with_a_fault_changes_nothing(tmp_path, text):
    path = tmp_path / "c.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConcordanceError):
        concordance.load(path, scheme="T", changed_on=AFTER)
    assert not CodeChange.objects.exists()


def test_the_command_says_what_it_did():
    out = StringIO()
    call_command("load_concordance", stdout=out)
    assert "115 added" in out.getvalue()
    assert "1507" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("load_concordance", "no-such-file.csv")


def test_an_import_says_when_the_owner_has_a_new_number(shipped, tmp_path):
    square = [[9.7, 59.02], [9.71, 59.02], [9.71, 59.03], [9.7, 59.02]]
    feature = {"type": "Feature", "properties": {"code": "A", "name": "Øst"}}
    feature["geometry"] = {"type": "Polygon", "coordinates": [square]}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    for owner, note in (("NO-3813", True), ("NO-4012", False)):
        err = StringIO()
        arguments = [str(path), "--kind", "boundary", "--name", "a", "--owner", owner]
        call_command("import_layer", *arguments, stdout=StringIO(), stderr=err)
        assert ("NO-3813 has been NO-4012 since 1 January 2024" in err.getvalue()) == note
