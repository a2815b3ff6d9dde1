"""What the first bytes of a text say about its encoding."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(start: bytes) -> str | None:
    """The encoding that a byte order mark shows, or the zeros of two-byte text; None when nothing does."""
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    if len(start) > 1 and start[1] == 0 and start[0]:
        return "utf-16-le"
    return "utf-16-be" if len(start) > 1 and start[0] == 0 and start[1] else None
