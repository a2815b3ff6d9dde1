import pytest
from django.contrib.gis.geos import Point

from mapdialog.map_services.service import (
    Key,
    MapService,
    Role,
    box_degrees,
    box_m,
    tile_box_m,
    touches,
    widened,
)

WORLD_M = 20_037_508.342789244


def service(template: str, **options: object) -> MapService:
    values = {
        "name": "a",
        "titles": {},
        "roles": frozenset(Role),
        "credit": "",
        "licence": "",
        "max_zoom": 18,
    }
    return MapService(template=template, **{**values, **options})  # type: ignore[arg-type]


def test_the_tiles_of_a_zoom_cover_the_world_without_a_gap() -> None:
    assert tile_box_m(z=0, x=0, y=0) == (-WORLD_M, -WORLD_M, WORLD_M, WORLD_M)
    here, beside, below = tile_box_m(z=3, x=4, y=2), tile_box_m(z=3, x=5, y=2), tile_box_m(z=3, x=4, y=3)
    assert here[2] == pytest.approx(beside[0], abs=1e-6)
    assert here[1] == pytest.approx(below[3], abs=1e-6)


def test_a_wms_is_asked_for_the_tiles_box_to_the_millimetre() -> None:
    asked = service("https://maps.example.org/?BBOX={bbox}").address(z=14, x=8633, y=4804)
    west, south, east, north = (float(side) for side in asked.partition("BBOX=")[2].split(","))
    side = 2 * WORLD_M / 2**14
    assert (west, east) == pytest.approx((8633 * side - WORLD_M, 8634 * side - WORLD_M), abs=0.001)
    assert (south, north) == pytest.approx((WORLD_M - 4805 * side, WORLD_M - 4804 * side), abs=0.001)


def test_degrees_become_the_metres_that_proj_makes_of_them() -> None:
    for lon, lat in ((9.70, 59.02), (-77.04, 38.9), (0, 0), (25.7, 71.1)):
        point = Point(lon, lat, srid=4326)
        point.transform(3857)
        x, y, *_ = box_m((lon, lat, lon, lat))
        assert (x, y) == pytest.approx((point.x, point.y), abs=0.001)


def test_the_poles_are_at_the_end_of_the_square() -> None:
    assert box_m((-180, -90, 180, 90)) == pytest.approx((-WORLD_M, -WORLD_M, WORLD_M, WORLD_M), abs=0.01)


def test_metres_become_degrees_again() -> None:
    box = (9.6, 59.0, 9.8, 59.1)
    assert box_degrees(box_m(box)) == pytest.approx(box)


def test_a_box_is_widened_to_the_ends_of_the_world_and_no_farther() -> None:
    assert widened((0, 0, 10, 20), by_m=5) == (-5, -5, 15, 25)
    assert widened((-WORLD_M, 0, WORLD_M, 1), by_m=5) == (-WORLD_M, -5, WORLD_M, 6)


def test_a_tile_touches_a_box_it_shares_an_edge_with() -> None:
    west, south, east, north = tile_box_m(z=10, x=539, y=300)
    assert touches((west, south, east, north), z=10, x=539, y=300)
    assert touches((east, south, east + 1, north), z=10, x=539, y=300)
    assert not touches((east + 1, south, east + 2, north), z=10, x=539, y=300)
    assert not touches((west, north + 1, east, north + 2), z=10, x=539, y=300)
    assert touches((west, south, east, north), z=0, x=0, y=0)


def test_the_key_is_written_so_that_it_cannot_change_the_address() -> None:
    keyed = service("https://maps.example.org/{z}/{x}/{y}?token={key}", key="a&b=/c", key_use=Key.PUBLIC)
    assert keyed.address(z=1, x=0, y=1).endswith("/1/0/1?token=a%26b%3D%2Fc")
    assert keyed.browser_template() == "https://maps.example.org/{z}/{x}/{y}?token=a%26b%3D%2Fc"


def test_a_secret_key_is_given_to_no_browser_and_written_in_no_log() -> None:
    keyed = service("https://maps.example.org/{z}?token={key}", key="hemmelig", key_use=Key.SECRET)
    with pytest.raises(ValueError, match="not for browsers"):
        keyed.browser_template()
    assert "hemmelig" not in repr(keyed)
