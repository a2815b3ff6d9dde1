"""Every rule of the contribution tables, tried past the code with raw SQL."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from mapdialog.contributions.models import Hit, Submission
from tests import factories as make

pytestmark = pytest.mark.django_db


def update(pin, expression):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE contributions_contribution SET {expression} WHERE id = %s", [pin.pk])


@pytest.mark.parametrize(
    "poison",
    [
        "'SRID=4326;POINT(NaN NaN)'",
        "'SRID=4326;POINT(Infinity 1)'",
        "'SRID=4326;POINT EMPTY'",
        "'SRID=4326;POINT(9.7 95)'",
        "'SRID=4326;POINT(181 59)'",
        "'SRID=4326;LINESTRING(0 0, NaN NaN, 1 1)'",
        "'SRID=4326;MULTIPOINT(1 1, EMPTY)'",
        "'SRID=4326;GEOMETRYCOLLECTION(POINT(1 1), POINT(NaN 1))'",
        "'SRID=4326;CIRCULARSTRING(0 0, 1 1, 2 0)'",
        "'SRID=4326;POLYGON((0 0, 1 0, 1 Infinity, 0 0))'",
    ],
)
def test_poison_geometry(poison):
    pin = make.contribution(to=make.consultation())
    with pytest.raises(DatabaseError):
        update(pin, f"geom = {poison}::geometry")


def test_the_check_itself_refuses_poison_in_the_public_place():
    poison = "SRID=4326;LINESTRING(0 0, NaN NaN, 1 1)"
    with pytest.raises(IntegrityError, match="contribution_geom_public_storable"):
        make.contribution(to=make.consultation(), geom_public=poison)


@pytest.mark.parametrize(
    ("expression", "constraint"),
    [
        ("geom = 'SRID=4326;POINT(9.7 86)'::geometry", "contribution_geom_storable"),
        ("written_at = '0001-01-01'", "contribution_written_year"),
        ("written_at = '5000-01-01'", "contribution_written_year"),
        ("written_at = 'infinity'", "contribution_written_year"),
        ("received_at = '1989-12-30'", "contribution_received_year"),
        ("accuracy_m = -1", "contribution_accuracy_range"),
        ("accuracy_m = 'NaN'", "contribution_accuracy_range"),
        ("radius_m = 'Infinity'", "contribution_radius_range"),
        ("zoom_at_placing = 25", "contribution_zoom_range"),
        ("photo_x = 0.5", "contribution_point_in_photo"),
        ("state = 'erased'", "contribution_erased_is_empty"),
    ],
)
def test_each_rule_of_a_contribution(expression, constraint):
    pin = make.contribution(to=make.consultation(visibility="areas"))
    with pytest.raises(IntegrityError, match=constraint):
        update(pin, expression)


EMPTY = "state = 'erased', geom = NULL, geom_public = NULL, text = ''"


@pytest.mark.parametrize(
    "left",
    [
        "place_words = 'her'",
        """answers = '{"a": 1}'""",
        """details = '{"code": "incident"}'""",
        "age_band = '65+'",
        "contributor_key = 'x'",
    ],
)
def test_an_erased_contribution_keeps_nothing(left):
    pin = make.contribution(to=make.consultation())
    with pytest.raises(IntegrityError, match="contribution_erased_is_empty"):
        update(pin, f"{EMPTY}, {left}")
    update(pin, EMPTY)


def test_one_source_id_per_consultation():
    consultation = make.consultation()
    make.contribution(to=consultation, source_id="brev-1")
    with pytest.raises(IntegrityError, match="contribution_source_once"), transaction.atomic():
        make.contribution(to=consultation, source_id="brev-1")
    make.contribution(to=make.consultation(), source_id="brev-1")


def test_one_receipt_code():
    consultation = make.consultation()
    make.contribution(to=consultation, code="AAAAAAAA")
    with pytest.raises(IntegrityError, match="code"), transaction.atomic():
        make.contribution(to=consultation, code="AAAAAAAA")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"source_id": "s-1"}, "submission_source_once"),
        ({"received_at": "1900-01-01T00:00Z"}, "submission_received_year"),
    ],
)
def test_each_rule_of_a_submission(values, constraint):
    consultation = make.consultation()
    Submission.objects.create(consultation=consultation, received_at=make.NOON, source_id="s-1")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Submission.objects.create(**{"consultation": consultation, "received_at": make.NOON, **values})


class TestPlaces:
    @pytest.fixture
    def world(self):
        boundary = make.edition(of=make.layer())
        plan = make.edition(of=make.layer(kind="zoning"))
        return {
            "pin": make.contribution(to=make.consultation()),
            "edition": boundary,
            "area": make.areas(of=boundary)[0],
            "zone": make.zone(of=plan),
        }

    def record(self, world, **values):
        with transaction.atomic():
            return Hit.objects.create(contribution=world["pin"], edition=world["edition"], **values)

    def test_a_committee_once_and_a_zone_once(self, world):
        for kind in ("area", "zone"):
            self.record(world, **{kind: world[kind]})
            with pytest.raises(IntegrityError, match=f"place_{kind}_once"):
                self.record(world, **{kind: world[kind]})

    def test_a_committee_or_a_zone(self, world):
        with pytest.raises(IntegrityError, match="place_area_or_zone"):
            self.record(world)
        with pytest.raises(IntegrityError, match="place_area_or_zone"):
            self.record(world, area=world["area"], zone=world["zone"])

    @pytest.mark.parametrize("share", [0, -0.1, 1.01, float("nan")])
    def test_a_share_is_a_share(self, world, share):
        with pytest.raises(IntegrityError, match="place_share_range"):
            self.record(world, area=world["area"], share=share)

    def test_what_a_contribution_lay_in_cannot_be_deleted(self, world):
        self.record(world, area=world["area"])
        # foreign keys wait for COMMIT unless told otherwise
        delete = "SET CONSTRAINTS ALL IMMEDIATE; DELETE FROM layers_area WHERE id = %s"
        with connection.cursor() as cursor, pytest.raises(IntegrityError):
            cursor.execute(delete, [world["area"].pk])
