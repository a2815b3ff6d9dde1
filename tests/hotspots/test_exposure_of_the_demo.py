"""Where people live in Bamble and in Washington, from the demo's own layers, against the files themselves."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely
from django.utils import translation

from layers.models import Layer
from mapdialog.analysis.exposure import ResidentsParameters
from mapdialog.analysis.ground import GroundParameters
from mapdialog.analysis.project import metric_geometries
from mapdialog.demo import demo_file, loading
from mapdialog.dialogue.models import Alternative
from mapdialog.hotspots import exposure_words, study_region
from mapdialog.hotspots.known_exposure import KnownExposure, Parameters, known_exposure
from tests import factories

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
ON = AT.date()
# What an exposure may ask about; roads, names and the like take longer than all of these.
LAYERS = {
    "NO-4012": ["committees", "plan-a", "plan-b", "sea", "lakes", "built-up-land", "grunnkretser"],
    "US-DC": ["planned-land-use", "census-tracts"],
}


def exposure_in_demo(owner: str, *, metric_srid: int, around: str, plans: list[str]) -> KnownExposure:
    demo = demo_file.read(loading.fixture("demo.toml"), at=AT)
    for layer in demo.layers:
        if layer.owner == owner and layer.name in LAYERS[owner]:
            loading.load_layer(layer, say=lambda line: None)
    for population in demo.population:
        if population.owner == owner:
            loading.load_population(population, say=lambda line: None)
    municipality = factories.municipality(code=owner, metric_srid=metric_srid)
    boundaries = Layer.objects.get(owner=owner, name=around)
    consultation = factories.consultation(municipality=municipality, boundary_layer=boundaries, area=None)
    for name in plans:
        layer_of_plan = Layer.objects.get(owner=owner, name=name)
        Alternative.objects.create(consultation=consultation, key=name, layer=layer_of_plan)
    parameters = Parameters(
        ground=GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=1_000_000),
        exposure=ResidentsParameters(even_share=0.005, attention_m=0.0),
    )
    region = study_region.of_consultation(consultation, on=ON)
    return known_exposure(region, age=None, parameters=parameters)


def in_file(name: str, *, srid: int) -> gpd.GeoDataFrame:
    frame = gpd.read_file(loading.fixture(name))
    shapes = metric_geometries(np.array(frame.geometry, dtype=object), metric_srid=srid)
    return frame.set_geometry(gpd.GeoSeries(shapely.make_valid(shapes), index=frame.index, crs=srid))


def residents_over(exposure: KnownExposure) -> dict[str, float]:
    return {way.over: way.residents for way in exposure.note.ways if round(way.residents)}


def test_in_bamble_people_live_in_the_built_up_land_of_each_unit_that_has_any() -> None:
    exposure = exposure_in_demo("NO-4012", metric_srid=25832, around="committees", plans=["plan-a", "plan-b"])
    units = in_file("bamble/grunnkretser.geojson", srid=25832)
    dry = shapely.union_all(units.geometry)
    for name in ("sea", "lakes"):
        dry = shapely.difference(dry, in_file(f"bamble/{name}.geojson", srid=25832).union_all())
    towns = shapely.intersection(in_file("bamble/built_up.geojson", srid=25832).union_all(), dry)
    in_towns = units.geometry.intersection(towns).area > 0
    expected = {
        "built_up": units.population_2025[in_towns].sum(),
        "land": units.population_2025[~in_towns].sum(),
    }
    assert sum(expected.values()) == 14_295
    assert residents_over(exposure) == pytest.approx(expected, abs=0.01)
    assert exposure.exposure.p_may_be_printed
    assert exposure.ground.land_m2.sum() == pytest.approx(dry.area, rel=1e-4)
    cells = shapely.points(*np.meshgrid(exposure.ground.x_m, exposure.ground.y_m))
    deep_inside = shapely.contains_properly(towns.buffer(-75), cells)
    in_the_wild = exposure.ground.is_land & ~shapely.dwithin(towns, cells, 75)
    share = exposure.exposure.share
    assert np.median(share[deep_inside]) > 50 * np.median(share[in_the_wild])
    with translation.override("nb"):
        lines = dict(exposure_words.lines(exposure.note, language="nb", for_everyone=True))
    assert lines["Innbyggere"].startswith(
        "14\xa0295 i 2025 (Statistisk sentralbyrå), etter 25 områder i Grunnkretser"
    )
    assert (
        "Tettsteder (utgave 1, gjelder fra 1. januar 2025, © Kartverket, N1000)"
        in (lines["Fordelt på tettbygde områder"])
    )
    assert lines["Fordelt etter bygningenes gulvareal"].startswith("Ingen: det gjelder ikke noe")
    # two alternatives on the table are drawn for the demo: nobody lives in them
    assert lines["Fordelt på boligområder i en arealplan"].startswith("Ingen")
    assert "Hav (" in lines["Vann som er holdt utenfor"]
    assert lines["Hvor vi har lett"].startswith("Alle områder i Nærmiljøutvalg (oppdiktet)")


def test_in_washington_people_live_in_the_housing_zones_of_each_tract_that_has_any() -> None:
    exposure = exposure_in_demo(
        "US-DC", metric_srid=26918, around="census-tracts", plans=["planned-land-use"]
    )
    tracts = in_file("dc/census_tracts_2000.geojson", srid=26918)
    zones = in_file("dc/planned_land_use_2006.geojson", srid=26918)
    codes = zones.code.fillna("").str.split(", ")
    is_home = codes.map(lambda parts: bool({"RLD", "RMOD", "RMED", "RHD"} & set(parts)))
    homes = zones.geometry[is_home & ~zones.geometry.is_empty].union_all()
    in_homes = tracts.geometry.intersection(homes).area > 0
    expected = {
        "residential_zones": tracts.population[in_homes].sum(),
        "land": tracts.population[~in_homes].sum(),
    }
    assert sum(expected.values()) == 572_059
    assert residents_over(exposure) == pytest.approx(expected, abs=5)
    assert exposure.note.elsewhere < 1
    assert exposure.exposure.p_may_be_printed
    with translation.override("en"):
        lines = dict(exposure_words.lines(exposure.note, language="en", for_everyone=True))
    assert "Planned land use 2006 (edition 1, in force from" in lines["Spread over housing zones of a plan"]
    assert lines["Residents"].startswith(
        "572,059 in 2000 (US Census Bureau, DC Open Data), by 188 areas of Census"
    )
    assert lines["Spread over built-up land"] == "Nobody: no map layer of built-up land is in force."
    assert lines["Water left out"] == "None is known: water counts as land."
