"""One voice for people who wrote at one place within minutes."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapdialog.analysis.people import PeopleParameters, PersonSpots, person_spots
from mapdialog.analysis.voices import Voices, sent_together


def parameters(link_m: float) -> PeopleParameters:
    return PeopleParameters(link_m=link_m, same_sending_m=10.0, same_sending_s=600.0, same_position_m=25.0)


PEOPLE = parameters(40.0)


def some_pins(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions 5 m, times 5 minutes apart, so that many are just near enough; some times are not known."""
    rng = np.random.default_rng(seed)
    xy = rng.integers(1_300_000, 1_300_006, (n, 2)) * [5.0, 10.0]
    time_s = 1.7e9 + 0.1 + rng.integers(0, 20, n) * 300.0
    time_s[rng.random(n) < 0.05] = np.nan
    return xy, time_s, rng.integers(0, max(n // 3, 1), n)


def voices(
    xy: np.ndarray, time_s: np.ndarray, person: np.ndarray, known: PeopleParameters = PEOPLE
) -> tuple[PersonSpots, Voices]:
    spots = person_spots(xy, sender=person, parameters=known)
    return spots, sent_together(spots, xy_m=xy, time_s=time_s, parameters=known)


def by_hand(spots: PersonSpots, xy: np.ndarray, time_s: np.ndarray) -> set[frozenset[int]]:
    """Sets of spots: any two that must be together are put together until none is left."""
    groups = [{spot} for spot in range(len(spots.pin))]
    for first, second in combinations(range(len(xy)), 2):
        a, b = (int(spots.spot_of_pin[pin]) for pin in (first, second))
        at_one_place = np.hypot(*(xy[spots.pin[a]] - xy[spots.pin[b]])) <= 10
        sent = abs(time_s[first] - time_s[second]) <= 600 and np.hypot(*(xy[first] - xy[second])) <= 10
        if spots.sender[a] != spots.sender[b] and at_one_place and sent:
            joined = {spot for group in groups if group & {a, b} for spot in group}
            groups = [group for group in groups if not group & joined] + [joined]
    return {frozenset(group) for group in groups}


def groups_of(spots: PersonSpots, result: Voices) -> set[frozenset[int]]:
    voice = np.full(len(spots.pin), -1)
    voice[spots.spot_of_pin] = result.spots.spot_of_pin
    return {frozenset(np.flatnonzero(voice == each).tolist()) for each in np.unique(voice)}


@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.sampled_from([4.0, 40.0]))
def test_voices_are_those_that_are_found_by_comparing_every_pin_with_every_other(seed, n, link_m):
    xy, time_s, person = some_pins(seed, n)
    spots, result = voices(xy, time_s, person, parameters(link_m))
    assert groups_of(spots, result) == by_hand(spots, xy, time_s)
    for number, pin in enumerate(result.spots.pin):
        own = np.unique(spots.spot_of_pin[result.spots.spot_of_pin == number])
        assert result.spots.sender[number] == spots.sender[own].min()
        assert result.n_persons[number] == len(set(spots.sender[own]))
        assert result.spots.n_pins[number] == spots.n_pins[own].sum()
        at = xy[spots.pin[own]]
        sums = np.round([np.hypot(*(at - each).T).sum() for each in at], 6)
        assert pin == spots.pin[own[int(np.argmin(sums))]]
    assert result.spots.n_pins.sum() == n
    assert (np.diff(result.spots.sender) >= 0).all()


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_the_order_of_the_pins_does_not_matter(seed, n):
    xy, time_s, person = some_pins(seed, n)
    spots, result = voices(xy, time_s, person)
    order = np.random.default_rng(seed).permutation(n)
    new = np.argsort(order)
    moved = PersonSpots(new[spots.pin], spots.sender, spots.n_pins, spots.spot_of_pin[order])
    again = sent_together(moved, xy_m=xy[order], time_s=time_s[order], parameters=PEOPLE)
    assert (again.spots.pin == new[result.spots.pin]).all()
    assert (again.spots.spot_of_pin == result.spots.spot_of_pin[order]).all()
    assert (again.n_persons == result.n_persons).all()


@pytest.mark.parametrize("n", [2, 25, 400])
def test_a_class_at_one_position_is_one_voice_however_many_they_are(n):
    """One of them also wrote at home: that stays his or hers."""
    rng = np.random.default_rng(n)
    xy = np.r_[np.tile([500.0, 500.0], (n, 1)), [[5000.0, 0.0]]]
    time_s = np.r_[1.7e9 + np.sort(rng.integers(0, 600, n)), 1.7e9]
    _, result = voices(xy, time_s, np.r_[np.arange(n), n - 1])
    assert result.n_persons.tolist() == [n, 1]
    assert result.spots.sender.tolist() == [0, n - 1]
    assert result.spots.pin.tolist() == [0, n]
    assert result.spots.n_pins.tolist() == [n, 1]


def test_what_is_far_apart_in_time_or_place_is_untouched():
    xy = np.array([[0.0, 0], [0, 0], [0, 10.1], [0, 300], [0, 300]])
    time_s = np.array([0.0, 600.1, 0.0, np.nan, np.nan])
    spots, result = voices(xy, time_s, np.arange(5))
    for name in ("pin", "sender", "n_pins", "spot_of_pin"):
        assert (getattr(result.spots, name) == getattr(spots, name)).all(), name
    assert result.n_persons.tolist() == [1] * 5
    nobody, none = voices(np.zeros((0, 2)), np.zeros(0), np.zeros(0, dtype=int))
    assert len(none.spots.pin) == len(nobody.pin) == len(none.n_persons) == 0


def test_who_lives_elsewhere_and_wrote_beside_another_is_a_voice_of_his_or_her_own():
    """Three pins around home, one of them where and when somebody else wrote: the spot lies at home."""
    xy = np.array([[0.0, 0], [0, 2], [0, 30], [0, 30]])
    _, result = voices(xy, np.zeros(4), np.array([0, 0, 0, 1]))
    assert result.n_persons.tolist() == [1, 1]
