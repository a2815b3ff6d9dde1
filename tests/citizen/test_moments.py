"""A moment in running text: weekday first, the municipality's clock, the hour as the language writes it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from mapdialog.citizen.presentation import in_words

OSLO = ZoneInfo("Europe/Oslo")
# In Oslo it is winter, one hour later than UTC, and another day.
MOMENT = dt.datetime(2026, 12, 4, 23, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", "lørdag 5. desember 2026 kl. 00:59"),
        ("nn", "laurdag 5. desember 2026 kl. 00:59"),
        ("sv", "lördag 5 december 2026 kl. 00.59"),
        ("da", "lørdag den 5. december 2026 kl. 00.59"),
        ("en", "Saturday 5 December 2026 at 00:59"),
    ],
)
def test_a_moment_reads_as_people_write_it(language: str, words: str) -> None:
    with override(language):
        written = in_words(MOMENT, zone=OSLO).replace("\u00a0", " ")
        assert written.lower() == words.lower()
