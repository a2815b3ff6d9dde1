"""The form without JavaScript: the same intake, the errors beside what was typed, the receipt."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation, Question
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
UUID = "5f0c5d0e-0d57-4a6e-8a3e-6d2a3b1c9e10"
TOKEN = "0123456789abcdef" * 2


def filled(**typed: Any) -> dict[str, Any]:
    lon, lat = factories.middle()
    return {
        "uuid": UUID,
        "token": TOKEN,
        "kind": "pin",
        "coordinates": f"{lat:.5f}, {lon:.5f}",
        "theme": "lys",
        "text": "Her er det mørkt.",
        **typed,
    }


def post(
    client: Client, consultation: Consultation, *, headers: dict[str, str] | None = None, **typed: Any
) -> Any:
    sent = {"Accept-Language": "nb", **(headers or {})}
    return client.post(f"/c/{consultation.slug}/send", filled(**typed), headers=sent)


def test_a_form_becomes_a_contribution_and_a_receipt(client: Client) -> None:
    consultation = factories.consultation()
    response = post(client, consultation)
    pin = Contribution.objects.get()
    assert response.status_code == 200
    assert f"/c/{consultation.slug}/r/{pin.code}#{UUID}.{TOKEN}" in response.content.decode()
    assert str(pin.pk) == UUID
    assert pin.placed_by == "coordinates"
    assert pin.geom is not None
    assert pin.geom.coords == pytest.approx(factories.middle(), abs=1e-5)
    assert pin.text == "Her er det mørkt."


def test_the_same_form_twice_is_one_contribution(client: Client) -> None:
    consultation = factories.consultation()
    first, second = post(client, consultation), post(client, consultation)
    assert Contribution.objects.get().code in first.content.decode()
    assert Contribution.objects.get().code in second.content.decode()
    assert Contribution.objects.count() == 1


def test_a_form_sent_again_with_other_words_is_noticed_and_can_be_sent_as_a_new_one(client: Client) -> None:
    consultation = factories.consultation()
    post(client, consultation)
    response = post(client, consultation, text="Og enda noe.")
    page = response.content.decode()
    fresh = re.search(r'(?s)name="uuid" value="([0-9a-f-]{36})".*?name="token" value="([0-9a-f]{32})"', page)
    assert response.status_code == 422
    assert "Og enda noe." in page
    assert fresh
    assert fresh[1] != UUID
    assert fresh[2] != TOKEN
    assert Contribution.objects.count() == 1
    assert post(client, consultation, uuid=fresh[1], token=fresh[2], text="Og enda noe.").status_code == 200
    assert {pin.text for pin in Contribution.objects.all()} == {"Her er det mørkt.", "Og enda noe."}


def test_a_fresh_page_has_a_form_of_its_own(client: Client) -> None:
    consultation = factories.consultation()
    pages = [client.get(f"/c/{consultation.slug}/").content.decode() for _visit in range(2)]
    first, second = (re.search(r'name="uuid" value="([0-9a-f-]{36})"', page) for page in pages)
    assert first
    assert second
    assert first[1] != second[1]


def test_a_text_that_is_too_long_is_refused_once_and_not_called_missing(client: Client) -> None:
    response = post(client, factories.consultation(), text="x" * 5001)
    assert response.status_code == 422
    message = re.search(r'id="text-error">(.*?)</p>', response.content.decode(), re.S)
    assert message
    assert "5\u00a0001" in message[1]
    assert "Skriv hva du vil si" not in message[1]


def test_the_place_may_be_only_words(client: Client) -> None:
    post(client, factories.consultation(), coordinates="", place_words="Stien bak hallen")
    pin = Contribution.objects.get()
    assert (pin.geom, pin.placed_by, pin.place_words) == (None, "words", "Stien bak hallen")


def test_a_place_from_the_list(client: Client) -> None:
    lon, lat = factories.middle(1)
    post(client, factories.consultation(), coordinates="", listed_place=f"{lat:.5f}, {lon:.5f}")
    assert Contribution.objects.get().placed_by == "list"


@pytest.mark.parametrize(
    "written",
    [
        "59,025 9,705",
        "59°01'30\"N 9°42'18\"Ø",
        "32V 540474 6543050",
        "https://www.openstreetmap.org/?mlat=59.025&mlon=9.705",
    ],
)
def test_coordinates_are_taken_as_people_write_them(client: Client, written: str) -> None:
    response = post(client, factories.consultation(), coordinates=written)
    assert response.status_code == 200
    geom = Contribution.objects.get().geom
    assert geom is not None
    assert geom.coords == pytest.approx((9.705, 59.025), abs=1e-5)


def test_numbers_the_other_way_round_come_back_turned_to_be_looked_at(client: Client) -> None:
    consultation = factories.consultation()
    lon, lat = factories.middle()
    response = post(client, consultation, coordinates=f"{lon:.4f}, {lat:.4f}")
    shown = response.content.decode()
    assert response.status_code == 422
    assert f'value="{lat:.6f}, {lon:.6f}"' in shown
    assert "snudd" in shown
    assert not Contribution.objects.exists()
    post(client, consultation, coordinates=f"{lat:.6f}, {lon:.6f}")
    assert Contribution.objects.count() == 1


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("540235 6543370", "sone"),
        ("https://maps.app.goo.gl/AbCdEf", "lenke"),
        ("EPSG:27391 1 2", "koordinatsystemet"),
    ],
)
def test_what_cannot_be_read_says_what_to_write_instead(client: Client, written: str, reason: str) -> None:
    shown = post(client, factories.consultation(), coordinates=written).content.decode()
    message = re.search(r'id="coordinates-error">(.*?)</p>', shown, re.S)
    assert message
    assert reason in message[1]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"coordinates": ""}, "spot-error"),
        ({"coordinates": "her"}, "coordinates-error"),
        ({"coordinates": "٥٩.0, 9.7"}, "coordinates-error"),
        ({"coordinates": "95, 9.7"}, "coordinates-error"),
        ({"theme": ""}, "theme-error"),
        ({"theme": "finnes-ikke"}, "theme-error"),
        ({"text": "  "}, "text-error"),
        ({"text": "a\x00b"}, "text-error"),
        ({"coordinates": "40.7, -74.0"}, "coordinates-error"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    client: Client, typed: dict[str, str], message: str
) -> None:
    response = post(client, factories.consultation(), **{"place_words": "", **typed})
    shown = response.content.decode()
    assert response.status_code == 422
    assert f'id="{message}"></p>' not in shown, "the message is empty"
    assert 'id="error-summary" role="alert" tabindex="-1">' in shown
    if "text" not in typed:
        assert "Her er det mørkt." in shown
    assert UUID in shown
    assert not Contribution.objects.exists()


def test_answers_are_stored_and_a_required_one_is_asked_for(client: Client) -> None:
    consultation = factories.consultation()
    Question.objects.create(
        consultation=consultation,
        key="dark",
        kind="multiple",
        text={"nb": "Når?"},
        options=[{"value": "0", "label": {"nb": "dag"}}, {"value": "1", "label": {"nb": "natt"}}],
        required=True,
    )
    assert post(client, consultation).status_code == 422
    assert post(client, consultation, **{"answer-dark": ["0", "1"]}).status_code == 200
    assert Contribution.objects.get().responses == {"dark": ["0", "1"]}


def test_an_observation_where_it_is_asked_for(client: Client) -> None:
    consultation = factories.consultation()
    Question.objects.create(
        consultation=consultation, key="more", kind="text", text={"nb": "Mer?"}, applies_to=["observation"]
    )
    response = post(
        client, consultation, kind="observation", code="lighting", rating="1", light="dark", text=""
    )
    assert response.status_code == 200
    contribution = Contribution.objects.get()
    assert contribution.kind == "observation"
    assert contribution.details == {"code": "lighting", "rating": 1, "light": "dark"}


def test_a_closed_consultation_takes_nothing(client: Client) -> None:
    now = dt.datetime.now(dt.UTC)
    consultation = factories.consultation(
        opens_at=now - dt.timedelta(days=9), closes_at=now - dt.timedelta(days=8)
    )
    assert post(client, consultation).status_code == 422
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_form_of_another_site_is_refused(header: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    consultation = factories.consultation()
    refused = post(client, consultation, headers=header)
    assert refused.status_code == 403
    assert "nettsted" in refused.content.decode()
    assert not Contribution.objects.exists()


def test_who_reads_and_sends_is_given_no_cookie() -> None:
    client = Client(enforce_csrf_checks=True)
    consultation = factories.consultation()
    for address in (
        "/",
        f"/c/{consultation.slug}/",
        f"/c/{consultation.slug}/plan",
        "/privacy",
        "/accessibility",
        "/nothing",
    ):
        client.get(address)
    sent = post(client, consultation)
    assert sent.status_code == 200
    client.get(f"/c/{consultation.slug}/r/{Contribution.objects.get().code}")
    assert dict(client.cookies) == {}
    client.get("/accounts/login/")
    assert list(client.cookies) == ["csrftoken"]


def test_the_language_is_chosen_without_a_token_but_not_from_another_site() -> None:
    client = Client(enforce_csrf_checks=True)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/i18n/setlang/", {"language": "nn"}, headers=elsewhere).status_code == 403
    assert client.post("/i18n/setlang/", {"language": "nn", "next": "/"}).status_code == 302
    assert client.cookies["django_language"].value == "nn"


def test_another_token_cannot_take_over_an_id(client: Client) -> None:
    consultation = factories.consultation()
    post(client, consultation)
    assert post(client, consultation, token="f" * 32, text="Noe annet").status_code == 422
    assert Contribution.objects.get().text == "Her er det mørkt."


@pytest.mark.parametrize("method", ["get", "head"])
def test_the_forms_address_without_a_post_leads_to_the_consultation(client: Client, method: str) -> None:
    consultation = factories.consultation()
    response = getattr(client, method)(f"/c/{consultation.slug}/send")
    assert (response.status_code, response["Location"]) == (302, f"/c/{consultation.slug}/")
    hidden = factories.consultation(status="draft")
    assert getattr(client, method)(f"/c/{hidden.slug}/send").status_code == 404
