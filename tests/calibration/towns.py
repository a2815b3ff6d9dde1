"""Real towns with real populations: where the simulated people live."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from mapdialog.analysis.exposure import ExposureParameters, Residents, from_residents, from_streets
from mapdialog.analysis.ground import Ground, GroundParameters, ground_of
from mapdialog.analysis.project import metric_geometries

FIXTURES = Path(__file__).parents[2] / "fixtures"
EVEN_SHARE = 0.005
_GROUND = GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=200_000)
_EXPOSURE = ExposureParameters(even_share=EVEN_SHARE)


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


SOURCES = {
    "Washington": Source(
        32618, "dc/committees_2013.geojson", "dc/census_tracts_2000.geojson", ("population",)
    ),
    "Bamble": Source(
        25832,
        "bamble/municipality.geojson",
        "bamble/grunnkretser.geojson",
        ("population_2025",),
        water=("bamble/sea.geojson", "bamble/lakes.geojson"),
        built_up="bamble/built_up.geojson",
        streets="bamble/roads.geojson",
    ),
    "Stockholm": Source(
        3006,
        "stockholm/basomraden.geojson",
        "stockholm/basomraden.geojson",
        ("pop_0_5", "pop_6_15", "pop_16_19", "pop_20_44", "pop_45_64", "pop_65_79", "pop_80_"),
    ),
}
KINDS = ("population", "built-up", "streets", "even")


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
    shares = {
        "even": ground.land_m2 / ground.land_m2.sum(),
        "population": _residents(units, population, built_up=built_up, ground=ground),
    }
    if built_up is not None:
        everybody = np.array([region], dtype=object)
        shares["built-up"] = _residents(everybody, np.array([1.0]), built_up=built_up, ground=ground)
    if source.streets:
        streets = _shapes(source.streets, srid=source.srid)[1]
        shares["streets"] = from_streets(streets, ground=ground, parameters=_EXPOSURE).share
    return ground, shares


def _residents(
    units: np.ndarray, population: np.ndarray, *, built_up: shapely.Geometry | None, ground: Ground
) -> np.ndarray:
    residents = Residents(
        units=units,
        population=population,
        buildings=None,
        floors=None,
        built_up=built_up,
        residential_zones=None,
    )
    return from_residents(residents, ground=ground, parameters=_EXPOSURE).share


def _shapes(file: str, *, srid: int) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    frame = gpd.read_file(FIXTURES / file)
    metric = metric_geometries(np.array(frame.geometry, dtype=object), metric_srid=srid)
    return frame, np.where(shapely.is_valid(metric), metric, shapely.make_valid(metric))


def _union(shapes: np.ndarray) -> shapely.Geometry:
    return shapely.union_all(shapes)
