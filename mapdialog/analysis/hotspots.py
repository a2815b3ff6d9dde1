"""Where comments gather: clusters inside each area, each with what a planner asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mapdialog.analysis.areas import OUTSIDE, AreaCounts, area_indexes_of, count_by_area, lonlat_of, ranked
from mapdialog.analysis.clusters import NOISE, dbscan
from mapdialog.analysis.even_spread import AreaPins, EvenSpread, even_spread, land_m
from mapdialog.analysis.project import area_km2, lonlat_geometries, metric_coordinates
from mapdialog.analysis.significance import false_discovery

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_LEADING_THEMES = 3
_BAY_MOUTH = 1.5  # distances; a bay in the outline at least so wide at its mouth is left out of the hotspot


@dataclass(frozen=True)
class Hotspot:
    """One cluster of pins inside one area.

    `n` can be below the minimum: neighbours of its core pins that lie nearer another cluster's belong there.
    `geometry`: Polygon in EPSG:4326 that holds every member with a margin; near the border it reaches
    a little outside the area. `centre`: lon, lat of the member nearest the mean. `radius_m`: the disc
    around the centre that holds every member, at least the clustering distance; `expected`, `ratio` and the
    probabilities compare that disc with the whole area (see `even_spread`) and are None outside all areas.
    """

    area: str | None
    geometry: shapely.Geometry
    centre: tuple[float, float]
    centre_id: Any
    radius_m: float
    n: int
    n_contributors: int  # distinct known contributors
    n_unknown: int  # pins whose contributor is not known
    themes: dict[str, int]  # the three leading ones
    member_ids: list[Any]
    core_ids: list[Any]
    n_on_water: int = 0  # members in the water, where that is known: nothing is expected there
    in_disc: int | None = None
    expected: float | None = None
    ratio: float | None = None  # pins in the disc to those expected
    p_even_spread: float | None = None
    q_even_spread: float | None = None  # adjusted over all hotspots of the run (Benjamini–Hochberg)
    p_even_spread_contributors: float | None = None
    q_even_spread_contributors: float | None = None


@dataclass(frozen=True)
class AreaSummary(AreaCounts):
    """An area's counts beside its size; for the pins outside every area, code, name and size are None."""

    name: str | None
    share: float  # of all pins; 0 when there are none
    land_km2: float | None  # on the ellipsoid, less the water if that was given
    n_per_km2: float | None


@dataclass(frozen=True)
class HotspotResult:
    """`hotspots`: largest first. `areas`: as given, then the outside. `labels`: each pin's hotspot or -1."""

    hotspots: list[Hotspot]
    areas: list[AreaSummary]
    assigned: pd.Series[str]
    labels: pd.Series[int]  # indexed as the pins; the number is the index in `hotspots`
    n_without_place: int  # pins with no geometry, or where the metric CRS does not reach; in no hotspot


def find_hotspots(
    pins: gpd.GeoDataFrame,
    *,
    areas: gpd.GeoDataFrame,
    metric_srid: int,
    distance_m: float = 100.0,
    minimum: int = 5,
    water: shapely.Geometry | None = None,
) -> HotspotResult:
    """Assign pins to areas and find the clusters inside each area; pins outside all areas are one group.

    `pins`: points in EPSG:4326 with the columns id (all of one sortable type), contributor (None when
    unknown) and theme; `areas`: polygons in EPSG:4326 with code and name; `water`: what of the areas
    is not land, in EPSG:4326. The result does not depend on the order of the rows. Raises ValueError for
    another CRS, for geometry that is not points, and for a CRS that is not in metres.
    """
    order = pins.index
    if not pins["id"].is_monotonic_increasing:
        pins = pins.sort_values("id", kind="stable")
    lonlat = lonlat_of(pins)
    area_index = area_indexes_of(lonlat, areas=areas)
    assigned = pd.Series(
        np.array([*areas["code"], None], dtype=object)[area_index], index=pins.index, dtype=object
    )
    xy_m = metric_coordinates(lonlat, metric_srid=metric_srid)
    labels, core = _clusters_by_area(xy_m, area_index, distance_m=distance_m, minimum=minimum)
    land = land_m(areas, metric_srid=metric_srid, water=water)
    table = _Pins.of(pins, lonlat=lonlat, xy_m=xy_m, core=core)
    described = _described(table, labels, area_index, areas=areas, land=land, distance_m=distance_m)
    if water is not None:
        described = _afloat(described, table, labels, water=water)
    hotspots, numbers = _largest_first(described)
    hotspots = _located(hotspots, metric_srid=metric_srid)
    return HotspotResult(
        hotspots=_adjusted(hotspots),
        areas=_summaries(pins, areas=areas, assigned=assigned, water=water),
        assigned=assigned.reindex(order),
        labels=pd.Series(numbers[labels], index=pins.index).reindex(order),
        n_without_place=int(np.isnan(xy_m).any(axis=1).sum()),
    )


