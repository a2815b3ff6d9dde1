"""Days and clocks as people write them: read as a neighbour would, or refused."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from mapdialog.contributions import written_times
from mapdialog.contributions.written_times import WrittenTimeError

OSLO = ZoneInfo("Europe/Oslo")


def local(text: str, *, country: str = "NO") -> str:
    return (
        written_times.read(text, zone=OSLO, country=country).at.astimezone(OSLO).strftime("%Y-%m-%d %H:%M:%S")
    )


@pytest.mark.parametrize(
    "text",
    [
        "01.05.2026 14.30",
        "1.5.2026 14.30",
        "1. 5. 2026 14:30",
        "01.05.2026 kl. 14.30",
        "01.05.2026 kl 14:30",
        "01.05.2026, kl. 14.30",
        "01.05.26 14:30",
        "1.5.26 kl. 14.30",
        "01-05-2026 14:30",
        "01/05/2026 14.30",
        "1/5-2026 14.30",
        "1/5-26 kl. 14.30",
        "1/5 2026 14.30",
        "1. mai 2026 14.30",
        "1. mai 2026 kl. 14.30",
        "1 maj 2026 klockan 14.30",
        "den 1. maj 2026 kl. 14.30",
        "fredag 1. mai 2026 klokka 14.30",
        "1. toukokuuta 2026 klo 14.30",
        "1.5.2026 klo 14.30",
        "May 1, 2026 2:30 PM",
        "1 May 2026 at 14:30",
        "2026-05-01 14:30",
        "2026-05-01 14.30",
        "2026-05-01 kl. 14.30",
        "2026-05-01T14:30:00",
        "2026-05-01T12:30:00Z",
        "2026-05-01T14:30:00+02:00",
        "2026/05/01 12:30:00+00",
        "20260501T14:30",
        "01.05.2026\u00a014.30",
    ],
)
def test_half_past_two_on_the_first_of_may(text: str) -> None:
    assert local(text) == "2026-05-01 14:30:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01", "2026-05-01 00:00:00"),
        ("1.5.2026", "2026-05-01 00:00:00"),
        ("1. januar 2026", "2026-01-01 00:00:00"),
        ("1. jan. 2026", "2026-01-01 00:00:00"),
        ("24. des. 2025 kl. 17", "2025-12-24 17:00:00"),
        ("01.05.2026 14.30.05", "2026-05-01 14:30:05"),
        ("2026-05-01 14:30:05,123", "2026-05-01 14:30:05"),
        ("May 1, 2026 12:05 am", "2026-05-01 00:05:00"),
        ("31.12.98", "1998-12-31 00:00:00"),
    ],
)
def test_days_and_other_clocks(text: str, moment: str) -> None:
    assert local(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "26-05-01",
        "01-05-26 14:30",
        "14.30",
        "14.30 01.05.2026",
        "01.05.2026 14",
        "01.05.2026 14,30",
        "01.05.2026 14.3",
        "01.05.2026 1430",
        "01.05.2026 25.00",
        "01.05.2026 14.61",
        "32.05.2026",
        "01.13.2026",
        "14/25/2026",
        "1. mayonnaise 2026",
        "mai 2026",
        "i går",
        "46143",
        "46143.604",
        "2026-W18-5",
        "٠١.٠٥.٢٠٢٦",
        "2026-03-29 02:30",
        "13:30 PM",
        "",
    ],
)
def test_what_may_be_something_else_is_refused(text: str) -> None:
    with pytest.raises(WrittenTimeError):
        written_times.read(text, zone=OSLO, country="NO")


def test_day_and_month_are_in_the_countrys_order_and_it_is_said_where_both_could_be() -> None:
    assert local("05/04/2026") == "2026-04-05 00:00:00"
    assert local("05/04/2026", country="US") == "2026-05-04 00:00:00"
    assumed = {
        text: written_times.read(text, zone=OSLO, country=country).assumed
        for text, country in (
            ("05/04/2026", "NO"),
            ("05-04-2026", "US"),
            ("25/04/2026", "NO"),
            ("5.4.2026", "NO"),
        )
    }
    assert list(assumed.values()) == ["read as 2026-04-05", "read as 2026-05-04", "", ""]
    with pytest.raises(WrittenTimeError):
        local("04/25/2026")


def test_a_moment_is_in_utc() -> None:
    moment = written_times.read("01.05.2026 14.30", zone=OSLO, country="NO").at
    assert moment == dt.datetime(2026, 5, 1, 12, 30, tzinfo=dt.UTC)
    assert moment.tzinfo is dt.UTC


def test_of_the_hour_that_is_there_twice_the_first_is_taken_and_said() -> None:
    twice = written_times.read("25.10.2026 kl. 02.30", zone=OSLO, country="NO")
    assert (twice.at.hour, twice.assumed) == (0, "read as summer time, before the clock was put back")
    for text in ("25.10.2026 01.59", "25.10.2026 03.00", "2026-10-25T02:30+01:00", "2026-10-25"):
        assert written_times.read(text, zone=OSLO, country="NO").assumed == ""
