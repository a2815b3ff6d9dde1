import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapdialog.contributions.shape import ShapeError, parse

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    ("kind", "coordinates"),
    [
        ("Point", [9.7, 59.0]),
        ("LineString", [[0, 0], [1, 1]]),
        ("Polygon", [SQUARE]),
        ("Polygon", [SQUARE, [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4], [0.2, 0.2]]]),
        ("MultiPoint", [[0, 0], [1, 1]]),
        ("MultiLineString", [[[0, 0], [1, 1]]]),
        ("MultiPolygon", [[SQUARE]]),
    ],
)
def test_every_simple_type_is_taken(kind, coordinates):
    shape = parse({"type": kind, "coordinates": coordinates})
    assert (shape.geom_type, shape.srid) == (kind, 4326)


def test_null_is_no_place():
    assert parse(None) is None


def test_height_is_dropped():
    shape = parse({"type": "Point", "coordinates": [9.7, 59.0, 120.5]})
    assert shape.coords == (9.7, 59.0)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("Point", ""),
        ([], ""),
        ({}, "type"),
        ({"type": ["Point"], "coordinates": [1, 1]}, "type"),
        ({"type": "GeometryCollection", "geometries": []}, "geometries"),
        ({"type": "CircularString", "coordinates": []}, "type"),
        ({"type": "Point", "coordinates": [1, 1], "crs": {}}, "crs"),
        ({"type": "Point"}, "coordinates"),
        ({"type": "Point", "coordinates": []}, "coordinates"),
        ({"type": "Point", "coordinates": [1]}, "coordinates"),
        ({"type": "Point", "coordinates": [1, 1, 1, 1]}, "coordinates"),
        ({"type": "Point", "coordinates": ["1", 1]}, "coordinates"),
        ({"type": "Point", "coordinates": [True, 1]}, "coordinates"),
        ({"type": "Point", "coordinates": [math.nan, 1]}, "coordinates"),
        ({"type": "Point", "coordinates": [math.inf, 1]}, "coordinates"),
        ({"type": "Point", "coordinates": [181, 1]}, "coordinates"),
        ({"type": "Point", "coordinates": [1, 85.5]}, "coordinates"),
        ({"type": "Point", "coordinates": [600000, 6540000]}, "coordinates"),
        ({"type": "LineString", "coordinates": [[0, 0]]}, "coordinates"),
        ({"type": "LineString", "coordinates": [[0, 0], [0, 0]]}, "coordinates"),
        ({"type": "LineString", "coordinates": [[0, 0], [0, "x"]]}, "coordinates[1]"),
        ({"type": "Polygon", "coordinates": []}, "coordinates"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "coordinates[0]"),
        ({"type": "Polygon", "coordinates": [[*SQUARE[:-1], [0, 0.1]]]}, "coordinates[0]"),
        ({"type": "MultiPoint", "coordinates": []}, "coordinates"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "coordinates[0]"),
    ],
)
def test_what_is_refused_says_where(value, path):
    with pytest.raises(ShapeError) as refused:
        parse(value)
    assert refused.value.path == path
    assert str(refused.value)


def test_a_border_that_crosses_itself_is_refused():
    bow = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    with pytest.raises(ShapeError, match="Self-intersection"):
        parse({"type": "Polygon", "coordinates": [bow]})


def test_2000_points_are_taken_and_one_more_is_not():
    line = [[index / 1000, 0] for index in range(2001)]
    assert parse({"type": "LineString", "coordinates": line[:-1]}).num_coords == 2000
    with pytest.raises(ShapeError):
        parse({"type": "LineString", "coordinates": line})
    # also when spread over parts, none of which is too long
    with pytest.raises(ShapeError):
        parse({"type": "MultiLineString", "coordinates": [line[:1001], line[1000:]]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


@given(
    st.one_of(
        JSON,
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(
                    ["Point", "LineString", "Polygon", "MultiPoint", "MultiPolygon", "x"]
                ),
                "coordinates": JSON,
            }
        ),
    )
)
def test_any_json_is_read_or_refused(value):
    try:
        read = parse(value)
        is_answered = read is None or not read.empty
    except ShapeError as refusal:
        is_answered = bool(str(refusal))
    assert is_answered
