"""How unusual a hotspot would be if the area's pins lay evenly over its land."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from mapdialog.analysis.project import metric_geometries
from mapdialog.analysis.significance import poisson_tail

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_QUARTER_CIRCLE_SEGMENTS = 32  # such a disc is 0.04 % too small


@dataclass(frozen=True)
class EvenSpread:
    """One hotspot's disc compared with its whole area; see `even_spread` for what it does not know."""

    in_disc: int  # the area's pins in the disc, members of the hotspot or not
    expected: float  # how many an even spread of the area's pins would put there
    p_pins: float
    p_contributors: float | None  # None when no contributor of the area is known


@dataclass(frozen=True)
class AreaPins:
    """The pins of one area, ready for discs: sorted from west to east."""

    x_m: Floats
    y_m: Floats
    person: Ints  # -1 is unknown
    pins_each: Ints  # [m] is how many known persons have m pins in the area
    land: shapely.Geometry  # metric

    @classmethod
    def of(cls, xy_m: Floats, *, person: Ints, land: shapely.Geometry) -> AreaPins:
        placed = np.flatnonzero(np.isfinite(xy_m).all(axis=1))
        order = placed[np.argsort(xy_m[placed, 0])]
        _, each = np.unique(person[person >= 0], return_counts=True)
        shapely.prepare(land)
        return cls(xy_m[order, 0], xy_m[order, 1], person[order], np.bincount(each, minlength=1), land)


def land_m(
    areas: gpd.GeoDataFrame, *, metric_srid: int, water: shapely.Geometry | None
) -> list[shapely.Geometry]:
    """The areas in the metric CRS, valid, and less the `water` (EPSG:4326) when that is known."""
    land = np.array(areas.geometry, dtype=object)
    land = np.where(shapely.is_valid(land), land, shapely.make_valid(land))
    if water is not None:
        land = shapely.difference(land, water)
    return list(metric_geometries(land, metric_srid=metric_srid))


def even_spread(area: AreaPins, *, centre_m: tuple[float, float], radius_m: float) -> EvenSpread | None:
    """The Poisson probability of at least as many pins in the disc, were the area's pins spread evenly.

    The expectation is the area's pins times the share of its land that the disc covers. None when the
    area has no land. `p_contributors` asks the same of persons: at least so many distinct ones in the
    disc, when each puts the pins he or she has in the area evenly; unknown contributors are left out.

    Read it as a measure of surprise, not as a proof. It does not know that the disc was drawn where
    the pins are (so p is too small), that people live, walk and meet unevenly (so dense places come out
    as surprising although nothing is wrong there), or, for `p_pins`, that one person's pins go together.
    """
    whole = shapely.area(area.land)
    if whole == 0:
        return None
    x, y = centre_m
    low, high = np.searchsorted(area.x_m, [x - radius_m, x + radius_m], side="left")
    high = max(high, np.searchsorted(area.x_m, x + radius_m, side="right"))
    near = slice(int(low), int(high))
    inside = (area.x_m[near] - x) ** 2 + (area.y_m[near] - y) ** 2 <= radius_m**2
    disc: shapely.Geometry = shapely.buffer(shapely.Point(x, y), radius_m, quad_segs=_QUARTER_CIRCLE_SEGMENTS)
    if not shapely.contains_properly(area.land, disc):
        disc = shapely.intersection(area.land, disc)
    share = min(1.0, float(shapely.area(disc) / whole))
    in_disc = int(inside.sum())
    expected = len(area.x_m) * share
    return EvenSpread(
        in_disc=in_disc,
        expected=expected,
        p_pins=poisson_tail(in_disc, expected=expected),
        p_contributors=_p_contributors(area, area.person[near][inside], share=share),
    )


def _p_contributors(area: AreaPins, person: Ints, *, share: float) -> float | None:
    if not area.pins_each.sum():
        return None
    at_least_one = 1.0 - (1.0 - share) ** np.arange(len(area.pins_each))
    expected = float((area.pins_each * at_least_one).sum())
    return poisson_tail(len(np.unique(person[person >= 0])), expected=expected)
