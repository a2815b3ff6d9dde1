"""Whoever asks what an account page takes, or for its head, is answered: led nowhere, and not counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mapdialog.people.models import SharedValue
from tests import factories

pytestmark = pytest.mark.django_db
EXAMPLES = {"key": "abc-def", "uidb36": "1", "session_id": 1}


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, route)
        else:
            yield route, pattern


def _paths() -> list[str]:
    """Of all of them, allauth's and ours."""
    patterns = [pattern for route, pattern in _patterns(get_resolver()) if route.startswith("accounts/")]
    named = [(pattern.name, pattern.pattern.regex.groupindex) for pattern in patterns if pattern.name]
    return [reverse(name, kwargs={key: EXAMPLES[key] for key in keys}) for name, keys in named]


PATHS = [*_paths(), "/i18n/setlang/"]


@pytest.fixture(params=["nobody", "somebody", "whoever has shown no second factor"])
def client(request: pytest.FixtureRequest, settings: Any) -> Client:
    settings.HAS_MAIL = True
    client, person = Client(), factories.user()
    if request.param != "nobody":
        client.force_login(person)
    if "factor" in request.param:
        settings.REQUIRE_MFA = True
        TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    cache.clear()
    return client


def test_the_account_pages_are_many() -> None:
    assert len(PATHS) > 20


def test_each_says_what_it_takes_to_whoever_asks(client: Client) -> None:
    for path in PATHS:
        answer = client.options(path)
        assert (answer.status_code, answer.content) == (204, b""), path
        methods = set(answer["Allow"].split(", "))
        assert methods & {"GET", "POST"}, path
        assert "HEAD" in methods or "GET" not in methods, path
        refused = client.generic("TRACE", path)
        assert (refused.status_code, set(refused["Allow"].split(", "))) == (405, methods), path
    assert not SharedValue.objects.exists(), "nothing was counted"


def test_a_head_is_answered_as_a_read_and_not_counted(client: Client) -> None:
    for path in PATHS:
        read, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (read.status_code, b""), path
        assert head.get("Location") == read.get("Location"), path
    assert not SharedValue.objects.exists(), "nothing was counted"


def test_a_language_is_chosen_by_a_form_and_by_nothing_else() -> None:
    client = Client()
    for method in ("GET", "HEAD"):
        answer = client.generic(method, "/i18n/setlang/?next=/privacy&language=sv")
        assert (answer.status_code, answer["Location"], answer.cookies) == (302, "/privacy", {})
    assert client.put("/i18n/setlang/").status_code == 405
    chosen = client.post("/i18n/setlang/", {"next": "/privacy", "language": "sv"})
    assert chosen.cookies["django_language"].value == "sv"
