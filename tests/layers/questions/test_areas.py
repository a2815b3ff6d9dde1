"""What lies at a place: one committee on a border, every zone, shares that add up, the edition of the day."""

import datetime as dt
from typing import Any

import pytest
import shapely
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.models import Edition, Layer
from layers.questions import areas
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 5, 4)
W, S, SIDE = factories.WEST, factories.SOUTH, factories.SIDE


def places(wkt: str, *layers: Layer, on: dt.date = DAY) -> list[tuple[Any, ...]]:
    """(version, area's or zone's code, share) of every row that intake would store."""
    sql = areas.hit_rows_sql(geom="ST_GeomFromText(%(wkt)s, 4326)", on="%(on)s", layers="%(layers)s")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.version_id, coalesce(a.code, z.code), round(share::numeric, 6)::float FROM "
            f"({sql}) p LEFT JOIN layers_area a ON a.id = p.area_id "
            "LEFT JOIN layers_zone z ON z.id = p.zone_id "
            "ORDER BY 1, 2",
            {"wkt": wkt, "on": on, "layers": [layer.pk for layer in layers]},
        )
        return cursor.fetchall()


@pytest.fixture
def committees() -> Edition:
    edition = factories.edition(of=factories.layer(kind="boundary"))
    factories.areas(of=edition, n=3)
    return edition


def test_a_point_lies_in_one_area_and_its_share_is_one(committees: Edition) -> None:
    lon, lat = factories.middle(1)
    assert places(f"POINT({lon} {lat})", committees.layer) == [(committees.pk, "B", 1.0)]


def test_a_point_on_a_border_goes_to_the_code_that_is_first_as_code_points(committees: Edition) -> None:
    on_border = f"POINT({W + SIDE} {S + SIDE / 3})"
    assert places(on_border, committees.layer) == [(committees.pk, "A", 1.0)]
    # "a" comes after "B" as a code point, before it in a dictionary
    committees.areas.filter(code="A").update(code="a")
    assert places(on_border, committees.layer) == [(committees.pk, "B", 1.0)]


def test_a_point_outside_has_no_place_and_neither_has_none(committees: Edition) -> None:
    assert places("POINT(5 60)", committees.layer) == []
    assert places("POINT EMPTY", committees.layer) == []


def test_the_edition_that_holds_on_the_day_answers() -> None:
    layer = factories.layer(kind="boundary")
    old = factories.edition(of=layer, valid_from=dt.date(2002, 1, 1), valid_to=dt.date(2013, 1, 1))
    new = factories.edition(of=layer, valid_from=dt.date(2013, 1, 1))
    factories.areas(of=old, n=1)
    factories.areas(of=new, n=1)
    point = "POINT({} {})".format(*factories.middle())
    assert [row[0] for row in places(point, layer, on=dt.date(2012, 12, 31))] == [old.pk]
    assert [row[0] for row in places(point, layer, on=dt.date(2013, 1, 1))] == [new.pk]
    assert places(point, layer, on=dt.date(2001, 12, 31)) == []


def test_a_line_has_the_share_of_its_length_in_each_area(committees: Edition) -> None:
    y = S + SIDE / 2
    line = f"LINESTRING({W + SIDE / 2} {y}, {W + 2 * SIDE} {y})"
    assert places(line, committees.layer) == [
        (committees.pk, "A", pytest.approx(1 / 3, abs=1e-4)),
        (committees.pk, "B", pytest.approx(2 / 3, abs=1e-4)),
    ]


def test_a_line_drawn_there_and_back_counts_once(committees: Edition) -> None:
    y = S + SIDE / 2
    line = f"LINESTRING({W + SIDE / 2} {y}, {W + 1.5 * SIDE} {y}, {W + SIDE / 2} {y})"
    assert [row[2] for row in places(line, committees.layer)] == [
        pytest.approx(0.5, abs=1e-4),
        pytest.approx(0.5, abs=1e-4),
    ]


def test_a_line_along_a_border_goes_to_the_first_code_alone(committees: Edition) -> None:
    line = f"LINESTRING({W + SIDE} {S + SIDE / 4}, {W + SIDE} {S + SIDE / 2})"
    assert places(line, committees.layer) == [(committees.pk, "A", 1.0)]


def test_what_only_touches_an_area_is_not_in_it(committees: Edition) -> None:
    polygon = f"POLYGON(({W} {S}, {W + SIDE} {S}, {W + SIDE} {S + SIDE}, {W} {S + SIDE}, {W} {S}))"
    assert places(polygon, committees.layer) == [(committees.pk, "A", 1.0)]
    y = S + SIDE / 2
    line = f"LINESTRING({W + SIDE / 2} {y}, {W + SIDE} {y})"
    assert places(line, committees.layer) == [(committees.pk, "A", 1.0)]


