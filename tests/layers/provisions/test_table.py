import csv
import io
from pathlib import Path

import pytest

from layers import csv_lines
from layers.models import Edition
from layers.provisions import table as provision_table
from layers.provisions import writing
from layers.provisions.writing import ProvisionError
from layers.provisions.zone_fields import Provision
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Edition:
    edition = make.edition(of=make.layer(kind="zoning"))
    for i, field in enumerate(["B1", "B2", "o_SKV1", "f_L"]):
        make.zone(of=edition, i=i, field=field)
    return edition


def proposed(folder: Path, plan: Edition, text: str) -> provision_table.Proposal:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return provision_table.proposal(path, edition=plan)


def test_rows_meet_the_plans_fields_by_name(tmp_path: Path, plan: Edition) -> None:
    proposal = proposed(
        tmp_path, plan, "felt;text;plain_nb;merknad\nB1;§ 1;Boliger;x\n O_skv1 ;§ 3;;\nB9;§ 9;;\n"
    )
    assert proposal.texts == {
        "B1": Provision(legal_text="§ 1", plain={"nb": "Boliger"}),
        "o_SKV1": Provision(legal_text="§ 3"),
    }
    assert proposal.unknown == ["B9"]
    assert proposal.silent == ["B2", "f_L"]
    assert proposal.unread == ["merknad"]
    assert proposal.languages == ["nb"]


def test_an_empty_cell_leaves_what_is_there(tmp_path: Path, plan: Edition) -> None:
    before = Provision(legal_text="§ 1", plain={"nb": "Boliger", "en": "Homes"})
    writing.write(plan, texts={"B1": before}, at=NOON, by="")
    proposal = proposed(tmp_path, plan, "field;text;plain_nb\nB1;;Hus\n")
    assert proposal.texts["B1"] == Provision(legal_text="§ 1", plain={"nb": "Hus", "en": "Homes"})


def test_what_says_so_already_is_counted_not_written(tmp_path: Path, plan: Edition) -> None:
    writing.write(plan, texts={"B1": Provision(legal_text="§ 1")}, at=NOON, by="")
    proposal = proposed(tmp_path, plan, "field;text\nB1;§ 1\n")
    assert (proposal.texts, proposal.same) == ({}, 1)


def test_a_field_with_two_different_texts_is_named(tmp_path: Path, plan: Edition) -> None:
    proposal = proposed(tmp_path, plan, "field;text\nB1;§ 1\nB1;§ 2\nB2;§ 3\nB2;§ 3\n")
    assert proposal.twice == ["B1"]


def test_names_that_differ_in_capitals_only_are_not_guessed(tmp_path: Path, plan: Edition) -> None:
    make.zone(of=plan, i=5, field="b1")
    assert set(proposed(tmp_path, plan, "field;text\nB1;§ 1\nb1;§ 2\n").texts) == {"B1", "b1"}
    make.zone(of=plan, i=6, field="b2")
    assert proposed(tmp_path, plan, "field;text\n B2 ;§ 1\n").texts.keys() == {"B2"}
    make.zone(of=plan, i=7, field="F_l")
    assert proposed(tmp_path, plan, "field;text\nF_L;§ 1\n").unknown == ["F_L"]


def test_of_columns_that_mean_the_same_the_plainest_name_is_used_else_the_first_and_the_others_are_named(
    tmp_path: Path, plan: Edition
) -> None:
    text = (
        "område;felt;tekst;bestemmelse;plain_nb;klarspråk nb\nNord;B1;§ 1;§ 2;Hus;Hjem\nSør;B2;;§ 3;;Hytte\n"
    )
    proposal = proposed(tmp_path, plan, text)
    assert proposal.texts == {"B1": Provision(legal_text="§ 1", plain={"nb": "Hus"})}
    assert proposal.passed_over == ["område", "bestemmelse", "klarspråk nb"]


@pytest.mark.parametrize(
    ("column", "language"),
    [("plain_nb", "nb"), ("plain_swe", "sv"), ("plain_so", "so"), ("plain_xx", ""), ("plain_no", "")],
)
def test_a_column_of_plain_lines_is_of_a_language_that_there_is_or_is_not_understood(
    tmp_path: Path, plan: Edition, column: str, language: str
) -> None:
    proposal = proposed(tmp_path, plan, f"field;text;{column}\nB1;§ 1;Hus\n")
    assert proposal.languages == [language] * bool(language)
    assert proposal.unread == [column] * (not language)
    assert set(proposal.texts["B1"].plain) == {language} - {""}


def test_what_was_guessed_left_out_or_looks_damaged_is_in_the_proposal(tmp_path: Path, plan: Edition) -> None:
    path = tmp_path / "table.csv"
    text = "Plan 12\n\nfield;text\nB1;bolig på øya\nB2;bolig pÃ¥ Ã¸ya\n"
    path.write_bytes(text.encode("cp1252"))
    proposal = provision_table.proposal(path, edition=plan)
    assert ["Windows-1252" in warning for warning in proposal.warnings] == [True]
    assert (proposal.around, proposal.damaged) == (["Plan 12"], ["B2"])


@pytest.mark.parametrize(
    ("text", "why"),
    [("navn;text\nB1;§ 1\n", "no column of zone fields"), ("field;x\nB1;y\n", "no column of texts")],
)
def test_a_table_without_its_columns_is_refused(tmp_path: Path, plan: Edition, text: str, why: str) -> None:
    with pytest.raises(ProvisionError, match=why):
        proposed(tmp_path, plan, text)


def test_what_goes_out_as_csv_comes_back_the_same(tmp_path: Path, plan: Edition) -> None:
    """Also texts that a spreadsheet would take for a formula, and with lines and semicolons of their own."""
    texts = {
        "B1": Provision(legal_text='=2+2;\n"§"', plain={"nb": "-æøå", "se": "@čáppa"}),
        "B2": Provision(plain={"en": "plain"}),
    }
    writing.write(plan, texts=texts, at=NOON, by="")
    content = b"".join(csv_lines.lines(provision_table.rows(plan, languages=["nb"])))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0] == ["field", "codes", "text", "plain_nb", "plain_en", "plain_se"]
    assert rows[1][2:] == ['\'=2+2;\n"§"', "'-æøå", "", "'@čáppa"]
    assert [row[0] for row in rows[1:]] == ["B1", "B2", "f_L", "o_SKV1"]
    path = tmp_path / "back.csv"
    path.write_bytes(content)
    writing.write(plan, texts={"B1": Provision(), "B2": Provision()}, at=NOON, by="")
    assert provision_table.proposal(path, edition=plan).texts == texts


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(start: str) -> None:
    content = b"".join(csv_lines.lines([[f"{start}cmd", 1.5, -3]])).decode("utf-8-sig")
    (row,) = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    assert row == [f"'{start}cmd", "1.5", "-3"]
