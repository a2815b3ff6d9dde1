"""One's own contribution: reading, changing and erasing it."""

import json

import pytest
from django.db import connection

from mapdialog.audit.models import AuditEntry
from mapdialog.contributions.feature import properties
from mapdialog.contributions.models import Contribution, Hit
from mapdialog.dialogue.models import Consultation, DataVersion
from tests import factories as make
from tests.citizen.phones import Phone, assert_problem, stored
from tests.contributions.rulebooks import feature

pytestmark = pytest.mark.django_db


class TestOwn:
    def test_reads_all_that_was_sent(self, phone):
        body = feature(language="nb", accuracy_m=12)
        receipt = phone.put(body).json()
        response = phone.call("GET")
        own = response.json()
        assert (response.status_code, response["ETag"]) == (200, '"1"')
        assert response["Cache-Control"] == "no-store"
        assert own["geometry"] == body["geometry"]
        assert own["receipt"] == receipt
        assert body["properties"].items() <= own["properties"].items()

    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    def test_another_token_is_refused(self, phone, method):
        phone.put(feature())
        headers = {"X-Edit-Token": "f" * 32, "If-Match": '"1"'}
        assert_problem(phone.call(method, {"properties": {"text": "x"}}, headers=headers), 403, "wrong-token")
        assert stored().version == 1

    def test_imported_ones_have_no_token(self, client, consultation):
        imported = make.contribution(to=consultation)
        assert_problem(
            Phone(client, consultation, identifier=str(imported.pk)).call("GET"), 403, "wrong-token"
        )

    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    def test_unknown_ones(self, phone, method):
        response = phone.call(method, {"properties": {"text": "x"}}, headers={"If-Match": '"1"'})
        assert_problem(response, 404, "not-found")

    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    def test_by_another_consultations_address(self, phone, client, method):
        phone.put(feature())
        other = Phone(client, make.consultation(), identifier=phone.id)
        response = other.call(method, {"properties": {"text": "x"}}, headers={"If-Match": '"1"'})
        assert_problem(response, 404, "not-found")


class TestAnIdThatWasAnsweredWithAnothers:
    """Two taps within a minute: the second id was acknowledged, so it reads, changes and erases."""

    @pytest.fixture
    def second(self, phone, client, consultation):
        phone.put(feature())
        second = Phone(client, consultation)
        answer = second.put(feature())
        assert (answer.status_code, answer.json()["id"]) == (200, phone.id)
        return second

    def test_it_reads_and_changes(self, second, phone):
        answer = second.call("GET")
        assert (answer.status_code, answer.json()["id"]) == (200, phone.id)
        change = {"properties": {"text": "Rettet"}}
        assert second.call("PATCH", change, headers={"If-Match": answer["ETag"]}).status_code == 200
        assert stored().text == "Rettet"

    def test_it_erases_and_stays_erased(self, second, phone):
        assert second.call("DELETE", headers={"If-Match": "*"}).status_code == 204
        for sender in (phone, second):
            assert_problem(sender.put(feature()), 410, "erased")
        assert stored().text == ""


