"""Shapes made fit to store: what they were stays what they are, whatever has to be mended."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import wkt

from layers.importing import shapes
from layers.readers.read_file import ReadError

BOWTIE = "POLYGON((9 59, 9.1 59.1, 9.1 59, 9 59.1, 9 59))"


def mended(
    *shapes_or_texts: object, srid: int = 4326, areas_only: bool = False, swap_axes: bool = False
) -> shapes.UsableShapes:
    geometries = np.array(
        [wkt.loads(geometry) if isinstance(geometry, str) else geometry for geometry in shapes_or_texts],
        dtype=object,
    )
    usable = shapes.usable(geometries, areas_only=areas_only, swap_axes=swap_axes)
    shapes.mend(usable, srid=srid, progress=lambda done, total: None)
    return usable


def test_a_repair_says_why_and_where() -> None:
    usable = mended(BOWTIE)
    assert usable.repaired == {0: "Self-intersection"}
    assert usable.fault_points[0] == pytest.approx((9.05, 59.05))
    assert usable.geometries[0].geom_type == "MultiPolygon"


def test_the_point_of_a_repair_is_in_degrees_also_where_the_file_has_metres() -> None:
    bowtie = "POLYGON((532000 6554000, 533000 6555000, 533000 6554000, 532000 6555000, 532000 6554000))"
    usable = mended(bowtie, srid=25832)
    assert usable.repaired == {0: "Self-intersection"}
    assert usable.fault_points[0] == pytest.approx((9.566, 59.126), abs=0.01)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("POINT(9 59)", "Point"),
        ("MULTIPOINT((9 59), (9.1 59))", "MultiPoint"),
        ("LINESTRING(9 59, 9.1 59.1, 9.1 59, 9 59.1)", "LineString"),
        (BOWTIE, "MultiPolygon"),
        ("POLYGON((9 59, 9.1 59, 9.1 59.1, 9 59))", "Polygon"),
        ("GEOMETRYCOLLECTION(POINT(9 59), POINT(9.1 59))", "MultiPoint"),
        (
            "GEOMETRYCOLLECTION(LINESTRING(9 59, 9.1 59), GEOMETRYCOLLECTION(LINESTRING(9 59, 9 59.1)))",
            "MultiLineString",
        ),
    ],
)
def test_the_kind_of_shape_stays(text: str, kind: str) -> None:
    assert mended(text).geometries[0].geom_type == kind


def test_of_a_mixed_collection_the_areas_stay_and_that_is_reported() -> None:
    mixed = (
        "GEOMETRYCOLLECTION(POINT(9 59), POLYGON((9 59, 9.1 59, 9.1 59.1, 9 59)), LINESTRING(9 59, 9.1 59))"
    )
    usable = mended(mixed, "GEOMETRYCOLLECTION(POINT(9 59), LINESTRING(9 59, 9.1 59))", areas_only=True)
    assert usable.geometries[0].geom_type == "MultiPolygon"
    assert usable.repaired[0] == "lines and points left out"
    assert usable.geometries[1] is None
    assert usable.skipped == {1: "a MultiLineString is not an area"}


def test_areas_of_a_collection_that_lie_on_each_other_are_united() -> None:
    twice = (
        "GEOMETRYCOLLECTION(POLYGON((9 59, 9.2 59, 9.2 59.2, 9 59.2, 9 59)),"
        "POLYGON((9.1 59.1, 9.3 59.1, 9.3 59.3, 9.1 59.3, 9.1 59.1)))"
    )
    usable = mended(twice, areas_only=True)
    assert usable.geometries[0].is_valid
    assert usable.geometries[0].area == pytest.approx(0.04 + 0.04 - 0.01)


def test_heights_are_dropped() -> None:
    assert not mended("POLYGON Z((9 59 5, 9.1 59 5, 9.1 59.1 5, 9 59 5))").geometries[0].has_z


def test_axes_are_swapped_when_asked() -> None:
    assert mended("POINT(59 9)", swap_axes=True).geometries[0].equals(shapely.Point(9, 59))


def test_what_lies_outside_the_map_is_skipped_and_the_rest_stays() -> None:
    usable = mended("POINT(9 86)", "POINT(9 59)", "POINT(181 5)", "LINESTRING(9 59, 9 -90)")
    assert set(usable.skipped) == {0, 2, 3}
    assert usable.row_numbers().tolist() == [1]


def test_metres_that_no_projection_reaches_are_skipped() -> None:
    usable = mended("POINT(532000 6554000)", "LINESTRING(532000 6554000, 1e300 0)", srid=25832)
    assert set(usable.skipped) == {1}


def test_a_shape_of_endless_edges_is_skipped_before_it_is_cut_into_pieces() -> None:
    zigzag = shapely.LineString([(100_000 + 800_000 * (i % 2), 6_500_000 + i) for i in range(100)])
    usable = mended(zigzag, "POINT(532000 6554000)", srid=25832)
    assert usable.skipped == {0: "edges too long"}


def test_many_shapes_of_long_edges_are_refused_before_they_fill_the_memory() -> None:
    lines = [shapely.LineString([(100_000, 6_500_000), (4_500_000, 6_500_000)]) for _ in range(300)]
    with pytest.raises(ReadError, match="Split"):
        mended(*lines, srid=25832)


def test_a_stray_does_not_move_the_typical_bounds() -> None:
    points = [shapely.Point(9 + i / 1000, 59) for i in range(60)]
    assert shapes.typical_bounds(np.array([*points, shapely.Point(0, 0)], dtype=object))[0] > 8.9


def test_parts_that_the_repair_leaves_with_a_common_edge_become_one() -> None:
    """GEOS 3.14 gives two triangles that share an edge, which is not valid."""
    usable = mended("POLYGON((8 60, 8 59, 9 58, 8 58, 8 59, 9 58, 8 60))", areas_only=True)
    assert usable.geometries[0].is_valid
    assert usable.geometries[0].area == pytest.approx(1.0)


@given(
    points=st.lists(
        st.tuples(st.floats(8, 10, allow_nan=False), st.floats(58, 60, allow_nan=False)),
        min_size=3,
        max_size=9,
    )
)
@settings(max_examples=150)
def test_any_ring_becomes_a_valid_area_or_is_skipped_with_a_reason(points: list[tuple[float, float]]) -> None:
    usable = mended(shapely.Polygon(points), areas_only=True)
    shape = usable.geometries[0]
    assert (shape is None) == (0 in usable.skipped)
    assert shape is None or (
        shape.is_valid and not shape.is_empty and shape.geom_type in ("Polygon", "MultiPolygon")
    )


def test_in_a_small_set_one_stray_does_not_move_the_typical_bounds_in_any_system() -> None:
    areas = [shapely.box(539_000 + 1000 * i, 6_540_000, 540_000 + 1000 * i, 6_541_000) for i in range(6)]
    stray = shapely.box(0, 0, 1, 1)
    bounds = shapes.typical_bounds(np.array([*areas, stray], dtype=object))
    assert bounds == (539_000, 6_540_000, 545_000, 6_541_000)
    half_of_two = np.array([areas[0], stray], dtype=object)
    assert shapes.typical_bounds(half_of_two)[0] == 0


def test_numbers_beyond_every_system_do_not_hide_which_one_the_others_are_in() -> None:
    geometries = np.array([shapely.Point(9, 59), shapely.Point(1e308, 59)], dtype=object)
    usable = shapes.usable(geometries, areas_only=False)
    assert set(usable.skipped) == {1}
    assert shapes.typical_bounds(usable.geometries) == (9, 59, 9, 59)
