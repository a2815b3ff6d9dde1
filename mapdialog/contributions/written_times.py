"""A day and a clock as people in the Nordic countries write them: “1.5.26 kl. 14.30” is half past two.

What could be meant in two ways is refused, or read by the country's rule and said so.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

_MONTHS = (
    ("jan", "januar", "januari", "january", "tammikuu", "tammikuuta"),
    ("feb", "februar", "februari", "february", "helmikuu", "helmikuuta"),
    ("mar", "mars", "marts", "march", "maaliskuu", "maaliskuuta"),
    ("apr", "april", "huhtikuu", "huhtikuuta"),
    ("mai", "maj", "may", "toukokuu", "toukokuuta"),
    ("jun", "juni", "june", "kesäkuu", "kesäkuuta"),
    ("jul", "juli", "july", "heinäkuu", "heinäkuuta"),
    ("aug", "august", "augusti", "elokuu", "elokuuta"),
    ("sep", "sept", "september", "syyskuu", "syyskuuta"),
    ("okt", "oct", "oktober", "october", "lokakuu", "lokakuuta"),
    ("nov", "november", "marraskuu", "marraskuuta"),
    ("des", "dec", "desember", "december", "joulukuu", "joulukuuta"),
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_WEEKDAY = re.compile(
    r"(?:(?:man|mån|tirs|tis|ons|tors|fre|lør|lör|søn|sön|laur|sun|sund)dag(?:en)?|den|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)[ ,.]+"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?!\d)(.*)", re.ASCII | re.DOTALL)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?!\d)(.*)", re.ASCII | re.DOTALL)
_DOTS = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2})(?!\d)(.*)", re.ASCII | re.DOTALL)
_OTHER = re.compile(r"(\d{1,2})([/-])(\d{1,2})([/ -])(\d{4}|\d{2})(?!\d)(.*)", re.ASCII | re.DOTALL)
_NAMED = re.compile(r"(\d{1,2})\.? ?([^\W\d_]+)\.?,? (\d{4})(?!\d)(.*)", re.DOTALL)
_NAME_FIRST = re.compile(r"([^\W\d_]+)\.? (\d{1,2}),? (\d{4})(?!\d)(.*)", re.DOTALL)
_CLOCK = re.compile(
    r"(?P<word>[, ]*(?:kl|klokka|klokken|klockan|klo|kello|at)\b\.?:? ?|[, ] ?|t)"
    r"(?P<hour>\d{1,2})(?:(?P<mark>[.:])(?P<minute>\d\d)(?:[.:](?P<second>\d\d)(?:[.,](?P<part>\d{1,6}))?)?)?"
    r" ?(?P<half>[ap]\.?m\.?)? ?(?P<zone>z|utc|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_MONTH_FIRST = frozenset({"US"})
_LAST_OF_2000 = 69  # as clocks of computers have it: 69 is 2069, 70 is 1970


class WrittenTimeError(ValueError):
    """It is no time, or may be two."""


@dataclass(frozen=True, kw_only=True)
class WrittenTime:
    """A moment in UTC, and what was taken for granted, empty where nothing was."""

    at: dt.datetime
    assumed: str = ""


@dataclass(frozen=True, kw_only=True)
class _Day:
    day: dt.date
    rest: str
    assumed: str = ""


def read(text: str, *, zone: ZoneInfo, country: str) -> WrittenTime:
    """A day alone is its first moment; without a zone of its own it is the municipality's time.

    Raises WrittenTimeError.
    """
    try:
        return _read(text, zone=zone, country=country)
    except (ValueError, OverflowError):
        raise WrittenTimeError(text) from None


def _read(text: str, *, zone: ZoneInfo, country: str) -> WrittenTime:
    plain = _WEEKDAY.sub("", " ".join(text.casefold().split()), count=1)
    day = _day(plain, country=country)
    moment = _with_clock(day, zone=zone)
    result = moment.astimezone(dt.UTC)
    if moment.tzinfo is zone and result.astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise ValueError(text)  # the hour that is left out when summer time begins
    # the hour that is there twice when summer time ends
    is_twice = moment.tzinfo is zone and moment.replace(fold=1).utcoffset() != moment.utcoffset()
    assumed = [day.assumed, "read as summer time, before the clock was put back" if is_twice else ""]
    return WrittenTime(at=result, assumed=" and ".join(filter(None, assumed)))


def _day(text: str, *, country: str) -> _Day:
    for pattern, order in ((_YEAR_FIRST, (1, 3, 4)), (_COMPACT, (1, 2, 3))):
        if match := pattern.fullmatch(text):
            year, month, day = (int(match[group]) for group in order)
            return _Day(day=dt.date(year, month, day), rest=match[match.re.groups])
    if match := _DOTS.fullmatch(text):
        return _of_figures(match[1], match[2], match[3], rest=match[4], country="")
    if match := _OTHER.fullmatch(text):
        return _of_other_marks(match, country=country)
    for pattern, (day_at, month_at) in ((_NAMED, (1, 2)), (_NAME_FIRST, (2, 1))):
        match = pattern.fullmatch(text)
        if match and match[month_at] in _MONTH:
            named = dt.date(int(match[3]), _MONTH[match[month_at]], int(match[day_at]))
            return _Day(day=named, rest=match[4])
    raise ValueError(text)


def _of_other_marks(match: re.Match[str], *, country: str) -> _Day:
    """1/5/2026, 01-05-2026, and 1/5-26 as Danes write; 26-05-01 may be a year, a month or a day first."""
    first, mark, second, other_mark, year, rest = match.groups()
    if mark == "-" and (other_mark != "-" or len(year) == 2):
        raise ValueError(match[0])
    is_danish = mark == "/" and other_mark != "/"
    return _of_figures(first, second, year, rest=rest, country="" if is_danish else country)


def _of_figures(first: str, second: str, year: str, *, rest: str, country: str) -> _Day:
    day, month = int(first), int(second)
    is_open = country != "" and day != month and max(day, month) <= 12
    if country in _MONTH_FIRST:
        day, month = month, day
    read_day = dt.date(_whole_year(year), month, day)
    return _Day(day=read_day, rest=rest, assumed=f"read as {read_day:%Y-%m-%d}" if is_open else "")


def _whole_year(year: str) -> int:
    if len(year) > 2:
        return int(year)
    return int(year) + (2000 if int(year) <= _LAST_OF_2000 else 1900)


def _with_clock(day: _Day, *, zone: ZoneInfo) -> dt.datetime:
    if not day.rest.strip(" ,"):
        return dt.datetime.combine(day.day, dt.time(), tzinfo=zone)
    match = _CLOCK.fullmatch(day.rest)
    if match is None or not (match["mark"] or match["half"] or len(match["word"].strip(", t")) > 1):
        raise ValueError(day.rest)  # an hour alone may be anything
    clock = dt.time(
        _hour(int(match["hour"]), half=match["half"]),
        int(match["minute"] or 0),
        int(match["second"] or 0),
        int((match["part"] or "0").ljust(6, "0")),
    )
    return dt.datetime.combine(day.day, clock, tzinfo=_zone(match["zone"]) or zone)


def _hour(hour: int, *, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half.startswith("p") else 0)


def _zone(text: str | None) -> dt.timezone | None:
    if not text:
        return None
    if text in {"z", "utc"}:
        return dt.UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if text.startswith("-") else offset)