def test_several_points_have_the_share_of_their_number(committees: Edition) -> None:
    (a, y), (b, _y) = factories.middle(0), factories.middle(1)
    hits = places(f"MULTIPOINT({a} {y}, {a + 0.001} {y}, {b} {y}, 5 60)", committees.layer)
    assert hits == [(committees.pk, "A", 0.5), (committees.pk, "B", 0.25)]


def test_areas_that_overlap_by_mistake_count_no_bit_twice() -> None:
    edition = factories.edition(of=factories.layer(kind="boundary"))
    first, second = factories.areas(of=edition, n=2)
    second.geom = first.geom
    second.save()
    polygon = first.geom.wkt
    assert places(polygon, edition.layer) == [(edition.pk, "A", 1.0)]


def test_every_zone_at_a_point_counts_and_each_has_its_own_share() -> None:
    edition = factories.edition(of=factories.layer(kind="zoning"))
    factories.zone(of=edition, code="1110")
    factories.zone(of=edition, code="H220", geom=factories.square(0, side=SIDE / 2))
    lon, lat = W + SIDE / 4, S + SIDE / 4
    assert [row[1:] for row in places(f"POINT({lon} {lat})", edition.layer)] == [("1110", 1.0), ("H220", 1.0)]
    whole = factories.square(0).wkt
    assert [row[1:] for row in places(whole, edition.layer)] == [
        ("1110", 1.0),
        ("H220", pytest.approx(0.25, abs=1e-4)),
    ]


def test_a_polygon_that_crosses_itself_is_answered_too(committees: Edition) -> None:
    bow = f"POLYGON(({W} {S}, {W + SIDE} {S + SIDE}, {W + SIDE} {S}, {W} {S + SIDE}, {W} {S}))"
    assert places(bow, committees.layer) == [(committees.pk, "A", 1.0)]


@settings(max_examples=40)
@given(points=st.lists(st.tuples(st.floats(-1, 4), st.floats(-1, 2)), min_size=2, max_size=6, unique=True))
def test_shares_add_up_to_what_lies_in_any_area(
    committees: Edition, points: list[tuple[float, float]]
) -> None:
    line = shapely.LineString([(W + x * SIDE, S + y * SIDE) for x, y in points])
    union = shapely.box(W, S, W + 3 * SIDE, S + SIDE)
    shares = [row[2] for row in places(shapely.to_wkt(line, rounding_precision=12), committees.layer)]
    assert sum(shares) <= 1 + 1e-5
    if shapely.unary_union(line).within(union.buffer(-1e-9)):
        assert sum(shares) == pytest.approx(1, abs=1e-4)


def test_the_question_for_pages_tells_names_and_provisions_in_one_query(
    committees: Edition, django_assert_num_queries: Any
) -> None:
    plan = factories.edition(of=factories.layer(kind="zoning", style="no_reguleringsplan"))
    factories.zone(of=plan, provision={"nb": "Boliger.", "en": "Housing."})
    with django_assert_num_queries(1):
        hits = areas.at(factories.middle(), on=DAY, layers=[committees.layer, plan.layer])
    assert [(hit.kind, hit.code, hit.name, hit.field) for hit in hits] == [
        ("boundary", "A", "Utvalg A", ""),
        ("zoning", "1110", "", "B1"),
    ]
    assert hits[1].provision == {"nb": "Boliger.", "en": "Housing."}
    assert hits[1].style == "no_reguleringsplan"


def test_what_is_not_published_is_left_out_unless_asked_for(committees: Edition) -> None:
    Edition.objects.update(published=False)
    assert areas.at(factories.middle(), on=DAY, layers=[committees.layer]) == []
    hits = areas.at(factories.middle(), on=DAY, layers=[committees.layer], unpublished=True)
    assert [hit.code for hit in hits] == ["A"]


def test_looking_up_a_point_uses_the_spatial_index(committees: Edition) -> None:
    with connection.cursor() as cursor:
        # few rows are read faster without any index: a country's worth of small areas
        cursor.execute(
            "INSERT INTO layers_area (version_id, code, name, properties, geom) "
            "SELECT %s, 'n' || n, '', '{}', "
            "ST_Multi(ST_MakeEnvelope(n %% 40, n / 40, n %% 40 + 1, n / 40 + 1, 4326)) "
            "FROM generate_series(0, 1999) AS n",
            [committees.pk],
        )
        cursor.execute("ANALYZE layers_area")
        cursor.execute(
            "EXPLAIN SELECT area.id FROM layers_area AS area WHERE area.version_id = %s "
            "AND ST_Intersects(area.geom, ST_SetSRID(ST_MakePoint(9.7, 29), 4326))",
            [committees.pk],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "area_geom_gist" in plan
