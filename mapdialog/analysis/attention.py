"""How far from home people write, and how far beside their street: moved to the land around.

People do not write exactly where they live. An exposure that is sharper than that, such as floor area,
expects next to nothing a street away from the houses, and calls the pins there a hotspot.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import convolve1d

from mapdialog.analysis.gaussian import moved_by
from mapdialog.analysis.ground import Ground

Floats = npt.NDArray[np.float64]


def around_on_land(people: Floats, *, ground: Ground, attention_m: float) -> Floats:
    """(rows, columns) where so many people write, if each writes around home, on land; or metres of street.

    `people`: (rows, columns) who live in each cell, evenly in it; a cell without land holds at most what
    rounding left, and it is dropped. `attention_m`: the standard deviation of a Gaussian around each home; 0
    gives `people` back. What would lie on water or off the ground is not lost: each home's kernel is divided
    by what of it lies on the ground's land (Diggle 1985, see `edge_correction`), so the sum stays. Those who
    live beyond the ground and write on it are not known.
    Raises ValueError for an attention that is negative or not finite.
    """
    if not (np.isfinite(attention_m) and attention_m >= 0):
        raise ValueError("attention_m must be 0 or more: how far from home people write, in metres")
    if attention_m == 0:
        return people
    mass = _moved(ground.land_share, ground=ground, attention_m=attention_m)
    each = np.divide(people, mass, out=np.zeros(ground.shape), where=ground.is_land)
    return ground.land_share * _moved(each, ground=ground, attention_m=attention_m)


def _moved(values: Floats, *, ground: Ground, attention_m: float) -> Floats:
    for axis, cells in enumerate(ground.shape):
        kernel = moved_by(cells, cell_m=ground.parameters.cell_m, bandwidth_m=attention_m)
        values = convolve1d(values, kernel, axis=axis, mode="constant", cval=0.0)
    return values
