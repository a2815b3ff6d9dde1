"""Dates in consultation files: fixed ones, and ones that count from the day the file was first loaded."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from layers.days import day_in

_CLOCK = r"(?:\s+(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d))?"
_DAYS = re.compile(r"(?P<days>[+-]?\d{1,5})\s*d" + _CLOCK, re.ASCII)
_WEEKDAY = re.compile(r"next\s+(?P<weekday>[a-z]+)" + _CLOCK, re.ASCII | re.IGNORECASE)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class DateError(ValueError):
    """The text is no date; the message says what to write."""


@dataclass(frozen=True)
class When:
    """A moment as written in a file. `is_relative` ones count from the first load and are kept afterwards."""

    written: str | dt.datetime | dt.date

    @property
    def is_relative(self) -> bool:
        if not isinstance(self.written, str):
            return False
        return bool(_DAYS.fullmatch(self.written.strip()) or _WEEKDAY.fullmatch(self.written.strip()))

    def resolve(self, *, at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        """The moment it means when loaded at `at`; clock times are those of `zone`. Raises DateError."""
        if isinstance(self.written, str):
            return _from_text(self.written.strip(), at=at, zone=zone)
        if not isinstance(self.written, dt.datetime):
            return dt.datetime.combine(self.written, dt.time(), tzinfo=zone)
        return self.written if self.written.tzinfo else self.written.replace(tzinfo=zone)


def _from_text(text: str, *, at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    today = day_in(zone, at=at)
    if match := _DAYS.fullmatch(text):
        day = today + dt.timedelta(days=int(match["days"]))
    elif (match := _WEEKDAY.fullmatch(text)) and match["weekday"].lower() in _WEEKDAYS:
        # "next friday" on a Friday is a week away: a demo started that evening must not be closed at once
        ahead = (_WEEKDAYS.index(match["weekday"].lower()) - today.weekday() - 1) % 7 + 1
        day = today + dt.timedelta(days=ahead)
    else:
        return _from_iso(text, zone=zone)
    clock = dt.time(int(match["hour"] or 0), int(match["minute"] or 0))
    return dt.datetime.combine(day, clock, tzinfo=zone)


def _from_iso(text: str, *, zone: ZoneInfo) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise DateError(
            f"is {text!r}; write 2026-03-01T12:00:00+01:00, or relative to the first load: "
            "“-38d”, “+14d 12:00” or “next friday 23:59”."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
