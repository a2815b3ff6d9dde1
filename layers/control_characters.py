"""Characters that no text has that somebody wrote, and that headers or the database refuse."""

from __future__ import annotations

import re

_BEYOND_ASCII = "\x7f-\x9f\ud800-\udfff"
ANY = re.compile(f"[\x00-\x1f{_BEYOND_ASCII}]")
# Unicode's categories Cc and Cs. Where a text may have several lines, with tabs in them.
ALL_BUT_TAB_AND_LINE_FEED = re.compile(f"[\x00-\x08\x0b-\x1f{_BEYOND_ASCII}]")


def storable(text: str) -> str:
    """The text without what PostgreSQL takes into none: NUL is left out, half a character becomes “?”."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
