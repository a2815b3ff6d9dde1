"""A layer's log as people read it: a sentence for each step, by whom, and whether it can be undone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from layers import undoing
from layers.event import What, what_of
from layers.figure import Figure
from layers.models import LayerEvent
from mapdialog.people.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_PERSON = re.compile(r"user:(\d{1,18})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One step. `who` is a name, or who else did it; `can_undo` was true when it was looked at.

    `withdraws` is the edition that undoing would withdraw, which wants to be asked first.
    """

    id: int
    at: dt.datetime
    who: str
    sentence: str
    can_undo: bool
    withdraws: int | None


def lines(events: Iterable[LayerEvent]) -> list[Line]:
    """The steps in words, in the order given. Two queries, and some for each that may be undone."""
    events = list(events)
    names = names_of(event.by for event in events)
    return [
        Line(
            id=event.pk,
            at=event.at,
            who=who(event.by, names=names),
            sentence=sentence(event),
            can_undo=undoing.is_possible(event),
            withdraws=undoing.edition_withdrawn_by(event),
        )
        for event in events
    ]


def names_of(bys: Iterable[str]) -> dict[str, str]:
    """`user:ID` → the person's name, of those who are still known. One query."""
    ids = {int(match[1]): by for by in set(bys) if (match := _PERSON.fullmatch(by))}
    people = User.objects.filter(pk__in=ids)
    return {ids[person.pk]: person.name or person.email for person in people}


def who(by: str, *, names: Mapping[str, str]) -> str:
    """A name for `by`, as the layers' log writes it."""
    if by in names:
        return names[by]
    if _PERSON.fullmatch(by):
        return _("somebody who no longer works here")
    return _("the command line") if by == "" or by.startswith("command:") else by


def sentence(event: LayerEvent) -> str:
    """What happened, in the reader's language; an event of a later version of the service keeps its word."""
    what = what_of(event)
    text = SENTENCE_OF[what](event) if what else event.what
    reason = event.detail.get("reason", "") if "doubts" in event.detail else ""
    return _("%(what)s The reason given: %(reason)s") % {"what": text, "reason": reason} if reason else text


def _numbered(text: StrOrPromise) -> Callable[[LayerEvent], str]:
    """A sentence about an edition that needs its number only."""

    def say(event: LayerEvent) -> str:
        return str(text) % {"number": event.edition_number}

    return say


def _saved(event: LayerEvent) -> str:
    file = event.detail.get("file", "")
    if not file:
        return _("Edition %(number)d was saved.") % {"number": event.edition_number}
    message = _("Edition %(number)d was imported from %(file)s.")
    return message % {"number": event.edition_number, "file": file}


def _closed(event: LayerEvent) -> str:
    day = parse_date(str(event.detail.get("valid_to", "")))
    if day is None:
        return _("Edition %(number)d ends.") % {"number": event.edition_number}
    message = _("Edition %(number)d ends on %(day)s, when the next begins.")
    return message % {"number": event.edition_number, "day": date_format(day, "DATE_FORMAT")}


def _withdrawn(event: LayerEvent) -> str:
    values = {"number": event.edition_number, "other": event.detail.get("reopened")}
    if values["other"]:
        return _("Edition %(number)d was withdrawn; edition %(other)d is in force again.") % values
    return _("Edition %(number)d was withdrawn.") % values


def _described(event: LayerEvent) -> str:
    before, after = event.detail["before"], event.detail["after"]
    words = {
        "titles": _("title"),
        "credit": _("credit"),
        "licence": _("licence"),
        "style": _("list of codes and colours"),
    }
    changed = [word for name, word in words.items() if before[name] != after[name]]
    return _("Changed: %(what)s.") % {"what": ", ".join(changed)}


def _provisions(event: LayerEvent) -> str:
    detail: dict[str, Any] = event.detail
    fields = list(detail["changes"])
    n = len(fields)
    if n == 1:
        written = _("The texts of the field %(name)s were written.") % {"name": fields[0]}
    else:
        written = ngettext(
            "The texts of %(n)s field were written.", "The texts of %(n)s fields were written.", n
        )
        written %= {"n": n}
    if detail.get("undone"):
        return _("%(said)s An earlier change was undone.") % {"said": written}
    if detail.get("file"):
        return _("%(said)s They come from %(file)s.") % {"said": written, "file": detail["file"]}
    if detail.get("edition"):
        message = _("%(said)s They were copied from edition %(number)d.")
        return message % {"said": written, "number": detail["edition"]}
    return written


def _document(text: StrOrPromise) -> Callable[[LayerEvent], str]:
    def say(event: LayerEvent) -> str:
        return str(text) % {"file": event.detail.get("file", "")}

    return say


def _computed(event: LayerEvent) -> str:
    message = _("Successors were computed: %(confirmed)s sure, %(proposed)s to be confirmed.")
    return message % {name: Figure(event.detail.get(name, 0)) for name in ("confirmed", "proposed")}


def _succession(text: StrOrPromise) -> Callable[[LayerEvent], str]:
    def say(event: LayerEvent) -> str:
        return str(text) % {"old": event.detail.get("from", ""), "new": event.detail.get("to", "")}

    return say


def _figures(text: StrOrPromise) -> Callable[[LayerEvent], str]:
    def say(event: LayerEvent) -> str:
        return str(text) % {"year": event.detail.get("year"), "total": event.detail.get("total")}

    return say


def _composed(event: LayerEvent) -> str:
    message = _("Edition %(number)d was composed of %(units)s.")
    return message % {"number": event.edition_number, "units": event.detail.get("units", "")}


SENTENCE_OF: Mapping[What, Callable[[LayerEvent], str]] = {
    What.SAVED: _saved,
    What.CLOSED: _closed,
    What.WITHDRAWN: _withdrawn,
    What.RESTORED: _numbered(gettext_lazy("Edition %(number)d was restored.")),
    What.PUBLISHED: _numbered(gettext_lazy("Edition %(number)d was published: everyone can see it.")),
    What.UNPUBLISHED: _numbered(gettext_lazy("Edition %(number)d is no longer visible to everyone.")),
    What.DESCRIBED: _described,
    What.PROVISIONS_WRITTEN: _provisions,
    What.DOCUMENT_ATTACHED: _document(gettext_lazy("The document %(file)s was attached.")),
    What.DOCUMENT_REMOVED: _document(gettext_lazy("The document %(file)s was removed.")),
    What.SUCCESSORS_COMPUTED: _computed,
    What.SUCCESSION_CONFIRMED: _succession(gettext_lazy("Confirmed: %(old)s became %(new)s.")),
    What.SUCCESSION_REJECTED: _succession(gettext_lazy("Rejected: %(old)s did not become %(new)s.")),
    What.SUCCESSION_ADDED: _succession(gettext_lazy("Added by hand: %(old)s became %(new)s.")),
    What.SUCCESSION_REOPENED: _succession(gettext_lazy("To be decided again: %(old)s became %(new)s.")),
    What.COMPOSED: _composed,
    What.POPULATION_ATTACHED: _figures(
        gettext_lazy("Population of %(year)s was attached: %(total)s people.")
    ),
    What.POPULATION_WITHDRAWN: _figures(gettext_lazy("The population of %(year)s was withdrawn.")),
    What.POPULATION_RESTORED: _figures(gettext_lazy("The population of %(year)s was restored.")),
}
