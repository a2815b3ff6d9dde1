"""Names of places, in a plane."""

import geopandas as gpd
import pytest
import shapely

from mapdialog.analysis.names import place_name

PLACES = gpd.GeoDataFrame(
    {
        "name": ["Grasmyr skole", "Storgata", "Aasen", None, " "],
        "kind": ["school", "street", "place", "place", "place"],
    },
    geometry=[
        shapely.box(0, 0, 50, 50),
        shapely.LineString([(1000, -500), (1000, 500)]),
        shapely.Point(-100, 25),
        shapely.Point(500, 0),
        shapely.Point(500, 1),
    ],
    crs=25832,
)
AREA = shapely.box(-10_000, -10_000, 10_000, 10_000)


def test_the_nearest_named_place_of_any_shape():
    street = place_name(shapely.Point(1060, 40), places=PLACES)
    assert street is not None
    assert (street.name, street.kind, street.distance_m) == ("Storgata", "street", 60)
    assert (street.bearing_deg, street.compass) == (pytest.approx(90), "e")


def test_inside_a_place_there_is_no_distance_and_no_direction():
    school = place_name(shapely.Point(20, 20), places=PLACES)
    assert school is not None
    assert (school.name, school.distance_m, school.bearing_deg, school.compass) == (
        "Grasmyr skole",
        0,
        None,
        None,
    )


def test_equally_near_places_go_by_name():
    between = place_name(shapely.Point(-50, 25), places=PLACES)
    assert between is not None
    assert (between.name, between.distance_m) == ("Aasen", 50)


def test_nameless_places_are_passed_over_for_the_area():
    for point, compass in (
        ((500, 3000), "n"),
        ((500, 9000), "n"),
        ((-8000, -8000), "sw"),
        ((-9000, 400), "w"),
        ((9000, 400), "e"),
    ):
        named = place_name(shapely.Point(point), places=PLACES, area_name="Rugtvedt", area=AREA)
        assert named is not None
        assert (named.name, named.kind, named.compass) == ("Rugtvedt", "area", compass)


def test_the_middle_of_an_area_has_no_direction():
    middle = place_name(shapely.Point(500, 500), places=PLACES, area_name="Rugtvedt", area=AREA)
    assert middle is not None
    assert (middle.name, middle.bearing_deg, middle.compass) == ("Rugtvedt", None, None)


def test_nothing_near_and_no_area_is_no_name():
    assert place_name(shapely.Point(500, 0), places=PLACES) is None
    assert place_name(shapely.Point(500, 0), places=PLACES.iloc[:0]) is None
