"""Where the countries lie, roughly: enough to see that a file lies somewhere else."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
# Of a municipality's own layers: this far from them a file is still about the same place.
_NEAR_DEGREES = 0.5
# Roughly, land and the sea along it, in a few boxes each: a municipality's file that lies in none is in
# another system than it seems.
COUNTRIES: Mapping[str, tuple[Box, ...]] = {
    "NO": (
        (3.9, 57.5, 12.8, 62.5), (4.5, 62, 14.6, 65.3), (10, 64.8, 18.6, 69.6), (14.5, 68.2, 31.9, 71.7),
        (-10, 70.3, -7, 71.7), (8, 74, 36, 81.5),
    ),
    "SE": ((10.5, 55, 17.5, 60.5), (16.5, 56.5, 20, 60.5), (11.5, 59.5, 20, 64.4), (13.3, 63.3, 24.5, 69.4)),
    "DK": ((7.3, 54.3, 13.3, 58.1), (14.3, 54.7, 15.6, 55.7)),
    "FI": ((18.8, 59.4, 32, 66), (20, 65, 31, 70.4)),
    "IS": ((-28, 62, -11, 68),),
    "FO": ((-9, 61, -5.5, 63),),
    "US": ((-180, 15, -60, 73),),
}  # fmt: skip


def is_known(country: str) -> bool:
    return country in COUNTRIES


def is_in_country(point: tuple[float, float], *, country: str) -> bool:
    """Whether (lon, lat) lies in a country of the list, roughly; True for a country that is not on it."""
    return not is_known(country) or bool(inside(np.array([point]), country=country)[0])


def inside(points: NDArray[np.float64], *, country: str) -> NDArray[np.bool_]:
    """By point (lon, lat), whether it lies in the country or in the sea along it."""
    result = np.zeros(len(points), dtype=bool)
    for box in COUNTRIES.get(country, ()):
        result |= within(points, box)
    return result


def within(points: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    """By point, whether it lies in the box; not at infinity, which is PROJ's answer beyond a projection."""
    west, south, east, north = box
    x, y = points[:, 0], points[:, 1]
    return np.asarray((west <= x) & (x <= east) & (south <= y) & (y <= north), dtype=bool)


def around(box: Box) -> Box:
    """The box and what is near it: twice as wide in degrees as high: those of longitude are shorter."""
    west, south, east, north = box
    margin = _NEAR_DEGREES
    return west - 2 * margin, south - margin, east + 2 * margin, north + margin