@dataclass(frozen=True)
class _Pins:
    ids: npt.NDArray[np.object_]
    lonlat: Floats
    xy_m: Floats
    core: Bools
    person: Ints  # -1 is unknown
    theme: Ints  # -1 is none
    themes: list[str]

    @classmethod
    def of(cls, pins: gpd.GeoDataFrame, *, lonlat: Floats, xy_m: Floats, core: Bools) -> _Pins:
        person, _ = pd.factorize(pins["contributor"])
        theme, themes = pd.factorize(pins["theme"])
        return cls(np.array(pins["id"], dtype=object), lonlat, xy_m, core, person, theme, list(themes))


def _groups(numbers: Ints) -> Iterator[tuple[int, Ints]]:
    """Each number that occurs, with the rows that have it, ascending."""
    order = np.argsort(numbers, kind="stable")
    values, first = np.unique(numbers[order], return_index=True)
    yield from zip(values.tolist(), np.split(order, first[1:]), strict=False)


def _clusters_by_area(
    xy_m: Floats, area_index: Ints, *, distance_m: float, minimum: int
) -> tuple[Ints, Bools]:
    """Labels over all areas, -1 for noise and for pins without a spot; and which pins are core."""
    labels = np.full(len(xy_m), NOISE, dtype=np.int64)
    core = np.zeros(len(xy_m), dtype=np.bool_)
    placed = np.asarray(np.isfinite(xy_m).all(axis=1))
    used = 0
    for _, group in _groups(area_index):
        rows = group[placed[group]]
        own, core[rows] = dbscan(xy_m[rows], distance_m=distance_m, minimum=minimum)
        labels[rows] = np.where(own == NOISE, NOISE, own + used)
        used += int(own.max(initial=NOISE)) + 1
    return labels, core


def _described(
    pins: _Pins,
    labels: Ints,
    area_index: Ints,
    *,
    areas: gpd.GeoDataFrame,
    land: list[shapely.Geometry],
    distance_m: float,
) -> list[Hotspot]:
    """The hotspots in the order of their labels; geometry still in metres."""
    codes = [*areas["code"], None]
    by_area: dict[int, AreaPins] = {}
    rows_of_area = dict(_groups(area_index))
    hotspots = []
    for label, rows in _groups(labels):
        if label == NOISE:
            continue
        area = int(area_index[rows[0]])
        hotspot, centre_m = _hotspot(pins, rows, code=codes[area], distance_m=distance_m)
        if area != OUTSIDE:
            if area not in by_area:
                own = rows_of_area[area]
                by_area[area] = AreaPins.of(pins.xy_m[own], person=pins.person[own], land=land[area])
            spread = even_spread(by_area[area], centre_m=centre_m, radius_m=hotspot.radius_m)
            hotspot = _compared(hotspot, spread)
        hotspots.append(hotspot)
    return hotspots


def _afloat(hotspots: list[Hotspot], pins: _Pins, labels: Ints, *, water: shapely.Geometry) -> list[Hotspot]:
    """How many members of each lie on the water (EPSG:4326); in the order of the labels."""
    members = np.flatnonzero(labels != NOISE)
    shapely.prepare(water)
    wet = shapely.contains_xy(water, pins.lonlat[members])
    counts = np.bincount(labels[members[wet]], minlength=len(hotspots))
    return [replace(hotspot, n_on_water=int(n)) for hotspot, n in zip(hotspots, counts, strict=True)]


def _hotspot(
    pins: _Pins, rows: Ints, *, code: str | None, distance_m: float
) -> tuple[Hotspot, tuple[float, float]]:
    xy_m = pins.xy_m[rows]
    from_mean = np.square(xy_m - xy_m.mean(axis=0)).sum(axis=1)
    centre = int(np.argmin(from_mean))
    reach_m = float(np.sqrt(np.square(xy_m - xy_m[centre]).sum(axis=1).max()))
    person, theme = pins.person[rows], pins.theme[rows]
    by_theme = np.bincount(theme[theme >= 0], minlength=len(pins.themes))
    hotspot = Hotspot(
        area=code,
        geometry=_outline(xy_m, distance_m=distance_m),
        centre=(float(pins.lonlat[rows[centre], 0]), float(pins.lonlat[rows[centre], 1])),
        centre_id=pins.ids[rows[centre]],
        radius_m=max(reach_m, distance_m) * (1 + 1e-9),  # the outermost member stays inside when rounded
        n=len(rows),
        n_contributors=len(np.unique(person[person >= 0])),
        n_unknown=int((person < 0).sum()),
        themes=ranked(by_theme, names=pins.themes, most=_LEADING_THEMES),
        member_ids=pins.ids[rows].tolist(),
        core_ids=pins.ids[rows[pins.core[rows]]].tolist(),
    )
    return hotspot, (float(xy_m[centre, 0]), float(xy_m[centre, 1]))


