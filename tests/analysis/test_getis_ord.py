"""Gi* against the formula of Ord and Getis (1995), written out cell by cell."""

import numpy as np
import pytest

from mapdialog.analysis.getis_ord import gi_star


def written_out(counts: np.ndarray, *, radius_cells: float, mask: np.ndarray) -> np.ndarray:
    cells = np.argwhere(mask)
    x = counts[mask].astype(float)
    n, mean = len(x), x.mean()
    s = np.sqrt((x**2).mean() - mean**2)
    z = np.full(counts.shape, np.nan)
    for row, column in cells:
        w = (np.hypot(*(cells - [row, column]).T) <= radius_cells).astype(float)
        spread = s * np.sqrt((n * (w**2).sum() - w.sum() ** 2) / (n - 1))
        z[row, column] = (w @ x - mean * w.sum()) / spread if spread else 0.0
    return z


@pytest.mark.parametrize("radius_cells", [0, 1, np.sqrt(2), 2, 3.5, np.sqrt(13), 5])
@pytest.mark.parametrize("masked", [False, True])
def test_equal_to_the_formula(radius_cells: float, masked: bool):
    random = np.random.default_rng(5)
    counts = random.poisson(3, (21, 17))
    counts[4:8, 5:9] += 20
    mask = random.random(counts.shape) < 0.8 if masked else np.ones(counts.shape, dtype=bool)
    z = gi_star(counts, radius_cells=radius_cells, mask=mask if masked else None)
    expected = written_out(counts, radius_cells=radius_cells, mask=mask)
    np.testing.assert_allclose(z, expected, rtol=0, atol=1e-9)


def test_masked_cells_take_no_part():
    counts = np.arange(30).reshape(5, 6)
    mask = np.ones(counts.shape, dtype=bool)
    mask[2, 3] = False
    first = gi_star(counts, radius_cells=1, mask=mask)
    changed = counts.astype(float)
    changed[2, 3] = np.nan
    np.testing.assert_array_equal(first, gi_star(changed, radius_cells=1, mask=mask))
    assert np.isnan(first[2, 3])


def test_without_variation_or_outside_there_is_no_score():
    assert not gi_star(np.full((4, 4), 0.1), radius_cells=1).any()
    assert not gi_star([[1, 2], [3, 4]], radius_cells=9).any()
    assert np.isnan(gi_star(np.ones((2, 2)), radius_cells=1, mask=np.zeros((2, 2), dtype=bool))).all()


@pytest.mark.parametrize(
    ("counts", "radius_cells", "mask"),
    [
        ([1, 2], 1, None),
        ([[np.nan]], 1, None),
        ([[1.0]], -1, None),
        ([[1.0]], 1, np.ones((2, 2), dtype=bool)),
    ],
)
def test_nonsense_is_refused(counts, radius_cells, mask):
    with pytest.raises(ValueError, match="must"):
        gi_star(counts, radius_cells=radius_cells, mask=mask)
