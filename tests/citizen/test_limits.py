"""How much one sender may send and change: by address, by device, by contribution."""

import datetime as dt

import pytest

from mapdialog.audit.models import AuditEntry
from mapdialog.contributions.limits import CHANGES_CAPACITY, DEVICE_CHANGES_CAPACITY
from mapdialog.contributions.models import RateBucket
from mapdialog.dialogue.models import Consultation
from tests import factories as make
from tests.citizen.phones import Phone, another_sender, assert_problem, stored
from tests.contributions.rulebooks import feature

pytestmark = pytest.mark.django_db


def senders_of_one_each(client, *, count, address_limit):
    """At one address, in one consultation."""
    consultation = make.consultation(address_limit=address_limit)
    phones = [another_sender(client, consultation) for _ in range(count)]
    for phone in phones:
        phone.put(feature())
    return phones


def change(phone, **headers):
    return phone.call(
        "PATCH", {"properties": {"text": "Ny"}}, headers={"If-Match": "*", **headers}
    ).status_code


class TestLimits:
    def test_an_address_runs_out_and_learns_when_to_come_back(self, client, clock):
        clock(make.NOON)
        consultation = make.consultation(address_limit=2)
        phones = [
            another_sender(client, consultation, device=f"device-number-{number}") for number in range(3)
        ]
        assert [phone.put(feature()).status_code for phone in phones[:2]] == [201, 201]
        refused = phones[2].put(feature())
        assert_problem(refused, 429, "too-many")
        assert refused["Retry-After"] == "1800"
        clock(make.NOON + dt.timedelta(seconds=1801))
        assert phones[2].put(feature()).status_code == 201

    def test_known_ones_cost_nothing(self, client, clock):
        clock(make.NOON)
        phone = Phone(client, make.consultation(address_limit=1))
        phone.put(feature())
        assert [phone.put(feature()).status_code for _ in range(3)] == [200, 200, 200]

    def test_what_is_refused_takes_nothing(self, client, clock):
        clock(make.NOON)
        consultation = make.consultation(address_limit=1)
        far = {"type": "Point", "coordinates": [10.5, 59.025]}
        assert another_sender(client, consultation).put(feature(geometry=far)).status_code == 422
        assert another_sender(client, consultation).put(feature()).status_code == 201
        before = list(RateBucket.objects.order_by("key").values())
        assert another_sender(client, consultation).put(feature()).status_code == 429
        assert list(RateBucket.objects.order_by("key").values()) == before

    def test_a_device_holds_an_offline_day(self, client, clock):
        clock(make.NOON)
        consultation = make.consultation()
        assert {another_sender(client, consultation).put(feature()).status_code for _ in range(200)} == {201}
        assert_problem(another_sender(client, consultation).put(feature()), 429, "too-many")
        assert another_sender(client, consultation, device="another-device").put(feature()).status_code == 201

    def test_staff_can_raise_the_limit_of_an_address(self, client, clock):
        clock(make.NOON)
        consultation = make.consultation(address_limit=1)
        another_sender(client, consultation).put(feature())
        assert another_sender(client, consultation).put(feature()).status_code == 429
        Consultation.objects.filter(pk=consultation.pk).update(address_limit=3600)
        clock(make.NOON + dt.timedelta(seconds=2))
        assert another_sender(client, consultation).put(feature()).status_code == 201

    def test_changes_run_out_and_leave_no_row_in_the_audit_when_refused(self, client, clock):
        clock(make.NOON)
        phone = Phone(client, make.consultation())
        phone.put(feature())
        answers = [
            phone.call("PATCH", {"properties": {"text": f"Nr. {n}"}}, headers={"If-Match": "*"})
            for n in range(CHANGES_CAPACITY + 1)
        ]
        assert {answer.status_code for answer in answers[:-1]} == {200}
        assert_problem(answers[-1], 429, "too-many")
        assert answers[-1]["Retry-After"]
        assert AuditEntry.objects.filter(action="contribution.changed").count() == CHANGES_CAPACITY
        assert stored().text == f"Nr. {CHANGES_CAPACITY - 1}"
        clock(make.NOON + dt.timedelta(seconds=121))
        change = phone.call("PATCH", {"properties": {"text": "Igjen"}}, headers={"If-Match": "*"})
        assert change.status_code == 200
        assert phone.call("DELETE", headers={"If-Match": "*"}).status_code == 204

    def test_changes_of_many_contributions_run_out_by_address(self, client, clock):
        clock(make.NOON)
        phones = senders_of_one_each(client, count=2, address_limit=2)
        assert [change(phone) for phone in (*phones, *phones)] == [200, 200, 429, 429]

    def test_changes_of_many_contributions_run_out_by_device(self, client, clock):
        clock(make.NOON)
        phones = senders_of_one_each(client, count=6, address_limit=1000)
        answers = [change(phone) for _ in range(25) for phone in phones]
        assert len(answers) == 150
        assert answers.count(200) == DEVICE_CHANGES_CAPACITY
        assert set(answers[DEVICE_CHANGES_CAPACITY:]) == {429}
        assert AuditEntry.objects.filter(action="contribution.changed").count() == DEVICE_CHANGES_CAPACITY
        # who names no device has the buckets of the contribution and of the address; another device its own
        assert change(phones[0], **{"X-Device-Key": None}) == 200
        assert change(phones[0], **{"X-Device-Key": "another-device"}) == 200
        assert change(phones[0], **{"X-Device-Key": "x"}) == 400
        clock(make.NOON + dt.timedelta(seconds=61))
        assert change(phones[0]) == 200
        assert {phone.call("DELETE", headers={"If-Match": "*"}).status_code for phone in phones} == {204}

    def test_only_the_hop_that_our_proxy_saw_counts(self, client, clock, settings):
        clock(make.NOON)
        settings.PROXY_COUNT = 1
        consultation = make.consultation(address_limit=1)

        def send(forwarded):
            return (
                another_sender(client, consultation)
                .put(feature(), headers={"X-Forwarded-For": forwarded})
                .status_code
            )

        assert send("203.0.113.1, 198.51.100.7") == 201
        assert send("203.0.113.2, 198.51.100.7") == 429
        assert send("203.0.113.2, 198.51.100.8") == 201
