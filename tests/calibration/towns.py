"""Real towns with real populations: where the simulated people live."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from mapdialog.analysis.exposure import (
    Residents,
    ResidentsParameters,
    StreetsParameters,
    from_residents,
    from_streets,
)
from mapdialog.analysis.ground import Ground, GroundParameters, ground_of
from mapdialog.analysis.project import metric_geometries

FIXTURES = Path(__file__).parents[2] / "fixtures"
EVEN_SHARE = 0.005
BESIDE_M = 50.0
_GROUND = GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=200_000)
_EXPOSURE = ResidentsParameters(even_share=EVEN_SHARE, attention_m=0.0)
ATTENTION_M = {"population": (400.0, 800.0, 1600.0), "floor area": (37.5, 75.0, 150.0)}
_HOUSES, _HOUSE_M, _ESTATE_M = 8000, 5.0, 60.0  # of a made-up town: how many, half a side, σ of an estate


@dataclass(frozen=True)
class Source:
    """The files of one town; `population`: the columns that add up to it."""

    srid: int
    region: str
    units: str
    population: tuple[str, ...]
    water: tuple[str, ...] = ()
    built_up: str | None = None
    streets: str | None = None
    estates: int = 0  # of made-up houses: no file at hand says where they stand


SOURCES = {
    "Washington": Source(
        32618, "dc/committees_2013.geojson", "dc/census_tracts_2000.geojson", ("population",), estates=1500
    ),
    "Bamble": Source(
        25832,
        "bamble/municipality.geojson",
        "bamble/grunnkretser.geojson",
        ("population_2025",),
        water=("bamble/sea.geojson", "bamble/lakes.geojson"),
        built_up="bamble/built_up.geojson",
        streets="bamble/roads.geojson",
        estates=150,
    ),
    "Stockholm": Source(
        3006,
        "stockholm/basomraden.geojson",
        "stockholm/basomraden.geojson",
        ("pop_0_5", "pop_6_15", "pop_16_19", "pop_20_44", "pop_45_64", "pop_65_79", "pop_80_"),
    ),
}
KINDS = ("population", "built-up", "streets", "exactly on streets", "even", "floor area")


def written_around(kind: str, *, attention_m: float) -> str:
    """The kind of exposure that expects people to write so far (σ) from home."""
    return f"{kind}, written σ {attention_m:g} m from home"


@functools.cache
def ground_and_shares(name: str) -> tuple[Ground, dict[str, np.ndarray]]:
    """The ground of a town, and (rows, columns) of what each kind of exposure that it knows says."""
    source = SOURCES[name]
    water = [_union(_shapes(file, srid=source.srid)[1]) for file in source.water]
    region = _union(_shapes(source.region, srid=source.srid)[1])
    ground = ground_of(region, water=shapely.union_all(water) if water else None, parameters=_GROUND)
    frame, units = _shapes(source.units, srid=source.srid)
    population = frame[list(source.population)].fillna(0).sum(axis=1).to_numpy(float)
    built_up = _union(_shapes(source.built_up, srid=source.srid)[1]) if source.built_up else None
    known = {
        "population": Residents(
            units=units,
            population=population,
            buildings=None,
            floors=None,
            built_up=built_up,
            residential_zones=None,
        )
    }
    if built_up is not None:
        everybody = np.array([region], dtype=object)
        known["built-up"] = replace(known["population"], units=everybody, population=np.array([1.0]))
    shares = {"even": ground.land_m2 / ground.land_m2.sum()}
    shares |= {kind: _share(residents, ground=ground) for kind, residents in known.items()}
    if source.estates:
        houses, floors = _houses(shares["population"], ground=ground, estates=source.estates)
        known["floor area"] = replace(known["population"], buildings=houses, floors=floors)
        shares["floor area"] = _share(known["floor area"], ground=ground)
    for kind in known.keys() & ATTENTION_M.keys():
        for attention_m in ATTENTION_M[kind]:
            shares[written_around(kind, attention_m=attention_m)] = _share(
                known[kind], ground=ground, attention_m=attention_m
            )
    if source.streets:
        streets = _shapes(source.streets, srid=source.srid)[1]
        for kind, beside_m in (("streets", BESIDE_M), ("exactly on streets", 0.0)):
            parameters = StreetsParameters(even_share=EVEN_SHARE, beside_m=beside_m)
            shares[kind] = from_streets(streets, ground=ground, parameters=parameters).share
    return ground, shares


def _share(residents: Residents, *, ground: Ground, attention_m: float = 0.0) -> np.ndarray:
    parameters = replace(_EXPOSURE, attention_m=attention_m)
    return from_residents(residents, ground=ground, parameters=parameters).share


def _houses(share: np.ndarray, *, ground: Ground, estates: int) -> tuple[np.ndarray, np.ndarray]:
    """Made-up houses, and the floors of each: estates where people live, small and high ones side by side."""
    rng = np.random.default_rng(1)
    row, column = np.divmod(rng.choice(share.size, estates, p=share.ravel()), ground.shape[1])
    centre = np.column_stack([ground.x_m[column], ground.y_m[row]])[rng.integers(0, estates, _HOUSES)]
    x, y = (centre + rng.normal(0, _ESTATE_M, centre.shape)).T
    houses = shapely.box(x - _HOUSE_M, y - _HOUSE_M, x + _HOUSE_M, y + _HOUSE_M)
    return houses, np.ceil(rng.lognormal(0.5, 1.0, _HOUSES))


def _shapes(file: str, *, srid: int) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    frame = gpd.read_file(FIXTURES / file)
    metric = metric_geometries(np.array(frame.geometry, dtype=object), metric_srid=srid)
    return frame, np.where(shapely.is_valid(metric), metric, shapely.make_valid(metric))


def _union(shapes: np.ndarray) -> shapely.Geometry:
    return shapely.union_all(shapes)
