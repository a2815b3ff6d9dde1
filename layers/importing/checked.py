"""What the checks look at, and how they say where something is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import crs
from layers.findings.finding import Finding, Item, Severity, listing
from layers.importing.extent import Surroundings
from layers.importing.recognition.columns import Columns, Row

RowNumbers = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class CheckInput:
    """What is to be loaded: rows and shapes (EPSG:4326) by row number. Checks ask the database nothing."""

    rows: Mapping[int, Row]
    geometries: crs.Geometries
    properties: Sequence[Mapping[str, Any]]
    columns: Columns
    kind: str
    owner: str
    surroundings: Surroundings

    def row_numbers(self) -> RowNumbers:
        return np.array(list(self.rows), dtype=np.intp)

    def shapes(self) -> crs.Geometries:
        """Those of the rows, in their order."""
        return self.geometries[self.row_numbers()]

    def item(self, row_number: int, *, why: str = "", other: str = "", m2: float | None = None) -> Item:
        point = _inner_point(self.geometries[row_number])
        return Item(
            feature=int(row_number) + 1,
            code=self.rows[row_number].code,
            why=why,
            other=other,
            lon=round(point.x, 7),
            lat=round(point.y, 7),
            m2=None if m2 is None else round(float(m2), 2),
        )

    def listing(
        self, kind: str, row_numbers: RowNumbers, *, severity: Severity = "note", **values: Any
    ) -> list[Finding]:
        items = [self.item(row_number) for row_number in row_numbers.tolist()]
        return listing(kind, items, severity=severity, values=values)


def _inner_point(shape: shapely.Geometry) -> shapely.Point:
    """A point of the shape: the centre of a box may be another's ground."""
    return shape.representative_point()  # type: ignore[attr-defined, no-any-return]
