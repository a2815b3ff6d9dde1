"""The upload pages: who may, what they say in each state, and what hostile senders get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from layers.models import Edition
from mapdialog.uploads import receive, tasks
from mapdialog.uploads.models import Upload
from tests import factories
from tests.uploads.conftest import progress_in_this_thread  # noqa: F401 (a fixture)
from tests.uploads.factory import squares, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("progress_in_this_thread")]
SEND = "/planner/layers/upload/"


@pytest.fixture
def municipality() -> Any:
    return factories.municipality()


@pytest.fixture
def official(municipality: Any) -> Any:
    return factories.user(role="planner", of=municipality)


@pytest.fixture
def signed_in(official: Any) -> Client:
    client = Client()
    client.force_login(official)
    return client


def send(client: Client, content: bytes = b"", *, name: str = "utvalg.geojson", **fields: Any) -> Any:
    posted = {"kind": "boundary", "file": SimpleUploadedFile(name, content or squares()), **fields}
    return client.post(SEND, posted, headers={"accept-language": "en"})


def work(stored_upload: Upload) -> Upload:
    """What the worker would do."""
    stored_upload.refresh_from_db()
    if stored_upload.state == "reading":
        tasks.read(str(stored_upload.pk), stored_upload.reading)
    elif stored_upload.state == "saving":
        tasks.save(str(stored_upload.pk), stored_upload.reading)
    stored_upload.refresh_from_db()
    return stored_upload


def page(client: Client, stored_upload: Upload) -> Any:
    return client.get(f"/planner/layers/uploads/{stored_upload.pk}/", headers={"accept-language": "en"})


def step(client: Client, stored_upload: Upload, what: str, **fields: Any) -> Any:
    stored_upload.refresh_from_db()
    posted = {"reading": stored_upload.reading, **fields}
    return client.post(
        f"/planner/layers/uploads/{stored_upload.pk}/{what}/", posted, headers={"accept-language": "en"}
    )


DESCRIPTION = {"title_nb": "Utvalg", "published": "yes"}


def test_from_sending_to_saving_without_any_script(signed_in: Client) -> None:
    answer = send(signed_in)
    stored_upload = Upload.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/planner/layers/uploads/{stored_upload.pk}/"
    assert "Refresh" in page(signed_in, stored_upload).content.decode()
    work(stored_upload)
    shown = page(signed_in, stored_upload).content.decode()
    assert "Read, not saved yet." in shown
    assert "Utvalg B" in shown
    assert step(signed_in, stored_upload, "save", **DESCRIPTION).status_code == 302
    work(stored_upload)
    assert "edition 1 of Utvalg" in page(signed_in, stored_upload).content.decode()
    assert step(signed_in, stored_upload, "roll-back").status_code == 302
    assert "Undo: restore it" in page(signed_in, stored_upload).content.decode()


def test_the_script_learns_where_to_go_on(signed_in: Client) -> None:
    answer = signed_in.post(
        SEND,
        {"kind": "boundary", "file": SimpleUploadedFile("a.geojson", squares())},
        headers={"accept": "application/json"},
    )
    stored_upload = Upload.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"location": reverse("planner:upload", args=[stored_upload.pk])}


@pytest.mark.parametrize(
    "fields", [{"kind": "nonsense"}, {"kind": ""}, {"file": ""}, {"file": SimpleUploadedFile("a.gpkg", b"")}]
)
def test_a_form_that_is_not_right_is_shown_again_with_what_is_wrong(
    signed_in: Client, fields: dict[str, Any]
) -> None:
    answer = signed_in.post(SEND, {"kind": "boundary", "file": SimpleUploadedFile("a", b"x"), **fields})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Upload.objects.exists()


def test_too_large_a_body_is_refused_before_it_is_read(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "MOST_BYTES", 0)
    monkeypatch.setattr(receive, "FORM_BYTES", 100)
    monkeypatch.setattr(receive, "StraightToDisk", None)  # would fail if the body were looked at
    assert send(signed_in).status_code == 413
    problem = signed_in.post(
        SEND, {"file": SimpleUploadedFile("a", b"x" * 200)}, headers={"accept": "application/json"}
    )
    assert (problem.status_code, problem.headers["Content-Type"]) == (413, "application/problem+json")


def test_nothing_stays_on_the_way(signed_in: Client) -> None:
    send(signed_in)
    send(signed_in, kind="nonsense")
    assert list(receive.incoming_folder().iterdir()) == []
    assert Path(Upload.objects.get().file.path).read_bytes() == squares()


def test_without_a_token_nothing_is_taken(official: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(official)
    assert send(client).status_code == 403
    assert not Upload.objects.exists()
    client.get(SEND)
    token = client.cookies["csrftoken"].value
    assert send(client, csrfmiddlewaretoken=token).status_code == 302


@pytest.mark.parametrize("role", [None, "elected", "committee"])
def test_who_is_no_official_may_not_send(municipality: Any, role: str | None) -> None:
    client = Client()
    client.force_login(factories.user(role=role, of=municipality))
    assert client.get(SEND).status_code == 403
    assert send(client).status_code in {403, 422}
    assert not Upload.objects.exists()


def test_an_official_of_elsewhere_sees_nothing_of_it(municipality: Any) -> None:
    stored_upload = work(upload(municipality=municipality))
    client = Client()
    client.force_login(factories.user(role="planner", of=factories.municipality()))
    for name in ("", "state.json", "features.json", "colours.json", "report.csv", "report.json"):
        assert client.get(f"/planner/layers/uploads/{stored_upload.pk}/{name}").status_code == 403
    for name in ("read", "cancel", "save", "discard", "roll-back"):
        assert step(client, stored_upload, name, **DESCRIPTION).status_code == 403
    assert (
        client.get(
            f"/planner/layers/editions/{stored_upload.draft_id}/labels.json?box=9,59,10,60"
        ).status_code
        == 403
    )
    assert client.get(f"/planner/layers/upload/?layer={stored_upload.draft.layer_id}").status_code == 403


def test_nobody_sends_in_the_name_of_another_municipality(signed_in: Client, official: Any) -> None:
    other = factories.municipality()
    send(signed_in, municipality=other.pk)
    assert not Upload.objects.filter(municipality=other).exists()


def test_steps_are_taken_by_post_only(signed_in: Client, municipality: Any) -> None:
    stored_upload = upload(municipality=municipality)
    for name in ("read", "cancel", "save", "discard", "roll-back"):
        assert signed_in.get(f"/planner/layers/uploads/{stored_upload.pk}/{name}/").status_code == 405


def test_a_hostile_name_is_shown_as_text(signed_in: Client) -> None:
    send(signed_in, name="<img src=x onerror=alert(1)>\u202e.geojson")
    stored_upload = work(Upload.objects.get())
    shown = page(signed_in, stored_upload).content.decode()
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;.geojson" in shown


def test_what_a_file_says_is_shown_as_text(signed_in: Client, municipality: Any) -> None:
    content = squares().replace(b"Utvalg A", b"<script>alert(1)</script>")
    stored_upload = work(upload(content, municipality=municipality))
    assert "<script>alert" not in page(signed_in, stored_upload).content.decode()


def test_what_is_no_map_is_said_and_can_be_read_otherwise_or_discarded(
    signed_in: Client, municipality: Any
) -> None:
    stored_upload = work(upload(b"%PDF-1.7", municipality=municipality, file_name="plan.gml"))
    shown = page(signed_in, stored_upload)
    assert shown.status_code == 200
    assert "The file could not be read" in shown.content.decode()
    assert step(signed_in, stored_upload, "discard").status_code == 302
    assert "Undo: read it again" in page(signed_in, stored_upload).content.decode()
    assert step(signed_in, stored_upload, "read").status_code == 302
    stored_upload.refresh_from_db()
    assert stored_upload.state == "reading"


def test_a_system_is_asked_for_and_taken(signed_in: Client, municipality: Any) -> None:
    stored_upload = work(upload(squares(crs="urn:ogc:def:crs:EPSG::25832"), municipality=municipality))
    shown = page(signed_in, stored_upload).content.decode()
    assert 'name="system" value="4326"' in shown
    assert "Which coordinate system" in shown
    assert step(signed_in, stored_upload, "read", kind="boundary", system="4326").status_code == 302
    assert work(stored_upload).state == "ready"
    assert stored_upload.choices["reading"]["srid"] == 4326


def test_a_system_that_was_not_offered_is_refused(signed_in: Client, municipality: Any) -> None:
    stored_upload = work(upload(municipality=municipality))
    answer = step(signed_in, stored_upload, "read", kind="boundary", other_srid="99999")
    assert answer.status_code == 422
    stored_upload.refresh_from_db()
    assert stored_upload.state == "ready"


def test_another_field_is_chosen_for_the_names(signed_in: Client, municipality: Any) -> None:
    stored_upload = work(upload(municipality=municipality))
    step(
        signed_in, stored_upload, "read", kind="boundary", role_code="code", role_name="code", name="kretser"
    )
    work(stored_upload)
    assert stored_upload.choices["reading"]["roles"] == {"name": "code"}
    assert stored_upload.draft.layer.name == "kretser"
    assert list(stored_upload.draft.areas.order_by("code").values_list("name", flat=True)) == ["A", "B", "C"]


def test_a_page_that_is_out_of_date_saves_nothing(signed_in: Client, municipality: Any) -> None:
    stored_upload = work(upload(municipality=municipality))
    answer = step(signed_in, stored_upload, "save", **{**DESCRIPTION, "reading": stored_upload.reading - 1})
    assert answer.status_code == 409
    assert "read again in the meantime" in answer.content.decode()
    assert not Edition.objects.filter(state="standing").exists()


def test_a_layer_without_a_title_is_not_saved_and_nothing_written_is_lost(
    signed_in: Client, municipality: Any
) -> None:
    stored_upload = work(upload(municipality=municipality))
    answer = step(signed_in, stored_upload, "save", credit="Kommunens kart", published="no")
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "title in at least one language" in shown
    assert "Kommunens kart" in shown


def test_pressed_twice_it_is_saved_once(signed_in: Client, municipality: Any) -> None:
    stored_upload = work(upload(municipality=municipality))
    for _click in range(2):
        assert step(signed_in, stored_upload, "save", **DESCRIPTION).status_code == 302
    work(stored_upload)
    assert step(signed_in, stored_upload, "save", **DESCRIPTION).status_code == 302
    assert Edition.objects.filter(state="standing").count() == 1


def test_the_same_file_again_is_said(signed_in: Client, municipality: Any) -> None:
    first = work(upload(municipality=municipality))
    step(signed_in, first, "save", **DESCRIPTION)
    work(first)
    again = work(upload(municipality=municipality, name="andre"))
    assert "already edition 1 of Utvalg" in page(signed_in, again).content.decode()


def test_a_new_edition_is_shown_beside_the_one_in_force(signed_in: Client, municipality: Any) -> None:
    layer = factories.layer(owner=municipality.code, name="utvalg", titles={"nb": "Nærmiljøutvalg"})
    factories.areas(of=factories.edition(of=layer), n=2)
    answer = signed_in.post(
        f"{SEND}?layer={layer.pk}", {"file": SimpleUploadedFile("a.geojson", squares("AC"))}
    )
    assert answer.status_code == 302
    stored_upload = work(Upload.objects.get())
    assert stored_upload.layer == layer
    shown = page(signed_in, stored_upload).content.decode()
    assert "New edition of Nærmiljøutvalg" in shown
    assert "Beside edition 1" in shown
    assert "Gone" in shown


def test_how_far_it_is_and_that_nobody_works(signed_in: Client, municipality: Any) -> None:
    stored_upload = upload(municipality=municipality)  # made long ago, as the factory's clock goes
    state = signed_in.get(
        f"/planner/layers/uploads/{stored_upload.pk}/state.json", headers={"accept-language": "en"}
    ).json()
    assert (state["state"], state["words"]) == ("reading", "In the queue")
    assert "background worker" in state["late"]
    work(stored_upload)
    state = signed_in.get(f"/planner/layers/uploads/{stored_upload.pk}/state.json").json()
    assert state == {"state": "ready", "reading": 1}


def test_the_list_is_found_by_words_and_fetched_in_pages(signed_in: Client, municipality: Any) -> None:
    content = squares("ABC")
    stored_upload = work(upload(content, municipality=municipality))
    address = f"/planner/layers/uploads/{stored_upload.pk}/features.json"
    first = signed_in.get(address).json()
    assert [feature["code"] for feature in first["features"]] == ["A", "B", "C"]
    assert first["next"] is None
    west, south, east, north = first["features"][0]["box"]
    assert (west, south) == pytest.approx((9.70, 59.02))
    assert (east, north) == pytest.approx((9.71, 59.03))
    matching = signed_in.get(address, {"q": "utvalg b"}).json()["features"]
    assert [feature["code"] for feature in matching] == ["B"]
    after = signed_in.get(address, {"after": first["features"][1]["id"]}).json()["features"]
    assert [feature["code"] for feature in after] == ["C"]
    assert signed_in.get(address, {"after": "x"}).status_code == 400


def test_names_for_the_map_are_those_in_view(signed_in: Client, municipality: Any) -> None:
    stored_upload = work(upload(municipality=municipality))
    address = f"/planner/layers/editions/{stored_upload.draft_id}/labels.json"
    labels = signed_in.get(address, {"box": "9.711,59.021,9.729,59.029"}).json()["labels"]
    assert sorted(text for text, _lon, _lat in labels) == ["Utvalg B", "Utvalg C"]
    assert all(9.711 <= lon <= 9.729 and 59.021 <= lat <= 59.029 for _text, lon, lat in labels)
    for wrong in ("", "1,2,3", "a,b,c,d", "nan,0,1,1", "1e999,0,1,1"):
        assert signed_in.get(address, {"box": wrong}).status_code == 400


def test_another_list_of_colours_is_looked_at_first(signed_in: Client, municipality: Any) -> None:
    content = squares("A").replace(b'"code": "A"', b'"code": "1110"')
    stored_upload = work(upload(content, municipality=municipality, kind="zoning"))
    address = f"/planner/layers/uploads/{stored_upload.pk}/colours.json"
    official = signed_in.get(address, {"list": "no_reguleringsplan"}).json()["1110"]
    neutral = signed_in.get(address, {"list": "neutral"}).json()["1110"]
    assert official["fill"] != neutral["fill"]
    assert signed_in.get(address, {"list": "none-such"}).status_code == 404


def test_the_report_is_taken_home_and_no_cell_is_a_formula(signed_in: Client, municipality: Any) -> None:
    features = json.loads(squares("ABC"))
    features["features"][1]["geometry"] = None
    features["features"][1]["properties"]["code"] = "=cmd()"
    stored_upload = work(upload(json.dumps(features).encode(), municipality=municipality))
    as_csv = signed_in.get(f"/planner/layers/uploads/{stored_upload.pk}/report.csv")
    text = b"".join(as_csv.streaming_content).decode("utf-8-sig")
    assert as_csv.headers["Content-Disposition"].startswith("attachment")
    assert "'=cmd()" in text
    assert ";=cmd()" not in text
    as_json = signed_in.get(f"/planner/layers/uploads/{stored_upload.pk}/report.json").json()
    assert (as_json["report"]["read"], as_json["report"]["loaded"]) == (3, 2)
    assert as_json["sha256"] == stored_upload.sha256


def test_unfinished_files_are_listed_until_they_are_ended(signed_in: Client, municipality: Any) -> None:
    stored_upload = work(upload(municipality=municipality, file_name="venter.geojson"))
    upload(municipality=factories.municipality(), file_name="andres.geojson")
    shown = signed_in.get(SEND).content.decode()
    assert "venter.geojson" in shown
    assert "andres.geojson" not in shown
    step(signed_in, stored_upload, "discard")
    assert "venter.geojson" not in signed_in.get(SEND).content.decode()


def test_the_drafts_tiles_are_for_officials_and_kept_by_nobody(signed_in: Client, municipality: Any) -> None:
    stored_upload = work(upload(municipality=municipality))
    address = f"/tiles/layers/{stored_upload.draft_id}/11/1079/605.mvt"
    answer = signed_in.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert Client().get(address).status_code == 404
