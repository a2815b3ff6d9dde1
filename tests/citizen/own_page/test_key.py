"""Authors without JavaScript come back with the code and the edit key, and nobody else does."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from mapdialog.citizen import status
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.receipt import code_of
from mapdialog.dialogue.models import Consultation
from tests import factories
from tests.citizen.own_page.page import CODE, TOKEN, changed, post, sent

pytestmark = pytest.mark.django_db(transaction=True)


UUID = "5f0c5d0e-0d57-4a6e-8a3e-6d2a3b1c9e10"


WRITTEN = "0123-4567-89AB-CDEF-0123-4567-89AB-CDEF"


def test_who_sends_without_scripts_is_shown_the_edit_key_and_can_use_it_as_written(
    client: Client, consultation: Consultation
) -> None:
    lon, lat = factories.middle()
    form = {"uuid": UUID, "token": TOKEN, "coordinates": f"{lat}, {lon}", "theme": "lys", "text": "Mørkt."}
    answer = client.post(f"/c/{consultation.slug}/send", form, headers={"Accept-Language": "nb"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert WRITTEN in page
    received = Contribution.objects.get()
    assert received.code in page
    assert f'href="/c/{consultation.slug}/r/{received.code}#{UUID}.{TOKEN}"' in page
    assert "Mørkt." in post(client, received, key=WRITTEN).content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        TOKEN,
        WRITTEN,
        WRITTEN.lower(),
        f"  {WRITTEN.replace('-', ' ')}\n",
        WRITTEN.replace("-", "–"),
        WRITTEN.replace("0", "O").replace("1", "l"),
        f"https://kart.example.no/c/x/r/{CODE}#{UUID}.{TOKEN}",
        f"{WRITTEN}.",
    ],
)
def test_a_key_is_taken_as_people_type_it(client: Client, pin: Contribution, typed: str) -> None:
    answer = post(client, pin, key=typed)
    assert answer.status_code == 200
    assert "Her er det mørkt." in answer.content.decode()


@pytest.mark.parametrize(
    "token", ["kX9-_+/=abcdefghijklmN", "A" * 128, "0123456789ABCDEF" * 2, "abcdefghijklmnopqrstuvwxyz"]
)
def test_keys_that_programs_made_are_taken_as_they_are(
    client: Client, consultation: Consultation, token: str
) -> None:
    pin = sent(consultation, token=token)
    shown = post(client, pin, key=f" {token} ")
    assert shown.status_code == 200
    page = shown.content.decode()
    hidden = re.search(r'name="key" value="([^"]+)"', page)
    assert hidden
    assert hidden[1] == token.replace("+", "&#x2B;").replace("=", "&#x3D;") or hidden[1] == token
    assert post(client, pin, key=token, **changed(text="Rettet")).status_code == 200
    pin.refresh_from_db()
    assert pin.text == "Rettet"


@pytest.mark.parametrize("typed", ["", "f" * 32, "nei", "x" * 5000, "\x00" * 40, "٣" * 32, TOKEN[:-1]])
def test_a_key_that_is_not_the_one_gets_one_kind_answer_and_no_word_of_what_was_sent(
    client: Client, pin: Contribution, typed: str
) -> None:
    answer = post(client, pin, key=typed, act="erase", sure="yes", version="1")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "hører ikke til" in page
    assert "Her er det mørkt." not in page
    pin.refresh_from_db()
    assert pin.state == "published"


def test_the_key_of_another_contribution_is_a_wrong_one(client: Client, consultation: Consultation) -> None:
    pin, other = sent(consultation), sent(consultation, token="f" * 32, code=code_of(7))
    assert post(client, pin, key="f" * 32).status_code == 403
    assert post(client, other, key="f" * 32).status_code == 200


def test_guessing_keys_is_slowed_down_with_guessing_codes(client: Client, pin: Contribution) -> None:
    for _guess in range(status.CAPACITY):
        assert post(client, pin, key="f" * 32).status_code == 403
    refused = post(client, pin)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0


def test_the_key_is_in_no_address_and_no_cookie(pin: Contribution) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = post(client, pin)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert dict(client.cookies) == {}
    page = answer.content.decode()
    assert not re.search(rf'(?:href|action|src)="[^"]*{TOKEN}', page)
    assert 'name="next" value="/c/' in page
    address = f"/c/{pin.consultation.slug}/r/{CODE}?key={TOKEN}"
    assert "Her er det mørkt." not in client.get(address).content.decode()


def test_another_site_cannot_post_the_key(client: Client, pin: Contribution) -> None:
    address = f"/c/{pin.consultation.slug}/r/{CODE}"
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(address, {"key": TOKEN}, headers=headers).status_code == 403
    assert client.post(address, {"key": TOKEN}).status_code == 200


def test_the_address_of_sending_read_again_leads_to_the_consultation(
    client: Client, consultation: Consultation
) -> None:
    assert client.get(f"/c/{consultation.slug}/send")["Location"] == f"/c/{consultation.slug}/"
