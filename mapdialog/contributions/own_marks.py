"""What our own files say of themselves, so that it comes back with them: spots moved to a grid, and a demo.

A collection says it once and each of its features again: programs that save a file anew keep the features.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapdialog.dialogue.demo_note import demo_note_in_files
from mapdialog.dialogue.models import Consultation

GRID, DEMO = "public_precision_m", "demo"
NAMES = (GRID, DEMO)
# As workbooks and programs for maps write what is false; all else that is written counts as true.
_FALSE = frozenset(
    {"", "0", "0.0", "f", "n", "no", "false", "nei", "nej", "usann", "falsk", "falskt", "null"}
)
_LARGEST_M = 100_000


class MarkError(ValueError):
    """The mark cannot be read. The message says why."""


@dataclass(frozen=True, kw_only=True)
class Marks:
    """`precision_m` is the side of the grid's squares, in whose middle points lie; 0: where they were put."""

    precision_m: float = 0
    is_demo: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Marks:
        """Those among a collection's members, a feature's properties or a row's cells. Raises MarkError."""
        return cls(precision_m=_metres(values.get(GRID)), is_demo=_is_true(values.get(DEMO)))

    def __or__(self, other: Marks) -> Marks:
        """Both: the coarser grid, and a demo if either is one."""
        return Marks(
            precision_m=max(self.precision_m, other.precision_m), is_demo=self.is_demo or other.is_demo
        )

    @property
    def accuracy_m(self) -> float:
        """How far the middle of a square is from what lies anywhere in it, at most."""
        return math.ceil(self.precision_m / math.sqrt(2) * 10) / 10


def members(of: Consultation, *, officially: bool) -> dict[str, Any]:
    """What each feature of a file says of itself: nothing where it is exact and real."""
    is_moved = of.public_precision_m > 0 and not officially
    return {
        **({GRID: of.public_precision_m} if is_moved else {}),
        **({DEMO: True} if demo_note_in_files(of) else {}),
    }


def _metres(value: Any) -> float:
    if value is None or value == "":
        return 0
    try:
        metres = float(value.replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        metres = math.nan
    if not 0 <= metres <= _LARGEST_M:
        raise MarkError(f"{GRID}: {str(value)[:40]!r} is no size of a square in metres.")
    return metres


def _is_true(value: Any) -> bool:
    return str("" if value is None else value).strip().casefold() not in _FALSE
