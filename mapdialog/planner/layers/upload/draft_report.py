"""What a draft's report says: its counts, what was found, and what would change."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import ngettext

from layers.figure import Figure
from layers.findings import report, wording
from layers.findings.finding import Finding, Item
from layers.geometry import M2_PER_HECTARE
from layers.models import Edition
from mapdialog.planner.layers.upload import words
from mapdialog.uploads.models import Upload

# Beyond these the page points to the report's file.
_SHOWN_ITEMS = 100
_SHOWN_DIFFERENCES = 100


def count_words(draft: Edition) -> list[str]:
    """The numbers of the report as sentences."""
    n_read, n_loaded = draft.report["read"], draft.report["loaded"]
    return [
        ngettext("%(n)s feature was read.", "%(n)s features were read.", n_read) % {"n": Figure(n_read)},
        ngettext("%(n)s is in the draft.", "%(n)s are in the draft.", n_loaded) % {"n": Figure(n_loaded)},
    ]


def findings(draft: Edition) -> list[dict[str, Any]]:
    """What was found, errors and warnings first, with those that can be shown on the map."""
    listed = report.gravest_first(report.findings(draft.report))
    groups = [_group(number, finding) for number, finding in enumerate(listed)]
    sentences = [
        {"heading": "", "sentence": text, "severity": "note", "items": []} for text in _warnings(draft)
    ]
    return [*groups, *sentences]


def _warnings(draft: Edition) -> list[str]:
    return [str(text) for text in draft.report.get("warnings", ())]


def _group(number: int, finding: Finding) -> dict[str, Any]:
    shown = [_item(f"{number}-{index}", item) for index, item in enumerate(finding.items[:_SHOWN_ITEMS])]
    return {
        "heading": wording.heading(finding),
        "sentence": wording.sentence(finding),
        "severity": finding.severity,
        "items": shown,
        "n_more": finding.count - len(shown),
    }


def _item(key: str, item: Item) -> dict[str, Any]:
    return {"key": key, "line": wording.line(item), "lon": item.lon, "lat": item.lat}


def marks(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where the findings lie, for the map."""
    return [
        {"id": item["key"], "lonLat": [item["lon"], item["lat"]], "severity": group["severity"]}
        for group in groups
        for item in group["items"]
        if item["lon"] is not None
    ]


def comparison(upload: Upload) -> dict[str, Any] | None:
    """The draft beside the edition in force, in words; None for a new layer."""
    compared = upload.understood.get("comparison")
    if compared is None:
        return None
    rows = [
        {
            **row,
            "words": words.what_changed(row["what"]),
            "hectares_before": _hectares(row["m2_before"]),
            "hectares_after": _hectares(row["m2_after"]),
            "difference": _difference(row),
        }
        for row in compared.get("rows", ())[:_SHOWN_DIFFERENCES]
    ]
    differing = compared.get("differing")
    return {
        **compared,
        "is_too_long": compared.get("is_too_long", False),
        "differing": differing,
        "rows": rows,
        "n_more": (differing or 0) - len(rows),
    }


def _hectares(m2: float | None) -> str:
    return "–" if m2 is None else number_format(m2 / M2_PER_HECTARE, decimal_pos=1)


def _difference(row: dict[str, Any]) -> str:
    hectares = ((row["m2_after"] or 0) - (row["m2_before"] or 0)) / M2_PER_HECTARE
    sign = "+" if hectares > 0 else "−" if hectares < 0 else "±"
    return f"{sign}{number_format(abs(hectares), decimal_pos=1)}"
