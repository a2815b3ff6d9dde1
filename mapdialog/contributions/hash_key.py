"""The key of senders' hashes, which outlives the secret key: the same resident stays the same one.

It is the secret key of the day it was made, kept in the database under the secret key of today. A database
without its secret key tells it to nobody. With a new secret key, and the former one among the fallbacks, it
is unwrapped once more and wrapped anew.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from mapdialog.contributions.models import HashKey

_log = logging.getLogger(__name__)
_PURPOSE = b"mapdialog: the key of senders' hashes "


class CannotUnwrapError(Exception):
    """None of the configured secret keys unwraps the stored key."""

    def __init__(self) -> None:
        super().__init__(
            "The key of senders' hashes was stored under another secret key: add that one to "
            "MAPDIALOG_SECRET_KEY_FALLBACKS. Until then known senders count as new ones."
        )


@cache
def hash_key() -> bytes:
    """Looked up once a process. Where it cannot be unwrapped, today's secret key stands in and nothing is
    lost: the stored one stays for the day its secret key is back."""
    try:
        return unwrap()
    except CannotUnwrapError as error:
        _log.error("%s", error)
        return settings.SECRET_KEY.encode()


def unwrap() -> bytes:
    """The stored key, wrapped under today's secret key afterwards. Raises CannotUnwrapError."""
    if not HashKey.objects.exists():
        first = HashKey(wrapped=_wrapped(settings.SECRET_KEY.encode()))
        HashKey.objects.bulk_create([first], ignore_conflicts=True)
    row = HashKey.objects.get()
    token = row.wrapped.encode()
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    try:
        key = MultiFernet([_box(secret) for secret in secrets]).decrypt(token)
    except InvalidToken:
        raise CannotUnwrapError from None
    if not _opens(token, secret=settings.SECRET_KEY):
        HashKey.objects.filter(wrapped=row.wrapped).update(wrapped=_wrapped(key))
    return key


def _wrapped(key: bytes) -> str:
    return _box(settings.SECRET_KEY).encrypt(key).decode()


def _opens(token: bytes, *, secret: str) -> bool:
    try:
        _box(secret).decrypt(token)
    except InvalidToken:
        return False
    return True


def _box(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(_PURPOSE + secret.encode()).digest()))
