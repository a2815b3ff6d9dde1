"""The page behind a receipt's code: a state, and nothing that was written."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from mapdialog.citizen import status
from mapdialog.contributions import erasure
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.receipt import code_of
from tests import factories

pytestmark = pytest.mark.django_db
CODE = code_of(123_456)


def get(client: Client, slug: str, code: str) -> Any:
    return client.get(f"/c/{slug}/r/{code}", headers={"Accept-Language": "nb"})


def test_shows_state_and_number_but_no_text(client: Client) -> None:
    consultation = factories.consultation()
    pin = factories.contribution(
        to=consultation, code=CODE, state="pending", text="Privat sak", place_words="Bak hallen"
    )
    shown = get(client, consultation.slug, CODE).content.decode()
    assert CODE in shown
    assert str(pin.submission_id) in shown
    assert "Privat sak" not in shown
    assert "Bak hallen" not in shown


def test_where_only_the_day_is_public_the_number_is_not(client: Client) -> None:
    """One sequence counts for the whole service: others' numbers beside it say the hour."""
    consultation = factories.consultation(public_precision_m=250)
    pin = factories.contribution(to=consultation, code=CODE)
    Contribution.objects.filter(pk=pin.pk).update(received_at=factories.NOON)
    response = get(client, consultation.slug, CODE)
    assert response.context["status"].number is None
    assert "Løpenummer" not in response.content.decode()


def test_a_code_as_somebody_typed_it_leads_to_its_one_address(client: Client) -> None:
    consultation = factories.consultation()
    factories.contribution(to=consultation, code=CODE)
    page = f"/c/{consultation.slug}/r/{CODE}"
    loose = CODE.lower().replace("0", "o").replace("1", "l")
    typed = [CODE, CODE.lower(), loose, f" {CODE[:4]} {CODE[4:]} ", f"{CODE[:4]}\u2013{CODE[4:]}"]
    typed += [f"Kode {CODE}", f"Kode: {CODE[:4]} {CODE[4:]}", f"{CODE} er koden min", f"kode={CODE.lower()}."]
    typed += [f"https://kart.eksempel.no{page}", f"kart.eksempel.no/r/{CODE.lower()}/?a=b", f"{page}#3f0c."]
    for code in typed:
        response = client.get("/r", {"code": code})
        assert (response.status_code, response["Location"]) == (302, page), code
    for address in (
        f"/r/{CODE}",
        f"/r/{CODE.lower()}/",
        f"/c/{consultation.slug}/r/{CODE[:4].lower()}-{CODE[4:].lower()}",
        f"{page}/",
        f"/c/{consultation.slug.upper()}/r/{CODE}",
    ):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (302, page), address
    assert client.get(page).status_code == 200
    assert client.head(page).status_code == 200


def test_a_code_that_nobody_has_says_so_kindly_and_offers_the_field_again(client: Client) -> None:
    consultation = factories.consultation()
    hidden = factories.consultation(status="draft")
    factories.contribution(to=hidden, code=CODE)
    shown = [
        client.get(address, headers={"Accept-Language": "nb"})
        for address in ("/r?code=hei", f"/r/{CODE}", f"/r/{code_of(7)}/", f"/c/{consultation.slug}/r/hei")
    ]
    assert {response.status_code for response in shown} == {404}
    for response in shown:
        assert "Vi finner ingenting med denne koden" in response.content.decode()
        assert 'name="code"' in response.content.decode()


def test_the_field_stands_on_both_pages_and_asks_for_nothing_when_empty(client: Client) -> None:
    for address in ("/", f"/c/{factories.consultation().slug}/", "/r", "/r?code=%20"):
        response = client.get(address)
        assert response.status_code == 200
        assert 'action="/r"' in response.content.decode()


def test_guessing_by_the_code_alone_takes_from_the_same_bucket(client: Client) -> None:
    for _guess in range(status.CAPACITY):
        assert client.get(f"/r/{code_of(7)}").status_code == 404
    assert client.get(f"/r?code={CODE}").status_code == 429


@pytest.mark.parametrize("code", [code_of(7), "HEI", "x" * 200, "0000000\u0660", "'"])
def test_every_miss_looks_the_same(client: Client, code: str) -> None:
    consultation = factories.consultation()
    factories.contribution(to=consultation, code=CODE)
    assert get(client, consultation.slug, code).status_code == 404


def test_a_code_of_another_consultation_is_a_miss(client: Client) -> None:
    factories.contribution(to=factories.consultation(), code=CODE)
    assert get(client, factories.consultation().slug, CODE).status_code == 404


def test_guessing_is_slowed_down(client: Client) -> None:
    consultation = factories.consultation()
    for _guess in range(status.CAPACITY):
        assert get(client, consultation.slug, code_of(7)).status_code == 404
    response = get(client, consultation.slug, code_of(7))
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


@pytest.mark.parametrize("is_there", [True, False])
def test_what_is_erased_is_about_nothing_and_waits_for_nothing(client: Client, is_there: bool) -> None:
    consultation = factories.consultation(themes=("lys",))
    contribution = factories.contribution(to=consultation, code=CODE, theme=consultation.themes.get())
    if not is_there:
        erasure.erase(contribution, by="author", at=contribution.received_at)
    shown = get(client, consultation.slug, CODE).content.decode()
    for words in ("Tema", "Ta vare på adressen", "own-key"):
        assert (words in shown) == is_there, words


def test_the_page_is_not_cached_or_indexed(client: Client) -> None:
    consultation = factories.consultation()
    factories.contribution(to=consultation, code=CODE)
    response = get(client, consultation.slug, CODE)
    assert "no-store" in response["Cache-Control"]
    assert 'name="robots" content="noindex"' in response.content.decode()
