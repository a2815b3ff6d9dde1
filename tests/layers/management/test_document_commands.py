"""`set_provisions` and `attach_document`: what the pages do, from the command line."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from layers.models import Layer, LayerDocument, Zone
from tests import factories as make
from tests.layers.editions.test_documents import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Layer:
    layer = make.layer(kind="zoning", name="plan")
    make.zone(of=make.edition(of=layer), field="B1")
    return layer


def run(command: str, file: Path, *options: str) -> str:
    output = io.StringIO()
    call_command(command, str(file), "--owner", "NO-4012", "--name", "plan", *options, stdout=output)
    return output.getvalue()


def table(folder: Path, text: str) -> Path:
    path = folder / "bestemmelser.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_is_written_and_said(tmp_path: Path, plan: Layer) -> None:
    file = table(tmp_path, "field;text;plain_nb\nB1;§ 1;Boliger\nB9;§ 9;\n")
    assert "new texts: 1" in run("set_provisions", file, "--dry-run")
    assert not Zone.objects.exclude(legal_text="").exists()
    output = run("set_provisions", file, "--by", "kari")
    assert "not in the plan: 1 (B9)" in output
    assert "1 fields written" in output
    assert Zone.objects.get().legal_text == "§ 1"
    event = plan.events.get()
    assert (event.by, event.detail["file"]) == ("kari", "bestemmelser.csv")


def test_what_was_guessed_passed_over_or_looks_damaged_is_said_before_anything_is_written(
    tmp_path: Path, plan: Layer
) -> None:
    file = tmp_path / "bestemmelser.csv"
    file.write_bytes("Plan 12\n\nfield;text;bestemmelse;plain_xx\nB1;pÃ¥ øya;§ 2;Hus\n".encode("cp1252"))
    output = run("set_provisions", file, "--dry-run")
    assert "it was read as Windows-1252, because it is not UTF-8." in output
    assert "columns not understood: 1 (plain_xx)" in output
    assert "columns that mean the same as another, which is used: 1 (bestemmelse)" in output
    assert "letters that seem to be damaged, in the fields: 1 (B1)" in output
    assert "lines around the table, not read: 1 (Plan 12)" in output


@pytest.mark.parametrize("text", ["a;b\n1;2\n", "field;text\nB1;x\nB1;y\n", ""])
def test_a_table_that_cannot_be_written_is_an_error(tmp_path: Path, plan: Layer, text: str) -> None:
    with pytest.raises(CommandError):
        run("set_provisions", table(tmp_path, text))
    assert not plan.events.exists()


def test_a_document_is_attached(tmp_path: Path, plan: Layer) -> None:
    file = tmp_path / "plan.pdf"
    file.write_bytes(PDF)
    assert "attached" in run("attach_document", file, "--type", "PLANBEST", "--title", "nb=Bestemmelser")
    document = LayerDocument.objects.get()
    assert (document.type, document.titles, document.file_name) == (
        "PLANBEST",
        {"nb": "Bestemmelser"},
        "plan.pdf",
    )


def test_what_cannot_be_attached_is_an_error(tmp_path: Path, plan: Layer) -> None:
    file = tmp_path / "plan.pdf"
    with pytest.raises(CommandError, match="No such file"):
        run("attach_document", file, "--type", "PLANBEST")
    file.write_bytes(b"MZ")
    with pytest.raises(CommandError, match="not a PDF"):
        run("attach_document", file, "--type", "PLANBEST")
    with pytest.raises(CommandError, match="title"):
        run("attach_document", file, "--type", "PLANBEST", "--title", "nb")


def test_a_layer_without_an_edition_is_an_error(tmp_path: Path) -> None:
    make.layer(name="plan")
    with pytest.raises(CommandError, match="no edition"):
        run("set_provisions", table(tmp_path, "field;text\nB1;x\n"))
    with pytest.raises(CommandError, match="no edition"):
        run("attach_document", tmp_path / "x.pdf", "--type", "PLANBEST")
