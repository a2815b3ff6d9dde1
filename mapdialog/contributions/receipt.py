"""What a sender gets back: a short code that can be read out, and what became of the contribution."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

# Crockford's base 32: no I, L, O or U, so that nothing is mistaken for 1 or 0 when read aloud or off paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH = 7
BODIES = 32**BODY_LENGTH
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_MOST_TYPED = 300
_LINK = re.compile(r"/R/([^/?#\s]+)")
# Odd, hence a bijection modulo a power of two: numbers in a row become codes that do not look alike.
_SPREAD = 0x5DEECE66D


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """`places` are {"kind", "code", "name"} of the committee and zones there, as they held that day.

    `personal_data` is what the words seem to hold (`screening.PERSONAL`): nobody else sees them until they
    have been read.
    """

    id: UUID
    code: str
    number: int
    slug: str
    state: str
    arrival: str
    version: int
    places: Sequence[dict[str, Any]]
    is_new: bool
    personal_data: Sequence[str]

    @property
    def status_url(self) -> str:
        return f"/c/{self.slug}/r/{self.code}"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "code": self.code,
            "number": self.number,
            "status_url": self.status_url,
            "state": self.state,
            "arrival": self.arrival,
            "places": list(self.places),
            "version": self.version,
            "personal_data": list(self.personal_data),
        }


def new_code() -> str:
    """Seven random characters and one that checks them. Whoever stores it tries again if it is taken."""
    return code_of(secrets.randbelow(BODIES))


def code_of(number: int) -> str:
    """The code of a number below 32⁷; different numbers have different codes."""
    spread = number * _SPREAD % BODIES
    body = "".join(ALPHABET[(spread >> shift) & 31] for shift in range(5 * (BODY_LENGTH - 1), -1, -5))
    return body + _check_character(body)


def normalised(text: str) -> str | None:
    """A code as typed (lower case, spaces, hyphens, O for 0, words around it, its page's address) as it is
    stored; None if there is none in it."""
    typed = unicodedata.normalize("NFKC", text[:_MOST_TYPED]).upper()
    return next((code for part in _parts(typed) if (code := _code(part)) is not None), None)


def _parts(typed: str) -> Iterator[str]:
    """What may be the code in a text, likeliest first."""
    yield typed
    yield from _LINK.findall(typed)
    words = re.split(r"[\s:/?#&=]+", typed)
    yield from (" ".join(words[start:]) for start in range(1, len(words)))
    yield from words


def _code(text: str) -> str | None:
    code = "".join(character for character in text if character.isalnum()).translate(_MISREAD)
    is_code = len(code) == BODY_LENGTH + 1 and all(character in ALPHABET for character in code)
    return code if is_code and _check_character(code[:-1]) == code[-1] else None


def _check_character(body: str) -> str:
    """Luhn's rule modulo 32: finds every single wrong character and nearly every swapped pair."""
    total = 0
    for index, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 - index % 2)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]
