"""Positions as people write them. `tests/js/written_position.test.js` reads the same table."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyproj
import pytest

from mapdialog.citizen.written_position import UnreadableError, lon_lat_of, read, srid_of_zone

TABLE = json.loads((Path(__file__).parent / "written_positions.json").read_text())
TAKEN = [case for case in TABLE["cases"] if "refused" not in case]
REFUSED = [case for case in TABLE["cases"] if "refused" in case]


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: case["text"])
def test_a_position_is_read_as_people_write_it(case: dict[str, Any]) -> None:
    position = read(case["text"])
    assert position.lon_lat == pytest.approx((case["lon"], case["lat"]), abs=2e-5)
    assert position.is_ordered == case["is_ordered"]
    assert not position.is_turned


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["text"] or "nothing")
def test_what_is_no_position_is_refused_with_its_reason(case: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError) as error:
        read(case["text"])
    assert error.value.reason == case["refused"]


@pytest.mark.parametrize("case", TABLE["turned"], ids=lambda case: case["text"])
def test_a_pair_the_other_way_round_is_noticed_by_where_it_lies(case: dict[str, Any]) -> None:
    west, south, east, north = case["box"]
    position = read(case["text"], is_here=lambda at: west <= at[0] <= east and south <= at[1] <= north)
    assert position.lon_lat == (case["lon"], case["lat"])
    assert position.is_turned == case["is_turned"]


@pytest.mark.parametrize("text", ["9" * 5000, "59.0279, " * 800, "https://" + "a" * 5000, "32V " * 600])
def test_a_text_of_any_length_is_answered(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text)


@pytest.mark.parametrize("srid", [25832, 25833, 25835, 32632, 32618, 3006, 3067])
def test_metres_in_either_order_are_where_proj_puts_them(srid: int) -> None:
    dice = random.Random(srid)
    meridian = {3006: 15, 3067: 27}.get(srid, (srid % 100) * 6 - 183)
    to_metres = pyproj.Transformer.from_crs(4326, srid, always_xy=True)
    for _again in range(20):
        lon, lat = meridian + dice.uniform(-9, 9), dice.uniform(54, 71)
        easting, northing = to_metres.transform(lon, lat)
        assert lon_lat_of(easting, northing, srid=srid) == pytest.approx((lon, lat), abs=1e-7)
        assert lon_lat_of(northing, easting, srid=srid) == pytest.approx((lon, lat), abs=1e-7)


def test_europe_has_its_own_zones() -> None:
    assert [srid_of_zone(zone) for zone in (18, 28, 32, 38, 39)] == [32618, 25828, 25832, 25838, 32639]
