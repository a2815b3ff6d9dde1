"""A consultation as a resident reads it: texts in one language, dates in words and local time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mapdialog.dialogue.demo_note import demo_note
from mapdialog.dialogue.models import Consultation
from mapdialog.dialogue.texts import language_of, translated


@dataclass(frozen=True, kw_only=True)
class Words:
    """A text and the language it is in, which may be another than the page's."""

    text: str
    lang: str

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of the introduction: a short heading and what is to be said under it."""

    heading: str
    words: Words
    icon: str


def words(value: Mapping[str, str] | None) -> Words:
    """The text in the reader's language, or in the nearest language there is."""
    language = get_language()
    return Words(text=translated(value, language), lang=language_of(value, language))


# Clock times in running text: 23.59 in Swedish and Danish, 23:59 elsewhere.
_CLOCKS = {"sv": "H.i", "da": "H.i"}


def in_words(moment: dt.datetime, *, zone: dt.tzinfo) -> str:
    """'Friday 27 November 2026 at 23:59', in the reader's language and the municipality's time."""
    local = moment.astimezone(zone)
    return gettext("%(weekday)s %(date)s at %(time)s") % {
        "weekday": date_format(local, "l"),
        "date": date_format(local, "DATE_FORMAT"),
        "time": time_format(local, _CLOCKS.get(get_language() or "", "TIME_FORMAT")),
    }


@dataclass(frozen=True, kw_only=True)
class Period:
    """When one may take part. `state` is upcoming, open or closed; `line` says it in words."""

    state: str
    line: str
    left: str

    @classmethod
    def of(cls, consultation: Consultation, *, at: dt.datetime) -> Period:
        zone = ZoneInfo(consultation.municipality.time_zone)
        if at < consultation.opens_at:
            opens = in_words(consultation.opens_at, zone=zone)
            return cls(state="upcoming", line=gettext("Opens %(when)s") % {"when": opens}, left="")
        if consultation.closes_at is None:
            return cls(state="open", line=gettext("Open until further notice"), left="")
        closes = in_words(consultation.closes_at, zone=zone)
        if at >= consultation.closes_at:
            return cls(state="closed", line=gettext("Closed %(when)s") % {"when": closes}, left="")
        line = gettext("Open until %(when)s") % {"when": closes}
        return cls(state="open", line=line, left=_time_left(consultation.closes_at - at))


def _time_left(left: dt.timedelta) -> str:
    if left.days >= 1:
        return ngettext("%(n)s day left", "%(n)s days left", left.days) % {"n": left.days}
    hours = max(1, left.seconds // 3600)
    return ngettext("%(n)s hour left", "%(n)s hours left", hours) % {"n": hours}


_FACTS = (
    ("purpose", _("Why we ask"), "info"),
    ("can_influence", _("What you can influence"), "check"),
    ("fixed", _("What is already decided"), "close"),
    ("decides", _("Who decides, and when"), "meet"),
    ("reads", _("Who reads what you send"), "list"),
    ("privacy", _("Your privacy"), "warning"),
    ("not_for", _("What not to use this page for"), "arrow"),
)


def facts(consultation: Consultation) -> list[Fact]:
    """The lines of the introduction that have something to say, in the order a resident asks."""
    lines = [
        Fact(heading=str(heading), words=words(getattr(consultation, field)), icon=icon)
        for field, heading, icon in _FACTS
    ]
    return [line for line in lines if line.words]


@dataclass(frozen=True, kw_only=True)
class Card:
    """A consultation in the list on the front page."""

    slug: str
    title: Words
    summary: Words
    municipality: str
    period: Period
    demo_note: str

    @classmethod
    def of(cls, consultation: Consultation, *, at: dt.datetime) -> Card:
        return cls(
            slug=consultation.slug,
            title=words(consultation.title),
            summary=words(consultation.summary),
            municipality=consultation.municipality.name,
            period=Period.of(consultation, at=at),
            demo_note=demo_note(consultation),
        )
