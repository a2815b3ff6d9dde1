"""What is asked before everyone sees an edition: one rule, whichever way it goes public.

An error is published only by who says why; what lies elsewhere, or says nothing of itself, only by who has
answered a question about just that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.findings import report
from layers.findings.finding import Finding

# Where it lies, and whether it says what it is: nobody would want these in public by mistake.
_DOUBTFUL = frozenset(
    {
        "outside_country",
        "far_from_home",
        "far_from_municipality",
        "beyond_municipality",
        "stray",
        "abroad",
        "no_codes",
        "no_names",
    }
)
# What is composed of an edition gives itself codes and names; where it lies it cannot help.
_OF_WORDS = frozenset({"no_codes", "no_names"})
REASON_MAX = 500


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What a person has answered: yes, and why."""

    is_given: bool = False
    reason: str = ""


NO_CONSENT = Consent()


def doubts(import_report: Mapping[str, Any]) -> list[Finding]:
    """What of an edition's report is asked about, errors first."""
    doubtful = [finding for finding in report.findings(import_report) if _is_asked(finding)]
    return report.gravest_first(doubtful)


def passed_on(import_report: Mapping[str, Any]) -> list[Finding]:
    """What is asked about what is composed of an edition as well: it has the same shapes."""
    return [finding for finding in doubts(import_report) if finding.kind not in _OF_WORDS]


def needs_reason(doubts: Sequence[Finding]) -> bool:
    return any(finding.severity == "error" for finding in doubts)


def is_answered(doubts: Sequence[Finding], *, consent: Consent) -> bool:
    """Whether an edition with these doubts may go public."""
    if not doubts:
        return True
    return consent.is_given and (bool(consent.reason.strip()) or not needs_reason(doubts))


def as_detail(doubts: Sequence[Finding], *, consent: Consent) -> dict[str, Any]:
    """For the layer's log: what was asked about, and the reason."""
    if not doubts:
        return {}
    return {"doubts": [finding.kind for finding in doubts], "reason": consent.reason.strip()[:REASON_MAX]}


def _is_asked(finding: Finding) -> bool:
    return finding.severity == "error" or (finding.kind in _DOUBTFUL and finding.severity == "warning")
