"""Coordinate systems: which ones coordinates may be in, and whether the one that is named can be right."""

import math

import numpy as np
import pyproj
import pytest
import shapely

from layers import crs
from layers.crs import GEOGRAPHIC, PROJECTED, CrsError

BAMBLE = (9.55, 58.9, 9.9, 59.1)
OSLO = (10.55, 59.83, 10.95, 60.1)
STOCKHOLM = (17.8, 59.23, 18.2, 59.42)
HELSINKI = (24.8, 60.13, 25.2, 60.3)


def points_of(box: crs.Box) -> crs.Points:
    """Its corners, and its middle."""
    west, south, east, north = box
    middle = ((west + east) / 2, (south + north) / 2)
    return np.array([(west, south), (west, north), (east, south), (east, north), middle])


def in_system(box: crs.Box, srid: int) -> crs.Points:
    """Points of a box of lon/lat as a file in the system has them."""
    to_it = pyproj.Transformer.from_crs(4326, srid, always_xy=True)
    return np.column_stack(to_it.transform(*points_of(box).T))


@pytest.mark.parametrize(
    ("owner", "box", "srid"),
    [
        ("NO-4012", BAMBLE, 25832),
        ("NO-4012", BAMBLE, 25833),
        ("NO-0301", OSLO, 25832),
        ("NO-0301", OSLO, 25833),
        ("NO-5603", (25.5, 69.8, 26.0, 70.1), 25835),
        ("SE-0180", STOCKHOLM, 3006),
        ("SE-0180", STOCKHOLM, 3011),
        ("SE-1480", (11.8, 57.6, 12.1, 57.8), 3007),
        ("FI-091", HELSINKI, 3067),
        ("FI-091", HELSINKI, 3879),
        ("DK-0101", (12.45, 55.6, 12.65, 55.75), 25832),
        ("NO-4012", BAMBLE, 5109),
        ("NO-4012", BAMBLE, 4326),
    ],
)
def test_with_the_owners_layers_known_the_right_system_comes_first(
    owner: str, box: crs.Box, srid: int
) -> None:
    candidates = crs.candidates(in_system(box, srid), owner=owner, home=box)
    assert (candidates[0].srid, candidates[0].fits, candidates[0].swap_axes) == (srid, "home", False)
    assert candidates[0].name == crs.title(srid)
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    assert (candidates[0].lon, candidates[0].lat) == pytest.approx(middle, abs=0.05)
    assert candidates[0].box == pytest.approx(box, abs=0.1)


@pytest.mark.parametrize(
    ("owner", "box", "srid"),
    [
        ("NO-4012", BAMBLE, 25832),
        ("NO-5603", (25.5, 69.8, 26.0, 70.1), 25835),
        ("SE-0180", STOCKHOLM, 3006),
        ("FI-091", HELSINKI, 3067),
        ("FI-091", HELSINKI, 3879),
    ],
)
def test_without_any_layers_the_country_decides(owner: str, box: crs.Box, srid: int) -> None:
    candidates = crs.candidates(in_system(box, srid), owner=owner)
    assert srid in [candidate.srid for candidate in candidates if candidate.fits == "country"][:2]
    assert all(
        math.isfinite(number)
        for candidate in candidates
        for number in (candidate.lon, candidate.lat, *candidate.box)
    )


def test_a_system_that_puts_them_nowhere_is_no_candidate() -> None:
    candidates = crs.candidates(in_system(BAMBLE, 25832), owner="NO-4012", home=BAMBLE)
    assert 4326 not in [candidate.srid for candidate in candidates]
    assert [candidate for candidate in candidates if candidate.fits == "no"] == []


def test_swapped_coordinates_are_offered_the_right_way_round() -> None:
    candidates = crs.candidates(in_system(BAMBLE, 25832)[:, ::-1], owner="NO-4012", home=BAMBLE)
    assert (candidates[0].srid, candidates[0].swap_axes, candidates[0].fits) == (25832, True, "home")


def test_a_system_that_puts_the_file_into_another_country_names_the_one_that_would_not() -> None:
    points = in_system(BAMBLE, 25832)
    with pytest.raises(CrsError, match="25832") as caught:
        crs.check_fit(points, srid=25833, owner="NO-4012")
    assert caught.value.candidates[0].srid == 25832
    # with the owner's layers known, also within the country
    with pytest.raises(CrsError) as caught:
        crs.check_fit(
            in_system((14.2, 67.1, 14.6, 67.3), 25833), srid=25832, owner="NO-1804", home=(14, 67, 15, 67.5)
        )
    assert caught.value.candidates[0].srid == 25833


