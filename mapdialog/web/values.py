"""What a page's address or form says, read as what it is meant to be. Nobody else looks into either.

Pages are lenient: what cannot be meant counts as not said. The API is strict: `query` refuses it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_date

from layers import control_characters
from layers.whole_number import whole_number

_LONGEST_SEARCH = 80


@dataclass(frozen=True)
class Values:
    fields: QueryDict

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def text(self, name: str, *, default: str = "") -> str:
        """Without control characters and the space around it."""
        return plain(self.fields.get(name, default))

    def texts(self, name: str) -> list[str]:
        """All that is said under a name, as by ticked boxes."""
        return [plain(text) for text in self.fields.getlist(name)]

    def search(self, name: str) -> str:
        """Words to look for, on one line."""
        return " ".join(self.text(name).split())[:_LONGEST_SEARCH]

    def whole(self, name: str) -> int | None:
        """A whole number from 0 that the database can compare with an id; None for anything else."""
        return whole_number(self.text(name))

    def identifier(self, name: str) -> int:
        """The id of a row; 0, which no row has, for anything else."""
        return self.whole(name) or 0

    def flag(self, name: str) -> bool:
        """Whether a box is ticked: 1."""
        return self.text(name) == "1"

    def day(self, name: str) -> dt.date | None:
        """A day as a date field sends it; None for anything else."""
        try:
            return parse_date(self.text(name)[:10])
        except ValueError:
            return None

    def as_written(self) -> str:
        """The whole of it as an address has it, for the record of who did what."""
        return self.fields.urlencode()


def of_query(request: HttpRequest) -> Values:
    return Values(request.GET)


def of_form(request: HttpRequest) -> Values:
    return Values(request.POST)


def of_cookie(request: HttpRequest, name: str) -> str:
    """What a browser keeps for us under a name; "" where it keeps nothing."""
    return plain(request.COOKIES.get(name, ""))


def content_length(request: HttpRequest) -> int:
    """Bytes that the body is said to have, 0 where nothing is said."""
    return whole_number(str(request.META.get("CONTENT_LENGTH") or "")) or 0


def plain(text: str) -> str:
    """Without control characters and the space around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return control_characters.ALL_BUT_TAB_AND_LINE_FEED.sub("", lines).strip()
