"""What an import did with each feature and found in the file: printed, shown, kept with the edition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layers.findings import wording
from layers.findings.finding import LISTED_MAX, Finding, Item, listing

_PRINTED_MAX = 20
_GRAVITY = ("error", "warning", "note")
CSV_HEADER = ("kind", "severity", "heading", "feature", "code", "other", "why", "lon", "lat", "m2")


@dataclass(frozen=True, kw_only=True)
class Report:
    """`source` is the id of the data set that the file was recognised as, "" for none.

    `warnings` are sentences about the file as a whole; `checks` what was found in the shapes and values of
    those that were loaded.
    """

    read: int
    loaded: int
    repaired: Sequence[Item] = ()
    skipped: Sequence[Item] = ()
    checks: Sequence[Finding] = ()
    warnings: Sequence[str] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    def findings(self) -> list[Finding]:
        """Everything that was found, what was skipped and repaired first."""
        return [
            *listing("skipped", self.skipped, severity="warning"),
            *listing("repaired", self.repaired, severity="note"),
            *self.checks,
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "loaded": self.loaded,
            "repaired": len(self.repaired),
            "skipped": len(self.skipped),
            "repairs": [item.as_json() for item in self.repaired[:LISTED_MAX]],
            "skips": [item.as_json() for item in self.skipped[:LISTED_MAX]],
            "findings": [finding.as_json() for finding in self.findings()],
            "warnings": list(self.warnings),
            "options": dict(self.options),
            "source": self.source,
        }

    def lines(self) -> Iterator[str]:
        counts = f"repaired {len(self.repaired)}, skipped {len(self.skipped)}"
        yield f"read {self.read}, loaded {self.loaded}, {counts}"
        for word, items in (("repaired", self.repaired), ("skipped", self.skipped)):
            for item in items[:LISTED_MAX]:
                code = f" ({item.code})" if item.code else ""
                yield f"  feature {item.feature}{code} {word}: {item.why}"
        for finding in self.checks:
            yield f"  {finding.severity}: {wording.sentence(finding)}"
            yield from (f"    {wording.line(item)}" for item in finding.items[:_PRINTED_MAX])
        for warning in self.warnings:
            yield f"  note: {warning}"


def findings(document: Mapping[str, Any]) -> list[Finding]:
    """The findings of a report as an edition keeps it; of an older one, what was skipped and repaired."""
    if "findings" in document:
        return [Finding.from_json(finding) for finding in document["findings"]]
    skips = [Item(**item) for item in document.get("skips", ())]
    repairs = [Item(**item) for item in document.get("repairs", ())]
    return [*listing("skipped", skips, severity="warning"), *listing("repaired", repairs, severity="note")]


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """For reading: errors, warnings, then what was only put right."""
    return sorted(findings, key=lambda finding: _GRAVITY.index(finding.severity))


def csv(findings: Sequence[Finding]) -> Iterator[tuple[Any, ...]]:
    """Rows for a table, its header first, in the reader's language. A finding without places is one row."""
    yield CSV_HEADER
    for finding in findings:
        about = (finding.kind, finding.severity, wording.heading(finding))
        if not finding.items:
            yield (*about, "", "", "", wording.sentence(finding), "", "", _figure(finding.m2))
        for item in finding.items:
            position = (_figure(item.lon), _figure(item.lat), _figure(item.m2))
            yield (*about, item.feature or "", item.code, item.other, wording.reason(item.why), *position)


def _figure(value: float | None) -> float | str:
    return "" if value is None else value
