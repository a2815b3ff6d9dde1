"""Vertices, parts and features that lie where the others do not: named, with where they are.

At 0, 0 of the coordinates, across the antimeridian the wrong way (359° wide), in another country, or far from
all the rest. Longitudes are compared around the globe: parts at 180° and at −180° are neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import countries, crs
from layers.findings.finding import Finding, Item, Severity, listing
from layers.importing import shapes as shaping
from layers.importing.checked import CheckInput

# Far from the rest: beyond this many times the distance within which three of four points lie, and this far.
_FAR_TIMES = 20
_FAR_DEGREES = 0.5
# Where 0, 0 of every system of those countries lies: the false origins of the zones are on the equator.
_ZERO = (-30.0, -1.0, 30.0, 1.0)
_HALF_ROUND = 180.0

# The gravest first.
_KINDS: tuple[tuple[str, Severity], ...] = (
    ("too_wide", "error"),
    ("at_zero", "error"),
    ("stray_vertex", "error"),
    ("stray", "warning"),
    ("abroad", "warning"),
)

Points = crs.Points
Mask = NDArray[np.bool_]


def findings(checked: CheckInput) -> list[Finding]:
    """What lies astray: each feature under the gravest of its faults only."""
    layer, shapes = _Layer.of(checked), checked.shapes()
    items: dict[str, list[Item]] = {kind: [] for kind, _severity in _KINDS}
    row_numbers = checked.row_numbers()
    for index in np.flatnonzero(layer.may_be_astray(shapely.bounds(shapes))).tolist():
        kind, item = _gravest(int(row_numbers[index]), shapes[index], layer=layer, checked=checked)
        if item is not None:
            items[kind].append(item)
    return [finding for kind, severity in _KINDS for finding in listing(kind, items[kind], severity=severity)]


def bounds_without(
    findings: Sequence[Finding], *, shapes: crs.Geometries, row_numbers: Sequence[int]
) -> shaping.Bounds:
    """The box of the features that are not astray; of all, where all are."""
    kinds = ("too_wide", "at_zero", "stray_vertex", "stray")
    astray = {item.feature for finding in findings if finding.kind in kinds for item in finding.items}
    good = np.array([row_number + 1 not in astray for row_number in row_numbers], dtype=bool)
    west, south, east, north = shapely.total_bounds(shapes[good] if good.any() else shapes).tolist()
    return west, south, east, north


@dataclass(frozen=True, kw_only=True)
class _Layer:
    """Where the layer lies: its middle, and how far from there is far, in degrees of latitude."""

    lon: float
    lat: float
    reach: float
    country: str
    is_at_zero: bool

    @classmethod
    def of(cls, checked: CheckInput) -> _Layer:
        points = shaping.some_points(checked.shapes())
        angles = np.radians(points[:, 0])
        around = float(np.degrees(np.arctan2(np.sin(angles).mean(), np.cos(angles).mean())))
        turned = _turned(points, around)
        lon, lat = np.median(turned, axis=0).tolist()
        usual = float(np.percentile(_away(turned, lon=lon, lat=lat), 75))
        country = checked.owner.partition("-")[0]
        is_here = np.count_nonzero(countries.inside(points, country=country)) * 2 >= len(points)
        return cls(
            lon=lon,
            lat=lat,
            reach=max(_FAR_DEGREES, _FAR_TIMES * usual),
            country=country if is_here else "",
            is_at_zero=not countries.is_known(country) and bool(_at_zero(points).all()),
        )

    def may_be_astray(self, bounds: NDArray[np.float64]) -> Mask:
        """By the shapes' boxes alone, which is quick."""
        west, south, east, north = bounds.T
        corners = [np.column_stack(corner) for corner in product((west, east), (south, north))]
        mask = east - west > _HALF_ROUND
        for corner in corners:
            mask = mask | self.far(corner) | self.zero(corner) | self.outside(corner)
        return np.asarray(mask, dtype=bool)

    def far(self, points: Points) -> Mask:
        return _away(_turned(points, self.lon), lon=self.lon, lat=self.lat) > self.reach

    def zero(self, points: Points) -> Mask:
        return _at_zero(points) & (not self.is_at_zero)

    def outside(self, points: Points) -> Mask:
        if not self.country:
            return np.zeros(len(points), dtype=bool)
        return ~countries.inside(points, country=self.country)


def _gravest(
    row_number: int, shape: shapely.Geometry, *, layer: _Layer, checked: CheckInput
) -> tuple[str, Item | None]:
    """What is wrong with a shape, if anything is, and where."""
    parts = shapely.get_parts(shape)
    west, _south, east, _north = shapely.bounds(parts).T
    if (east - west > _HALF_ROUND).any():
        width = float((east - west).max())
        point = shapely.get_coordinates(parts[int(np.argmax(east - west))])[0]
        return "too_wide", _item(row_number, point, checked, why=f"{width:.0f}° wide")
    points, part_of = shapely.get_coordinates(parts, return_index=True)
    for kind, mask in (
        ("at_zero", layer.zero(points)),
        ("stray", layer.far(points)),
        ("abroad", layer.outside(points)),
    ):
        if mask.any():
            first = int(np.argmax(mask))
            is_torn = kind == "stray" and not mask[part_of == part_of[first]].all()
            why = "" if mask.all() else f"{np.count_nonzero(mask)} of {len(mask)} points"
            return "stray_vertex" if is_torn else kind, _item(row_number, points[first], checked, why=why)
    return "", None


def _item(row_number: int, point: Points, checked: CheckInput, *, why: str) -> Item:
    lon, lat = point.tolist()
    code = checked.rows[row_number].code
    return Item(feature=row_number + 1, code=code, why=why, lon=round(lon, 7), lat=round(lat, 7))


def _turned(points: Points, around: float) -> Points:
    """The same points with longitudes within half a round of `around`."""
    lon = (points[:, 0] - around + _HALF_ROUND) % (2 * _HALF_ROUND) - _HALF_ROUND + around
    return np.column_stack([lon, points[:, 1]])


def _away(points: Points, *, lon: float, lat: float) -> NDArray[np.float64]:
    return np.asarray(np.hypot((points[:, 0] - lon) * np.cos(np.radians(lat)), points[:, 1] - lat))


def _at_zero(points: Points) -> Mask:
    return countries.within(points, _ZERO)
