"""In the administration a second factor is taken away, and its secret is shown to nobody."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from mapdialog.audit.models import AuditEntry
from mapdialog.mail.models import Mail
from mapdialog.people.models import User
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
LIST = "/admin/mfa/authenticator/"


@pytest.fixture
def superuser(client: Client) -> User:
    person = factories.user(is_superuser=True)
    client.force_login(person)
    return person


def test_no_secret_is_shown_or_written(client: Client, superuser: User) -> None:
    person = factories.user()
    factors = [TOTP.activate(person, SECRET).instance, RecoveryCodes.activate(person).instance]
    for factor in factors:
        address = f"{LIST}{factor.pk}/change/"
        page = client.get(address).content.decode()
        assert person.email in page
        assert SECRET not in page
        assert factor.data.get("seed", SECRET) not in page
        assert client.post(address, {"data": "{}"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.get(LIST, {"data__secret__startswith": "J"}).status_code in {302, 400}


@pytest.mark.parametrize("role", ["admin", "planner", "moderator"])
def test_nobody_else_takes_one_away(client: Client, role: str) -> None:
    here = factories.municipality()
    factor = TOTP.activate(factories.user(role="planner", of=here), SECRET).instance
    client.force_login(factories.user(role=role, of=here))
    assert client.post(f"{LIST}{factor.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Authenticator.objects.filter(pk=factor.pk).exists()


@pytest.mark.parametrize("is_one_of_many", [False, True])
def test_one_that_is_taken_away_is_recorded_and_its_owner_written_to(
    client: Client, superuser: User, settings: Any, is_one_of_many: bool
) -> None:
    settings.HAS_MAIL = True
    person = factories.user()
    factor = TOTP.activate(person, SECRET).instance
    if is_one_of_many:
        form = {"action": "delete_selected", "_selected_action": factor.pk, "post": "yes"}
        assert client.post(LIST, form).status_code == 302
    else:
        assert client.post(f"{LIST}{factor.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Authenticator.objects.filter(pk=factor.pk).exists()
    entry = AuditEntry.objects.get(action="factor.removed")
    assert (entry.by, entry.subject_id) == (superuser.audit_name, str(person.pk))
    assert [mail.recipient for mail in Mail.objects.all()] == [person.email]
