"""One's own sign-ins: each can be ended, none is lost from the list, and nobody else's is touched."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from mapdialog.people.models import User
from tests import factories
from tests.people.test_trail import NEW, deeds, signed_in

pytestmark = pytest.mark.django_db
LIST = "/accounts/sessions/"


@pytest.fixture(autouse=True)
def _as_if_nobody_had_tried() -> None:
    cache.clear()


@pytest.fixture
def person() -> User:
    return factories.user(role="planner", of=factories.municipality())


def ends_of(client: Client) -> list[str]:
    """The addresses under which the list offers to end a session."""
    return re.findall(r'action="(/accounts/sessions/\d+/end/)"', client.get(LIST).content.decode())


def is_signed_in(client: Client) -> bool:
    return client.get("/planner/").status_code == 200


def test_one_session_is_ended_and_the_others_go_on(person: User) -> None:
    lost, phone, desk = signed_in(person), signed_in(person), signed_in(person)
    ends = ends_of(desk)
    assert len(ends) == 2, "all but the one that asks"
    of_lost = UserSession.objects.get(session_key=lost.session.session_key)
    address = f"/accounts/sessions/{of_lost.pk}/end/"
    assert address in ends
    answer = desk.post(address, follow=True)
    assert "That sign-in was ended." in answer.content.decode()
    assert [is_signed_in(client) for client in (lost, phone, desk)] == [False, True, True]
    assert len(ends_of(desk)) == 1
    assert deeds(person)[-1] == "sign_in.others_ended"


def test_nobody_ends_the_session_of_somebody_else(person: User) -> None:
    victim, stranger = signed_in(person), signed_in(factories.user())
    of_victim = UserSession.objects.get(user=person)
    address = f"/accounts/sessions/{of_victim.pk}/end/"
    assert stranger.post(address).status_code == 404
    assert Client().post(address).status_code == 302
    assert victim.get(address).status_code == 405, "no link ends one"
    assert stranger.post("/accounts/sessions/99999999999999999999999/end/").status_code == 404
    assert is_signed_in(victim)


def test_ending_the_own_session_signs_out(person: User) -> None:
    desk = signed_in(person)
    own = UserSession.objects.get(user=person)
    assert desk.post(f"/accounts/sessions/{own.pk}/end/").status_code == 302
    assert not is_signed_in(desk)


def test_a_session_from_before_the_secret_key_changed_is_still_listed_and_ended(
    person: User, settings: Any
) -> None:
    phone, desk = signed_in(person), signed_in(person)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one, long enough for what it is used for here"
    assert is_signed_in(phone)
    assert is_signed_in(desk)
    assert len(ends_of(desk)) == 1
    assert desk.post(LIST).status_code == 302
    assert not is_signed_in(phone)
    assert is_signed_in(desk)


def test_a_session_that_changed_its_password_is_still_listed_and_ended(person: User) -> None:
    own = signed_in(person)
    form = {"oldpassword": "password", "password1": NEW, "password2": NEW}
    assert own.post("/accounts/password/change/", form).status_code == 302
    other = signed_in(person, password=NEW)
    (end,) = ends_of(other)
    other.post(end)
    assert not is_signed_in(own)
