"""A scan by another way: trees of distances from each centre to all spots and cells, in plain loops."""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import xlogy


def brute_force(
    cell: np.ndarray, *, share: np.ndarray, is_land: np.ndarray, cell_m: float, radii_m: tuple, **limits
) -> list[tuple[float, float, int, int, float]]:
    """(llr, radius, row, column, expected) of each circle with evidence above 0, unsorted."""
    rows, columns = share.shape
    row, column = np.divmod(np.arange(rows * columns), columns)
    centres = np.column_stack([column, row]) * cell_m
    cells, spots = cKDTree(centres[share.ravel() > 0]), cKDTree(centres[cell])
    weight = share.ravel()[share.ravel() > 0]
    total = len(cell)
    circles = []
    for radius in radii_m:
        middle = np.flatnonzero(is_land.ravel())
        count = spots.query_ball_point(centres[middle], radius * (1 + 1e-10), return_length=True)
        for number in np.flatnonzero(count >= limits["least_people"]):
            inside = cells.query_ball_point(centres[middle[number]], radius * (1 + 1e-10))
            part = math.fsum(weight[inside])
            n, expected = int(count[number]), total * part
            if part <= limits["largest_share"] and n > expected:
                rest = total - n
                llr = xlogy(n, n / expected) + (xlogy(rest, rest / (total - expected)) if rest else 0.0)
                r, c = divmod(int(middle[number]), columns)
                circles.append((float(llr), radius, r, c, expected))
    return circles
