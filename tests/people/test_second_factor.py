"""Without the second factor of this session nobody has a role, whatever the address."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from mapdialog.people.models import User
from tests import factories
from tests.addresses import addresses
from tests.people.signed_in import show_factor

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
MAY_BE_SEEN_WITHOUT = {"/accounts/2fa/reauthenticate/", "/accounts/logout/"}


def paths_of(prefix: str) -> set[str]:
    """Every address there, with something in place of what varies."""
    routes = {route for route in addresses() if route.startswith(prefix)}
    return {"/" + re.sub(r"<[^>]*>", "1", route.replace("^", "").rstrip("$")) for route in routes}


@pytest.fixture(autouse=True)
def _is_required(settings: Any) -> None:
    settings.REQUIRE_MFA = True
    cache.clear()


@pytest.fixture
def planner() -> User:
    return factories.user(role="planner", of=factories.municipality())


@pytest.mark.parametrize("path", ["/planner/", "/admin/"])
def test_who_has_none_is_led_to_where_it_is_set_up_and_not_in_a_circle(
    client: Client, planner: User, path: str
) -> None:
    client.force_login(planner)
    answer = client.get(path, follow=True)
    steps = [address for address, _status in answer.redirect_chain]
    assert answer.status_code == 200
    assert any(step.startswith("/accounts/2fa/totp/activate/") for step in steps)
    assert len(steps) <= 4, steps
    assert (
        client.get("/accounts/login/?next=/admin/")["Location"]
        == "/accounts/2fa/totp/activate/?next=%2Fadmin%2F"
    )


def test_who_has_one_and_has_not_shown_it_is_asked_for_it(client: Client, planner: User) -> None:
    TOTP.activate(planner, SECRET)
    client.force_login(planner)
    answer = client.get("/planner/")
    assert answer["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fplanner%2F"
    code = hotp_value(SECRET, next(iter(yield_hotp_counters_from_time())))
    shown = client.post(answer["Location"], {"code": f"{code:06}"})
    assert shown["Location"] == "/planner/"
    assert client.get("/planner/").status_code == 200
    assert client.get("/admin/").status_code == 200


def test_who_sets_it_up_has_shown_it(client: Client, planner: User) -> None:
    client.post("/accounts/login/", {"login": planner.email, "password": "password"})
    again = client.get("/accounts/2fa/totp/activate/")["Location"]
    client.post(again, {"password": "password"})
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    code = hotp_value(secret, next(iter(yield_hotp_counters_from_time())))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda action, **_rest: action())
        client.post("/accounts/2fa/totp/activate/", {"code": f"{code:06}"})
    assert Authenticator.objects.filter(user=planner, type=Authenticator.Type.TOTP).exists()
    assert client.get("/planner/").status_code == 200


def test_the_factor_of_another_person_in_the_same_browser_is_none(client: Client, planner: User) -> None:
    client.force_login(planner)
    show_factor(client, factories.user())
    assert client.get("/planner/").status_code == 302


def test_a_draft_and_its_style_open_with_the_factor_only(client: Client, planner: User) -> None:
    municipality = planner.memberships.get().municipality
    factories.consultation(slug="utkast", status="draft", municipality=municipality)
    draft = factories.edition(of=factories.layer(owner=municipality.code), published=False)
    paths = ("/c/utkast/", f"/tiles/layers/{draft.pk}/style.json")
    client.force_login(planner)
    assert [client.get(path).status_code for path in paths] == [404, 404]
    show_factor(client, planner)
    assert [client.get(path).status_code for path in paths] == [200, 200]


def test_the_password_alone_opens_no_page_that_undoes_the_factor(client: Client, planner: User) -> None:
    """A session from before the factor was set up, in the hands of somebody who knows the password."""
    client.post("/accounts/login/", {"login": planner.email, "password": "password"})
    client.post("/accounts/reauthenticate/", {"password": "password"})
    TOTP.activate(planner, SECRET)
    RecoveryCodes.activate(planner)
    form = {"password": "password", "action_add": "", "email": "thief@example.org"}
    for path in sorted(path for path in paths_of("accounts/") if path not in MAY_BE_SEEN_WITHOUT):
        for answer in (client.get(path), client.post(path, form)):
            assert answer.status_code == 302, path
            assert answer["Location"].startswith("/accounts/2fa/reauthenticate/"), path
    assert Authenticator.objects.filter(user=planner).count() == 2
    assert not EmailAddress.objects.filter(email="thief@example.org").exists()
    assert client.get("/accounts/2fa/reauthenticate/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302, "who lost the phone can sign out"
    assert "_auth_user_id" not in client.session


def test_where_none_is_required_none_is_asked_for(client: Client, planner: User, settings: Any) -> None:
    settings.REQUIRE_MFA = False
    client.force_login(planner)
    assert client.get("/planner/").status_code == 200


def test_rights_are_withheld_and_never_taken_from_the_row(client: Client, settings: Any) -> None:
    """Whoever changes the password without the factor keeps what the row says."""
    superuser = factories.user(is_superuser=True)
    client.post("/accounts/login/", {"login": superuser.email, "password": "password"})
    new = "fjord kaffe sykkel månelys"
    client.post("/accounts/password/change/", {"oldpassword": "password", "password1": new, "password2": new})
    superuser.refresh_from_db()
    assert superuser.check_password(new)
    assert superuser.is_superuser