def test_who_names_the_system_is_believed() -> None:
    (finding,) = crs.check_fit(in_system(BAMBLE, 25832), srid=25833, owner="NO-4012", is_named=True)
    assert finding.kind == "outside_country"
    assert finding.values["lon"] == pytest.approx(15.7, abs=0.1)


def test_a_drawing_in_coordinates_of_its_own_lies_nowhere() -> None:
    (finding,) = crs.check_fit(points_of((0, 0, 12, 3)), srid=25832, owner="NO-4012")
    assert (finding.kind, finding.severity) == ("outside_use", "error")


def test_swapped_axes_come_with_the_way_out() -> None:
    with pytest.raises(CrsError, match="swapped") as caught:
        crs.check_fit(points_of((58.9, 9.55, 59.1, 9.9)), srid=4326, owner="NO-4012")
    assert caught.value.candidates[0].swap_axes
    assert caught.value.candidates[0].srid == 4326


@pytest.mark.parametrize(
    ("srid", "flat"),
    [
        (5972, 25832),
        (5973, 25833),
        (5975, 25835),
        (5845, 3006),
        (7416, 25832),
        (4937, 4258),
        (4979, 4326),
        (25832, 25832),
    ],
)
def test_systems_with_heights_are_read_as_their_flat_part(srid: int, flat: int) -> None:
    assert crs.known(srid) == flat
    assert crs.srid_from(f"urn:ogc:def:crs:EPSG::{srid}") == flat


@pytest.mark.parametrize("srid", [99999, 27700, 2154])
def test_others_are_refused_with_those_that_can_be_read(srid: int) -> None:
    with pytest.raises(CrsError, match="25832"):
        crs.known(srid)


@pytest.mark.parametrize("srid", [*GEOGRAPHIC, *(srid for srid in PROJECTED if not 32600 < srid < 32661)])
def test_every_system_on_the_list_is_there_and_known_by_its_esri_name(srid: int) -> None:
    system = pyproj.CRS.from_epsg(srid)
    assert crs.srid_of_esri_name(system.to_wkt("WKT1_ESRI").split('"')[1]) == srid
    assert crs.title(srid)


@pytest.mark.parametrize("srid", [srid for srid in PROJECTED if srid < 32600 or srid > 32660])
def test_metres_come_back_from_where_they_went(srid: int) -> None:
    west, south, east, north = pyproj.CRS.from_epsg(srid).area_of_use.bounds  # type: ignore[union-attr]
    point = shapely.points([[(west + east) / 2, min((south + north) / 2, 80)]])
    there = crs.from_wgs84(np.asarray(point, dtype=object), srid=srid)
    back = crs.to_wgs84(there, srid=srid)
    assert shapely.get_coordinates(back) == pytest.approx(shapely.get_coordinates(point), abs=1e-7)


@pytest.mark.parametrize(
    ("owner", "point", "srid"),
    [
        ("NO-4012", (9.7, 59.0), 25832),
        ("NO-5603", (25.7, 70.0), 25835),
        ("SE-0180", (18.0, 59.3), 3006),
        ("FI-091", (25.0, 60.2), 3067),
        ("DK-0101", (12.5, 55.7), 25833),
        ("US-DC", (-77.0, 38.9), 32618),
    ],
)
def test_areas_are_measured_in_the_system_of_the_country(
    owner: str, point: tuple[float, float], srid: int
) -> None:
    assert crs.metric(point, owner=owner) == srid


def test_a_country_lies_where_its_points_are_and_not_in_the_middle_of_its_box() -> None:
    """Between Lindesnes and Vardø is Sweden."""
    points = np.array([(7.0, 58.0), (5.3, 60.4), (10.4, 63.4), (14.4, 67.3), (18.9, 69.6), (31.1, 70.4)])
    assert crs.check_fit(points, srid=4326, owner="NO-5603") == []
    best = crs.candidates(points, owner="NO-5603")[0]
    assert (best.srid, best.fits) == (4326, "country")
    assert [best.lon, best.lat] in points.tolist()


def test_no_system_is_offered_twice() -> None:
    turned = points_of((6_540_000.0, 539_000.0, 6_541_000.0, 540_000.0))
    with pytest.raises(CrsError, match="swapped") as refused:
        crs.check_fit(turned, srid=25832, owner="NO-4012")
    offered = refused.value.candidates
    assert offered[0].swap_axes
    assert len(offered) == len(set(offered))
