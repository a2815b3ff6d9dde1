"""Where somebody has signed in before, they sign in again, whatever others on the same network do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from mapdialog.audit.models import AuditEntry
from mapdialog.people.known_device import COOKIE, LIFE
from mapdialog.people.models import User
from tests import factories

pytestmark = pytest.mark.usefixtures("_locks_out")
LOGIN = "/accounts/login/"
ADDRESS = "198.51.100.7"


@pytest.fixture
def planner() -> User:
    return factories.user(role="planner", of=factories.municipality())


def sign_in(client: Client, person: User, password: str = "password") -> int:
    form = {"login": person.email, "password": password}
    return client.post(LOGIN, form, headers={"X-Forwarded-For": ADDRESS}).status_code


def known_to(person: User) -> Client:
    """A browser in which the person has signed in, and out again."""
    client = Client()
    assert sign_in(client, person) == 302
    client.post("/accounts/logout/")
    return client


def fail(client: Client, person: User, *, times: int) -> list[int]:
    return [sign_in(client, person, "wrong") for _ in range(times)]


def test_whoever_shares_a_network_locks_nobody_out_of_a_device_they_use(planner: User) -> None:
    desk = known_to(planner)
    assert fail(Client(), planner, times=9)[-1] == 429
    assert sign_in(Client(), planner) == 429, "a browser that nobody knows"
    assert sign_in(desk, planner) == 302


def test_nor_by_trying_all_accounts(planner: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "password_failed": "3/10m/ip"}
    desk, stranger = known_to(planner), Client()
    for _ in range(3):
        fail(stranger, factories.user(), times=1)
    assert sign_in(Client(), planner) == 200, "told to wait"
    assert sign_in(desk, planner) == 302


def test_a_device_has_eight_tries_of_its_own_and_its_failures_lock_out_no_network(planner: User) -> None:
    desk = known_to(planner)
    assert fail(desk, planner, times=8) == [200] * 8
    assert not AuditEntry.objects.filter(action="sign_in.locked").exists()
    assert sign_in(desk, planner) == 200, "the right one comes too late"
    assert AuditEntry.objects.get(action="sign_in.locked").subject_id == str(planner.pk)
    assert sign_in(Client(), planner) == 302


def test_many_known_devices_of_an_account_have_a_limit_together(planner: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS,
        "password_failed_on_known_devices": "3/15m/key",
    }
    desks = [known_to(planner) for _ in range(3)]
    for desk in desks:
        assert sign_in(desk, planner) == 302, "the right password is no try"
        desk.post("/accounts/logout/")
    for desk in desks:
        fail(desk, planner, times=1)
    assert [sign_in(desk, planner) for desk in desks] == [200] * 3, "told to wait"
    assert sign_in(Client(), planner) == 302


def test_a_device_is_known_for_whom_it_was_and_no_other(planner: User) -> None:
    thief = factories.user()
    own = known_to(thief)
    assert fail(own, planner, times=8)[-1] == 429, "counted as of any browser"
    own.cookies[COOKIE] = own.cookies[COOKIE].value[:-1] + "~"
    assert fail(own, thief, times=8)[-1] == 429, "a cookie that we did not sign"


def test_a_device_that_was_not_used_for_half_a_year_is_any_other(
    planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    desk, later = known_to(planner), time.time() + LIFE.total_seconds() + 60
    desk.cookies[COOKIE]["expires"] = ""
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert fail(desk, planner, times=8)[-1] == 429


def test_the_cookie_tells_nobody_who_it_is_and_goes_nowhere_else(planner: User, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    client = Client()
    assert sign_in(client, planner, "wrong") == 200
    assert COOKIE not in client.cookies, "not before one has signed in"
    sign_in(client, planner)
    cookie = client.cookies[COOKIE]
    assert planner.email.partition("@")[0] not in cookie.value
    assert (cookie["path"], cookie["httponly"], cookie["secure"]) == ("/accounts/", True, True)
    assert (cookie["samesite"], cookie["max-age"]) == ("Lax", LIFE.total_seconds())
