"""The question before everyone sees an edition in which something was found, and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from layers.editions import publishing
from layers.editions.life import DoubtfulError
from layers.editions.publishing import Consent
from layers.findings import wording
from layers.findings.finding import Finding
from mapdialog.planner.layers.frame import frame_of
from mapdialog.web import values

# Beyond these the page points to the report.
_SHOWN_ITEMS = 5
# What the forms of a step say, which the question's form says again: `seen` is renewed.
_OF_THE_STEP = ("published", "back", "undo")


def consent_of(request: HttpRequest) -> Consent:
    """The answer that a form carries, if it does."""
    form = values.of_form(request)
    return Consent(is_given=form.flag("consent"), reason=form.text("reason")[: publishing.REASON_MAX])


def page(request: HttpRequest, doubtful: DoubtfulError) -> HttpResponse:
    """The question that a step has asked, under the step's own address: its form takes the step again."""
    form = values.of_form(request)
    values_of_page = {
        **frame_of(request, doubtful.edition.layer),
        "edition": doubtful.edition,
        "instead_of": doubtful.instead_of,
        "of_the_step": [(name, form.text(name)) for name in _OF_THE_STEP if name in form],
        **context(doubtful.doubts, consent=consent_of(request)),
    }
    return render(request, "planner/layers/publish.html", values_of_page)


def context(doubts: Sequence[Finding], *, consent: Consent) -> dict[str, Any]:
    """What was found, in words, and whether a reason is wanted, or was and is missing."""
    needs_reason = publishing.needs_reason(doubts)
    return {
        "doubts": [
            {
                "heading": wording.heading(finding),
                "sentence": wording.sentence(finding),
                "severity": finding.severity,
                "lines": [wording.line(item) for item in finding.items[:_SHOWN_ITEMS]],
                "n_more": finding.count - _SHOWN_ITEMS if finding.items else 0,
            }
            for finding in doubts
        ],
        "needs_reason": needs_reason,
        "lacks_reason": needs_reason and consent.is_given,
        "reason_max": publishing.REASON_MAX,
    }
