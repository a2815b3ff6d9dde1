"""What a hotspot claims: one rule for its rank, for the file of a run and for the words of a page.

Nothing is claimed of a few people, nor where nobody knows how many they are: five letters without a sender
may be one person's. Such spots are drawn quietly and stand at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from mapdialog.hotspots.models import Hotspot

FEWEST_PEOPLE = 5
LEAST_RATIO = 1.5


class NoClaim(Enum):
    """Why nothing is said but that comments lie close together."""

    FEW_PEOPLE = auto()
    PEOPLE_NOT_KNOWN = auto()
    ON_WATER = auto()
    NOTHING_TO_COMPARE = auto()


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The figures that decide. `ratio`: comments to those expected, None outside every committee."""

    n: int
    n_contributors: int
    n_unknown: int
    n_on_water: int
    ratio: float | None

    @classmethod
    def of(cls, hotspot: Hotspot) -> Self:
        """Of a stored one; one stored before water was looked at has none on it."""
        return cls(
            n=hotspot.n,
            n_contributors=hotspot.n_contributors,
            n_unknown=hotspot.n_unknown,
            n_on_water=hotspot.statistics.get("on_water", 0),
            ratio=hotspot.statistics.get("ratio"),
        )

    @property
    def reason_for_none(self) -> NoClaim | None:
        if self.n_contributors < FEWEST_PEOPLE:
            return NoClaim.PEOPLE_NOT_KNOWN if self.n_unknown else NoClaim.FEW_PEOPLE
        if 2 * self.n_on_water > self.n:
            return NoClaim.ON_WATER
        return NoClaim.NOTHING_TO_COMPARE if self.ratio is None else None

    @property
    def is_quiet(self) -> bool:
        """Whether it says no more than that comments lie close together, or hardly more."""
        return self.reason_for_none is not None or (self.ratio or 0.0) < LEAST_RATIO
