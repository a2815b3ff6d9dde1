"""The same resident stays the same sender when the secret key changes, and what was stored still matches."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mapdialog.contributions import hash_key, keys
from mapdialog.contributions.models import HashKey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _looked_up_anew() -> Iterator[None]:
    hash_key.hash_key.cache_clear()
    yield
    hash_key.hash_key.cache_clear()


def sender() -> str | None:
    """What another process, just started, makes of a resident."""
    hash_key.hash_key.cache_clear()
    return keys.contributor_key("a-phone", consultation_id=7)


def test_hashes_from_before_there_was_a_key_of_their_own_go_on_matching(settings: Any) -> None:
    before = hmac.new(
        settings.SECRET_KEY.encode(), b"contributor\x1f7\x1fa-phone", hashlib.sha256
    ).hexdigest()
    assert sender() == before


def test_a_rotation_changes_no_sender_also_when_the_former_key_is_gone(settings: Any) -> None:
    first, before = settings.SECRET_KEY, sender()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second", [first]
    assert sender() == before
    settings.SECRET_KEY_FALLBACKS = []
    assert sender() == before
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "third", ["second"]
    call_command("rotate_secret_key", stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = []
    assert sender() == before


def test_the_database_alone_tells_the_key_to_nobody(settings: Any) -> None:
    sender()
    stored = HashKey.objects.get().wrapped
    assert settings.SECRET_KEY not in stored
    settings.SECRET_KEY = "guessed"
    with pytest.raises(hash_key.CannotUnwrapError):
        hash_key.unwrap()


def test_a_forgotten_fallback_is_said_and_mended_when_it_is_back(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    first, before = settings.SECRET_KEY, sender()
    settings.SECRET_KEY = "second"
    assert sender() != before
    assert "MAPDIALOG_SECRET_KEY_FALLBACKS" in caplog.text
    with pytest.raises(CommandError, match="MAPDIALOG_SECRET_KEY_FALLBACKS"):
        call_command("rotate_secret_key")
    settings.SECRET_KEY_FALLBACKS = [first]
    assert sender() == before


def test_a_database_without_one_makes_it_once(settings: Any) -> None:
    HashKey.objects.all().delete()
    assert sender() == sender()
    assert HashKey.objects.count() == 1
