"""Spots and worlds for tests in which every spot is another person's."""

from __future__ import annotations

import numpy as np

from mapdialog.analysis.null import LabelsWorld
from mapdialog.analysis.spots import Spots


def one_spot_each(cell: np.ndarray, *, n: int) -> LabelsWorld:
    """`n` of the spots are the theme's."""
    return LabelsWorld(Spots.one_each(cell), is_theme=np.arange(len(cell)) < n)


def spots_of(counts: np.ndarray) -> Spots:
    """So many in each cell. `counts`: (cells,)."""
    return Spots.one_each(np.repeat(np.arange(len(counts)), counts))
