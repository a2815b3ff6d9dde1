"""Signing in: for those invited, with answers that tell nothing, a lock-out, and a second factor."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client

from mapdialog.people.models import Membership, User
from tests import factories

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_memory() -> None:
    cache.clear()  # allauth counts attempts there


def sign_in(client: Client, email: str, password: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def visible(response: Any) -> str:
    """The page without what differs by itself: tokens, nonces and the e-mail typed."""
    text = response.content.decode()
    return re.sub(r'value="[^"]*"|nonce="[^"]*"', "", text)


def test_a_planner_signs_in_and_lands_on_the_list(client: Client) -> None:
    planner = factories.user(role="planner", of=factories.municipality())
    response = sign_in(client, planner.email.upper(), "password")
    assert response.status_code == 302
    assert response["Location"] == "/planner/"


def test_an_address_is_kept_in_small_letters_whoever_writes_it() -> None:
    person = factories.user()
    person.email = "Later@Example.org"
    person.save()
    assert sign_in(Client(), "later@example.org", "password").status_code == 302
    with pytest.raises(IntegrityError, match="user_email_in_small_letters"):
        User.objects.filter(pk=person.pk).update(email="Later@Example.org")


def test_the_page_is_in_the_readers_language_and_names_no_sign_up(client: Client) -> None:
    text = client.get(LOGIN, headers={"Accept-Language": "en"}).content.decode()
    assert "Residents need no account" in text
    assert "sign up" not in text.lower()
    assert client.get("/accounts/signup/").status_code == 200
    assert b'<form class="stack"' not in client.get("/accounts/signup/").content


def test_a_wrong_password_and_an_unknown_person_answer_alike(client: Client) -> None:
    known = factories.user()
    wrong, unknown = sign_in(client, known.email, "wrong"), sign_in(client, "nobody@example.org", "wrong")
    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert visible(wrong) == visible(unknown)


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/password/reset/",
        "/accounts/email/",
        "/accounts/sessions/",
    ],
)
def test_every_account_page_is_ours(client: Client, path: str) -> None:
    client.force_login(factories.user())
    response = client.get(path)
    assert response.status_code in (200, 302)
    if response.status_code == 200:
        assert b'class="site-header"' in response.content


def test_the_second_factors_page_shows_a_code_to_scan(client: Client) -> None:
    person = factories.user()
    sign_in(client, person.email, "password")
    again = client.get("/accounts/2fa/totp/activate/")["Location"]  # first the password once more
    assert client.get(again).status_code == 200
    response = client.post(again, {"password": "password"}, follow=True)
    assert response.status_code == 200
    assert b"data:image/svg" in response.content


def test_the_administration_has_the_same_door(client: Client) -> None:
    response = client.get("/admin/login/?next=/admin/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/admin/")


def test_a_resident_with_an_account_is_no_official(client: Client) -> None:
    client.force_login(factories.user())
    assert not Membership.objects.exists()
    assert client.get("/admin/").status_code == 403
