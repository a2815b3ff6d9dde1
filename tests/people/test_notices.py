"""Whose sign-in has changed is written to, whoever changed it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as configured
from django.core.cache import cache
from django.test import Client, RequestFactory

from mapdialog.mail.models import Mail
from mapdialog.people.models import User
from tests import factories
from tests.people.test_trail import NEW, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    cache.clear()
    settings.HAS_MAIL = True
    settings.EMAIL_BACKEND = "mapdialog.mail.queue.QueuedMail"
    settings.SITE_URL = "https://map.example.org"


@pytest.fixture
def person() -> User:
    return factories.user(role="planner", of=factories.municipality())


def notices() -> list[tuple[str, str]]:
    """To whom, and the first line."""
    return [(mail.recipient, mail.text.splitlines()[0]) for mail in Mail.objects.order_by("pk")]


def test_a_changed_password(person: User) -> None:
    form = {"oldpassword": "password", "password1": NEW, "password2": NEW}
    signed_in(person).post("/accounts/password/change/", form)
    assert notices() == [(person.email, "Your password was changed.")]
    assert NEW not in Mail.objects.get().text


def test_a_password_that_was_not_changed_sends_nothing(person: User) -> None:
    form = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    signed_in(person).post("/accounts/password/change/", form)
    assert notices() == []


def test_a_password_chosen_by_mail(person: User) -> None:
    from mapdialog.people.password_reset import send_reset_mail

    send_reset_mail(person.email, language="en", at=factories.NOON)
    path = re.search(r"https://map.example.org(\S+/key/\S+)", Mail.objects.get().text)[1]
    client = Client(headers={"Accept-Language": "en"})
    form = client.get(path)["Location"]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert notices()[1:] == [(person.email, "Your password was changed.")]


def test_what_an_administrator_changes(person: User) -> None:
    former = person.email
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(factories.user(is_superuser=True))
    client.post(
        f"/admin/people/user/{person.pk}/password/",
        {"usable_password": "true", "password1": NEW, "password2": NEW},
    )
    client.post(
        f"/admin/people/user/{person.pk}/change/",
        {"email": "later@example.org", "name": "", "is_active": "on"},
    )
    assert [recipient for recipient, _line in notices()] == [former, former]
    assert "another e-mail address" in notices()[1][1]
    assert "later@example.org" not in Mail.objects.order_by("pk").last().text


def test_an_address_that_was_changed_is_said_to_the_former_one(person: User) -> None:
    former, client = person.email, signed_in(person)
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    path = re.search(r"https://map.example.org(\S+/confirm-email/\S+)", Mail.objects.get().text)[1]
    assert client.post(path).status_code == 302
    assert [recipient for recipient, _line in notices()] == ["new@example.org", former]
    assert "new@example.org" not in Mail.objects.order_by("pk").last().text


def test_a_second_factor_added_made_anew_and_taken_away(
    person: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(person)
    client.post("/accounts/reauthenticate/", {"password": "password"})
    factor = TOTP.activate(person, "JBSWY3DPEHPK3PXP").instance
    codes = RecoveryCodes.activate(person).instance
    request = RequestFactory().get("/")
    request.user, request.session = person, client.session
    for added in (factor, codes):
        authenticator_added.send(sender=Authenticator, request=request, user=person, authenticator=added)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")
    assert [recipient for recipient, _line in notices()] == [person.email] * 3
    lines = [line for _recipient, line in notices()]
    assert ["added" in lines[0], "recovery codes" in lines[1], "taken away" in lines[2]] == [True] * 3


@pytest.mark.parametrize("language", [code for code, _name in configured.LANGUAGES])
def test_a_notice_speaks_the_language_of_the_page(person: User, language: str) -> None:
    client = Client(headers={"Accept-Language": language})
    client.force_login(person)
    form = {"oldpassword": "password", "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", form)
    mail = Mail.objects.get()
    words = {
        "nb": "Passordet ditt er endret.", "nn": "Passordet ditt er endra.",
        "sv": "Ditt lösenord har ändrats.", "da": "Din adgangskode er ændret.",
        "en": "Your password was changed.",
    }  # fmt: skip
    assert mail.text.startswith(words[language])
    assert "https://map.example.org" in mail.text
    assert "&" not in mail.text


def test_without_a_mail_server_nobody_is_written_to(person: User, settings: Any) -> None:
    settings.HAS_MAIL = False
    form = {"oldpassword": "password", "password1": NEW, "password2": NEW}
    assert signed_in(person).post("/accounts/password/change/", form).status_code == 302
    assert not Mail.objects.exists()
