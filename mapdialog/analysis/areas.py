"""Which area a pin lies in, and how many lie in each.

Planar in lon/lat, by GEOS, as the database does it. A pin on a border belongs to exactly one area: the one
whose code comes first by code points (SQL: ORDER BY code COLLATE "C").
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

OUTSIDE = -1


def assign_areas(pins: gpd.GeoDataFrame, *, areas: gpd.GeoDataFrame) -> pd.Series[str]:
    """The code of each pin's area, None where there is none; indexed like `pins`.

    `pins`: points in EPSG:4326; a missing or empty geometry has no area. `areas`: Polygon or MultiPolygon
    in EPSG:4326 with the column `code` (text). Raises ValueError for frames in another CRS.
    Costs one sort of the pins, then a look at those within each area's box only.
    """
    codes = [*areas["code"], None]
    area_index = area_indexes_of(lonlat_of(pins), areas=areas)
    return pd.Series(np.array(codes, dtype=object)[area_index], index=pins.index, dtype=object, name="area")


def area_indexes_of(lonlat: npt.NDArray[np.float64], *, areas: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """(n,) the row number in `areas` of each (lon, lat), or -1; non-finite coordinates lie nowhere."""
    _refuse_other_crs(areas)
    order = np.argsort(lonlat[:, 0])  # NaN sorts last, beyond every box
    x, y = lonlat[order, 0], lonlat[order, 1]
    areas_of_points = np.full(len(x), OUTSIDE, dtype=np.int64)
    geometries = np.array(areas.geometry, dtype=object)
    west, south, east, north = shapely.bounds(geometries).T
    first = np.searchsorted(x, west, side="left")
    last = np.searchsorted(x, east, side="right")
    for area in sorted(range(len(areas)), key=list(areas["code"]).__getitem__):
        if np.isnan(west[area]):
            continue  # a missing or empty geometry holds nothing
        slab = slice(first[area], last[area])
        near = (y[slab] >= south[area]) & (y[slab] <= north[area]) & (areas_of_points[slab] == OUTSIDE)
        candidates = np.flatnonzero(near) + first[area]
        shapely.prepare(geometries[area])
        inside = shapely.intersects_xy(geometries[area], x[candidates], y[candidates])
        areas_of_points[candidates[inside]] = area
    area_indexes = np.empty(len(x), dtype=np.int64)
    area_indexes[order] = areas_of_points
    return area_indexes


@dataclass(frozen=True)
class AreaCounts:
    """How many pins, by area; `code` None counts the pins in no area."""

    code: str | None
    n: int
    n_contributors: int  # distinct known contributors
    n_unknown: int  # pins whose contributor is not known
    by_theme: dict[str, int]  # most frequent first; pins without a theme are not in it


def count_by_area(
    pins: gpd.GeoDataFrame, *, areas: gpd.GeoDataFrame, assigned: pd.Series[str] | None = None
) -> list[AreaCounts]:
    """Count pins, contributors and themes in every area, in the order of `areas`, and last in none.

    `pins` needs the columns `contributor` and `theme` beside its geometry; `assigned` spares a second
    look-up: what `assign_areas` gave. A contributor who speaks of two areas counts once in each.
    """
    area_codes = assign_areas(pins, areas=areas) if assigned is None else assigned
    codes = list(dict.fromkeys(areas["code"]))
    area_index = pd.Categorical(area_codes, categories=codes).codes.astype(np.int64)
    area_index[area_index == OUTSIDE] = len(codes)
    slots = len(codes) + 1
    n = np.bincount(area_index, minlength=slots)
    person, persons = pd.factorize(pins["contributor"])
    known = person >= 0
    once = np.unique(area_index[known] * max(len(persons), 1) + person[known]) // max(len(persons), 1)
    n_contributors = np.bincount(once, minlength=slots)
    n_unknown = np.bincount(area_index[~known], minlength=slots)
    theme, themes = pd.factorize(pins["theme"])
    themed = theme >= 0
    width = max(len(themes), 1)
    table = np.bincount(area_index[themed] * width + theme[themed], minlength=slots * width).reshape(
        slots, width
    )
    return [
        AreaCounts(
            code=code,
            n=int(n[slot]),
            n_contributors=int(n_contributors[slot]),
            n_unknown=int(n_unknown[slot]),
            by_theme=ranked(table[slot], names=list(themes)),
        )
        for slot, code in enumerate([*codes, None])
    ]


def ranked(counts: npt.NDArray[np.int64], *, names: list[str], most: int | None = None) -> dict[str, int]:
    """The names that occur, most frequent first, equally frequent ones by name."""
    occurring = [(-int(count), name) for name, count in zip(names, counts, strict=False) if count]
    return {name: -negative for negative, name in sorted(occurring)[:most]}


def lonlat_of(pins: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """(n, 2) lon, lat of a frame of points in EPSG:4326; NaN where the geometry is missing or empty."""
    _refuse_other_crs(pins)
    geometries = np.array(pins.geometry, dtype=object)
    placed = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    if not (shapely.get_type_id(geometries[placed]) == shapely.GeometryType.POINT).all():
        raise ValueError("pins must be points")
    lonlat = np.full((len(geometries), 2), np.nan)
    lonlat[placed] = shapely.get_coordinates(geometries[placed])
    return lonlat


def _refuse_other_crs(frame: gpd.GeoDataFrame) -> None:
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        raise ValueError(f"pins and areas must be in EPSG:4326, not {frame.crs}")