class TestPatch:
    def patch(self, phone, change, match='"1"'):
        return phone.call("PATCH", change, headers={"If-Match": match})

    def test_changes_what_is_named(self, phone, consultation):
        phone.put(feature(accuracy_m=12, language="nb"))
        response = self.patch(phone, {"properties": {"text": "Rettet", "language": None}})
        assert (response.status_code, response["ETag"], response.json()["version"]) == (200, '"2"', 2)
        pin = stored()
        assert (pin.text, pin.language, pin.accuracy_m, pin.theme.key) == ("Rettet", "", 12, "lys")
        assert pin.changed_at is not None
        assert DataVersion.objects.get(consultation=consultation).number == 2
        assert AuditEntry.objects.filter(subject_id=phone.id, action="contribution.changed").exists()

    def test_a_new_place_has_new_places(self, client):
        boundary = make.layer()
        make.areas(of=make.edition(of=boundary))
        phone = Phone(client, make.consultation(boundary_layer=boundary))
        phone.put(feature(accuracy_m=5, placed_by="gps"))
        moved = {"type": "Point", "coordinates": list(make.middle(1))}
        receipt = self.patch(phone, {"geometry": moved}).json()
        assert [hit["code"] for hit in receipt["places"]] == ["B"]
        pin = stored()
        assert pin.geom.coords == pin.geom_public.coords == make.middle(1)
        assert (pin.accuracy_m, pin.placed_by) == (None, "map")
        assert Hit.objects.get().area.code == "B"

    def test_answers_are_merged(self, phone, consultation):
        for key in ("a", "b"):
            consultation.questions.create(key=key, kind="text")
        phone.put(feature(responses={"a": "1", "b": "2"}))
        self.patch(phone, {"properties": {"responses": {"a": None, "b": "3"}}})
        assert stored().responses == {"b": "3"}

    def test_is_screened_again(self, phone):
        phone.put(feature())
        assert self.patch(phone, {"properties": {"text": "Ring 41234567"}}).json()["state"] == "pending"

    def test_what_was_refused_is_read_again(self, phone):
        phone.put(feature())
        Contribution.objects.update(state="rejected")
        assert self.patch(phone, {"properties": {"text": "Pent sagt"}}).json()["state"] == "pending"

    def test_without_if_match(self, phone):
        phone.put(feature())
        assert_problem(phone.call("PATCH", {"properties": {"text": "x"}}), 428, "version-missing")

    @pytest.mark.parametrize("match", ['"2"', '"0"', "1", '"x"', '"99999999999"'])
    def test_another_version(self, phone, match):
        phone.put(feature())
        assert_problem(self.patch(phone, {"properties": {"text": "x"}}, match), 412, "changed")
        assert stored().version == 1

    def test_a_star_is_any_version_as_http_says(self, phone):
        phone.put(feature())
        assert self.patch(phone, {"properties": {"text": "x"}}, "*").status_code == 200

    def test_a_proxys_weak_etag_will_do(self, phone):
        phone.put(feature())
        assert self.patch(phone, {"properties": {"text": "x"}}, 'W/"1"').status_code == 200

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"properties": {"kind": "observation"}}, "properties.kind"),
            ({"properties": {"contributor": "x" * 20}}, "properties.contributor"),
            ({"properties": {"written_at": None}}, "properties.written_at"),
            ({"properties": {"text": None}}, "properties.text"),
            ({"properties": {"state": "published"}}, "properties.state"),
            ({"properties": []}, None),
            ({"properties": ["x"]}, "properties"),
            ({"geometry": 3}, "geometry"),
            ({"state": "published"}, "state"),
        ],
    )
    def test_refusals(self, phone, change, field):
        phone.put(feature())
        response = self.patch(phone, change)
        if field is None:
            assert response.status_code == 200
        else:
            assert assert_problem(response, 422, "invalid")["field"] == field

    def test_outside_the_area(self, phone):
        phone.put(feature())
        far = {"type": "Point", "coordinates": [10.5, 59.025]}
        assert_problem(self.patch(phone, {"geometry": far}), 422, "outside-area")

    def test_after_closing(self, phone, consultation):
        phone.put(feature())
        Consultation.objects.update(closes_at=make.NOON)
        assert_problem(self.patch(phone, {"properties": {"text": "x"}}), 403, "closed")


