"""Passwords are judged by how soon they are guessed, never by what signs are in them."""

from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bamble() -> None:
    factories.municipality(name="Bamble")


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "123456789012",
        "qwertyuiopås",
        "asdfghjkløæå",
        "bamblebamble",
        "Bamble kommune 2026",
        "mapdialogmapdialog",
        "passordpassord",
        "Lösenord-lösenord",
        "Sommer2026Sommer",
        "Vinter2026!!",
        "password1234",
        "            ",
        "............",
        "k" * 300,
    ],
)
def test_what_is_quickly_guessed_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "fjord kaffe sykkel månelys",
        "fjordkaffesykkelmånelys",
        "hest batteri stift",
        "x8kqvr2mzp0w",
        "😀🚲🌊🏔🎻🧦🪁🦉🥕🧭🚂🪵",
    ],
)
def test_several_words_are_enough_and_need_no_signs(password: str) -> None:
    validate_password(password)


def test_eleven_characters_are_too_few() -> None:
    with pytest.raises(ValidationError, match="12"):
        validate_password("x8kqvr2mzp0")


def test_ones_own_name_and_address_are_no_password() -> None:
    person = factories.user(name="Kari Nordmann-Berg")
    for password in ("karinordmannberg", person.email):
        with pytest.raises(ValidationError):
            validate_password(password, person)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "quickly guessed"),
        ("nb", "lett å gjette"),
        ("nn", "lett å gjette"),
        ("sv", "lätt att gissa"),
        ("da", "let at gætte"),
    ],
)
def test_the_refusal_is_a_sentence_in_the_readers_language(client: Client, language: str, words: str) -> None:
    client.force_login(factories.user())
    form: dict[str, Any] = {
        "oldpassword": "password",
        "password1": "aaaaaaaaaaaa",
        "password2": "aaaaaaaaaaaa",
    }
    page = client.post("/accounts/password/change/", form, headers={"Accept-Language": language})
    assert words in page.content.decode()
