"""Land is the area less sea and lakes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.contrib.gis.geos import GEOSGeometry, LineString, MultiPolygon, Polygon

from layers.models import Area, Feature
from layers.questions import land
from tests import factories
from tests.factories import SIDE, SOUTH, WEST

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "bamble"
TODAY = dt.date(2026, 5, 4)


def water(*shapes, **options):
    edition = factories.edition(of=factories.layer(kind="water"), **options)
    for shape in shapes:
        Feature.objects.create(edition=edition, geom=shape)
    return edition


def strip(share):
    """The western part of the first square."""
    return Polygon.from_bbox((WEST, SOUTH, WEST + share * SIDE, SOUTH + SIDE))


@pytest.fixture
def edition():
    edition = factories.edition(of=factories.layer())
    factories.areas(of=edition)
    return edition


def shares(edition, *, on=TODAY):
    ground = land.of_areas(edition, on=on)
    codes = dict(edition.areas.values_list("pk", "code"))
    return {codes[pk]: 1 - ground.land_m2[pk] / whole for pk, whole in ground.whole_m2.items()}, ground


def test_without_water_all_of_it_is_land_and_that_is_known(edition):
    land, ground = shares(edition)
    assert land == {"A": 0, "B": 0}
    assert not ground.water_is_known
    assert ground.share_of_water() == 0


def test_water_is_taken_off_once_though_two_layers_have_it(edition):
    water(strip(0.3))
    water(strip(0.4))
    land, ground = shares(edition)
    assert land["A"] == pytest.approx(0.4, abs=1e-3)
    assert land["B"] == pytest.approx(0, abs=1e-9)
    assert ground.water_is_known
    assert ground.share_of_water() == pytest.approx(0.2, abs=1e-3)


def test_an_area_under_water_has_no_land(edition):
    water(strip(2.0))
    assert min(shares(edition)[1].land_m2.values()) == 0


def test_streams_have_no_surface(edition):
    water(LineString((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), srid=4326))
    assert not shares(edition)[1].water_is_known


def test_only_the_owners_water_in_force_counts(edition):
    water(strip(0.5), valid_from=dt.date(2030, 1, 1))
    other = factories.edition(of=factories.layer(kind="water", owner="NO-0301"))
    Feature.objects.create(edition=other, geom=strip(0.5))
    assert shares(edition)[0]["A"] == 0
    assert shares(edition, on=dt.date(2030, 1, 1))[0]["A"] == pytest.approx(0.5, abs=1e-3)


def test_it_is_computed_once_for_each_pair_of_editions(edition, django_assert_num_queries):
    water(strip(0.5))
    first = land.of_areas(edition, on=TODAY)
    with django_assert_num_queries(2):  # which water is in force, and has it any surface
        assert land.of_areas(edition, on=TODAY) == first


def shapes(name):
    content = json.loads((FIXTURES / f"{name}.geojson").read_text(encoding="utf-8"))
    for feature in content["features"]:
        geom = GEOSGeometry(json.dumps(feature["geometry"]), srid=4326)
        yield geom, feature["properties"]


def test_a_fifth_of_bamble_is_sea_and_one_unit_nearly_all():
    edition = factories.edition(of=factories.layer())
    for geom, properties in shapes("grunnkretser"):
        multi = geom if geom.geom_type == "MultiPolygon" else MultiPolygon(geom, srid=4326)
        Area.objects.create(edition=edition, code=properties["code"], name=properties["name"], geom=multi)
    water(*(geom for geom, _properties in shapes("sea")))
    land, ground = shares(edition)
    assert ground.share_of_water() == pytest.approx(0.19, abs=0.005)
    assert sorted(land.values())[-1] == pytest.approx(0.95, abs=0.005)
    water(*(geom for geom, _properties in shapes("lakes")))
    assert shares(edition)[1].share_of_water() == pytest.approx(0.217, abs=0.005)
