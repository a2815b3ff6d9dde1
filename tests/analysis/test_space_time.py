"""Bursts: against the paper's formula in plain loops, and what may never be called a burst."""

import math
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mapdialog.analysis.cylinders import Cylinders, SpaceTimeParameters
from mapdialog.analysis.evidence import EvidenceParameters
from mapdialog.analysis.null import DealtWorld
from mapdialog.analysis.people import UNKNOWN, PersonSpots
from mapdialog.analysis.space_time import NO_STEP, find_bursts, first_steps

SHAPE = (16, 20)
RADII_M = (50.0, 150.0, 300.0)
N_STEPS = 12
PARAMETERS = SpaceTimeParameters(radii_m=RADII_M, least_people=5, largest_share=0.5, longest_steps=6)
EVIDENCE = EvidenceParameters(level=0.05, replicates=99, stop_after=0, rescans=0, seed=4)


def cylinders_of(cell, sender, parameters):
    return Cylinders.of(
        cell, sender=sender, shape=SHAPE, cell_m=100.0, n_steps=N_STEPS, parameters=parameters
    )


def bursts(cell, sender, step, *, evidence=EVIDENCE, n_steps=N_STEPS, parameters=PARAMETERS):
    return find_bursts(
        cell, sender=sender, step=step, n_steps=n_steps, shape=SHAPE, cell_m=100.0,
        parameters=parameters, evidence=evidence,
    )  # fmt: skip


def written_out(cell, sender, step, parameters):
    """{(radius, row, column, first, last): (people, expected, llr)}: (O/E)^O ((N−O)/(N−E))^(N−O)."""
    total = len(cell)
    row, column = np.divmod(cell, SHAPE[1])
    cylinders = {}
    for centre, number in product(np.unique(cell).tolist(), range(len(parameters.radii_m))):
        r, c = divmod(centre, SHAPE[1])
        near = np.hypot(row - r, column - c) * 100.0 <= parameters.radii_m[number]
        if near.sum() > parameters.largest_share * total:
            continue
        for first, length in product(range(N_STEPS), range(1, parameters.longest_steps + 1)):
            last = first + length - 1
            when = (step >= first) & (step <= last)
            people, mean = len(set(sender[near & when].tolist())), near.sum() * when.sum() / total
            if last < N_STEPS and people >= parameters.least_people and people > mean:
                llr = people * math.log(people / mean)
                llr += (total - people) * math.log((total - people) / (total - mean))
                cylinders[number, r, c, first, last] = (people, mean, llr)
    return cylinders


def reaches(key, other):
    """Whether two circles reach each other at one time."""
    radius_m = RADII_M[key[0]] + RADII_M[other[0]]
    is_near = math.hypot(key[1] - other[1], key[2] - other[2]) * 100.0 <= radius_m
    return is_near and key[3] <= other[4] and other[3] <= key[4]


