"""What the planner's addresses may be asked for: the words of `contributions.selection`.

They stand in the page's own address, so that a link shows a colleague the same selection.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from mapdialog.contributions.selection import Selection
from mapdialog.web.query import Bounds, Box, Day, Query, Several


class SelectionQuery(Query):
    """Lists are comma-separated; days are the municipality's and `to` is the last day included."""

    theme: Annotated[tuple[str, ...], Several()] = ()
    area: Annotated[tuple[str, ...], Several()] = ()
    state: Annotated[tuple[str, ...], Several()] = ()
    first: Annotated[dt.date | None, Day(or_empty=True)] = Field(None, alias="from")
    last: Annotated[dt.date | None, Day(or_empty=True)] = Field(None, alias="to")
    bbox: Annotated[Bounds | None, Box(or_empty=True)] = None

    def selection(self) -> Selection:
        return Selection(
            themes=_filled(self.theme),
            areas=_filled(self.area),
            states=_filled(self.state),
            first=self.first,
            last=self.last,
            bounds=self.bbox,
        )


def _filled(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, words))
