"""What allauth says on our pages is in our catalogues, and each page is whole in five languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as configured
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from mapdialog.account.library_texts import TEXTS
from mapdialog.people.models import User
from tests import factories

pytestmark = pytest.mark.django_db
OTHERS = [code for code, _name in configured.LANGUAGES if code != "en"]
ENGLISH = re.compile(
    r"\b(the|your|you|with|and|this|there|password|sign|again|available|codes|recovery|enter|is)\b",
    re.IGNORECASE,
)
PAGES = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/done/",
    "/accounts/password/reset/key/1-x/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/abc/",
    "/accounts/sessions/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
]


def words_of(page: str) -> str:
    """What a reader sees, without names of languages, addresses and codes."""
    body = page.split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"<[^>]+>|\S+@\S+|[A-Z2-7]{16,}", " ", body)


@pytest.fixture
def person(settings: Any) -> User:
    cache.clear()
    settings.HAS_MAIL = True
    return factories.user(role="planner", of=factories.municipality(), name="Kari")


def signed_in(person: User, language: str) -> Client:
    client = Client(headers={"Accept-Language": language})
    client.post("/accounts/login/", {"login": person.email, "password": "password"})
    client.post("/accounts/reauthenticate/", {"password": "password"})
    return client


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_library_is_said_in_our_words(language: str) -> None:
    with translation.override(language):
        assert [text for text in TEXTS if translation.gettext(text) == text] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_account_page_speaks_english_to_others(person: User, language: str) -> None:
    client, stranger = signed_in(person, language), Client(headers={"Accept-Language": language})
    for has_app in (False, True):
        if has_app:
            TOTP.activate(person, "JBSWY3DPEHPK3PXP")
            RecoveryCodes.activate(person)
        for path in PAGES:
            for reader in (client, stranger):
                answer = reader.get(path)
                assert answer.status_code in {200, 302, 404}, path
                if answer.status_code == 200:
                    assert ENGLISH.findall(words_of(answer.content.decode())) == [], path


@pytest.mark.parametrize("language", OTHERS)
def test_no_refusal_speaks_english_to_others(person: User, language: str) -> None:
    client = signed_in(person, language)
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    forms = [
        (
            "/accounts/login/",
            {"login": "nobody@example.org", "password": "wrong"},
            Client(headers={"Accept-Language": language}),
        ),
        ("/accounts/login/", {}, Client(headers={"Accept-Language": language})),
        ("/accounts/password/reset/", {"email": "none"}, client),
        ("/accounts/password/change/", {"oldpassword": "wrong", "password1": "a", "password2": "b"}, client),
        ("/accounts/email/", {"action_add": "", "email": person.email}, client),
        ("/accounts/reauthenticate/", {"password": "wrong"}, client),
        ("/accounts/2fa/reauthenticate/", {"code": "000000"}, client),
    ]
    for path, form, reader in forms:
        answer = reader.post(path, form)
        assert answer.status_code == 200, path
        assert ENGLISH.findall(words_of(answer.content.decode())) == [], path