def crowds(seed, *, spots, persons=None):
    """Crowded places and busy days; of as many persons, or of one each."""
    rng = np.random.default_rng(seed)
    cell = rng.choice(np.prod(SHAPE), spots, p=rng.dirichlet(np.full(np.prod(SHAPE), 0.1)))
    step = rng.choice(N_STEPS, spots, p=rng.dirichlet(np.full(N_STEPS, 1.0)))
    sender = rng.integers(0, persons, spots) if persons else np.arange(spots)
    return cell.astype(np.int64), sender, step


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.integers(30, 160), st.booleans())
def test_llr_and_most_likely_cylinder_are_those_of_the_paper_written_out(seed, spots, has_several):
    """With persons of several spots too: each counts once in a cylinder, wherever it lies."""
    cell, sender, step = crowds(seed, persons=max(spots // 3, 5) if has_several else spots, spots=spots)
    parameters = replace(PARAMETERS, largest_share=0.2)
    expected = written_out(cell, sender, step, parameters)
    cylinders = cylinders_of(cell, sender, parameters)
    best = max((llr for *_, llr in expected.values()), default=0.0)
    assert cylinders.greatest(step) == pytest.approx(best, abs=1e-9)
    result = cylinders.apart(step, above=1e-6)
    for each in result:
        people, mean, llr = expected[each.radius, each.row, each.column, each.first, each.last]
        assert (each.n_people, each.expected, each.llr) == pytest.approx((people, mean, llr), abs=1e-9)
        assert each.ratio == pytest.approx(people / mean)
        assert len(set(sender[each.spots].tolist())) == people
        assert ((step[each.spots] >= each.first) & (step[each.spots] <= each.last)).all()
    keys = {(each.radius, each.row, each.column, each.first, each.last): each.llr for each in result}
    assert list(keys.values()) == sorted(keys.values(), reverse=True)
    assert not any(reaches(*pair) for pair in combinations(keys, 2))
    for key, (*_, llr) in expected.items():  # the others have a stronger one that they reach
        assert any(reaches(key, other) and keys[other] >= llr - 1e-6 for other in keys)


def campaign(seed, *, people, others=300):
    """`others` whenever and wherever, and `people` more around one cell on days 7 and 8."""
    rng = np.random.default_rng(seed)
    cell = np.r_[rng.integers(0, np.prod(SHAPE), others), 8 * 20 + 9 + rng.integers(0, 2, people)]
    step = np.r_[rng.integers(0, N_STEPS, others), 7 + rng.integers(0, 2, people)]
    return cell.astype(np.int64), np.arange(len(cell)), step


def test_a_campaign_is_found_where_and_when_it_was():
    cell, sender, step = campaign(3, people=25)
    result = bursts(cell, sender, step)
    first = result.bursts[0]
    assert (first.p, result.p) == (0.01, 0.01)
    assert math.hypot(first.cylinder.row - 8, first.cylinder.column - 9.5) < 2
    assert (first.cylinder.first, first.cylinder.last) == (7, 8)
    assert set(range(300, 325)) >= set(first.cylinder.spots.tolist()) - set(range(300))
    assert first.cylinder.n_people == len(first.cylinder.spots) >= 20
    assert 5 <= result.fewest_people <= 12
    assert all(each.p <= 0.05 for each in result.bursts)


def test_what_is_busy_by_itself_is_no_burst():
    """Half of all at one spot, half of all on one day, and nothing between them."""
    rng = np.random.default_rng(8)
    cell = np.where(rng.random(400) < 0.45, 170, rng.integers(0, 320, 400))
    step = np.where(rng.random(400) < 0.5, 3, rng.integers(0, N_STEPS, 400))
    assert bursts(cell, np.arange(400), step).p > 0.05


@pytest.mark.parametrize("pins", [30, 600])
def test_one_author_whatever_he_writes_makes_no_burst(pins):
    cell, sender, step = campaign(5, people=0, others=200)
    rng = np.random.default_rng(pins)
    spot, author = 8 * 20 + 9 + rng.integers(0, 3, pins), np.full(pins, 999)
    alone = bursts(spot, author, np.full(pins, 4))
    assert math.isnan(alone.p)
    assert alone.bursts == ()
    assert math.isinf(alone.fewest_people)
    among = bursts(np.r_[cell, spot], np.r_[sender, author], np.r_[step, np.full(pins, 4)])
    assert among.p > 0.05


def test_all_whom_nobody_knows_are_one_person():
    """As thirty people they would be a burst; they may be one with thirty pins."""
    cell, sender, step = campaign(3, people=25)
    assert bursts(cell, sender, step).p == 0.01
    assert bursts(cell, np.where(sender < 300, sender, UNKNOWN), step).p > 0.05
    assert math.isnan(bursts(cell, np.full(len(cell), UNKNOWN), step).p)


def test_dealt_spot_by_spot_those_who_write_much_in_one_sitting_look_like_bursts():
    """The trap: eight spots of a neighbourhood on one evening. Dealt out by person, as it is, they do not."""
    p = {"person": [], "spot": []}
    few = EvidenceParameters(level=0.05, replicates=19, stop_after=0, rescans=0, seed=4)
    for number in range(15):
        rng = np.random.default_rng([2, number])
        home, evening = rng.integers(0, 320, 60), rng.integers(0, N_STEPS, 60)
        sender, step = np.repeat(np.arange(60), 8), np.repeat(evening, 8)
        row = np.clip(home[sender] // 20 + rng.integers(-2, 3, 480), 0, 15)
        cell = row * 20 + np.clip(home[sender] % 20 + rng.integers(-2, 3, 480), 0, 19)
        p["person"].append(bursts(cell, sender, step, evidence=few).p)
        p["spot"].append(bursts(cell, np.arange(480), step, evidence=few).p)
    assert np.median(p["spot"]) == 0.05  # the least there is
    assert 0.25 < np.mean(p["person"]) < 0.75  # neither too many nor too few


def test_a_small_p_is_as_rare_as_it_says():
    """Uneven places and days, nothing between them: of 40 consultations p is spread evenly, or larger."""
    few = EvidenceParameters(level=0.05, replicates=39, stop_after=0, rescans=0, seed=4)
    p = [bursts(*crowds(seed, spots=80), evidence=few).p for seed in range(40)]
    assert stats.kstest(p, "uniform", alternative="greater").pvalue > 0.01


def test_nothing_is_said_where_nothing_could_be_seen():
    cell, sender, step = campaign(1, people=10)
    nothing = (
        bursts(cell, sender, np.full(len(cell), 5)),  # all at one time
        bursts(cell[:4], sender[:4], step[:4]),  # four people
        bursts(cell, sender, np.full(len(cell), NO_STEP)),
    )
    for result in nothing:
        assert math.isnan(result.p)
        assert (result.bursts, result.fewest_people) == ((), math.inf)
    assert nothing[2].n_untimed == len(cell)


def test_spots_of_no_known_time_are_left_out_and_counted():
    cell, sender, step = campaign(3, people=25)
    unknown = np.zeros(len(cell), dtype=bool)
    unknown[::7] = True
    result = bursts(cell, sender, np.where(unknown, NO_STEP, step))
    without = bursts(cell[~unknown], sender[~unknown], step[~unknown])
    assert result.n_untimed == unknown.sum()
    assert (result.p, len(result.bursts)) == (without.p, len(without.bursts))
    kept = np.flatnonzero(~unknown)
    ours, theirs = result.bursts[0].cylinder, without.bursts[0].cylinder
    assert ours.spots.tolist() == kept[theirs.spots].tolist()


def test_a_spot_is_of_the_day_of_its_first_pin():
    spots = PersonSpots(
        pin=np.array([0, 2, 4]), sender=np.array([0, 1, 2]), n_pins=np.array([2, 2, 1]),
        spot_of_pin=np.array([0, 0, 1, 1, 2]),
    )  # fmt: skip
    step = np.array([9, 4, NO_STEP, 3, NO_STEP])
    assert first_steps(step, spots=spots).tolist() == [4, 3, NO_STEP]


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 8))
def test_dealing_out_changes_neither_places_nor_days_nor_what_one_person_has(seed, n, persons):
    rng = np.random.default_rng(seed)
    person, value = rng.integers(0, persons, n), rng.integers(0, 5, n)
    dealt = DealtWorld.of(value, person=person).draw(rng)
    assert sorted(dealt) == sorted(value)
    of_persons = [
        sorted(tuple(values[person == each]) for each in np.unique(person)) for values in (value, dealt)
    ]
    assert of_persons[0] == of_persons[1]


def test_what_is_no_step_or_too_long_a_run_is_refused():
    cell, sender, step = campaign(1, people=10)
    for wrong in (-2, N_STEPS):
        with pytest.raises(ValueError, match="n_steps"):
            bursts(cell, sender, np.where(step == 3, wrong, step))
    with pytest.raises(ValueError, match="longest_steps"):
        bursts(cell, sender, step, n_steps=13, parameters=SpaceTimeParameters(
            radii_m=RADII_M, least_people=5, largest_share=0.5, longest_steps=7))  # fmt: skip
