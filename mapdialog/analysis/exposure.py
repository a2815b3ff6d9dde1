"""The exposure: where how many comments are expected when nothing is going on, and what is known to say so.

Every result carries the kind of exposure it was compared with. Even land knows nothing of people: it gives a
ratio, and never a probability.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import shapely

from mapdialog.analysis.attention import around_on_land
from mapdialog.analysis.coverage import covered_area, crossed_length
from mapdialog.analysis.ground import NO_CELL, Ground

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]


class ExposureError(ValueError):
    """Nothing can be expected from this: the message says what is missing."""


class Kind(StrEnum):
    """What was used."""

    RESIDENTS = "residents"
    STREETS = "streets"
    ALL_COMMENTS = "all_comments"
    EVEN_LAND = "even_land"


class SpreadOver(StrEnum):
    """Over what the residents of a unit are spread within it, the best known first."""

    FLOOR_AREA = "floor_area"
    BUILT_UP = "built_up"
    RESIDENTIAL_ZONES = "residential_zones"
    LAND = "land"


class Null(StrEnum):
    """How a world without a hotspot is drawn; see `null`."""

    NONE = "none"  # no probability may be printed
    SPOTS = "spots"  # person-spots lie as the exposure says
    LABELS = "labels"  # person-spots lie where they lie; which persons are the theme's is chance


@dataclass(frozen=True, kw_only=True)
class ExposureParameters:
    """What an exposure is made with."""

    even_share: (
        float  # of all that is expected, spread over the land, so that no land cell expects nothing; 0.005
    )


@dataclass(frozen=True, kw_only=True)
class ResidentsParameters(ExposureParameters):
    """What an exposure of residents is made with."""

    attention_m: float  # how far from home people write, σ of a Gaussian; assumed, 300; 0: exactly at home


@dataclass(frozen=True, kw_only=True)
class StreetsParameters(ExposureParameters):
    """What an exposure of streets is made with."""

    beside_m: float  # how far beside their street pins lie, σ of a Gaussian; assumed, 50; 0: exactly on it


@dataclass(frozen=True)
class Exposure:
    """What is expected in each cell.

    `share`: (rows, columns) of the ground, sums to 1, above 0 on every cell with land and 0 elsewhere.
    `residents_over`: of residents, how many were spread over what; empty for other kinds. `left_out`: what
    could not be placed: residents beyond the region or of units without land, metres of street, comments.
    `attention_m`: how far (σ) residents were assumed to write from home, or pins to lie beside their street;
    0 for other kinds.
    """

    share: Floats
    kind: Kind
    null: Null
    residents_over: dict[SpreadOver, float]
    left_out: float
    attention_m: float

    @property
    def most_within_m(self) -> float:
        """Two σ: so near a home 86 of 100 were assumed to lie, were all of it land."""
        return 2.0 * self.attention_m

    @property
    def p_may_be_printed(self) -> bool:
        """Whether a probability means anything against this exposure; who prints one asks it."""
        return self.null is not Null.NONE

    def expected(self, n: float) -> Floats:
        """(rows, columns) how many of `n` are expected in each cell."""
        return self.share * n


@dataclass(frozen=True, kw_only=True)
class Residents:
    """Units with their population, and what is known of where in them people live; one metric CRS.

    `units` do not overlap. `floors`: (buildings,) storeys; 1 where they are not known. None: no such layer.
    """

    units: Geometries
    population: Floats
    buildings: Geometries | None
    floors: Floats | None
    built_up: shapely.Geometry | None
    residential_zones: shapely.Geometry | None


def even_land(ground: Ground, *, parameters: ExposureParameters) -> Exposure:
    """As much on every square metre of land: where nothing else is known."""
    share = _shares(ground.land_m2, ground=ground, parameters=parameters)
    return Exposure(share, Kind.EVEN_LAND, Null.NONE, {}, 0.0, 0.0)


def from_residents(residents: Residents, *, ground: Ground, parameters: ResidentsParameters) -> Exposure:
    """People around where people live: each unit's population over what is best known in it (dasymetric).

    A unit is spread over the floor area of its buildings; without any, over its built-up land, its
    residential zones, its land. Of a unit that reaches beyond the region, only those in the region count.
    From there they are spread over the land around, see `attention`: people write of more than their door.
    Raises ExposureError for negative or missing population and where nobody lives on the ground.
    Source: Mennis 2003.
    """
    population = np.asarray(residents.population, dtype=np.float64)
    if len(population) != len(residents.units) or not (np.isfinite(population) & (population >= 0)).all():
        raise ExposureError("each unit needs a population of zero or more")
    people = np.zeros(ground.shape)
    over = dict.fromkeys(SpreadOver, 0.0)
    for unit in _units_of(residents, ground=ground):
        if unit.population > 0:
            way, inside = unit.spread(ground)
            people[unit.window] += inside
            over[way] += float(inside.sum())
    written = around_on_land(people, ground=ground, attention_m=parameters.attention_m)
    share = _shares(written, ground=ground, parameters=parameters)
    left_out = float(population.sum()) - float(sum(over.values()))
    return Exposure(share, Kind.RESIDENTS, Null.SPOTS, over, max(left_out, 0.0), parameters.attention_m)


def from_streets(streets: Geometries, *, ground: Ground, parameters: StreetsParameters) -> Exposure:
    """As much on every metre of street: for themes of traffic. `streets`: lines in the metric CRS.

    From there it is spread over the land around: a finger or a grid puts no pin exactly on a line, and where
    streets expect next to nothing beside them, such pins would be a hotspot.
    """
    metres = crossed_length(
        streets,
        west_m=ground.west_m,
        south_m=ground.south_m,
        cell_m=ground.parameters.cell_m,
        shape=ground.shape,
    )
    on_land = np.where(ground.is_land, metres, 0.0)
    left_out = float(shapely.length(streets).sum() - on_land.sum())
    written = around_on_land(on_land, ground=ground, attention_m=parameters.beside_m)
    share = _shares(written, ground=ground, parameters=parameters)
    return Exposure(share, Kind.STREETS, Null.SPOTS, {}, max(left_out, 0.0), parameters.beside_m)


def from_all_comments(cell: Ints, *, ground: Ground, parameters: ExposureParameters) -> Exposure:
    """One theme against the consultation's comments (case and control): cancels access and attention.

    `cell`: (n,) of all person-spots, those of the theme included, as `Ground.cells_of` gives them. The others
    alone are a sample, and where none of them lies nothing would be expected: so the theme is compared with
    all, and the null deals the theme out among persons.
    Source: Kulldorff 1997 (Bernoulli model); Kelsall & Diggle 1995.
    """
    counts = np.bincount(cell[cell != NO_CELL], minlength=ground.land_m2.size).reshape(ground.shape)
    share = _shares(counts.astype(np.float64), ground=ground, parameters=parameters)
    return Exposure(share, Kind.ALL_COMMENTS, Null.LABELS, {}, float((cell == NO_CELL).sum()), 0.0)


def _shares(weight: Floats, *, ground: Ground, parameters: ExposureParameters) -> Floats:
    total = weight.sum()
    if not total > 0:
        raise ExposureError("nothing of this exposure lies on the ground: use another kind")
    even = parameters.even_share
    if not 0 < even < 1:
        raise ExposureError("even_share must lie between 0 and 1")
    return np.asarray((1 - even) * weight / total + even * ground.land_m2 / ground.land_m2.sum())


@dataclass(frozen=True)
class _Unit:
    """One unit, and the rectangle of cells it lies in."""

    population: float
    geometry: shapely.Geometry
    residents: Residents
    window: tuple[slice, slice]
    cell: Ints  # (buildings of the unit,) NO_CELL off the ground
    floor_m2: Floats

    def spread(self, ground: Ground) -> tuple[SpreadOver, Floats]:
        """Over what, and (rows, columns of the window) how many people; those off the ground are left out."""
        for way, inside, outside in self._amounts(ground):
            total = float(inside.sum()) + outside
            if total > 0:
                return way, inside * (self.population / total)
        return SpreadOver.LAND, np.zeros_like(ground.land_m2[self.window])

    def _amounts(self, ground: Ground) -> Iterator[tuple[SpreadOver, Floats, float]]:
        """What there is to live in, in the window's cells and off the ground, the best known first."""
        yield SpreadOver.FLOOR_AREA, *self._floor_area(ground)
        land: shapely.Geometry = self.geometry
        beyond: shapely.Geometry = shapely.Polygon()
        if not shapely.contains_properly(ground.land, self.geometry):  # most units lie inland: no cutting
            land = shapely.intersection(self.geometry, ground.land)
            beyond = shapely.difference(self.geometry, ground.region)
        for way, layer in (
            (SpreadOver.BUILT_UP, self.residents.built_up),
            (SpreadOver.RESIDENTIAL_ZONES, self.residents.residential_zones),
        ):
            if layer is not None:
                part = self._covered(shapely.intersection(land, layer), ground=ground)
                yield way, part, float(shapely.area(shapely.intersection(beyond, layer)))
        yield SpreadOver.LAND, self._covered(land, ground=ground), float(shapely.area(beyond))

    def _floor_area(self, ground: Ground) -> tuple[Floats, float]:
        on_ground = self.cell != NO_CELL
        row, column = np.divmod(self.cell[on_ground], ground.shape[1])
        area = np.zeros_like(ground.land_m2[self.window])
        corner = [side.start for side in self.window]
        np.add.at(area, (row - corner[0], column - corner[1]), self.floor_m2[on_ground])
        return area, float(self.floor_m2[~on_ground].sum())

    def _covered(self, polygons: shapely.Geometry, *, ground: Ground) -> Floats:
        rows, columns = self.window
        side = ground.parameters.cell_m
        return covered_area(
            polygons,
            west_m=ground.west_m + columns.start * side,
            south_m=ground.south_m + rows.start * side,
            cell_m=side,
            shape=(rows.stop - rows.start, columns.stop - columns.start),
        )


