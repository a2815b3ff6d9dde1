"""Sending a contribution, as a phone, a curious neighbour and a broken client do it."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapdialog.audit.models import AuditEntry
from mapdialog.contributions.models import Contribution, Hit, Submission
from mapdialog.dialogue.models import Consultation, DataVersion
from tests import factories as make
from tests.citizen.phones import DEVICE, TOKEN, Phone, assert_problem, stored
from tests.contributions.rulebooks import feature

pytestmark = pytest.mark.django_db


class TestPut:
    def test_gives_a_receipt(self, phone, consultation):
        response = phone.put(feature())
        receipt = response.json()
        assert response.status_code == 201
        assert response["ETag"] == '"1"'
        assert response["Cache-Control"] == "no-store"
        assert receipt["id"] == phone.id
        assert len(receipt["code"]) == 8
        assert receipt["number"] == Submission.objects.get().number
        assert receipt["status_url"] == f"/c/{consultation.slug}/r/{receipt['code']}"
        assert (receipt["state"], receipt["arrival"], receipt["version"]) == ("published", "in_time", 1)

    def test_stores_what_was_sent(self, phone, consultation, clock):
        clock(make.NOON)
        written = make.NOON - dt.timedelta(hours=2)
        phone.put(
            feature(
                text="Mørkt", language="nb", age_band="35-49", accuracy_m=12, placed_by="gps",
                zoom_at_placing=17, radius_m=30, place_words="ved hallen", written_at=written.isoformat(),
            )
        )  # fmt: skip
        pin = stored()
        assert (pin.text, pin.language, pin.age_band, pin.theme.key) == ("Mørkt", "nb", "35-49", "lys")
        assert (pin.accuracy_m, pin.placed_by, pin.zoom_at_placing, pin.radius_m) == (12, "gps", 17, 30)
        assert (pin.written_at, pin.received_at) == (written, make.NOON)
        assert pin.geom.coords == pin.geom_public.coords == (9.705, 59.025)
        assert (pin.submission.channel, pin.submission.sender) == ("web", "resident")
        assert pin.submission.received_at == make.NOON

    def test_records_and_raises_the_data_version(self, phone, consultation):
        phone.put(feature())
        entry = AuditEntry.objects.get(subject_id=phone.id)
        assert (entry.action, entry.by, entry.detail) == ("contribution.received", "resident", {})
        assert DataVersion.objects.get(consultation=consultation).number == 1

    def test_keeps_no_token_key_or_address(self, phone):
        phone.put(feature(contributor="a-key-of-the-device"), REMOTE_ADDR="198.51.100.7")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT row_to_json(c)::text FROM contributions_contribution c"
                " UNION ALL SELECT row_to_json(b)::text FROM contributions_ratebucket b"
                " UNION ALL SELECT row_to_json(a)::text FROM audit_auditentry a"
            )
            everything = "\n".join(row[0] for row in cursor.fetchall())
        for secret in (TOKEN, DEVICE, "a-key-of-the-device", "198.51.100.7"):
            assert secret not in everything

    def test_one_contributor_differs_between_consultations(self, client, consultation):
        other = make.consultation()
        for number, where in enumerate((consultation, consultation, other)):
            Phone(client, where).put(feature(contributor="a-key-of-the-device", text=f"Innspill {number}"))
        keys = Contribution.objects.order_by("consultation_id").values_list("contributor_key", flat=True)
        first, second, third = keys
        assert first == second != third

    def test_looks_up_committee_and_zones_of_that_day(self, client):
        boundary, plan = make.layer(name="utvalg"), make.layer(kind="zoning", name="plan")
        old = make.edition(of=boundary, valid_to=dt.date(2025, 1, 1))
        make.areas(of=old)
        new = make.edition(of=boundary, valid_from=dt.date(2025, 1, 1))
        area = make.areas(of=new)[0]
        zone = make.zone(of=make.edition(of=plan), code="2011", name="Veg")
        consultation = make.consultation(boundary_layer=boundary)
        consultation.alternatives.create(key="a", layer=plan)
        receipt = Phone(client, consultation).put(feature()).json()
        assert receipt["places"] == [
            {"kind": "boundary", "code": "A", "name": "Utvalg A"},
            {"kind": "zoning", "code": "2011", "name": "Veg"},
        ]
        hits = Hit.objects.order_by("zone")
        assert [(hit.edition, hit.area, hit.zone, hit.share) for hit in hits] == [
            (zone.edition, None, zone, 1.0),
            (new, area, None, 1.0),
        ]

    def test_takes_one_statement_after_one_read(self, phone):
        with CaptureQueriesContext(connection) as queries:
            phone.put(feature())
        verbs = [query["sql"].split()[0] for query in queries.captured_queries]
        # the savepoint is the test's own transaction: without one the statement stands alone
        assert verbs == ["SELECT", "SAVEPOINT", "WITH", "RELEASE"]

    @pytest.mark.parametrize("content_type", ["application/json", "application/geo+json; charset=utf-8"])
    def test_takes_json_by_either_name(self, phone, content_type):
        assert phone.put(feature(), content_type=content_type).status_code == 201

    def test_a_draft_or_missing_consultation_is_not_there(self, client):
        assert_problem(Phone(client, make.consultation(status="draft")).put(feature()), 404, "not-found")
        assert_problem(Phone(client, Consultation(slug="finnes-ikke")).put(feature()), 404, "not-found")

    def test_the_address_must_end_with_a_uuid(self, client, consultation):
        assert_problem(Phone(client, consultation, identifier="1").put(feature()), 404, "not-found")

    def test_cookies_do_not_matter(self, phone, client):
        client.force_login(make.user())
        phone.put(feature())
        assert AuditEntry.objects.get(subject_id=phone.id).by == "resident"

    def test_another_site_may_not_write(self, phone):
        response = phone.put(feature(), headers={"Origin": "https://elsewhere.example"})
        assert_problem(response, 403, "other-site")
        assert not Contribution.objects.exists()


class TestAgain:
    def test_a_lost_receipt_is_given_once_more(self, phone):
        first = phone.put(feature())
        again = phone.put(feature())
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert Contribution.objects.count() == Submission.objects.count() == 1
        assert AuditEntry.objects.filter(subject_id=phone.id).count() == 1

    def test_the_order_of_members_does_not_matter(self, phone):
        body = feature()
        phone.put(body)
        turned = json.dumps(dict(reversed(body.items())), indent=2)
        assert phone.put(turned).status_code == 200

    def test_edits_are_not_reverted(self, phone):
        phone.put(feature())
        phone.call("PATCH", {"properties": {"text": "Rettet"}}, headers={"If-Match": '"1"'})
        again = phone.put(feature())
        assert (again.status_code, again.json()["version"]) == (200, 2)
        assert stored().text == "Rettet"

    def test_another_body_or_token_is_a_conflict(self, phone):
        phone.put(feature())
        assert assert_problem(phone.put(feature(text="Noe annet")), 409, "different")["same"] is False
        assert_problem(phone.put(feature(), headers={"X-Edit-Token": "f" * 32}), 409, "different")
        assert stored().text == "Her er det mørkt."

    def test_another_consultations_id_is_a_conflict(self, phone, client):
        phone.put(feature())
        other = Phone(client, make.consultation(), identifier=phone.id)
        assert_problem(other.put(feature()), 409, "different")

    def test_an_imported_ones_id_is_a_conflict(self, client, consultation):
        imported = make.contribution(to=consultation)
        assert_problem(
            Phone(client, consultation, identifier=str(imported.pk)).put(feature()), 409, "different"
        )

    def test_known_ones_are_confirmed_after_closing_and_after_the_questions_changed(
        self, phone, consultation, clock
    ):
        clock(make.NOON)
        phone.put(feature())
        Consultation.objects.update(closes_at=make.NOON + dt.timedelta(minutes=1))
        consultation.questions.create(key="ny", kind="text", required=True)
        clock(make.NOON + dt.timedelta(days=30))
        assert phone.put(feature()).status_code == 200


class TestWhen:
    closes = make.NOON

    @pytest.fixture
    def consultation(self):
        return make.consultation(closes_at=self.closes)

    def test_before_opening(self, phone, clock):
        clock(make.NOON - dt.timedelta(days=31))
        answer = phone.put(feature())
        assert_problem(answer, 403, "not-open")
        assert "kl. " in answer.json()["detail"]  # weekday, date and the municipality's clock

    def test_after_closing(self, phone, clock):
        clock(self.closes)
        assert_problem(phone.put(feature()), 403, "closed")
        assert not Contribution.objects.exists()

    def test_written_before_and_received_within_the_grace_period(self, phone, clock):
        clock(self.closes + dt.timedelta(hours=5))
        written = self.closes - dt.timedelta(minutes=1)
        response = phone.put(feature(written_at=written.isoformat()))
        assert (response.status_code, response.json()["arrival"]) == (201, "grace")
        assert stored().arrival == "grace"

    def test_a_clock_hours_ahead_loses_nothing(self, phone, clock):
        clock(self.closes - dt.timedelta(hours=1))
        claimed = self.closes + dt.timedelta(hours=6)
        response = phone.put(feature(written_at=claimed.isoformat()))
        assert response.json()["arrival"] == "in_time"
        assert stored().written_at == stored().received_at
        assert AuditEntry.objects.get(subject_id=phone.id).detail == {"clock_said": claimed.isoformat()}


class TestWhere:
    def test_outside_the_area_is_refused(self, phone):
        far = {"type": "Point", "coordinates": [10.5, 59.025]}
        assert assert_problem(phone.put(feature(geometry=far)), 422, "outside-area")["field"] == "geometry"
        assert not Contribution.objects.exists()

    def test_on_the_areas_border_is_inside(self, phone):
        corner = {"type": "Point", "coordinates": [make.WEST, make.SOUTH]}
        assert phone.put(feature(geometry=corner)).status_code == 201

    def test_a_line_that_reaches_in_is_inside(self, phone):
        line = {"type": "LineString", "coordinates": [[9.695, 59.025], [9.705, 59.025]]}
        assert phone.put(feature(geometry=line)).status_code == 201

    @pytest.mark.parametrize(
        "shape",
        [
            {"type": "LineString", "coordinates": [[-60.0, 59.025], [9.705, 59.025]]},
            {
                "type": "Polygon",
                "coordinates": [[[-179, -80], [179, -80], [179, 80], [-179, 80], [-179, -80]]],
            },
            {"type": "MultiPoint", "coordinates": [[9.705, 59.025], [9.5, 59.025]]},
        ],
    )
    def test_the_whole_earth_and_a_part_elsewhere_are_outside(self, phone, shape):
        assert_problem(phone.put(feature(geometry=shape)), 422, "outside-area")

    def test_without_an_area_everywhere_is_inside(self, client):
        consultation = make.consultation(area=None)
        far = {"type": "Point", "coordinates": [10.5, 63.4]}
        assert Phone(client, consultation).put(feature(geometry=far)).status_code == 201

    def test_words_and_no_place_at_all_are_taken(self, client, consultation):
        words = feature(geometry=None, place_words="ved brua")
        assert Phone(client, consultation).put(words).status_code == 201
        assert Phone(client, consultation).put(feature(geometry=None)).status_code == 201
        assert set(Contribution.objects.values_list("placed_by", flat=True)) == {"words", "none"}

    def test_a_place_that_the_metric_crs_cannot_hold_is_refused(self, client):
        consultation = make.consultation(area=None, public_precision_m=100)
        antipode = {"type": "Point", "coordinates": [-81.0, 0.0]}
        assert_problem(Phone(client, consultation).put(feature(geometry=antipode)), 422, "outside-area")


class TestWhatIsPublic:
    def test_points_are_moved_to_the_middle_of_a_fixed_cell(self, client):
        consultation = make.consultation(public_precision_m=100)
        near = ([9.705, 59.025], [9.7051, 59.02501])
        for position in near:
            Phone(client, consultation).put(feature(geometry={"type": "Point", "coordinates": position}))
        first, second = Contribution.objects.order_by("geom")
        assert first.geom_public == second.geom_public
        metric = first.geom_public.transform(25832, clone=True)
        assert metric.x % 100 == pytest.approx(50, abs=1e-3)
        assert metric.y % 100 == pytest.approx(50, abs=1e-3)
        assert first.geom.coords in {(9.705, 59.025), (9.7051, 59.02501)}

    def test_a_line_is_shown_as_the_cell_of_its_middle(self, client):
        consultation = make.consultation(public_precision_m=50)
        line = {"type": "LineString", "coordinates": [[9.703, 59.025], [9.707, 59.025]]}
        Phone(client, consultation).put(feature(geometry=line))
        assert stored().geom_public.geom_type == "Point"

    def test_areas_only_shows_no_point(self, client):
        Phone(client, make.consultation(visibility="areas")).put(feature())
        assert stored().geom is not None
        assert stored().geom_public is None

    def test_an_incident_is_kept_private(self, client, consultation):
        incident = feature(kind="observation", code="incident", text="Noe hendte her.")
        assert Phone(client, consultation).put(incident).json()["state"] == "private"
        assert (stored().state, stored().geom_public) == ("private", None)

    def test_moderation_before_publication(self, client):
        consultation = make.consultation(moderation="before")
        assert Phone(client, consultation).put(feature()).json()["state"] == "pending"

    def test_personal_data_waits_for_a_reader(self, phone):
        assert phone.put(feature(text="Ring meg på 41234567")).json()["state"] == "pending"
        assert stored().flags == ["phone"]

    def test_answers_are_screened_too(self, phone, consultation):
        consultation.questions.create(key="mer", kind="text")
        phone.put(feature(responses={"mer": "ola@example.no"}))
        assert (stored().state, stored().flags) == ("pending", ["email"])

    def test_a_childs_words_wait_for_a_reader(self, phone):
        assert phone.put(feature(age_band="13-17")).json()["state"] == "pending"


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "status", "kind"),
        [
            (b"", 400, "bad-json"),
            (b"{", 400, "bad-json"),
            (b"[]", 400, "bad-json"),
            (b'{"type": "Feature", "type": "Feature"}', 400, "bad-json"),
            (b'{"type": NaN}', 400, "bad-json"),
            (b'{"a": 1e999}', 400, "bad-json"),
            (b'{"a": "\\ud800"}', 400, "bad-json"),
            (b'{"a": "\\u0000"}', 400, "bad-json"),
            (b"\xff\xfe", 400, "bad-json"),
            (b"[" * 100_000, 400, "bad-json"),
            (b'{"type": "Feature"}', 422, "invalid"),
        ],
    )
    def test_bodies(self, phone, body, status, kind):
        assert_problem(phone.put(body), status, kind)
        assert not Contribution.objects.exists()

    def test_the_failing_field_is_named(self, phone):
        assert (
            assert_problem(phone.put(feature(theme="ukjent")), 422, "invalid")["field"] == "properties.theme"
        )

    def test_a_quarter_of_a_megabyte_is_the_most(self, phone):
        assert_problem(phone.put(feature(text="x" * 300_000)), 413, "too-large")

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
    def test_other_media_types(self, phone, content_type):
        assert_problem(phone.put(feature(), content_type=content_type), 415, "media-type")

    @pytest.mark.parametrize("method", ["PUT", "GET", "PATCH", "DELETE"])
    def test_the_token_is_needed(self, phone, method):
        assert_problem(phone.call(method, feature(), headers={"X-Edit-Token": None}), 401, "token-missing")

    @pytest.mark.parametrize("token", ["AbCdEfGhIjKlMnOpQrStU_", "3q2+7wAAAAAAAAAA/wAAAA==", "0" * 32])
    def test_128_bits_are_enough_in_every_usual_spelling(self, phone, token):
        keyed = {"X-Edit-Token": token, "X-Device-Key": token}
        assert phone.put(feature(), headers=keyed).status_code == 201
        assert phone.call("GET", headers=keyed).status_code == 200

    @pytest.mark.parametrize("token", ["short", "x" * 21, "x" * 129, "å" * 32, " " + "a" * 31 + "!"])
    def test_the_token_must_be_long_and_plain(self, phone, token):
        assert_problem(phone.put(feature(), headers={"X-Edit-Token": token}), 400, "bad-token")

    def test_the_device_key_must_be_plain(self, phone):
        assert_problem(phone.put(feature(), headers={"X-Device-Key": "a b"}), 400, "bad-device-key")

    def test_unknown_query_parameters(self, phone):
        phone.url += "?theme=lys"
        assert assert_problem(phone.put(feature()), 400, "bad-query")["field"] == "theme"

    def test_other_methods(self, phone):
        response = phone.call("POST", feature())
        assert_problem(response, 405, "method-not-allowed")
