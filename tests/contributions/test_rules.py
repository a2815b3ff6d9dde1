import datetime as dt

import pytest

from mapdialog.contributions import rules as rule
from mapdialog.contributions.models import Contribution
from tests.contributions.rulebooks import CLOSES, OPENS, rulebook

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


def arrival(written_at, received_at, **fields):
    return rule.arrival(rulebook(**fields), written_at=written_at, received_at=received_at)


def test_open_from_the_first_moment_to_the_last():
    assert arrival(OPENS, OPENS) == "in_time"
    assert arrival(CLOSES - SECOND, CLOSES - SECOND) == "in_time"


def test_before_opening_is_refused():
    with pytest.raises(rule.NotOpenError) as refused:
        arrival(OPENS - SECOND, OPENS - SECOND)
    assert refused.value.opens_at == OPENS


def test_written_before_closing_and_received_in_the_grace_period():
    assert arrival(CLOSES - SECOND, CLOSES) == "grace"
    assert arrival(CLOSES - HOUR, CLOSES + 24 * HOUR - SECOND) == "grace"


@pytest.mark.parametrize(
    ("written_at", "received_at"),
    [(CLOSES, CLOSES), (CLOSES - HOUR, CLOSES + 24 * HOUR), (CLOSES + HOUR, CLOSES + 2 * HOUR)],
)
def test_after_closing_is_refused(written_at, received_at):
    with pytest.raises(rule.NotOpenError) as refused:
        arrival(written_at, received_at)
    assert refused.value.closes_at == CLOSES


def test_open_ended_never_closes():
    assert arrival(CLOSES + HOUR, CLOSES + 10_000 * HOUR, closes_at=None) == "in_time"


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        (OPENS - HOUR, OPENS - HOUR),
        (OPENS, OPENS),
        (OPENS + 3 * HOUR, OPENS),  # a clock ahead by hours
        (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), OPENS),  # a clock that was reset
        (None, OPENS),
    ],
)
def test_a_wrong_clock_loses_nothing(claimed, kept):
    assert rule.plausible_written_at(claimed, received_at=OPENS) == kept


@pytest.mark.parametrize(
    ("moderation", "is_private", "flags", "age_band", "state"),
    [
        ("after", False, [], "", "published"),
        ("after", False, [], "18-24", "published"),
        ("before", False, [], "", "pending"),
        ("after", False, ["phone"], "", "pending"),
        ("after", False, [], "13-17", "pending"),
        ("after", True, [], "", "private"),
        ("before", True, ["phone"], "", "private"),
    ],
)
def test_first_state(moderation, is_private, flags, age_band, state):
    book = rulebook(moderation=moderation)
    assert rule.first_state(book, is_private=is_private, flags=flags, age_band=age_band) == state


def test_what_is_not_shown_is_not_shown_by_an_edit():
    state = Contribution.State
    assert rule.state_after_edit("rejected", now=state.PUBLISHED) == "pending"
    assert rule.state_after_edit("rejected", now=state.PRIVATE) == "private"
    assert rule.state_after_edit("private", now=state.PUBLISHED) == "pending"
    assert rule.state_after_edit("private", now=state.PRIVATE) == "private"
    assert rule.state_after_edit("pending", now=state.PUBLISHED) == "pending"
    assert rule.state_after_edit("published", now=state.PUBLISHED) == "published"
    assert rule.state_after_edit("published", now=state.PENDING) == "pending"
