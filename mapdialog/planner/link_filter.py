"""What a link to the page selects, said by the server too: scripts may not run, or not yet."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mapdialog.contributions.models import Contribution
from mapdialog.contributions.selection import NONE, Selection
from mapdialog.dialogue.models import Consultation
from mapdialog.planner.selection import SelectionQuery
from mapdialog.planner.summary import theme_names
from mapdialog.web import query
from mapdialog.web.problem import Problem


@dataclass(frozen=True)
class LinkFilter:
    """All empty where the link selects nothing; `refusal` alone where it asks for what is not there."""

    words: str = ""
    query: str = ""
    refusal: str = ""


def link_filter(
    request: HttpRequest, *, consultation: Consultation, areas: dict[str, str], language: str
) -> LinkFilter:
    """The filter of a page's address. `areas`: code → name of the committees, for the words."""
    try:
        asked_for = query.read_part(SelectionQuery, request)
        selection = asked_for.selection(consultation=consultation)
    except Problem as problem:
        return LinkFilter(refusal=problem.detail)
    words = _words(selection, consultation=consultation, areas=areas, language=language)
    return LinkFilter(words=words, query=_as_query(selection))


def _words(selection: Selection, *, consultation: Consultation, areas: dict[str, str], language: str) -> str:
    """As the scripts say it (static/js/planner/filters.js), so that nothing jumps when they begin."""
    themes = theme_names(consultation, language=language) | {NONE: _("Without a theme")}
    committees = areas | {NONE: _("In no committee, or without a spot")}
    states = {str(value): str(label) for value, label in Contribution.State.choices}
    parts = [
        (_("Theme"), ", ".join(themes[key] for key in themes if key in selection.themes)),
        (_("Committee"), ", ".join(committees.get(code) or code for code in selection.areas)),
        (_("State"), ", ".join(states[state] for state in states if state in selection.states)),
        (_("From"), date_format(selection.first) if selection.first else ""),
        (_("To and including"), date_format(selection.last) if selection.last else ""),
    ]
    return " · ".join(f"{name}: {words}" for name, words in parts if words)


def _as_query(selection: Selection) -> str:
    """The selection as the download takes it, under the names of its own address."""
    lists = {"theme": selection.themes, "area": selection.areas, "state": selection.states}
    days = {"from": selection.first, "to": selection.last}
    chosen = {name: ",".join(words) for name, words in lists.items() if words}
    return urlencode(chosen | {name: day.isoformat() for name, day in days.items() if day}, safe=",")
