"""What the planner's addresses may be asked for: the words of `contributions.selection`.

They stand in the page's own address, so that a link shows a colleague the same selection. A value that the
consultation does not have is refused: left out it would select everything, and kept, nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from layers.models import Area
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.selection import NONE, Selection
from mapdialog.dialogue.models import Consultation
from mapdialog.web.query import Bounds, Box, Day, Query, Several, check_known

# All that can be looked at: what was erased is there for nobody.
STATES = frozenset(str(state) for state in Contribution.State) - {str(Contribution.State.ERASED)}


class SelectionQuery(Query):
    """Lists are comma-separated; days are the municipality's and `to` is the last day included."""

    theme: Annotated[tuple[str, ...], Several()] = ()
    area: Annotated[tuple[str, ...], Several()] = ()
    state: Annotated[tuple[str, ...], Several()] = ()
    first: Annotated[dt.date | None, Day(or_empty=True)] = Field(None, alias="from")
    last: Annotated[dt.date | None, Day(or_empty=True)] = Field(None, alias="to")
    bbox: Annotated[Bounds | None, Box(or_empty=True)] = None

    def selection(self, *, consultation: Consultation) -> Selection:
        """Raises Problem 400 for a theme, an area or a state that the consultation does not have."""
        _check(self, consultation=consultation)
        return Selection(
            themes=_filled(self.theme),
            areas=_filled(self.area),
            states=_filled(self.state),
            first=self.first,
            last=self.last,
            bounds=self.bbox,
        )


def _check(query: SelectionQuery, *, consultation: Consultation) -> None:
    if query.theme:
        themes = set(consultation.themes.values_list("key", flat=True))
        message = _("There is no theme “%(theme)s” here. Themes are: %(known)s.")
        check_known("theme", _named(query.theme), known=themes, message=message)
    if query.area:
        message = _("There is no area “%(area)s” here. Areas are: %(known)s.")
        check_known("area", _named(query.area), known=_codes(consultation), message=message)
    message = _("There is no state “%(state)s”. States are: %(known)s.")
    check_known("state", _filled(query.state), known=STATES, message=message)


def _codes(consultation: Consultation) -> set[str]:
    """Those that an area of the consultation's committees has, or has had in an earlier edition."""
    areas = Area.objects.order_by().filter(edition__layer=consultation.boundary_layer_id)
    return set(areas.values_list("code", flat=True).distinct())


def _named(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in _filled(words) if word != NONE)


def _filled(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, words))
