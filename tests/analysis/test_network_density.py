"""Density along streets, against kernels known in closed form and a diffusion by matrix exponential."""

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import norm

from mapdialog.analysis.network_density import NetworkDensity, NetworkParameters, network_density
from mapdialog.analysis.streets import NO_STREET, NetworkError, nearest_street, network_of

H = 200.0


def streets(*lines: list[tuple[float, float]]) -> np.ndarray:
    return np.array([shapely.LineString(line) for line in lines], dtype=object)


def density(
    lines: np.ndarray, pins: list, *, bandwidth_m: float = H, lixel_m: float = 10.0
) -> NetworkDensity:
    network = network_of(lines)
    return network_density(
        nearest_street(pins, network=network, reach_m=50.0),
        network=network,
        parameters=NetworkParameters(bandwidth_m=bandwidth_m, lixel_m=lixel_m),
    )


def middle(smoothed: NetworkDensity) -> np.ndarray:
    return (smoothed.from_m + smoothed.to_m) / 2


def total(smoothed: NetworkDensity) -> float:
    return float((smoothed.per_km * (smoothed.to_m - smoothed.from_m)).sum() / 1000)


def assert_near(smoothed: NetworkDensity, per_m: np.ndarray) -> None:
    assert np.abs(smoothed.per_km / 1000 - per_m).max() <= 0.005 * per_m.max()


@pytest.mark.parametrize("at", [0.0, 30.0, 203.0, 2000.0, 2012.5, 4000.0])
def test_on_a_straight_street_it_is_a_gaussian_that_dead_ends_turn_back(at):
    smoothed = density(streets([(0, 0), (1234, 0), (4000, 0)]), [[at, 20.0]])
    x = middle(smoothed)
    assert_near(smoothed, sum(norm.pdf(x, mirror, H) for mirror in (at, -at, 8000 - at)))
    assert total(smoothed) == pytest.approx(1)


@pytest.mark.parametrize("rays", [3, 4, 5])
def test_at_a_junction_it_goes_on_into_all_streets(rays):
    """On d rays: 2/d of the Gaussian on each other one, and 2/d − 1 of it turned back on its own."""
    angles = np.arange(rays) * 2 * np.pi / rays
    lines = streets(*([(0, 0), (2000 * math.cos(angle), 2000 * math.sin(angle))] for angle in angles))
    smoothed = density(lines, [[90.0, 0.0]])
    x = middle(smoothed)
    own = norm.pdf(x, 90, H) + (2 / rays - 1) * norm.pdf(x, -90, H)
    assert_near(smoothed, np.where(smoothed.street == 0, own, 2 / rays * norm.pdf(x, -90, H)))


def test_around_a_ring_it_meets_itself():
    angle = np.linspace(0, 2 * np.pi, 721)
    smoothed = density(streets(np.column_stack([100 * np.cos(angle), 100 * np.sin(angle)])), [[100.0, 0.0]])
    around = smoothed.to_m[-1]
    assert_near(smoothed, sum(norm.pdf(middle(smoothed), turn * around, H) for turn in range(-6, 7)))


