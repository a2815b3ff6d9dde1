"""The documents of an edition: attached, removed, restored, and read by whom."""

import io

import pytest
from django.test import Client

from layers.editions import documents, life
from layers.models import Layer, LayerDocument
from mapdialog.people.models import Municipality, User
from tests import factories as make
from tests.factories import NOON
from tests.layers.editions.test_documents import PDF
from tests.planner.layers.pages import newest_event, press, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(municipality: Municipality) -> Layer:
    layer = make.layer(kind="zoning", style="no_reguleringsplan")
    make.zone(of=make.edition(of=layer), field="B1")
    return layer


def path(plan: Layer) -> str:
    return f"/planner/layers/{plan.pk}/documents/"


def pdf(content: bytes = PDF, name: str = "bestemmelser.pdf") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def attached(plan: Layer) -> LayerDocument:
    return documents.attach(
        plan.editions.get(),
        file=pdf(),
        file_name="Plan æ.pdf",
        type="PLANBEST",
        titles={"nb": "Bestemmelsene", "en": "The provisions"},
        at=NOON,
        by="",
    )


def public(document: LayerDocument) -> str:
    return f"/layers/documents/{document.pk}/plan.pdf"


def test_a_document_is_attached_and_taken_away_again(browser: Client, plan: Layer, planner: User) -> None:
    page = press(
        browser, plan, path(plan), file=pdf(), type="PLANBEST", title_nb="Bestemmelsene", title_en=""
    )
    text = text_of(page)
    assert "The document bestemmelser.pdf was attached." in text
    assert "Provisions · bestemmelser.pdf" in text
    document = LayerDocument.objects.get()
    assert (document.titles, document.added_by) == ({"nb": "Bestemmelsene"}, f"user:{planner.pk}")
    event = plan.events.get()
    press(browser, plan, f"/planner/layers/{plan.pk}/undo/{event.pk}/", back="documents")
    document.refresh_from_db()
    assert document.removed_at is not None


def test_a_removed_document_is_restored_by_undo(browser: Client, plan: Layer) -> None:
    document = attached(plan)
    page = press(browser, plan, f"/planner/layers/documents/{document.pk}/remove/")
    assert "The document Plan æ.pdf was removed." in text_of(page)
    assert "No document is attached." in text_of(page)
    event = plan.events.order_by("pk").last()
    page = press(browser, plan, f"/planner/layers/{plan.pk}/undo/{event.pk}/", back="documents")
    assert "The provisions" in text_of(page)


def test_what_is_no_pdf_is_refused_and_the_title_stays(browser: Client, plan: Layer) -> None:
    values = {
        "seen": newest_event(plan),
        "file": pdf(b"MZ"),
        "type": "VEDTAK",
        "title_nb": "Skrevet med omhu",
    }
    refused = browser.post(path(plan), values)
    assert refused.status_code == 409
    assert "This is not a PDF." in text_of(refused)
    assert "Skrevet med omhu" in refused.content.decode()
    assert "Choose a file." in text_of(
        browser.post(path(plan), {"seen": newest_event(plan), "type": "VEDTAK"})
    )


def test_a_document_is_attached_whatever_others_do_meanwhile(browser: Client, plan: Layer) -> None:
    life.publish(plan.editions.get(), published=False, at=NOON, by="")
    answer = browser.post(path(plan), {"seen": "0", "file": pdf(), "type": "PLANBEST"})
    assert answer.status_code == 302


def test_everyone_gets_it_as_an_attachment_while_its_edition_is_published_and_in_force(plan: Layer) -> None:
    document = attached(plan)
    answer = Client().get(public(document))
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''Plan%20%C3%A6.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_nobody_outside_gets_what_is_not_published_not_in_force_or_removed(
    browser: Client, plan: Layer
) -> None:
    document = attached(plan)
    edition = plan.editions.get()
    official = f"/planner/layers/documents/{document.pk}/file/"
    for change in ({"published": False}, {"published": True, "valid_to": "2021-01-01"}):
        for name, value in change.items():
            setattr(edition, name, value)
        edition.save()
        assert Client().get(public(document)).status_code == 404
        assert b"".join(browser.get(official).streaming_content) == PDF
    assert Client().get(official).status_code == 302
    elsewhere = Client()
    elsewhere.force_login(make.user(role="planner", of=make.municipality()))
    assert elsewhere.get(official).status_code == 403
    assert Client().get(f"/layers/documents/{10**30}/x.pdf").status_code == 404


def test_residents_find_it_on_the_plans_page_in_their_language(
    plan: Layer, municipality: Municipality
) -> None:
    document = attached(plan)
    zone = plan.editions.get().zones.get()
    zone.legal_text = "§ 2.1 Høyst <fire> etasjer.\n§ 2.2 Tak."
    zone.save()
    consultation = make.consultation(municipality=municipality)
    consultation.alternatives.create(key="a", layer=plan, name={"nb": "Alternativ A", "en": "Alternative A"})
    page = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/c/{consultation.slug}/plan")
    text = text_of(page)
    assert "Documents of Alternative A The provisions provisions, PDF" in text
    assert f"/layers/documents/{document.pk}/" in page.content.decode()
    assert "No text has been written for this zone yet." in text
    assert "§ 2.1 Høyst &lt;fire&gt; etasjer." in text
    life.publish(plan.editions.get(), published=False, at=NOON, by="")
    assert "The provisions" not in text_of(
        Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/c/{consultation.slug}/plan")
    )