class TestDelete:
    def erase(self, phone, match='"1"'):
        return phone.call("DELETE", headers={"If-Match": match})

    def test_leaves_nothing_but_a_tombstone(self, client):
        boundary = make.layer()
        make.areas(of=make.edition(of=boundary))
        consultation = make.consultation(boundary_layer=boundary)
        consultation.questions.create(key="mer", kind="text")
        phone = Phone(client, consultation)
        phone.put(
            feature(
                text="Hemmelig", responses={"mer": "Hemmelig"}, place_words="Hemmelig", age_band="35-49",
                feeling=1, contributor="a-key-of-the-device",
            )
        )  # fmt: skip
        assert self.erase(phone).status_code == 204
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(c)::text FROM contributions_contribution c")
            row = json.loads(cursor.fetchone()[0])
        kept = {name for name, value in row.items() if value not in (None, "", {}, [])}
        assert kept == {
            "id", "consultation_id", "submission_id", "code", "kind", "placed_by", "written_at",
            "received_at", "changed_at", "arrival", "state", "version",
        }  # fmt: skip
        assert row["placed_by"] == "none"
        assert not Hit.objects.exists()
        assert DataVersion.objects.get(consultation=consultation).number == 2

    def test_is_gone_for_good(self, phone):
        phone.put(feature())
        self.erase(phone)
        assert_problem(phone.put(feature()), 410, "erased")
        assert_problem(phone.put(feature(text="Noe annet")), 410, "erased")
        assert_problem(phone.call("GET"), 410, "erased")
        assert_problem(
            phone.call("PATCH", {"properties": {"text": "x"}}, headers={"If-Match": '"2"'}), 410, "erased"
        )
        assert_problem(self.erase(phone, '"2"'), 410, "erased")

    def test_is_possible_after_closing(self, phone):
        phone.put(feature())
        Consultation.objects.update(closes_at=make.NOON)
        assert self.erase(phone).status_code == 204

    def test_needs_the_version(self, phone):
        phone.put(feature())
        assert_problem(phone.call("DELETE"), 428, "version-missing")
        assert_problem(self.erase(phone, '"7"'), 412, "changed")
        assert stored().state == "published"


def test_the_api_document_names_every_property_that_is_taken(client):
    document = client.get("/api/v1/openapi.json").json()
    put = document["paths"]["/api/v1/consultations/{slug}/contributions/{identifier}"]["put"]
    sent = put["requestBody"]["content"]["application/geo+json"]["schema"]
    assert set(sent["properties"]["properties"]["properties"]) == properties()
    receipt = put["responses"]["201"]["content"]["application/json"]["schema"]
    consultation = make.consultation()
    answer = Phone(client, consultation).put({**sent["example"], "geometry": feature()["geometry"]}).json()
    assert set(receipt["properties"]) == set(answer)


def test_what_get_gave_may_come_back_whole(client, consultation):
    phone = Phone(client, consultation)
    phone.put(feature(written_at="2026-05-04T10:00:00+02:00"))
    read = phone.call("GET").json()
    read["properties"]["text"] = "Rettet"
    answer = phone.call("PATCH", read, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.json()
    assert (stored().text, stored().received_at.isoformat()) == ("Rettet", read["properties"]["received_at"])
    read["properties"]["written_at"] = "2026-05-04T11:00:00+02:00"
    refused = phone.call("PATCH", read, headers={"If-Match": '"2"'})
    assert assert_problem(refused, 422, "invalid")["field"] == "properties.written_at"
    unknown = phone.call("PATCH", {"properties": {"state": "published"}}, headers={"If-Match": '"2"'})
    assert assert_problem(unknown, 422, "invalid")["field"] == "properties.state"
    sent_first = Phone(client, consultation).put({**feature(), "receipt": {}})
    assert assert_problem(sent_first, 422, "invalid")["field"] == "receipt"


def test_the_api_document_lists_what_delete_answers(client):
    document = client.get("/api/v1/openapi.json").json()
    path = document["paths"]["/api/v1/consultations/{slug}/contributions/{identifier}"]
    answers = {"204", "400", "401", "403", "404", "410", "412", "428", "503"}
    assert set(path["delete"]["responses"]) == answers


def test_without_a_journal_nothing_is_erased_and_the_answer_says_so(client, settings, tmp_path):
    pin = Phone(client, make.consultation())
    assert pin.put(feature()).status_code == 201
    settings.JOURNAL = tmp_path / "not-mounted"
    answer = pin.call("DELETE", headers={"If-Match": "*"})
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert "ingenting er endret" in answer.json()["detail"]
    assert Contribution.objects.get().state == "published"