def test_where_streets_form_circles_it_is_the_exponential_of_the_diffusion():
    """Independent: points every two metres, each joined to its neighbours, and a dense matrix."""
    corners = np.array([(0, 0), (300, 0), (300, 400), (0, 400), (150, -200), (40, 30)], dtype=float)
    pairs = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 4), (0, 5)]
    network = network_of(streets(*(corners[list(pair)] for pair in pairs)))
    pins = nearest_street([[100.0, 0.0], [40.0, 30.0], [270.0, 350.0]], network=network, reach_m=50.0)
    smoothed = network_density(
        pins, network=network, parameters=NetworkParameters(bandwidth_m=150.0, lixel_m=10.0)
    )
    ends = [tuple(ends) for ends in network.ends]
    points, joined = len(corners), []
    chain = {}
    for street, (start, end) in enumerate(ends):
        steps = round(network.length_m[street] / 4)
        own = [start, *range(points, points + steps - 1), end]
        points += steps - 1
        chain[street] = own
        joined += [(a, b, network.length_m[street] / steps) for a, b in itertools.pairwise(own)]
    mass, flow = np.zeros(points), np.zeros((points, points))
    for a, b, step in joined:
        mass[[a, b]] += step / 2
        flow[[a, b], [a, b]] += 1 / step
        flow[[a, b], [b, a]] -= 1 / step
    heat = np.zeros(points)
    for street, at in zip(pins.street, pins.at_m, strict=True):
        step = network.length_m[street] / (len(chain[street]) - 1)
        low = min(int(at / step), len(chain[street]) - 2)
        heat[chain[street][low]] += low + 1 - at / step
        heat[chain[street][low + 1]] += at / step - low
    after = expm(-(150.0**2) / 2 * flow / mass[:, None]) @ (heat / mass)
    reference = [
        np.interp(at, np.linspace(0, network.length_m[street], len(chain[street])), after[chain[street]])
        for street, at in zip(smoothed.street, middle(smoothed), strict=True)
    ]
    assert_near(smoothed, np.array(reference))
    assert total(smoothed) == pytest.approx(3)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=1, max_size=12),
    st.sampled_from([30.0, 100.0, 700.0]),
    st.integers(0, 2**31),
)
def test_each_pin_weighs_one_on_any_network_and_nothing_is_negative(ends, bandwidth_m, seed):
    lines = [[(x, y), (u, v)] for x, y, u, v in ends if (x, y) != (u, v)]
    if not lines:
        return
    network = network_of(streets(*(np.array(line) * 90.0 for line in lines)))
    pins = nearest_street(np.random.default_rng(seed).uniform(0, 540, (30, 2)), network=network, reach_m=80.0)
    smoothed = network_density(
        pins, network=network, parameters=NetworkParameters(bandwidth_m=bandwidth_m, lixel_m=25.0)
    )
    assert total(smoothed) == pytest.approx(smoothed.n, abs=1e-6)
    assert smoothed.n + smoothed.n_off == 30
    assert (smoothed.per_km >= 0).all()
    assert (smoothed.to_m - smoothed.from_m).max() <= 25.0 + 1e-9


def test_a_street_that_is_cut_in_two_has_the_same_density():
    whole = density(streets([(0, 0), (1000, 0)]), [[333.0, 0.0], [640.0, 0.0]])
    cut = density(streets([(0, 0), (500, 0)], [(500, 0), (1000, 0)]), [[333.0, 0.0], [640.0, 0.0]])
    assert cut.per_km == pytest.approx(whole.per_km, rel=1e-6)


def test_a_part_of_a_street_has_the_mean_over_it():
    smoothed = density(streets([(0, 0), (3000, 0)]), [[1430.0, 0.0]], bandwidth_m=100.0, lixel_m=300.0)
    inside = norm.cdf(smoothed.to_m, 1430, 100) - norm.cdf(smoothed.from_m, 1430, 100)
    assert smoothed.per_km * 0.3 == pytest.approx(inside, abs=0.002)


def test_streets_meet_where_they_share_a_vertex_and_nowhere_else():
    crossing = network_of(streets([(0, 0), (100, 0), (200, 0)], [(100, -50), (100, 0), (100, 50)]))
    assert sorted(crossing.length_m) == [50, 50, 100, 100]
    assert np.bincount(crossing.ends.ravel()).max() == 4
    bridge = network_of(streets([(0, 0), (200, 0)], [(100, -50), (100, 50)]))
    assert (len(bridge.length_m), bridge.n_nodes) == (2, 4)
    twice = network_of(streets([(0, 0), (200, 0)], [(200, 0), (0, 0)], [(0, 0), (0, 0.0001), (200, 0)]))
    assert twice.length_m == pytest.approx([200])


@pytest.mark.parametrize("lines", [[], [[(5, 5), (5, 5)]]])
def test_no_street_with_a_length_is_an_error(lines):
    with pytest.raises(NetworkError, match="no street"):
        network_of(streets(*lines))


def test_a_pin_is_at_the_nearest_street_within_reach_and_of_equals_at_the_first():
    network = network_of(streets([(0, 0), (100, 0)], [(0, 40), (100, 40)]))
    pins = nearest_street(
        [[30, 19], [30, 20], [30, 21], [-300, 0], [np.nan, 0], [130, 40], [50, -31]],
        network=network,
        reach_m=30,
    )
    assert pins.street.tolist() == [0, 0, 1, NO_STREET, NO_STREET, 1, NO_STREET]
    assert pins.at_m[[0, 5]].tolist() == [30, 100]
    assert pins.n_off == 3


@pytest.mark.parametrize("figures", [(0.0, 10.0), (100.0, -1.0)])
def test_nonsense_is_refused(figures):
    bandwidth_m, lixel_m = figures
    with pytest.raises(ValueError, match="positive"):
        density(streets([(0, 0), (100, 0)]), [[1, 1]], bandwidth_m=bandwidth_m, lixel_m=lixel_m)
    with pytest.raises(ValueError, match="positive"):
        nearest_street([[1, 1]], network=network_of(streets([(0, 0), (100, 0)])), reach_m=0)
