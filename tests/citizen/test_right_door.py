"""The right door without scripts, through the API, and that nothing personal is shown before it was read."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.test import Client

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests import factories
from tests.citizen.phones import Phone
from tests.citizen.test_sending import post
from tests.contributions.rulebooks import feature

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "412 34 567"
PAGE = "https://fault.example.org/nb"


@pytest.fixture
def consultation() -> Consultation:
    municipality = factories.municipality()
    municipality.fault_service = {"nb": PAGE}
    municipality.fault_phone = "35 96 50 00"
    municipality.save()
    return factories.consultation(municipality=municipality)


def _pointed(page: str) -> str:
    field = re.search(r'name="pointed" value="([^"]*)"', page)
    assert field
    return field[1]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Gatelyset virker ikke.", f'href="{PAGE}"'),
        ("Gatelyset virker ikke.", 'href="tel:35965000"'),
        ("Det brenner i skogen!", 'href="tel:112"'),
        (f"Ring meg på {PHONE}", f"Et telefonnummer: {PHONE}"),
    ],
)
def test_the_form_comes_back_once_and_is_then_sent_all_the_same(
    client: Client, consultation: Consultation, text: str, shown: str
) -> None:
    response = post(client, consultation, text=text)
    page = response.content.decode()
    assert response.status_code == 422
    assert shown in page
    assert text in page
    assert not Contribution.objects.exists()
    assert post(client, consultation, text=text, pointed=_pointed(page)).status_code == 200
    assert Contribution.objects.get().text == text


def test_what_is_new_in_it_is_pointed_to_again(client: Client, consultation: Consultation) -> None:
    first = post(client, consultation, text="Gatelyset virker ikke.").content.decode()
    again = post(client, consultation, text=f"Lampen er knust. {PHONE}", pointed=_pointed(first))
    assert again.status_code == 422
    assert set(_pointed(again.content.decode()).split()) == {"fault", "phone"}


def test_without_a_fault_service_it_says_that_a_comment_mends_nothing(client: Client) -> None:
    page = post(client, factories.consultation(), text="Gatelyset virker ikke.").content.decode()
    assert "de som reparerer, leser ikke dette" in page


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        (f"Ring {PHONE}", ["phone"]),
        ("Jeg heter Ola Hansen, ola@example.no", ["email", "name"]),
        ("01010750160", ["national-id"]),
        ("Her er det mørkt.", []),
    ],
)
def test_the_answer_says_what_waits_and_nobody_else_sees_it(
    phone: Phone, client: Client, consultation: Consultation, text: str, sorts: list[str]
) -> None:
    answer = phone.put(feature(text=text))
    receipt = answer.json()
    assert answer.status_code == 201
    assert receipt["personal_data"] == sorts
    assert receipt["state"] == ("pending" if sorts else "published")
    slug = consultation.slug
    for address in (f"/c/{slug}/", f"/api/v1/consultations/{slug}/contributions"):
        assert (text in client.get(address).content.decode()) is (not sorts)


def test_what_was_found_is_logged_nowhere(
    phone: Phone, client: Client, consultation: Consultation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phone.put(feature(text=f"Ring {PHONE}"))
    post(client, consultation, text=f"Ring {PHONE}")
    assert PHONE not in caplog.text


def test_the_page_gets_the_list_and_the_doors_in_its_language(
    client: Client, consultation: Consultation
) -> None:
    answer: dict[str, Any] = client.get(
        f"/c/{consultation.slug}/right-door", headers={"Accept-Language": "nb"}
    ).json()
    assert answer["fault"] == {"page": PAGE, "language": "nb", "phone": "35 96 50 00"}
    assert [line["number"] for line in answer["numbers"]] == ["112", "110", "113"]
    assert {entry["sort"] for entry in answer["patterns"]} >= {"phone", "fault", "danger"}
    assert answer["texts"]["undo"] == "Angre"


def test_who_reads_it_first_sees_what_it_waits_for(phone: Phone, consultation: Consultation) -> None:
    phone.put(feature(text=f"Jeg heter Ola Hansen, ring {PHONE}"))
    official = Client()
    official.force_login(factories.user(role="planner", of=consultation.municipality))
    items = official.get(f"/planner/c/{consultation.slug}/contributions.json").json()["items"]
    assert [item["finds"] for item in items] == [{"phone": [PHONE], "name": ["Ola Hansen"]}]
    assert set(items[0]["concerns"]) == {"phone", "name"}


def test_a_change_that_brings_a_number_in_takes_it_from_view(
    phone: Phone, client: Client, consultation: Consultation
) -> None:
    phone.put(feature(text="Her er det mørkt."))
    change = {"properties": {"text": f"Ring {PHONE}"}}
    answer = phone.call(
        "PATCH", change, content_type="application/merge-patch+json", headers={"If-Match": '"1"'}
    )
    assert (answer.json()["state"], answer.json()["personal_data"]) == ("pending", ["phone"])
    assert PHONE not in client.get(f"/c/{consultation.slug}/").content.decode()
