"""Hashes of an author's token, of who contributes, of a device or address: originals are never stored."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from typing import Any

from mapdialog.contributions.hash_key import hash_key

# 128 bits are 22 letters of base64 (24 with its padding) or 32 of hexadecimal.
TOKEN = re.compile(r"[A-Za-z0-9_+/=-]{22,128}", re.ASCII)
_HEXADECIMAL = re.compile(r"[0-9a-f]{22,128}", re.ASCII)
_GROUP = 4
_MOST_TYPED = 500  # a whole address of a receipt, pasted, or a long key with spaces
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})


def token_hash(token: str) -> bytes:
    """SHA-256 of an edit token, which is random enough to need no salt."""
    return hashlib.sha256(token.encode()).digest()


def is_token_of(token: str, *, stored: bytes | memoryview | None) -> bool:
    """Compared in constant time; False where none is stored (imported, erased)."""
    return is_same(token_hash(token), stored=stored)


def is_same(hashed: bytes, *, stored: bytes | memoryview | None) -> bool:
    """The same of a token's hash."""
    return stored is not None and hmac.compare_digest(hashed, bytes(stored))


def written(token: str) -> str:
    """An edit token as people write it down: hexadecimal ones in groups of four, any other as it is."""
    if not _HEXADECIMAL.fullmatch(token):
        return token
    return "-".join(token[start : start + _GROUP] for start in range(0, len(token), _GROUP)).upper()


def tokens_of(typed: str) -> list[str]:
    """The edit tokens that something typed or pasted may stand for; empty if it cannot be one.

    As it stands, for the tokens in which case and hyphens count; and as hexadecimal digits in any case, with
    spaces and hyphens anywhere and the letters O, I and L for digits. Of a receipt's whole address
    (`…#id.token`) the token.
    """
    text = "".join(unicodedata.normalize("NFKC", typed[:_MOST_TYPED]).split()).strip(".,;:")
    exact = text.rpartition(".")[2]
    digits = "".join(character for character in exact if character.isalnum()).lower().translate(_MISREAD)
    tokens = [exact] if TOKEN.fullmatch(exact) else []
    if _HEXADECIMAL.fullmatch(digits) and digits not in tokens:
        tokens.append(digits)
    return tokens


def body_hash(feature: Any) -> bytes:
    """SHA-256 of the canonical JSON (names sorted, no spaces): the order of members does not matter."""
    canonical = json.dumps(
        feature, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(canonical.encode()).digest()


def keyed(purpose: str, *parts: object) -> str:
    """HMAC-SHA-256 with the installation's key, 64 hex digits: nobody else can guess it back."""
    message = "\x1f".join([purpose, *(str(part) for part in parts)])
    return hmac.new(hash_key(), message.encode(), hashlib.sha256).hexdigest()


def contributor_key(contributor: str, *, consultation_id: int) -> str | None:
    """Who contributes, as a key that differs from consultation to consultation; None: unknown."""
    return keyed("contributor", consultation_id, contributor) if contributor else None
