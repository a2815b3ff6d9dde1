"""Before a doubtful edition goes public a second page asks about just that; without scripts, too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from layers.models import Edition, LayerEvent
from mapdialog.uploads.models import Upload
from tests import factories
from tests.planner.layers.test_uploads import work
from tests.uploads.conftest import progress_in_this_thread  # noqa: F401 (a fixture)
from tests.uploads.factory import squares, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("progress_in_this_thread")]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def municipality() -> Any:
    return factories.municipality()


@pytest.fixture
def client_of_official(municipality: Any) -> Client:
    client = Client()
    client.force_login(factories.user(role="planner", of=municipality))
    return client


def with_corner_at_zero() -> bytes:
    document = json.loads(squares("ABCDE"))
    document["features"][1]["geometry"]["coordinates"][0][2] = [0, 0]
    return json.dumps(document).encode()


def without_names() -> bytes:
    document = json.loads(squares())
    for feature in document["features"]:
        del feature["properties"]["name"]
    return json.dumps(document).encode()


def ready(content: bytes, *, municipality: Any) -> Upload:
    read = work(upload(content, municipality=municipality))
    assert read.state == "ready", read.message
    return read


def save(client: Client, ready_upload: Upload, **fields: str) -> Any:
    sent = {"reading": str(ready_upload.reading), "title_nb": "Utvalg <b>", "published": "yes", **fields}
    return client.post(f"/planner/layers/uploads/{ready_upload.pk}/save/", sent, headers=ENGLISH)


def test_an_error_is_asked_about_with_its_feature_and_wants_a_reason(
    client_of_official: Client, municipality: Any
) -> None:
    uploaded = ready(with_corner_at_zero(), municipality=municipality)
    asked = save(client_of_official, uploaded)
    text = asked.content.decode()
    assert asked.status_code == 200
    assert "Shall everyone see it as it is?" in text
    assert "feature 2, B" in text
    assert 'name="reason"' in text
    assert escape("Utvalg <b>") in text
    assert "Write a reason." not in text
    again = save(client_of_official, uploaded, consent="1", reason=" ")
    assert (again.status_code, "Write a reason." in again.content.decode()) == (200, True)
    uploaded.refresh_from_db()
    assert uploaded.state == "ready"
    assert save(client_of_official, uploaded, consent="1", reason="A test area").status_code == 302
    assert work(uploaded).state == "saved"
    edition = Edition.objects.get()
    assert (edition.published, edition.layer.titles) == (True, {"nb": "Utvalg <b>"})
    assert LayerEvent.objects.get(what="imported").detail["reason"] == "A test area"
    page = client_of_official.get(f"/planner/layers/{edition.layer_id}/log/", headers=ENGLISH)
    assert "The reason given: A test area" in page.content.decode()


def test_for_officials_only_it_is_saved_from_the_question_without_a_reason(
    client_of_official: Client, municipality: Any
) -> None:
    uploaded = ready(with_corner_at_zero(), municipality=municipality)
    assert save(client_of_official, uploaded, published="no", consent="1").status_code == 302
    assert work(uploaded).state == "saved"
    assert not Edition.objects.get().published


def test_what_says_nothing_of_itself_is_asked_about_once_and_wants_no_reason(
    client_of_official: Client, municipality: Any
) -> None:
    uploaded = ready(without_names(), municipality=municipality)
    text = save(client_of_official, uploaded).content.decode()
    assert "No feature has a name" in text
    assert 'name="reason"' not in text
    assert save(client_of_official, uploaded, consent="1").status_code == 302


def test_what_nothing_grave_was_found_in_is_saved_in_one_step(
    client_of_official: Client, municipality: Any
) -> None:
    assert save(client_of_official, ready(squares(), municipality=municipality)).status_code == 302


@pytest.mark.parametrize(("step", "state"), [("publish", "standing"), ("put-back", "withdrawn")])
def test_publishing_and_restoring_ask_and_carry_the_answer_into_the_log(
    client_of_official: Client, municipality: Any, step: str, state: str
) -> None:
    uploaded = ready(with_corner_at_zero(), municipality=municipality)
    save(client_of_official, uploaded, consent="1", reason="So it is")
    edition = Edition.objects.get(pk=work(uploaded).draft_id)
    Edition.objects.filter(pk=edition.pk).update(published=state == "withdrawn", state=state)
    address = f"/planner/layers/editions/{edition.pk}/{step}/"

    def take(**fields: str) -> Any:
        newest = LayerEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
        return client_of_official.post(address, {"seen": newest, "published": "1", **fields}, headers=ENGLISH)

    asked = take()
    assert asked.status_code == 200
    assert f"Shall everyone see edition {edition.number} as it is?" in asked.content.decode()
    assert f'action="{address}"' in asked.content.decode()
    assert take(consent="1").status_code == 200
    edition.refresh_from_db()
    assert (edition.state, edition.published) == (state, state == "withdrawn")
    assert take(consent="1", reason="Bouvetøya").status_code == 302
    edition.refresh_from_db()
    assert (edition.state, edition.published) == ("standing", True)
    assert LayerEvent.objects.order_by("-pk")[0].detail["reason"] == "Bouvetøya"


@pytest.fixture
def doubtful(client_of_official: Client, municipality: Any) -> Edition:
    """A saved edition in which an error was found, and which everyone sees all the same."""
    uploaded = ready(with_corner_at_zero(), municipality=municipality)
    save(client_of_official, uploaded, consent="1", reason="So it is")
    assert work(uploaded).draft is not None
    return Edition.objects.get()


def newest_event() -> int:
    return LayerEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]


def test_undoing_a_hiding_asks_on_a_page_and_goes_back_to_where_it_was_pressed(
    client_of_official: Client, doubtful: Edition
) -> None:
    hidden = f"/planner/layers/editions/{doubtful.pk}/publish/"
    client_of_official.post(hidden, {"seen": newest_event(), "published": "0"})
    address = f"/planner/layers/{doubtful.layer_id}/undo/{newest_event()}/"

    def undo(**fields: str) -> Any:
        sent = {"seen": newest_event(), "back": "log", **fields}
        return client_of_official.post(address, sent, headers=ENGLISH)

    text = undo().content.decode()
    assert "Shall everyone see edition 1 as it is?" in text
    assert f'action="{address}"' in text
    assert '<input type="hidden" name="back" value="log">' in text
    assert "Write a reason." in undo(consent="1").content.decode()
    answered = undo(consent="1", reason="Bouvetøya")
    assert answered.headers["location"].startswith(f"/planner/layers/{doubtful.layer_id}/log/?done=")
    doubtful.refresh_from_db()
    assert doubtful.published


def test_the_page_before_a_withdrawal_shows_what_was_found_in_the_edition_before(
    client_of_official: Client, doubtful: Edition
) -> None:
    Edition.objects.filter(pk=doubtful.pk).update(valid_to="2027-01-01")
    newest = factories.edition(of=doubtful.layer, number=2, valid_from="2027-01-01")
    address = f"/planner/layers/editions/{newest.pk}/withdraw/"
    text = client_of_official.get(address, headers=ENGLISH).content.decode()
    assert "Shall everyone see edition 1 as it is?" in " ".join(text.split())
    assert "feature 2, B" in text
    assert 'name="reason"' in text
    asked = client_of_official.post(address, {"seen": newest_event()}, headers=ENGLISH)
    text = " ".join(asked.content.decode().split())
    assert "Edition 1 is in force again when edition 2 is withdrawn." in text
    assert "Withdraw all the same" in text
    sent = {"seen": newest_event(), "consent": "1", "reason": "Bouvetøya"}
    assert client_of_official.post(address, sent).status_code == 302
    newest.refresh_from_db()
    assert newest.state == "withdrawn"


def test_the_upload_page_asks_before_it_restores_what_was_withdrawn_there(
    client_of_official: Client, doubtful: Edition
) -> None:
    address = f"/planner/layers/uploads/{Upload.objects.get().pk}/roll-back/"
    assert client_of_official.post(address).status_code == 302
    asked = client_of_official.post(address, {"undo": "1"}, headers=ENGLISH)
    assert (asked.status_code, f'action="{address}"' in asked.content.decode()) == (200, True)
    assert '<input type="hidden" name="undo" value="1">' in asked.content.decode()
    answered = client_of_official.post(address, {"undo": "1", "consent": "1", "reason": "Bouvetøya"})
    assert answered.status_code == 302
    doubtful.refresh_from_db()
    assert doubtful.state == "standing"


def test_the_administration_does_not_publish_what_is_asked_about(municipality: Any) -> None:
    uploaded = ready(without_names(), municipality=municipality)
    from layers.admin import EditionAdmin

    edition = uploaded.draft
    assert edition is not None
    edition.state = "standing"
    admin = EditionAdmin(Edition, None)  # type: ignore[arg-type]
    assert "published" in admin.get_readonly_fields(None, edition)  # type: ignore[arg-type]
    edition.published = True
    assert "published" not in admin.get_readonly_fields(None, edition)  # type: ignore[arg-type]