def _outline(xy_m: Floats, *, distance_m: float) -> shapely.Geometry:
    """A concave outline with a margin of half the distance, so that three pins on a line are seen too.

    Bays stay wider than the margin closes, so there are no holes.

    One pin stands for all in its square of a quarter of the distance: they are no farther from it than
    the margin reaches, and a crowded hotspot costs no more than a wide one.
    """
    squares = np.floor((xy_m - xy_m.min(axis=0)) / (distance_m / 4)).astype(np.int64)
    column_height = int(squares[:, 1].max()) + 1
    _, first = np.unique(squares[:, 0] * column_height + squares[:, 1], return_index=True)
    across_m = float(np.hypot(*np.ptp(xy_m, axis=0)))
    ratio = min(1.0, _BAY_MOUTH * distance_m / across_m) if across_m else 1.0
    hull = shapely.concave_hull(shapely.multipoints(xy_m[np.sort(first)]), ratio=ratio)
    return cast(shapely.Geometry, shapely.buffer(hull, distance_m / 2))


def _compared(hotspot: Hotspot, spread: EvenSpread | None) -> Hotspot:
    if spread is None:
        return hotspot
    return replace(
        hotspot,
        in_disc=spread.in_disc,
        expected=spread.expected,
        ratio=spread.in_disc / spread.expected if spread.expected else None,
        p_even_spread=spread.p_pins,
        p_even_spread_contributors=spread.p_contributors,
    )


def _largest_first(hotspots: list[Hotspot]) -> tuple[list[Hotspot], Ints]:
    """The hotspots by size, then area, then first member; and each label's new number, -1 for noise last."""
    order = sorted(
        range(len(hotspots)),
        key=lambda row: (
            -hotspots[row].n,
            hotspots[row].area is None,
            hotspots[row].area or "",
            hotspots[row].core_ids[0],
        ),
    )
    numbers = np.full(len(hotspots) + 1, NOISE, dtype=np.int64)
    numbers[order] = np.arange(len(hotspots))
    return [hotspots[row] for row in order], numbers


def _located(hotspots: list[Hotspot], *, metric_srid: int) -> list[Hotspot]:
    outlines = np.array([hotspot.geometry for hotspot in hotspots], dtype=object)
    lonlat = lonlat_geometries(outlines, metric_srid=metric_srid)
    return [replace(hotspot, geometry=outline) for hotspot, outline in zip(hotspots, lonlat, strict=True)]


def _adjusted(hotspots: list[Hotspot]) -> list[Hotspot]:
    pins = _q([hotspot.p_even_spread for hotspot in hotspots])
    people = _q([hotspot.p_even_spread_contributors for hotspot in hotspots])
    return [
        replace(hotspot, q_even_spread=of_pins, q_even_spread_contributors=of_people)
        for hotspot, of_pins, of_people in zip(hotspots, pins, people, strict=True)
    ]


def _q(p: list[float | None]) -> list[float | None]:
    adjusted = false_discovery(np.array(p, dtype=np.float64))
    return [None if np.isnan(q) else float(q) for q in adjusted]


def _summaries(
    pins: gpd.GeoDataFrame,
    *,
    areas: gpd.GeoDataFrame,
    assigned: pd.Series[str],
    water: shapely.Geometry | None,
) -> list[AreaSummary]:
    land = areas.geometry if water is None else areas.geometry.difference(water)
    sizes = dict(zip(areas["code"], map(area_km2, land), strict=True))
    names = dict(zip(areas["code"], areas["name"], strict=True))
    rows = []
    for counts in count_by_area(pins, areas=areas, assigned=assigned):
        size = sizes.get(counts.code)
        rows.append(
            AreaSummary(
                **counts.__dict__,
                name=names.get(counts.code),
                share=counts.n / len(pins) if len(pins) else 0.0,
                land_km2=size,
                n_per_km2=counts.n / size if size else None,
            )
        )
    return rows
