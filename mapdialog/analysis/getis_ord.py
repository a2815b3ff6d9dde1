"""Getis–Ord Gi* on a grid: where high or low values lie together more than if they were dealt out anew.

Of raw counts it is not evidence: it marks where people live, whatever they say. Feed it (O−E)/√E, as
`local_excess` does; even then it only describes (`docs/methods/not_evidence.md`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def gi_star(
    counts: npt.ArrayLike, *, radius_cells: float, mask: npt.NDArray[np.bool_] | None = None
) -> Floats:
    """z-scores of Gi* (Ord and Getis 1995, the cell itself included), in closed form.

    `counts`: (rows, columns). The neighbourhood is every cell whose centre lies within `radius_cells`,
    all weighing the same. `mask` is True for cells that take part; the others (sea, outside the area)
    count neither as values nor as neighbours and come back as NaN. Where nothing varies, or a
    neighbourhood holds every cell, z is 0. Raises ValueError for a wrong shape, values that are not
    finite, or a negative radius. Agrees with esda's G_Local (star, binary weights) to 1e-9.
    """
    values = np.asarray(counts, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"counts must be a grid, not of shape {values.shape}")
    part = np.ones(values.shape, dtype=np.bool_) if mask is None else np.asarray(mask, dtype=np.bool_)
    if part.shape != values.shape:
        raise ValueError("mask and counts must have the same shape")
    if radius_cells < 0 or not np.isfinite(values[part]).all():
        raise ValueError("counts must be finite and radius_cells not negative")
    scores = np.full(values.shape, np.nan)
    n = int(part.sum())
    if not n or np.ptp(values[part]) == 0:  # a mean of equal values may differ from them by rounding
        scores[part] = 0.0
        return scores
    values = np.where(part, values, 0.0)
    mean = values.sum() / n
    # centred first: the textbook sum of squares less the squared mean loses digits on large counts
    centred = np.where(part, values - mean, 0.0)
    deviation = np.sqrt(np.square(centred).sum() / n)
    around = _disc_sums(centred, radius_cells)
    neighbours = _disc_sums(part.astype(np.float64), radius_cells)
    scale = deviation * np.sqrt(np.maximum(n * neighbours - neighbours**2, 0.0) / max(n - 1, 1))
    scores[part] = np.divide(around, scale, out=np.zeros_like(around), where=scale > 0)[part]
    return scores


def _disc_sums(values: Floats, radius_cells: float) -> Floats:
    """Each cell's sum over the disc around it, by running sums along the rows: a pass per row of the disc."""
    rows, columns = values.shape
    running = np.zeros((rows, columns + 1))
    np.cumsum(values, axis=1, out=running[:, 1:])
    sums = np.zeros_like(values)
    column = np.arange(columns)
    for step in range(-int(radius_cells), int(radius_cells) + 1):
        if abs(step) >= rows:
            continue
        half = int(np.sqrt(radius_cells**2 - step**2))
        half += bool(np.hypot(half + 1, step) <= radius_cells)  # the square of √13 is below 13
        high = np.minimum(column + half + 1, columns)
        low = np.maximum(column - half, 0)
        source = slice(max(step, 0), rows + min(step, 0))
        target = slice(max(-step, 0), rows + min(-step, 0))
        sums[target] += running[source][:, high] - running[source][:, low]
    return sums
