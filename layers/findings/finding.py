"""What an import found in a file, as codes and values: the words are found when somebody reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

# The rest is counted, not listed: the report is a column in the database.
LISTED_MAX = 1_000

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One place where it was found: a feature, a pair of areas (`code` and `other`), a gap.

    `feature` counts from 1, as the features stand in the file; None for what is no feature of it. `lon` and
    `lat` say where, `m2` how large. `why` is English, as GEOS words it: `wording.reason` translates.
    """

    feature: int | None = None
    code: str = ""
    why: str = ""
    other: str = ""
    lon: float | None = None
    lat: float | None = None
    m2: float | None = None

    def as_json(self) -> dict[str, Any]:
        always = {"feature": self.feature, "code": self.code, "why": self.why}
        known = {"other": self.other or None, "lon": self.lon, "lat": self.lat, "m2": self.m2}
        return {**always, **{name: value for name, value in known.items() if value is not None}}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Everything of one kind. `m2` is the area of all of it, None where area says nothing.

    `values` are the numbers that the sentence needs beside the count (`wording.sentence`). `items` are the
    first LISTED_MAX, the largest or first in the file first.
    """

    kind: str
    severity: Severity
    count: int
    m2: float | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    items: Sequence[Item] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "severity": self.severity,
            "count": self.count,
            "m2": self.m2,
            "values": dict(self.values),
            "items": [item.as_json() for item in self.items[:LISTED_MAX]],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        return cls(**{**document, "items": [Item(**item) for item in document["items"]]})


def listing(
    kind: str, items: Sequence[Item], *, severity: Severity, values: Mapping[str, Any] | None = None
) -> list[Finding]:
    """One finding of all the items, or none where there are none."""
    if not items:
        return []
    areas = [item.m2 for item in items if item.m2 is not None]
    return [
        Finding(
            kind=kind,
            severity=severity,
            count=len(items),
            m2=sum(areas) if areas else None,
            values=values or {},
            items=items[:LISTED_MAX],
        )
    ]
