"""The page behind a receipt's code: a state, and nothing that was written."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from mapdialog.citizen import status
from mapdialog.contributions.receipt import code_of
from tests import factories

pytestmark = pytest.mark.django_db
CODE = code_of(123_456)


def get(client: Client, slug: str, code: str) -> Any:
    return client.get(f"/c/{slug}/r/{code}", headers={"Accept-Language": "nb"})


def test_shows_state_and_number_but_no_text(client: Client) -> None:
    held = factories.consultation()
    pin = factories.contribution(
        to=held, code=CODE, state="pending", text="Privat sak", place_words="Bak hallen"
    )
    shown = get(client, held.slug, CODE).content.decode()
    assert CODE in shown
    assert str(pin.submission_id) in shown
    assert "Privat sak" not in shown
    assert "Bak hallen" not in shown


def test_a_code_as_somebody_typed_it(client: Client) -> None:
    held = factories.consultation()
    factories.contribution(to=held, code=CODE)
    assert get(client, held.slug, f"{CODE[:4].lower()}-{CODE[4:].lower()}").status_code == 200


@pytest.mark.parametrize("code", [code_of(7), "HEI", "x" * 200, "0000000\u0660", "'"])
def test_every_miss_looks_the_same(client: Client, code: str) -> None:
    held = factories.consultation()
    factories.contribution(to=held, code=CODE)
    assert get(client, held.slug, code).status_code == 404


def test_a_code_of_another_consultation_is_a_miss(client: Client) -> None:
    factories.contribution(to=factories.consultation(), code=CODE)
    assert get(client, factories.consultation().slug, CODE).status_code == 404


def test_guessing_is_slowed_down(client: Client) -> None:
    held = factories.consultation()
    for _guess in range(status.CAPACITY):
        assert get(client, held.slug, code_of(7)).status_code == 404
    response = get(client, held.slug, code_of(7))
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_the_page_is_not_cached_or_indexed(client: Client) -> None:
    held = factories.consultation()
    factories.contribution(to=held, code=CODE)
    response = get(client, held.slug, CODE)
    assert "no-store" in response["Cache-Control"]
    assert 'name="robots" content="noindex"' in response.content.decode()
