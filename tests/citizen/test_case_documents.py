"""Documents of the case: `[[documents]] file=` has a door of its own, with the consultation's visibility."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from mapdialog.dialogue.models import Document
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def _document(*, name: str = "Planbeskrivelse.pdf", content: bytes = b"%PDF-1.7 papir", **of) -> Document:
    consultation = make.consultation(slug="sentrum", **of)
    return consultation.documents.create(
        type="1", title={"nb": "Planbeskrivelse"}, file=ContentFile(content, name=name)
    )


def _got(client: Client, path: str) -> HttpResponse:
    """The answer, read to its end as a server would."""
    answer = client.get(path)
    if answer.streaming:
        answer.body = b"".join(answer.streaming_content)
    return answer


def test_page_and_api_link_to_a_document_that_is_there(client: Client) -> None:
    document = _document()
    page = client.get("/c/sentrum/").content.decode()
    [href] = re.findall(r'href="([^"]+)"[^>]*>Planbeskrivelse<', page)
    [listed] = client.get("/api/v1/consultations/sentrum").json()["documents"]
    assert href == listed["url"] == document.get_absolute_url()
    assert _got(client, href).body == b"%PDF-1.7 papir"


def test_a_document_may_not_run_and_says_what_it_is(client: Client) -> None:
    answer = _got(client, _document().get_absolute_url())
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", ["side.html", "tegning.svg", "skript.js", "uten-ending"])
def test_what_a_browser_could_run_is_bytes(client: Client, name: str) -> None:
    answer = _got(client, _document(name=name, content=b"<script>1</script>").get_absolute_url())
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_name_with_anything_in_it_is_one_line_of_a_header(client: Client) -> None:
    document = _document()
    with default_storage.open('documents/høring "a"; b.pdf', "wb") as file:
        file.write(b"x")
    Document.objects.filter(pk=document.pk).update(file=file.name)
    answer = _got(client, f"/c/sentrum/documents/{document.pk}/x")
    assert answer["Content-Disposition"].isascii()
    assert "filename*=utf-8''h%C3%B8ring%20%22a%22%3B%20b.pdf" in answer["Content-Disposition"]


def test_a_document_of_a_draft_is_for_those_who_work_on_it(client: Client) -> None:
    municipality = make.municipality()
    document = _document(municipality=municipality, status="draft")
    assert _got(client, document.get_absolute_url()).status_code == 404
    client.force_login(make.user(role="planner", of=make.municipality()))
    assert _got(client, document.get_absolute_url()).status_code == 404
    client.force_login(make.user(role="planner", of=municipality))
    assert _got(client, document.get_absolute_url()).status_code == 200


def test_a_document_opens_at_its_own_consultation_only(client: Client) -> None:
    document = _document(status="draft")
    make.consultation(slug="apen")
    assert _got(client, f"/c/apen/documents/{document.pk}/x.pdf").status_code == 404


def test_a_file_that_is_gone_and_a_document_elsewhere_are_a_404(client: Client) -> None:
    document = _document()
    default_storage.delete(document.file.name)
    assert _got(client, document.get_absolute_url()).status_code == 404
    linked = document.consultation.documents.create(type="2", order=1, url="https://example.org/a.pdf")
    assert linked.get_absolute_url() == "https://example.org/a.pdf"
    assert _got(client, f"/c/sentrum/documents/{linked.pk}/a.pdf").status_code == 404


def test_the_administration_shows_no_file_by_an_address_of_its_own(client: Client) -> None:
    document = _document()
    client.force_login(make.user(is_superuser=True))
    page = client.get(reverse("admin:dialogue_consultation_change", args=[document.consultation_id]))
    assert f'href="{document.get_absolute_url()}"' in page.content.decode()
    with pytest.raises(NotImplementedError, match="attachment"):
        _ = document.file.url


def test_the_administration_names_no_other_file() -> None:
    """Django would make a link of it; only the documents' form has a door for that."""
    for model in apps.get_models():
        files = {field.name for field in model._meta.fields if isinstance(field, models.FileField)}
        shown_by = admin.site._registry.get(model)
        if files and shown_by is not None:
            assert files <= set(shown_by.exclude or ()) or not files & set(shown_by.fields or files), model
