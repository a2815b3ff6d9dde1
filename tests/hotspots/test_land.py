"""Sea and lakes are a mask: what a run expects and counts per km² is of land; what it counts is all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon

from layers.models import Area, Edition, Feature
from layers.questions import land
from mapdialog.analysis.parameters import HotspotParameters
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots.models import Run
from mapdialog.hotspots.run import boundaries, calculate
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "bamble"
ON = NOON.date()
_SEVEN_METRES = 7e-5


def shapes(name: str) -> list[tuple[GEOSGeometry, dict[str, str]]]:
    content = json.loads((FIXTURES / f"{name}.geojson").read_text(encoding="utf-8"))
    return [
        (GEOSGeometry(json.dumps(feature["geometry"]), srid=4326), feature["properties"])
        for feature in content["features"]
    ]


@pytest.fixture
def units() -> Edition:
    edition = factories.edition(of=factories.layer())
    for geom, properties in shapes("grunnkretser"):
        multi = geom if geom.geom_type == "MultiPolygon" else MultiPolygon(geom, srid=4326)
        Area.objects.create(edition=edition, code=properties["code"], name=properties["name"], geom=multi)
    return edition


@pytest.fixture
def wet(units: Edition) -> Area:
    """The unit that is 95 % sea."""
    for name in ("sea", "lakes"):
        edition = factories.edition(of=factories.layer(kind="water", name=name))
        for geom, _properties in shapes(name):
            Feature.objects.create(edition=edition, geom=geom)
    ground = land.of_areas(units, on=ON)
    return units.areas.get(pk=min(ground.whole_m2, key=lambda pk: ground.land_m2[pk] / ground.whole_m2[pk]))


@pytest.fixture
def consultation(units: Edition, wet: Area) -> Consultation:
    """Six contributions at one place on the unit's land, one out at sea."""
    municipality = factories.municipality(code="NO-4012")
    made = factories.consultation(municipality=municipality, boundary_layer=units.layer)
    water = Feature.objects.filter(edition__layer__kind="water")
    sea = GEOSGeometry("MULTIPOLYGON EMPTY", srid=4326)
    for feature in water:
        sea = sea.union(feature.geom)
    dry = wet.geom.difference(sea).point_on_surface
    afloat = wet.geom.intersection(sea).point_on_surface
    for i in range(6):
        factories.contribution(to=made, at=(dry.x + i * _SEVEN_METRES, dry.y))
    factories.contribution(to=made, at=(afloat.x, afloat.y))
    return made


def run(consultation: Consultation) -> Run:
    parameters = HotspotParameters(metric_srid=25832)
    return calculate(
        consultation, at=NOON, on=ON, boundary=boundaries(consultation, on=ON), parameters=parameters
    ).run


def test_what_is_expected_and_the_density_are_of_land_and_pins_at_sea_count(
    consultation: Consultation, units: Edition, wet: Area
) -> None:
    masked = run(consultation)
    summary = masked.summaries.get(area=wet)
    ground = land.of_areas(units, on=ON)
    assert summary.n == 7
    # computed twice, by the database and by the analysis
    assert summary.area_km2 == pytest.approx(ground.land_m2[wet.pk] / 1e6, rel=1e-3)
    assert summary.area_km2 < 0.06 * ground.whole_m2[wet.pk] / 1e6
    Feature.objects.all().delete()
    bare = run(consultation)
    assert bare.summaries.get(area=wet).area_km2 == pytest.approx(ground.whole_m2[wet.pk] / 1e6, rel=1e-3)
    expected = [calculated.hotspots.get().statistics["expected"] for calculated in (masked, bare)]
    assert expected[0] > 5 * expected[1]


def test_every_unit_has_the_land_that_the_pages_show(consultation: Consultation, units: Edition) -> None:
    ground = land.of_areas(units, on=ON)
    for summary in run(consultation).summaries.filter(area__isnull=False):
        assert summary.area_km2 == pytest.approx(ground.land_m2[summary.area_id] / 1e6, rel=1e-3, abs=1e-4)
