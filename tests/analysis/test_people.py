"""People before comments: who is one person at one place."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from mapdialog.analysis.ground import GroundParameters, ground_of
from mapdialog.analysis.null import SpotsWorld, anchors_of, copying_of, unevenness_of
from mapdialog.analysis.people import (
    UNKNOWN,
    PeopleParameters,
    first_there,
    linked,
    medoids,
    one_by_lot,
    person_spots,
    senders,
)
from tests.calibration.trial import FIT

from .worlds import one_spot_each

PEOPLE = PeopleParameters(link_m=500.0, same_sending_m=10.0, same_sending_s=600.0, same_position_m=25.0)
GROUND = ground_of(
    shapely.box(0, 0, 4000, 4000),
    water=None,
    parameters=GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=10_000),
)


def partition(label: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(label == each).tolist()) for each in np.unique(label)}


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.integers(1, 4))
def test_links_are_those_of_scipys_single_linkage(seed, n, persons):
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 60, (n, 2)) * 100.0 + [261_000, 6_550_000]
    person = rng.integers(0, persons, n)
    expected = np.zeros(n, dtype=np.int64)
    for each in np.unique(person):
        own = np.flatnonzero(person == each)
        tree = linkage(xy[own], "single") if len(own) > 1 else None
        clusters = [1] if tree is None else fcluster(tree, 500.0, "distance")
        expected[own] = each * 1000 + np.array(clusters)
    assert partition(linked(xy, person=person, link_m=500.0)) == partition(expected)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_the_medoid_is_the_pin_nearest_to_the_others(seed, n):
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 9, (n, 2)) * 10.0
    _, label = np.unique(rng.integers(0, 5, n), return_inverse=True)
    for number, pin in enumerate(medoids(xy, label=label)):
        own = np.flatnonzero(label == number)
        sums = [round(float(np.hypot(*(xy[own] - xy[each]).T).sum()), 6) for each in own]
        assert pin == own[int(np.argmin(sums))]


def test_a_person_is_counted_at_two_distant_places_and_never_twice_at_home():
    xy = np.array([[0.0, 0], [300, 0], [700, 0], [3000, 0], [0, 0], [0, 0]])
    spots = person_spots(xy, sender=np.array([0, 0, 0, 0, 1, 1]), parameters=PEOPLE)
    assert (spots.pin.tolist(), spots.sender.tolist(), spots.n_pins.tolist()) == (
        [1, 3, 4],
        [0, 0, 1],
        [3, 1, 2],
    )
    assert spots.spot_of_pin.tolist() == [0, 0, 0, 1, 2, 2]
    assert [part.tolist() for part in spots.each()] == [[2, 1], [4, 2]]
    nobody = person_spots(np.zeros((0, 2)), sender=np.zeros(0, dtype=int), parameters=PEOPLE)
    assert len(nobody.pin) == 0


def test_the_same_words_near_and_soon_are_one_sending_when_nobody_knows_who():
    pins = [  # x, seconds, words, person
        *((0, 0, 1, UNKNOWN), (9, 500, 1, UNKNOWN), (18, 1000, 1, UNKNOWN)),  # a chain
        *((0, 100, 2, UNKNOWN), (11, 0, 1, UNKNOWN), (0, 9000, 1, UNKNOWN)),  # other words, farther, later
        *((0, 0, 1, 77), (0, 0, 1, 77), (0, 0, 1, 5)),
    ]
    x, time_s, words, person = np.array(pins).T
    xy = np.column_stack([x, 0 * x]).astype(float)
    result = senders(person, xy_m=xy, time_s=time_s, text_class=words, parameters=PEOPLE)
    chain = [0, 1, 2, 4]  # the fourth is near the second
    assert partition(result.sender) == {
        frozenset(chain),
        *(frozenset([i]) for i in (3, 5, 8)),
        frozenset([6, 7]),
    }
    assert (result.n_unknown_pins, result.n_unknown_sendings) == (6, 3)
    assert result.unknown_share == pytest.approx(3 / 5)


def test_the_first_at_a_position_is_the_one_that_no_earlier_one_lies_near():
    xy = np.array([[0.0, 0], [0, 24], [0, 47], [500, 5], [500, 31], [500, 5]])
    assert first_there(xy, same_position_m=25.0).tolist() == [True, False, False, True, True, False]
    assert first_there(np.zeros((0, 2)), same_position_m=25.0).tolist() == []


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 120), st.integers(1, 40))
def test_the_first_there_are_those_of_comparing_each_with_all_before(seed, n, side):
    """On whole multiples of five metres, many of which are exactly 25 m apart."""
    xy = np.random.default_rng(seed).integers(0, side, (n, 2)) * 5.0
    expected = [not (np.hypot(*(xy[:number] - xy[number]).T) <= 25.0).any() for number in range(n)]
    assert first_there(xy, same_position_m=25.0).tolist() == expected


def test_a_crowd_at_one_crossing_needs_no_memory_for_its_pairs():
    xy = np.random.default_rng(1).normal(0, 5, (100_000, 2))
    tracemalloc.start()
    assert 1 <= first_there(xy, same_position_m=25.0).sum() <= 3
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6  # five thousand million pairs


@pytest.mark.parametrize(("copied", "apart_m"), [(0.0, 0.0), (0.2, 0.0), (0.2, 8.0)])
def test_copying_is_what_lies_together_beyond_chance_whether_or_not_at_the_very_point(copied, apart_m):
    """In a town so dense that chance alone brings a fifth of the spots within 25 m of an earlier one."""
    rng = np.random.default_rng(8)
    xy = rng.random((2000, 2)) * 3000
    for number in 1 + np.flatnonzero(rng.random(1999) < copied):
        xy[number] = xy[rng.integers(number)] + rng.normal(0, apart_m, 2)
    known = {"ground": GROUND, "share": np.pad(np.full((30, 30), 1 / 900), ((0, 10), (0, 10)))}
    assert copying_of(xy, same_position_m=25.0, **known) == pytest.approx(copied, abs=0.03)
    assert copying_of(xy[:0], same_position_m=25.0, **known) == 0


EXACT = {"unevenness": 0.0, "reach_m": 500.0}


def share() -> np.ndarray:
    """Dense in the middle: twenty pins of one person are linked there."""
    x, y = np.meshgrid(GROUND.x_m, GROUND.y_m)
    weight = np.exp(-((x - 2000) ** 2 + (y - 2000) ** 2) / (2 * 700**2)) + 0.02
    return weight / weight.sum()


def world(anchors: np.ndarray, *, copying: float = 0.0) -> SpotsWorld:
    return SpotsWorld(ground=GROUND, share=share(), anchors=anchors, copying=copying, link_m=500.0, **EXACT)


def test_replicates_lie_as_the_exposure_says():
    counts = world(np.ones(200_000, dtype=np.int64), copying=0.05).draw(np.random.default_rng(3)).counts(1600)
    assert counts.sum() == 200_000
    assert np.abs(counts / 200_000 - share().ravel()).max() < 0.001


def test_persons_of_many_anchors_have_as_many_spots_as_the_data_and_fewer_in_town():
    rng = np.random.default_rng(5)
    thrown = world(np.full(400, 20)).draw(rng).counts(1600)
    spots = np.full(400, round(thrown.sum() / 400))
    anchors = anchors_of(
        spots, pins=np.full(400, 20), ground=GROUND, share=share(), link_m=500.0, fit=FIT, rng=rng
    )
    assert len(world(anchors).draw(rng)) == pytest.approx(spots.sum(), rel=0.1)
    middle = share().ravel() > np.quantile(share(), 0.9)
    assert thrown[middle].sum() / thrown.sum() < 0.6 * share().ravel()[middle].sum()


def test_a_person_throws_no_fewer_than_the_spots_and_at_most_twice_the_pins():
    spots, pins = np.array([1, 1, 3, 6, 40]), np.array([1, 20, 3, 20, 40])
    rng = np.random.default_rng(1)
    anchors = anchors_of(spots, pins=pins, ground=GROUND, share=share(), link_m=500.0, fit=FIT, rng=rng)
    assert anchors[:2].tolist() == [1, 1]
    assert 3 <= anchors[2] <= 6
    assert 8 < anchors[3] < 14
    assert anchors[4] == 80


@pytest.mark.parametrize("d", [0.1, 0.4])
def test_copies_share_the_cells_of_earlier_ones(d):
    """Against copying one after the other."""
    anchors = np.ones(400, dtype=np.int64)
    counts = [world(anchors, copying=d).draw(np.random.default_rng(seed)).counts(1600) for seed in range(60)]
    rng = np.random.default_rng(9)
    slow = []
    for _ in range(60):
        cells = rng.choice(1600, 400, p=share().ravel())
        for number in range(1, 400):
            if rng.random() < d:
                cells[number] = cells[rng.integers(number)]
        slow.append(np.bincount(cells, minlength=1600))
    pairs = [np.mean([(each * (each - 1)).sum() for each in some]) for some in (counts, slow)]
    assert pairs[0] == pytest.approx(pairs[1], rel=0.2)


def test_by_lot_everybody_has_one_pin_and_each_pin_the_same_chance():
    sender, pin = np.array([4, 9, 9, 4, 9, 7]), np.array([11, 12, 13, 14, 15, 16])
    taken = [one_by_lot(sender, pin=pin, seed=seed) for seed in range(900)]
    assert all(sorted(sender[pins].tolist()) == [4, 7, 9] for pins in taken)
    often = np.bincount(np.concatenate(taken), minlength=6) / 900
    assert often == pytest.approx([1 / 2, 1 / 3, 1 / 3, 1 / 2, 1 / 3, 1], abs=0.06)


@given(st.integers(0, 2**31), st.integers(0, 2**31))
def test_the_lot_of_a_person_stays_when_others_write_and_rows_are_sorted_anew(seed, other_seed):
    rng = np.random.default_rng(other_seed)
    sender, pin = rng.integers(0, 9, 40), rng.permutation(1000)[:40]
    lots = set(pin[one_by_lot(sender, pin=pin, seed=seed)].tolist())
    order = rng.permutation(40)
    assert set(pin[order][one_by_lot(sender[order], pin=pin[order], seed=seed)].tolist()) == lots
    more, later = np.r_[99, sender], np.r_[1234, pin]
    assert set(later[one_by_lot(more, pin=later, seed=seed)].tolist()) == {*lots, 1234}


def test_labels_are_dealt_out_among_the_spots_there_are():
    cell = np.array([3, 3, 3, 8, 9, 9])
    labels = one_spot_each(cell, n=4)
    draws = np.array([labels.draw(np.random.default_rng(seed)).counts(12) for seed in range(2000)])
    assert (draws.sum(axis=1) == 4).all()
    assert (draws <= np.bincount(cell, minlength=12)).all()
    assert draws.mean(axis=0)[[3, 8, 9]] == pytest.approx([2, 4 / 6, 8 / 6], abs=0.06)
    rest = labels.without(np.array([3]))
    assert (rest.spots.cell.tolist(), rest.is_theme.tolist()) == ([8, 9, 9], [True, False, False])
    assert labels.key() != one_spot_each(cell, n=3).key()


def test_a_key_tells_worlds_apart_and_not_the_order_of_persons():
    key = world(np.array([1, 2, 1])).key()
    assert world(np.array([2, 1, 1])).key() == key
    others = [world(np.array([1, 1, 1])), world(np.array([1, 2, 1]), copying=0.1), world(np.array([1, 2]))]
    assert key not in {each.key() for each in others}


def test_what_an_exposure_does_not_know_is_seen_in_how_unevenly_the_spots_lie():
    """Squares twice as rich and twice as poor as the exposure says; and an exposure that is right."""
    flat = GROUND.land_m2 / GROUND.land_m2.sum()
    up, right = np.indices(flat.shape) // 10 % 2
    rng = np.random.default_rng(6)
    off = flat * np.where(up == right, 1.6, 0.4)
    deviations = [
        unevenness_of(
            rng.choice(1600, 1000, p=truth.ravel()),
            copying=0.0,
            ground=GROUND,
            share=flat,
            reach_m=500.0,
            fit=FIT,
            rng=rng,
        )
        for truth in (flat, off)
    ]
    assert deviations[0] < 0.15
    assert 0.5 < deviations[1] < 1.1


@pytest.mark.parametrize("copying", [0.0, 0.2, 0.5, 0.7])
def test_copies_are_no_unevenness(copying):
    """In towns where an exposure is right, and positions are copied."""
    flat = GROUND.land_m2 / GROUND.land_m2.sum()
    known = {"ground": GROUND, "share": flat, "reach_m": 500.0}
    anchors = np.ones(2000, dtype=np.int64)
    town = SpotsWorld(anchors=anchors, copying=copying, link_m=500.0, unevenness=0.0, **known)
    rng = np.random.default_rng(8)
    cells = [town.draw(rng).cell for _ in range(12)]
    known |= {"fit": FIT, "rng": rng}
    uneven = np.mean([unevenness_of(cell, copying=copying, **known) for cell in cells])
    blind = np.mean([unevenness_of(cell, copying=0.0, **known) for cell in cells])
    assert uneven < 0.25
    assert copying == 0 or uneven < 0.8 * blind


def test_in_a_crowded_town_an_exposure_that_is_off_is_seen_to_be():
    """Where most lie within 25 m of somebody else: what is left out as a copy must not even out the town."""
    flat = GROUND.land_m2 / GROUND.land_m2.sum()
    known = {"ground": GROUND, "share": flat, "reach_m": 500.0}
    off = SpotsWorld(
        anchors=np.ones(20_000, dtype=np.int64), copying=0.0, link_m=500.0, unevenness=0.3, **known
    )
    rng = np.random.default_rng(9)
    deviations = [
        unevenness_of(off.draw(rng).cell, copying=0.0, fit=FIT, rng=rng, **known) for _ in range(12)
    ]
    assert np.mean(deviations) == pytest.approx(0.3, abs=0.08)


def test_a_schoolyard_and_nobody_are_no_errors():
    """An area smaller than a square has nothing to compare; a consultation without comments has nothing."""
    yard = ground_of(shapely.box(0, 0, 300, 180), water=None, parameters=GROUND.parameters)
    flat = yard.land_m2 / yard.land_m2.sum()
    rng = np.random.default_rng(2)
    known = {"ground": yard, "share": flat, "reach_m": 500.0}
    for cell in (np.array([0, 1, 1, 5, 5, 5]), np.zeros(0, dtype=np.int64)):
        assert unevenness_of(cell, copying=0.0, fit=FIT, rng=rng, **known) == 0
        nobody = SpotsWorld(
            anchors=np.ones(len(cell), dtype=np.int64), copying=0.1, link_m=500.0, unevenness=0.2, **known
        )
        assert len(nobody.draw(rng)) == len(cell)


def test_a_world_of_an_uncertain_exposure_is_as_uneven_as_it_says():
    flat = GROUND.land_m2 / GROUND.land_m2.sum()
    wide = SpotsWorld(
        ground=GROUND,
        share=flat,
        anchors=np.ones(3000, dtype=np.int64),
        copying=0.0,
        link_m=500.0,
        unevenness=0.6,
        reach_m=500.0,
    )
    rng = np.random.default_rng(6)
    cells = [wide.draw(rng).cell for _ in range(12)]
    again = [
        unevenness_of(cell, ground=GROUND, share=flat, copying=0.0, reach_m=500.0, fit=FIT, rng=rng)
        for cell in cells
    ]
    assert np.mean(again) == pytest.approx(0.6, abs=0.15)


@pytest.mark.parametrize("deviations", [(), (0.1, 0.2), (0.0, 0.3, 0.2), (0.0, 0.0)])
def test_a_curve_of_deviations_rises_from_nothing(deviations):
    with pytest.raises(ValueError, match="rise from 0"):
        replace(FIT, deviations=deviations)
