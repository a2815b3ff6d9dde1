"""The density surface against the exact sum of kernels."""

import numpy as np
import pytest
from sklearn.neighbors import KernelDensity

from mapdialog.analysis.density import density_surface

BOUNDS = (0.0, 0.0, 6000.0, 4000.0)


def exact(points: np.ndarray, *, x_m: np.ndarray, y_m: np.ndarray, bandwidth_m: float) -> np.ndarray:
    centres = np.stack(np.meshgrid(x_m, y_m), axis=-1).reshape(-1, 2)
    fitted = KernelDensity(bandwidth=bandwidth_m, rtol=1e-10).fit(points)
    return np.exp(fitted.score_samples(centres)).reshape(len(y_m), len(x_m)) * len(points) * 1e6


@pytest.mark.parametrize("cell_m", [20.0, 100.0, 300.0])
@pytest.mark.parametrize("kind", ["one", "duplicates", "spots", "edge"])
def test_within_one_percent_of_the_peak(kind: str, cell_m: float):
    random = np.random.default_rng(7)
    points = {
        "one": np.array([[2951.3, 2048.7]]),
        "duplicates": np.repeat([[2951.3, 2048.7], [4123.4, 1011.1]], 30, axis=0),
        "spots": np.r_[random.normal(3000, 400, (200, 2)), random.uniform(0, 4000, (200, 2))],
        "edge": random.uniform(-300, 300, (100, 2)),
    }[kind]
    surface = density_surface(points, cell_m=cell_m, bandwidth_m=250.0, bounds=BOUNDS)
    reference = exact(points, x_m=surface.x_m, y_m=surface.y_m, bandwidth_m=250.0)
    assert surface.values.shape == (int(np.ceil(4000 / cell_m)), int(6000 / cell_m))
    assert np.abs(surface.values - reference).max() <= 0.01 * reference.max()


def test_mass_is_kept_away_from_the_edges():
    points = np.random.default_rng(3).uniform(2000, 2400, (500, 2))
    surface = density_surface(points, cell_m=50.0, bandwidth_m=200.0, bounds=BOUNDS)
    assert surface.values.sum() * 0.05**2 == pytest.approx(500, rel=1e-6)
    assert surface.values.min() >= 0


def test_north_is_up_the_rows():
    surface = density_surface([[500.0, 3500.0]], cell_m=100.0, bandwidth_m=200.0, bounds=BOUNDS)
    row, column = np.unravel_index(surface.values.argmax(), surface.values.shape)
    assert (row, column) in {(34, 4), (34, 5), (35, 4), (35, 5)}
    assert (surface.x_m[0], surface.y_m[0], surface.y_m[-1]) == (50.0, 50.0, 3950.0)


def test_nothing_and_far_away_pins_give_zero():
    for points in (np.empty((0, 2)), [[9e6, 9e6], [-9e6, 0]]):
        surface = density_surface(points, cell_m=500.0, bandwidth_m=200.0, bounds=BOUNDS)
        assert surface.values.shape == (8, 12)
        assert not surface.values.any()


@pytest.mark.parametrize(
    ("points", "cell_m", "bandwidth_m", "bounds"),
    [
        ([[np.nan, 0]], 10, 10, BOUNDS),
        ([[0, 0]], 0, 10, BOUNDS),
        ([[0, 0]], 10, -1, BOUNDS),
        ([[0, 0]], 10, 10, (0, 0, 0, 1)),
    ],
)
def test_nonsense_is_refused(points, cell_m, bandwidth_m, bounds):
    with pytest.raises(ValueError, match="must"):
        density_surface(points, cell_m=cell_m, bandwidth_m=bandwidth_m, bounds=bounds)
