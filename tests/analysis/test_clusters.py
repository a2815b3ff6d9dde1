"""Exact DBSCAN against scikit-learn and brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from mapdialog.analysis import clusters
from mapdialog.analysis.clusters import dbscan


def assert_as_sklearn(points: np.ndarray, *, distance_m: float, minimum: int) -> None:
    """Noise, core points and their labels are the same: both number clusters by their first core point."""
    labels, core = dbscan(points, distance_m=distance_m, minimum=minimum)
    fitted = DBSCAN(eps=distance_m, min_samples=minimum).fit(points)
    assert np.flatnonzero(core).tolist() == fitted.core_sample_indices_.tolist()
    assert (labels[core] == fitted.labels_[core]).all()
    assert ((labels == -1) == (fitted.labels_ == -1)).all()
    assert_border_at_nearest_core(points, labels, core, distance_m=distance_m)


def assert_border_at_nearest_core(
    points: np.ndarray, labels: np.ndarray, core: np.ndarray, *, distance_m: float
) -> None:
    cores = np.flatnonzero(core)
    for border in np.flatnonzero(~core & (labels >= 0)):
        away = np.square(points[cores] - points[border]).sum(axis=1)
        assert away.min() <= distance_m**2
        assert labels[border] == labels[cores[np.argmin(away)]]  # argmin: the lowest index of equals


@settings(max_examples=200)
@given(
    points=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=120),
    distance=st.sampled_from([1, 2, 3, 5, 10, 13, 40]),
    minimum=st.integers(1, 9),
)
def test_on_a_lattice_where_distances_tie(points: list[tuple[int, int]], distance: int, minimum: int):
    assert_as_sklearn(np.array(points) * 10.0, distance_m=distance * 10.0, minimum=minimum)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", ["even", "spots", "duplicates", "far"])
def test_on_scattered_points(kind: str, seed: int):
    random = np.random.default_rng(seed)
    spots = random.uniform(0, 2000, (8, 2))
    points = {
        "even": random.uniform(0, 2000, (800, 2)),
        "spots": spots[random.integers(0, 8, 800)] + random.normal(0, 35, (800, 2)),
        "duplicates": np.repeat(random.uniform(0, 900, (60, 2)), 20, axis=0),
        "far": np.r_[random.normal(0, 60, (400, 2)), random.normal(0, 60, (400, 2)) + 3e7],
    }[kind]
    for distance_m, minimum in ((20.0, 3), (60.0, 5), (150.0, 25)):
        assert_as_sklearn(random.permutation(points), distance_m=distance_m, minimum=minimum)


def test_real_pins(dc_pins):
    metric = dc_pins.to_crs(26918).geometry
    points = np.column_stack([metric.x, metric.y])
    for distance_m, minimum in ((25.0, 4), (100.0, 5), (400.0, 30)):
        assert_as_sklearn(points, distance_m=distance_m, minimum=minimum)


def test_the_distance_itself_is_near():
    points = np.array([[0.0, 0.0], [30.0, 40.0], [60.0, 80.0]])
    assert dbscan(points, distance_m=50.0, minimum=2)[0].tolist() == [0, 0, 0]
    assert dbscan(points, distance_m=49.999999, minimum=2)[0].tolist() == [-1, -1, -1]


def test_a_border_point_joins_the_nearest_core_and_of_equals_the_first():
    left, right = [[0.0, 0.0], [-5.0, 0.0], [-5.0, 1.0]], [[20.0, 0.0], [25.0, 0.0], [25.0, 1.0]]
    between, _ = dbscan([*right, *left, [10.0, 0.0]], distance_m=10.0, minimum=4)
    assert between.tolist() == [0, 0, 0, 1, 1, 1, 0]
    nearer_left, _ = dbscan([*right, *left, [9.9, 0.0], [10.1, 0.0]], distance_m=10.0, minimum=4)
    assert nearer_left.tolist()[-2:] == [1, 0]


def test_crowded_cells_that_nearly_touch_stay_separate_exactly(monkeypatch):
    # two crowded discs, split down to brute force, a hair more and a hair less than the distance apart
    monkeypatch.setattr(clusters, "_PAIRS_BY_BRUTE_FORCE", 16)
    angle = np.linspace(0, 2 * np.pi, 600, endpoint=False)
    disc = np.column_stack([np.cos(angle), np.sin(angle)]) * 12
    for gap, expected in ((100.0 + 1e-6, 2), (100.0 - 1e-6, 1)):
        step = np.array([np.cos(0.4), np.sin(0.4)]) * (24 + gap)
        turned = disc @ np.array([[np.cos(0.4), np.sin(0.4)], [-np.sin(0.4), np.cos(0.4)]])
        labels, _ = dbscan(np.r_[turned, turned + step], distance_m=100.0, minimum=5)
        assert labels.max() + 1 == expected


@given(
    xy=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=60),
    split=st.integers(1, 59),
    squared=st.integers(0, 200),
)
def test_splitting_sets_decides_as_comparing_all_pairs(monkeypatch, xy, split, squared):
    monkeypatch.setattr(clusters, "_PAIRS_BY_BRUTE_FORCE", 1)
    split = min(split, len(xy) - 1)
    first, second = np.array(xy[:split], dtype=float), np.array(xy[split:], dtype=float)
    pairs = np.square(first[:, None] - second[None]).sum(axis=2)
    assert clusters._sets_touch(first, second, squared=squared) == (pairs <= squared).any()


def test_sets_of_neighbouring_floats_are_compared_and_not_split_for_ever():
    step = np.finfo(float).eps
    first = np.repeat([[1 + step, 0.0], [1 + 2 * step, 0.0]], 100, axis=0)
    second = first + np.array([4 * step, 0.0])
    assert clusters._sets_touch(first, second, squared=(3 * step) ** 2)
    assert not clusters._sets_touch(first, second, squared=(2.9 * step) ** 2)


@pytest.mark.parametrize("mirrored", [False, True])
def test_cells_that_touch_only_at_the_far_corners_are_joined(mirrored: bool):
    # cells are a hair smaller than they could be, so two columns and two rows away is still just within reach
    side = 100.0 / np.sqrt(2) * (1 - clusters._SLACK)
    near, far = side - 3e-5, 2 * side + 1e-7
    pair = [[near, far], [far, near]] if mirrored else [[near, near], [far, far]]
    labels, _ = dbscan([[0.0, 0.0], *pair], distance_m=100.0, minimum=1)
    assert labels.tolist() == ([0, 1, 1] if mirrored else [0, 0, 0])


def test_bridges_of_exact_duplicates():
    points = np.repeat([[0.0, 0.0], [99.0, 0.0], [198.0, 0.0], [400.0, 0.0]], 5_000, axis=0)
    labels, _ = dbscan(points, distance_m=100.0, minimum=5)
    assert labels[[0, 5_000, 10_000, 15_000]].tolist() == [0, 0, 0, 1]


def test_little_is_enough():
    assert dbscan(np.empty((0, 2)), distance_m=10, minimum=1)[0].tolist() == []
    assert dbscan([[1, 1]], distance_m=10, minimum=1)[0].tolist() == [0]
    assert dbscan([[1, 1]], distance_m=10, minimum=2)[0].tolist() == [-1]


@pytest.mark.parametrize(
    ("points", "distance_m", "minimum"),
    [
        ([[np.nan, 0]], 10, 1),
        ([[np.inf, 0]], 10, 1),
        ([0, 1], 10, 1),
        ([[0, 0]], 0, 1),
        ([[0, 0]], np.nan, 1),
        ([[0, 0]], 10, 0),
        ([[0, 0], [1e12, 0]], 1, 1),
    ],
)
def test_nonsense_is_refused(points, distance_m, minimum):
    with pytest.raises(ValueError, match=r"must|apart"):
        dbscan(points, distance_m=distance_m, minimum=minimum)
