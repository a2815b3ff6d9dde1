"""Invented areas and pins in lon/lat, the same for everybody who asks with the same numbers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
# About 20 × 20 km of Bamble's neighbourhood, and there within UTM zone 32.
WEST, SOUTH, EAST, NORTH = 9.50, 58.95, 9.85, 59.13


def jagged_areas(*, columns: int, rows: int, vertices: int, seed: int = 1) -> gpd.GeoDataFrame:
    """columns × rows neighbours that share every border, of about `vertices` points: code, name, geometry."""
    dice = np.random.default_rng(seed)
    steps = max(2, vertices // 4)
    along = np.linspace(0, 1, steps + 1)
    across = _wiggles(dice, (rows + 1, columns), along)
    beside = _wiggles(dice, (rows, columns + 1), along)
    # the rim is straight, so that everything lies in some area
    across[[0, -1]] = 0
    beside[:, [0, -1]] = 0
    rings = []
    for row in range(rows):
        for column in range(columns):
            south = np.column_stack([column + along, row + across[row, column]])
            north = np.column_stack([column + along, row + 1 + across[row + 1, column]])
            west = np.column_stack([column + beside[row, column], row + along])
            east = np.column_stack([column + 1 + beside[row, column + 1], row + along])
            rings.append(np.vstack([south[:-1], east[:-1], north[:0:-1], west[:0:-1]]))
    size = np.array([(EAST - WEST) / columns, (NORTH - SOUTH) / rows])
    polygons = [shapely.Polygon(np.round(ring * size + (WEST, SOUTH), 9)) for ring in rings]
    codes = [f"{number:05d}" for number in range(len(polygons))]
    names = [f"Område {code}" for code in codes]
    return gpd.GeoDataFrame({"code": codes, "name": names}, geometry=polygons, crs="EPSG:4326")


def _wiggles(dice: np.random.Generator, shape: tuple[int, int], along: Floats) -> Floats:
    """Offsets along each edge: small waves that end at nothing in the corners, so that no two edges cross."""
    waves = np.arange(2, 12)
    height = dice.uniform(-1, 1, (*shape, len(waves))) * 0.05 / waves
    return height @ np.sin(np.pi * waves[:, None] * along) * np.sin(np.pi * along)


def gathered(n: int, *, clusters: int, spread_m: float, seed: int = 1) -> Floats:
    """(n, 2) metres in a square of 20 km: four fifths in round clusters, the rest anywhere."""
    dice = np.random.default_rng(seed)
    middles = dice.uniform(1_000, 19_000, (clusters, 2))
    inside = n * 4 // 5
    near = middles[dice.integers(clusters, size=inside)] + dice.normal(0, spread_m, (inside, 2))
    return np.vstack([near, dice.uniform(0, 20_000, (n - inside, 2))])


def pins(n: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """n points, clustered, in lon/lat."""
    metres = gathered(n, clusters=400, spread_m=300, seed=seed)
    lonlat = np.clip(metres, 1, 19_999) / 20_000 * (EAST - WEST, NORTH - SOUTH) + (WEST, SOUTH)
    return gpd.GeoDataFrame(geometry=shapely.points(lonlat), crs="EPSG:4326")


def addresses(n: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """n house numbers, some thirty along each street of a made-up name, in lon/lat: code, name, geometry."""
    dice = np.random.default_rng(seed)
    firsts = (
        "Stor",
        "Strand",
        "Gran",
        "Furu",
        "Bjørk",
        "Kirke",
        "Skole",
        "Mølle",
        "Sjø",
        "Fjell",
        "Elve",
        "Myr",
    )
    middles = ("", "ås", "haug", "dal", "nes", "mo", "lund", "bakk")
    lasts = ("gata", "vegen", "bakken", "stien", "lia", "åsen", "tunet", "svingen")
    sides = ("", "Øvre ", "Nedre ", "Gamle ", "Nordre ")
    streets = [
        f"{side}{(first + middle + last).capitalize()}"
        for side in sides
        for first in firsts
        for middle in middles
        for last in lasts
    ]
    dice.shuffle(streets)
    number = np.arange(n) // len(streets) + 1
    street = np.arange(n) % len(streets)
    starts = dice.uniform((WEST, SOUTH), (EAST, NORTH), (len(streets), 2))
    along = dice.normal(0, 1, (len(streets), 2))
    along *= 0.0002 / np.linalg.norm(along, axis=1, keepdims=True)  # ten to twenty metres from house to house
    letters = np.where(dice.random(n) < 0.1, "B", "")
    names = [f"{streets[s]} {at}{letter}" for s, at, letter in zip(street, number, letters, strict=True)]
    spots = shapely.points(starts[street] + along[street] * number[:, None])
    return gpd.GeoDataFrame(
        {"code": [f"{i:06d}" for i in range(n)], "name": names}, geometry=spots, crs="EPSG:4326"
    )
