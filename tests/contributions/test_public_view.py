"""What everyone may know of a contribution, and that a change of the rule changes all of them at once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.db import connection, transaction

from mapdialog.contributions import export, moderation, public_view
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Alternative, Consultation, DataVersion
from mapdialog.people.models import Municipality
from tests import factories as make

pytestmark = pytest.mark.django_db
EXACT = (9.7051234, 59.0257654)


def by_sql(column, value):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE dialogue_consultation SET {column} = %s", [value])


def by_update(column, value):
    Consultation.objects.update(**{column: value})


def by_save(column, value):
    consultation = Consultation.objects.get()
    setattr(consultation, column, value)
    consultation.save()


def is_middle_of_a_square(geom, *, side_m, srid=25832):
    metric = geom.transform(srid, clone=True)
    return [metric.x % side_m, metric.y % side_m] == pytest.approx([side_m / 2] * 2, abs=1e-3)


@pytest.mark.parametrize("change", [by_sql, by_update, by_save])
class TestAChangeOfTheRule:
    def test_raising_the_precision_moves_what_is_published_already(self, change):
        pin = make.contribution(to=make.consultation(), at=EXACT)
        assert Contribution.objects.get().geom_public == pin.geom
        before = DataVersion.objects.get().number
        change("public_precision_m", 1000)
        assert is_middle_of_a_square(Contribution.objects.get().geom_public, side_m=1000)
        assert DataVersion.objects.get().number == before + 1
        change("public_precision_m", 0)
        assert Contribution.objects.get().geom_public == pin.geom

    def test_areas_only_takes_every_place_from_view(self, change):
        make.contribution(to=make.consultation(), at=EXACT)
        change("visibility", "areas")
        assert Contribution.objects.get().geom_public is None

    def test_taken_from_view_means_a_new_data_version(self, change):
        make.contribution(to=make.consultation())
        before = DataVersion.objects.get().number
        change("status", "draft")
        assert DataVersion.objects.get().number == before + 1

    def test_another_text_changes_nothing_of_it(self, change):
        make.contribution(to=make.consultation())
        before = DataVersion.objects.get().number
        change("case_number", "26/1")
        assert DataVersion.objects.get().number == before


def test_another_grid_of_the_municipality_moves_the_points_too():
    make.contribution(to=make.consultation(public_precision_m=1000), at=EXACT)
    Municipality.objects.update(metric_srid=25833)
    assert is_middle_of_a_square(Contribution.objects.get().geom_public, side_m=1000, srid=25833)


def test_no_writer_chooses_the_public_place():
    pin = make.contribution(to=make.consultation(public_precision_m=1000), at=EXACT)
    Contribution.objects.filter(pk=pin.pk).update(geom_public=pin.geom)
    assert is_middle_of_a_square(Contribution.objects.get().geom_public, side_m=1000)


def test_a_place_that_no_grid_holds_is_shown_nowhere_and_stops_no_stricter_rule():
    far = make.contribution(to=make.consultation(area=None), at=(-81.0, 0.0))
    Consultation.objects.update(public_precision_m=1000)
    assert Contribution.objects.get().geom_public is None
    moderation.reject(far, by=make.user(), at=make.NOON, version=1, reason="")
    assert Contribution.objects.get().state == "rejected"


@pytest.mark.django_db(transaction=True)
def test_what_is_being_written_while_the_rule_changes_is_not_left_exact():
    consultation = make.consultation()
    written, finish = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            make.contribution(to=consultation, at=EXACT)
            written.set()
            finish.wait(10)
        connection.close()

    def change():
        written.wait(10)
        Consultation.objects.update(public_precision_m=1000)
        connection.close()

    with ThreadPoolExecutor(2) as both:
        writing, changing = both.submit(write), both.submit(change)
        written.wait(10)
        with pytest.raises(TimeoutError):
            changing.result(timeout=0.3)
        finish.set()
        writing.result(10)
        changing.result(10)
    assert is_middle_of_a_square(Contribution.objects.get().geom_public, side_m=1000)


def test_an_area_sent_clockwise_is_stored_and_shown_counter_clockwise():
    ring = ((9.70, 59.02), (9.70, 59.03), (9.71, 59.03), (9.71, 59.02), (9.70, 59.02))
    hole = ((9.702, 59.022), (9.704, 59.022), (9.704, 59.024), (9.702, 59.024), (9.702, 59.022))
    assert not Polygon(ring).exterior_ring.is_counterclockwise
    make.contribution(to=make.consultation(), geom=Polygon(ring, hole, srid=4326))
    stored = Contribution.objects.get()
    for shape in (stored.geom, stored.geom_public):
        assert shape[0].is_counterclockwise
        assert not shape[1].is_counterclockwise
    polygon = exported(Consultation.objects.get())["features"][0]["geometry"]
    assert GEOSGeometry(json.dumps(polygon))[0].is_counterclockwise


def exported(consultation, *, reader=None):
    return json.loads(b"".join(export.geojson(consultation, reader=reader or AnonymousUser())))


def box(west, south, east, north):
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


@pytest.fixture
def grid():
    """A consultation at 1000 m with a large committee, and a small field around the exact place."""
    boundary, plan = make.layer(), make.layer(kind="zoning", name="plan")
    consultation = make.consultation(public_precision_m=1000, boundary_layer=boundary)
    Alternative.objects.create(consultation=consultation, key="a", layer=plan, name={"nb": "A"})
    committees = make.edition(of=boundary)
    for code, sides in (("STOR", (9.5, 58.9, 9.9, 59.2)), ("NABO", (9.9, 58.9, 10.2, 59.2))):
        committees.areas.create(code=code, name=f"Utvalg {code}", geom=box(*sides))
    fields = make.edition(of=plan)
    lon, lat = EXACT
    make.zone(of=fields, field="LITE", code="1", geom=box(lon - 2e-4, lat - 2e-4, lon + 2e-4, lat + 2e-4))
    make.zone(of=fields, field="STORT", code="2", geom=box(9.5, 58.9, 9.9, 59.2))
    return consultation


class TestNamesOfThePlace:
    def properties(self, consultation):
        features = exported(consultation)["features"]
        return [(feature["properties"]["committee"], feature["properties"]["zones"]) for feature in features]

    def test_a_committee_and_a_field_are_shown_where_they_cover_the_whole_square(self, grid):
        make.contribution(to=grid, at=EXACT)
        ((committee, zones),) = self.properties(grid)
        assert committee == "STOR"
        assert [zone["field"] for zone in zones] == ["STORT"]
        assert [row.place for row in read(grid)] == ["Utvalg STOR"]

    def test_none_is_shown_where_a_border_crosses_the_square(self, grid):
        make.contribution(to=grid, at=(9.8999, 59.05))
        make.contribution(to=grid, at=(9.9001, 59.05))
        assert self.properties(grid) == [(None, []), (None, [])]
        assert [row.place for row in read(grid)] == ["", ""]

    def test_two_spots_in_one_square_look_the_same(self, grid):
        make.contribution(to=grid, at=EXACT)
        make.contribution(to=grid, at=(EXACT[0] + 0.001, EXACT[1]))
        first, second = Contribution.objects.values_list("geom_public", flat=True)
        assert first == second
        this, other = self.properties(grid)
        assert this == other

    def test_an_edition_of_another_day_or_not_published_is_not_shown(self, grid):
        make.contribution(to=grid, at=EXACT)
        grid.boundary_layer.editions.update(published=False)
        assert self.properties(grid)[0][0] is None
        grid.boundary_layer.editions.update(published=True, valid_from="2026-05-05")
        assert self.properties(grid)[0][0] is None
        assert [row.place for row in read(grid)] == [""]


def read(consultation):
    rows = Contribution.objects.visible_to(AnonymousUser()).filter(consultation=consultation)
    return public_view.read(rows.order_by("id"), of=consultation)


def test_an_exact_place_is_not_named_by_an_edition_that_is_not_published():
    boundary = make.layer()
    consultation = make.consultation(boundary_layer=boundary)
    (area, _other) = make.areas(of=make.edition(of=boundary, published=False))
    pin = make.contribution(to=consultation)
    pin.hits.create(edition=area.edition, area=area)
    assert exported(consultation)["features"][0]["properties"]["committee"] is None
    assert [row.place for row in read(consultation)] == [""]


def test_an_empty_file_says_why():
    consultation = make.consultation(visibility="areas")
    make.contribution(to=consultation)
    body = exported(consultation)
    assert body["features"] == []
    assert body["visibility"] == "areas"
    assert "ikke offentlige" in body["withheld"]
    planner = make.user(role="planner", of=consultation.municipality)
    assert "withheld" not in exported(consultation, reader=planner)
