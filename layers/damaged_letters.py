"""Letters that came through wrongly: “Ã¸”, “›”, “?”, “=C3=B8” or “&oslash;” for ø.

Nothing is mended by guessing.
"""

from __future__ import annotations

import html.entities
import re

# UTF-8 that was read as Windows-1252 or Latin-1: “Ã¸” for ø, “â€™” for ’. After Ä and Å, which are letters
# here, quotation marks and spaces are what they seem.
_AS_WINDOWS = "[ÂÃ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[ÄÅ][\x80-\x9f¡-¿]|â€"
# The same read as by a Mac or by DOS, and the mark for what could not be read, itself read wrongly.
_AS_OTHERS = "√[¶∏•ÜòÖ§∂Ñ©]|├\\S|ï¿½"
# Text of DOS (ø å ä ö) or of a Mac (æ ø) read by Windows: signs that stand between no two letters.
_OF_OTHERS = r"(?<=[^\W\d_])[›†„”¢¾¿](?=[a-zæøåäö])"
# Written for a mail (quoted-printable, UTF-7), for a program or for a web page, and never read back.
_OF_MAIL = (
    r"=(?:C3=[89AB][0-9A-F]|E2=80=|3D\b|20(?=\s|$))|(?<=[a-zA-Z])=[C-F][0-9A-F](?=[a-z])|\+A[M-P][\w+/]-"
)
_OF_PROGRAMS = r"\\u[0-9a-fA-F]{4}|\\x[c-fC-F][0-9a-fA-F]"
_DAMAGED = re.compile(f"{_AS_WINDOWS}|{_AS_OTHERS}|{_OF_OTHERS}|{_OF_MAIL}|{_OF_PROGRAMS}|\ufffd")
_ENTITY = re.compile(r"&(?:([A-Za-z]{2,8}[0-9]{0,2};)|#[0-9]{2,6};|#x[0-9A-Fa-f]{2,5};)")
# A letter lost to a question mark, or each of its two bytes: inside of a word, or at its beginning. Within
# capitals it stands between two; “Ja?Nei” only lacks a space.
_LOST = re.compile(r"[^\W\d_]\?{1,2}[a-zæøåäöé]|[A-ZÆØÅÄÖ]\?{1,2}[A-ZÆØÅÄÖ]|^[\W_]?\?{1,2}[a-zæøåäöé]{2}")
_OF_WEB = re.compile(r"%C3%[89AB][0-9A-F]", re.IGNORECASE)
# What makes a word an address, in which both are as they should be.
_ADDRESS = re.compile(r"://|[=@]|[^\W\d_]\.[^\W\d_]")


def are_in(text: str) -> bool:
    """Does the text seem to hold such letters?"""
    return _DAMAGED.search(text) is not None or _has_entity(text) or _has_damaged_word(text)


def _has_entity(text: str) -> bool:
    names = (match[1] for match in _ENTITY.finditer(text))
    return any(name is None or name in html.entities.html5 for name in names)


def _has_damaged_word(text: str) -> bool:
    if "?" not in text and "%" not in text:
        return False
    words = (word for word in text.split() if not _ADDRESS.search(word))
    return any(_LOST.search(word) or _OF_WEB.search(word) for word in words)
