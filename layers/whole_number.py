"""Text that says a whole number: one way of reading it, for addresses, headers, variables and tables."""

from __future__ import annotations

_LARGEST_ID_DIGITS = 18  # below the database's largest id


def whole_number(text: str, *, digits: int = _LARGEST_ID_DIGITS) -> int | None:
    """The number that a text of at most so many digits says, None for any other text.

    ASCII only: str.isdigit() and int() take ² and ٣, which the database does not.
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= digits
    return int(text) if is_number else None
