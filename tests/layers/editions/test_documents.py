import datetime as dt
import io

import pytest

from layers.editions import documents
from layers.editions.documents import DocumentError
from layers.models import Edition, LayerDocument
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
PDF = (
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\nxref\n0 1\n"
    b"trailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
)


@pytest.fixture
def plan() -> Edition:
    return make.edition(of=make.layer(kind="zoning"))


def attach(plan: Edition, content: bytes = PDF, **fields: object) -> LayerDocument:
    values = {
        "file_name": "bestemmelser.pdf",
        "type": "PLANBEST",
        "titles": {"nb": "Bestemmelser", "en": " "},
    }
    return documents.attach(plan, file=io.BytesIO(content), at=NOON, by="user:1", **{**values, **fields})  # type: ignore[arg-type]


def test_a_document_is_kept_as_it_came_with_who_when_and_checksum(plan: Edition) -> None:
    document = attach(plan)
    document.refresh_from_db()
    with document.file.open() as file:
        assert file.read() == PDF
    assert (document.bytes, document.added_by, document.titles) == (
        len(PDF),
        "user:1",
        {"nb": "Bestemmelser"},
    )
    assert document.file.name == f"layer_documents/{document.sha256}.pdf"
    event = plan.layer.events.get()
    assert (event.what, event.detail["document"], event.detail["sha256"]) == (
        "paper attached",
        document.pk,
        document.sha256,
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a PDF"),
        (b"<html>%PDF-1.7 startxref 1 %%EOF", "not a PDF"),
        (b"PK\x03\x04" + PDF, "not a PDF"),
        (PDF[:-10], "damaged"),
        (PDF + b"<script>alert(1)</script>" * 100, "damaged"),
    ],
)
def test_what_is_no_whole_pdf_is_refused(plan: Edition, content: bytes, why: str) -> None:
    with pytest.raises(DocumentError, match=why):
        attach(plan, content)
    assert not plan.layer.events.exists()
    assert not plan.documents.exists()


def test_a_document_has_a_largest_size(plan: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", len(PDF) - 1)
    with pytest.raises(DocumentError, match="larger"):
        attach(plan)


def test_an_edition_takes_so_many_and_none_twice(plan: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(plan)
    with pytest.raises(DocumentError, match="attached already"):
        attach(plan, file_name="another name.pdf")
    monkeypatch.setattr(documents, "MOST_OF_AN_EDITION", 1)
    with pytest.raises(DocumentError, match="at most 1"):
        attach(plan, PDF + b"\n")


def test_types_are_those_of_the_list_with_words_in_every_language(plan: Edition) -> None:
    with pytest.raises(DocumentError, match="PLANKART"):
        attach(plan, type="REISEBREV")
    assert len(documents.types()) == 13
    for words in documents.types().values():
        assert set(words) == {"nb", "nn", "sv", "da", "en"}
        assert all(words.values())


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_documents_belong_to_saved_editions(plan: Edition, state: str) -> None:
    other = make.edition(of=plan.layer, state=state, number=None if state == "draft" else 2)
    with pytest.raises(DocumentError, match="saved editions"):
        attach(other)


def test_a_removed_document_comes_back(plan: Edition) -> None:
    document = attach(plan)
    documents.remove(document, at=NOON, by="user:2")
    assert document.file.storage.exists(document.file.name)
    with pytest.raises(DocumentError, match="removed already"):
        documents.remove(document, at=NOON, by="user:2")
    documents.restore(document, at=NOON, by="user:2")
    assert list(plan.documents.filter(removed_at__isnull=True)) == [document]
    with pytest.raises(DocumentError, match="has not been removed"):
        documents.restore(document, at=NOON, by="user:2")
    assert [event.what for event in plan.layer.events.order_by("pk")] == [
        "paper attached",
        "paper removed",
        "paper attached",
    ]


def test_a_document_does_not_come_back_beside_itself(plan: Edition) -> None:
    first = attach(plan)
    documents.remove(first, at=NOON, by="")
    attach(plan)
    with pytest.raises(DocumentError, match="attached already"):
        documents.restore(first, at=NOON, by="")


def test_everyone_may_read_those_of_published_editions_in_force(plan: Edition) -> None:
    day = dt.date(2026, 5, 1)
    document = attach(plan)
    assert list(documents.in_force_on(day)) == [document]
    assert not documents.in_force_on(dt.date(2019, 12, 31)).exists()
    Edition.objects.filter(pk=plan.pk).update(published=False)
    assert not documents.in_force_on(day).exists()
    Edition.objects.filter(pk=plan.pk).update(published=True, state="withdrawn")
    assert not documents.in_force_on(day).exists()
    Edition.objects.filter(pk=plan.pk).update(state="standing")
    documents.remove(document, at=NOON, by="")
    assert not documents.in_force_on(day).exists()


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("Plan æøå.pdf", "Plan æøå.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\plan\\kart.pdf", "kart.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("fdp\u202eexe.pdf", "fdpexe.pdf"),
        ('";x=".pdf', "x=.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
    ],
)
def test_names_are_made_safe(name: str, tidy: str) -> None:
    assert documents.tidy_name(name) == tidy


def test_a_name_is_never_too_long() -> None:
    assert len(documents.tidy_name("x" * 500 + "." + "y" * 500)) <= 120