def _units_of(residents: Residents, *, ground: Ground) -> Iterator[_Unit]:
    unit_of, cell, floor_m2 = _buildings(residents, ground=ground)
    for number, geometry in enumerate(residents.units):
        own = unit_of == number
        window = _window(shapely.bounds(geometry), cell=cell[own], ground=ground)
        yield _Unit(
            float(residents.population[number]), geometry, residents, window, cell[own], floor_m2[own]
        )


def _buildings(residents: Residents, *, ground: Ground) -> tuple[Ints, Ints, Floats]:
    """(buildings,) the unit each stands in (-1: none), its cell and its square metres of floor."""
    if residents.buildings is None or len(residents.buildings) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    floors = residents.floors
    if floors is None or len(floors) != len(residents.buildings):
        raise ExposureError("each building needs its floors: 1 where they are not known")
    middle = shapely.point_on_surface(residents.buildings)
    unit_of = np.full(len(middle), -1, dtype=np.int64)
    building, unit = shapely.STRtree(residents.units).query(middle, predicate="intersects")
    unit_of[building[::-1]] = unit[::-1]  # on a border: the first unit
    cell = ground.cells_of(shapely.get_coordinates(middle)).cell
    return unit_of, cell, np.asarray(shapely.area(residents.buildings) * floors)


def _window(bounds: Floats, *, cell: Ints, ground: Ground) -> tuple[slice, slice]:
    """The rows and columns that a unit touches, or its buildings, which may count on land beside it."""
    rows, columns = ground.shape
    side = ground.parameters.cell_m
    west, south, east, north = (bounds - np.tile([ground.west_m, ground.south_m], 2)) / side
    row, column = np.divmod(cell[cell != NO_CELL], columns)
    return _touched(south, north, also=row, number=rows), _touched(west, east, also=column, number=columns)


def _touched(low: float, high: float, *, also: Ints, number: int) -> slice:
    """At least one."""
    first = min(max(int(np.floor(low)), 0), number - 1)
    last = max(min(int(np.ceil(high)), number), first + 1)
    return slice(int(also.min(initial=first)), int(also.max(initial=last - 1)) + 1)
