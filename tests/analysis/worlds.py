"""Worlds for tests in which every spot is another person's."""

from __future__ import annotations

import numpy as np

from mapdialog.analysis.null import LabelsWorld


def one_spot_each(cell: np.ndarray, *, n: int, n_cells: int) -> LabelsWorld:
    """`n` of the spots are the theme's."""
    spots = np.arange(len(cell))
    return LabelsWorld(cell, person=spots, is_theme=spots < n, n_cells=n_cells)
