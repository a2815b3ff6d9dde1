"""What an import did with each feature: printed for whoever ran it, and kept with the version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# The rest is counted, not listed: the report is a column in the database.
LISTED_MAX = 1_000


@dataclass(frozen=True, kw_only=True)
class Remark:
    """`feature` counts from 1, as the features stand in the file."""

    feature: int
    code: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Report:
    read: int
    loaded: int
    repaired: list[Remark]
    skipped: list[Remark]
    warnings: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "loaded": self.loaded,
            "repaired": len(self.repaired),
            "skipped": len(self.skipped),
            "repairs": [vars(remark) for remark in self.repaired[:LISTED_MAX]],
            "skips": [vars(remark) for remark in self.skipped[:LISTED_MAX]],
            "warnings": self.warnings,
            "options": self.options,
        }

    def lines(self) -> Iterator[str]:
        counts = f"repaired {len(self.repaired)}, skipped {len(self.skipped)}"
        yield f"read {self.read}, loaded {self.loaded}, {counts}"
        for word, remarks in (("repaired", self.repaired), ("skipped", self.skipped)):
            for remark in remarks[:LISTED_MAX]:
                code = f" ({remark.code})" if remark.code else ""
                yield f"  feature {remark.feature}{code} {word}: {remark.why}"
        for warning in self.warnings:
            yield f"  note: {warning}"
