"""Areas in GeoJSON run as RFC 7946 wants, whichever way they were sent or computed."""

import pytest

from layers.geometry import counter_clockwise

OUTLINE = [[9.0, 59.0], [9.4, 59.0], [9.4, 59.4], [9.0, 59.4], [9.0, 59.0]]
HOLE = [[9.1, 59.1], [9.1, 59.2], [9.2, 59.2], [9.2, 59.1], [9.1, 59.1]]


@pytest.mark.parametrize("outline", [OUTLINE, OUTLINE[::-1]])
@pytest.mark.parametrize("hole", [HOLE, HOLE[::-1]])
def test_outlines_run_counter_clockwise_and_holes_clockwise(outline: list, hole: list) -> None:
    right = [OUTLINE, HOLE]
    sent = [outline, hole]
    assert counter_clockwise({"type": "Polygon", "coordinates": sent})["coordinates"] == right
    assert counter_clockwise({"type": "MultiPolygon", "coordinates": [sent]})["coordinates"] == [right]


def test_points_and_lines_are_left_alone() -> None:
    line = {"type": "LineString", "coordinates": OUTLINE[::-1]}
    assert counter_clockwise(line) == line
