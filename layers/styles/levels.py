"""Vertical levels of a plan (vertikalnivå), in words: a tunnel, the ground, a bridge lie over one another."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GROUND = 2

_WORDS: dict[int, Promise] = {
    1: _("Under the ground"),
    2: _("On the ground"),
    3: _("Above the ground"),
    4: _("On the bed of the sea or lake"),
    5: _("In the water"),
}


def words(level: int) -> str:
    """The level in the reader's language; the number for one that the code list does not have."""
    return str(_WORDS.get(level, level))


def shown_first(levels: Iterable[int]) -> int:
    """The level a map begins with: the ground, or else the one nearest to it."""
    return min(levels, key=lambda level: (abs(level - GROUND), level), default=GROUND)
