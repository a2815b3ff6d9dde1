"""Characters that are not to be seen and turn what is seen around them: they leave every text from outside.

Unicode's property Bidi_Control, and the mark that begins a file. With them a text reads otherwise than it is
stored ("gpj.exe"), and what stands after it on a page is written backwards. Which way letters run browsers
know without (`dir="auto"`). The joiners U+200C and U+200D stay: Persian, Indian scripts and emoji are made
with them.
"""

from __future__ import annotations

import unicodedata

BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNSEEN = BIDI_CONTROLS + "\ufeff"
_LEAVE = dict.fromkeys(map(ord, UNSEEN))


def visible_text(text: str) -> str:
    """The text in NFC and without them."""
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(_LEAVE))
