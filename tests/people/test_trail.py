"""Signing in and out, and what people do to their sign-in, is in the audit trail: by id, without names."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client, RequestFactory

from mapdialog.audit.models import AuditEntry
from mapdialog.people.models import User
from tests import factories

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
NEW = "fjord kaffe sykkel månelys"


@pytest.fixture(autouse=True)
def _as_if_nobody_had_tried() -> None:
    cache.clear()


@pytest.fixture
def person() -> User:
    return factories.user(role="planner", of=factories.municipality())


def signed_in(person: User, agent: str = "", password: str = "password") -> Client:
    client = Client(headers={"User-Agent": agent, "Accept-Language": "en"})
    assert client.post(LOGIN, {"login": person.email, "password": password}).status_code == 302
    return client


def deeds(person: User) -> list[str]:
    rows = AuditEntry.objects.order_by("id").filter(subject_type="user", subject_id=str(person.pk))
    for row in rows:
        assert row.by in {person.audit_name, "visitor"}
        assert person.email not in str(row.detail)
        assert "127.0.0.1" not in str(row.detail)
    return [row.action for row in rows]


def test_in_and_out(person: User) -> None:
    signed_in(person).post("/accounts/logout/")
    assert deeds(person) == ["sign_in.done", "sign_in.ended"]


def test_a_lock_out_of_somebody_and_of_nobody(person: User, settings: Any) -> None:
    settings.AXES_ENABLED, settings.AXES_FAILURE_LIMIT = True, 2
    for email in (person.email, "nobody@example.org"):
        for _ in range(2):
            Client().post(LOGIN, {"login": email, "password": "wrong"})
    assert deeds(person) == ["sign_in.locked"]
    assert AuditEntry.objects.filter(action="sign_in.locked").count() == 1


def test_a_changed_password(person: User) -> None:
    form = {"oldpassword": "password", "password1": NEW, "password2": NEW}
    other, own = signed_in(person), signed_in(person)
    assert own.post("/accounts/password/change/", form).status_code == 302
    assert deeds(person)[2:] == ["password.changed"]
    assert own.get("/planner/").status_code == 200
    assert other.get("/planner/").status_code == 302, "signed out elsewhere"


def test_a_password_that_an_administrator_gives(person: User) -> None:
    superuser = factories.user(is_superuser=True)
    client = Client()
    client.force_login(superuser)
    form = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert client.post(f"/admin/people/user/{person.pk}/password/", form).status_code == 302
    entry = AuditEntry.objects.get(action="password.changed")
    assert (entry.by, entry.subject_id) == (superuser.audit_name, str(person.pk))
    wrong = form | {"password1": "aaaaaaaaaaaa", "password2": "aaaaaaaaaaaa"}
    assert client.post(f"/admin/people/user/{person.pk}/password/", wrong).status_code == 200
    assert AuditEntry.objects.filter(action="password.changed").count() == 1


def test_an_address_that_an_administrator_changes_signs_nobody_in_any_more(
    person: User, settings: Any
) -> None:
    settings.HAS_MAIL = True
    before = person.email
    signed_in(person).get("/accounts/email/")
    client = Client()
    client.force_login(factories.user(is_superuser=True))
    form = {"email": "later@example.org", "name": "", "is_active": "on"}
    assert client.post(f"/admin/people/user/{person.pk}/change/", form).status_code == 302
    assert Client().post(LOGIN, {"login": before, "password": "password"}).status_code == 200
    person.refresh_from_db()
    signed_in(person)


def test_a_second_factor_added_and_removed(person: User) -> None:
    client = signed_in(person)
    client.post("/accounts/reauthenticate/", {"password": "password"})
    factor = TOTP.activate(person, "JBSWY3DPEHPK3PXP").instance
    RecoveryCodes.activate(person)
    request = RequestFactory().get("/")
    request.user, request.session = person, client.session
    authenticator_added.send(sender=Authenticator, request=request, user=person, authenticator=factor)
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert [deed for deed in deeds(person) if deed.startswith("factor")][:2] == [
        "factor.added",
        "factor.removed",
    ]


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
)


def test_ones_own_sessions_are_listed_roughly_and_ended(person: User) -> None:
    stranger = signed_in(factories.user(), "Chrome Windows")
    phone, desk = signed_in(person, SAFARI), signed_in(person, FIREFOX)
    page = desk.get("/accounts/sessions/").content.decode()
    assert "Firefox, Linux" in page
    assert "Safari, iPhone" in page
    assert "Chrome" not in page
    assert "127.0.x.x" in page
    assert "127.0.0.1" not in page
    assert desk.post("/accounts/sessions/").status_code == 302
    assert deeds(person)[-1] == "sign_in.others_ended"
    assert phone.get("/planner/").status_code == 302
    assert desk.get("/planner/").status_code == 200
    assert stranger.get("/planner/").status_code == 200
