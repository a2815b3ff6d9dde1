"""What was found in a table of people, in sentences for the page and the command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from layers.figure import Figure
from layers.models import Population
from layers.population.ages import Band

_NAMED = 12


def sentences(population: Population) -> list[str]:
    """The report in the reader's language, the most important first."""
    report = population.report
    if population.summed_from_id is not None:
        return [
            ngettext(
                "Added up from %(n)s statistical unit.",
                "Added up from %(n)s statistical units.",
                report["units"],
            )
            % {"n": Figure(report["units"])},
            *_outside(report),
        ]
    return [*_matched(report), *_totals(report), *_figures(report)]


def _matched(report: dict[str, Any]) -> Iterator[str]:
    values = {name: Figure(report[name]) for name in ("matched", "areas", "total")}
    yield _("%(matched)s of %(areas)s areas have figures, %(total)s people in all.") % values
    if report["n_without"]:
        yield _("Areas without figures: %s.") % _listed(report["without"], n=report["n_without"])
    if report["n_unmatched"]:
        yield _("In the file, but no area here: %s.") % _listed(report["unmatched"], n=report["n_unmatched"])
    if report["renumbered"]:
        pairs = [f"{old} → {new}" for old, new in report["renumbered"].items()]
        yield _("Codes of a municipality that has a new number: %s.") % _listed(pairs, n=len(pairs))


def _totals(report: dict[str, Any]) -> Iterator[str]:
    unlike = report["unlike_total"]
    if unlike["n"]:
        yield _(
            "In %(n)s of %(of)s areas the age bands do not add up to the total: the office rounds them. "
            "The total is kept as it is."
        ) % {name: Figure(unlike[name]) for name in ("n", "of")}
    if report["summed_totals"]["n"]:
        yield ngettext(
            "The file has no total for %(n)s area: it is the sum of the bands.",
            "The file has no total for %(n)s areas: it is the sum of the bands.",
            report["summed_totals"]["n"],
        ) % {"n": Figure(report["summed_totals"]["n"])}


def _figures(report: dict[str, Any]) -> Iterator[str]:
    if report["bands"]:
        yield _("Age bands: %s.") % ", ".join(str(Band(start=a, to=b)) for a, b in report["bands"])
    else:
        yield _("No age bands.")
    if report["sexes_added"]:
        yield _("Men and women were added up.")
    for sign, n in report["untold"].items():
        message = ngettext(
            "“%(sign)s” is used %(n)s time instead of a number that the office does not publish.",
            "“%(sign)s” is used %(n)s times instead of a number that the office does not publish.",
            n,
        )
        yield message % {"sign": sign, "n": Figure(n)}
    if report["unread"]:
        yield _("Columns that were not read: %s.") % _listed(report["unread"], n=len(report["unread"]))
    yield from report["notes"]


def _outside(report: dict[str, Any]) -> Iterator[str]:
    if report["outside"]:
        yield _("Units in no area: %s.") % _listed(report["outside"], n=len(report["outside"]))


def _listed(names: list[str], *, n: int) -> str:
    shown = ", ".join(str(name)[:60] for name in names[:_NAMED])
    return f"{shown}, … ({n})" if n > _NAMED else shown
