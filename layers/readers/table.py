"""What every reader gives: shapes and their fields, row by row, and the coordinate system if told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_FIELDS = 500


class ReadError(ValueError):
    """The file cannot be read. The message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Feature `i` of the file has shape `geometries[i]` (None if it has none) and fields `properties[i]`.

    `srid` is None when the file does not say. By row, `notes` holds what was mended in reading, and
    `unreadable` why there is no shape where the file has one.
    """

    geometries: NDArray[np.object_]
    properties: list[dict[str, Any]]
    srid: int | None
    notes: dict[int, str] = field(default_factory=dict)
    unreadable: dict[int, str] = field(default_factory=dict)

    def field_names(self) -> list[str]:
        """Every field that any row has, in the order of first appearance."""
        return list(dict.fromkeys(name for row in self.properties for name in row))
