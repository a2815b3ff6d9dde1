"""Which day it is, somewhere: the only place where a moment becomes a day.

A moment's own `.date()` is the day in the zone that the moment happens to be in, as a rule UTC: in Norway
that is yesterday until one or two in the morning. `tests/architecture` forbids it everywhere else.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db.models import DateField, F, Func, Value

# By the country that a layer's owner begins with. A municipality says its own (`Municipality.day`).
TIME_ZONES = {
    "NO": "Europe/Oslo",
    "SE": "Europe/Stockholm",
    "DK": "Europe/Copenhagen",
    "FI": "Europe/Helsinki",
    "US": "America/New_York",  # of the demo's Washington; the country has others
}


# What is a moment in a consultation's life: outside are mistyped years, and what no database or form can say.
YEARS = (1990, 2200)


def is_plausible(moment: dt.datetime) -> bool:
    first, last = YEARS
    return first <= moment.year <= last


def day_in(zone: str | ZoneInfo, *, at: dt.datetime) -> dt.date:
    """The day it is in that time zone. `at` is aware; raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"{at} says no time zone")
    return at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone).date()


def owners_day(owner: str, *, at: dt.datetime) -> dt.date:
    """The day it is in the country of a layer's owner (`NO-4012`); by UTC where that is not known."""
    return day_in(TIME_ZONES.get(owner[:2], "UTC"), at=at)


def day_sql(moment: str, *, zone: str) -> str:
    """The same in SQL: `moment` and `zone` are expressions of a timestamptz and a text."""
    return f"({moment} AT TIME ZONE {zone})::date"


def day_of_column(column: str, *, zone: str) -> Func:
    """The same as an expression of a queryset; `zone` is the name of a time zone."""
    return Func(
        F(column),
        Value(zone),
        template="(%(expressions)s)::date",
        arg_joiner=" AT TIME ZONE ",
        output_field=DateField(),
    )
