"""Two who decide about one comment: the second decides nothing, and is shown what the first has done."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from mapdialog.audit.models import AuditEntry
from mapdialog.contributions import erasure, moderation
from mapdialog.contributions.editing import VersionError
from mapdialog.contributions.meanwhile import meanwhile
from mapdialog.contributions.models import Contribution
from tests import factories as make
from tests.contributions.test_exactly_once import at_once

pytestmark = pytest.mark.django_db
LATER = make.NOON + dt.timedelta(hours=1)
LIST = reverse("admin:contributions_contribution_changelist")


@pytest.fixture
def consultation():
    return make.consultation()


@pytest.fixture
def pin(consultation):
    return make.contribution(to=consultation, state="pending")


def moderator(consultation, **values):
    return make.user(role="moderator", of=consultation.municipality, **values)


class Reader:
    """A moderator before the administration's list, as it was when it was opened."""

    def __init__(self, person, *, query=""):
        self.person = person
        self.address = f"{LIST}{query}"
        self.client = Client(headers={"Accept-Language": "en"})
        self.client.force_login(person)
        self.read()

    def read(self):
        listing = self.client.get(self.address).content.decode()
        self.versions = dict(re.findall(r'name="(version-[0-9a-f-]+)" value="(\d+)"', listing))

    def decide(self, action, *pins, across=False):
        """Gives what the page says afterwards."""
        data = {"action": action, "_selected_action": [str(pin.pk) for pin in pins], **self.versions}
        response = self.client.post(
            self.address, {**data, "select_across": "1" if across else "0"}, follow=True
        )
        return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(
    ("first", "second", "state", "label"),
    [("publish", "reject", "published", "Published"), ("reject", "publish", "rejected", "Not published")],
)
def test_the_second_is_shown_what_the_first_decided(consultation, pin, first, second, state, label):
    early, late = (Reader(moderator(consultation)) for _ in range(2))
    assert early.decide(first, pin) == ["1 decided."]
    (message,) = late.decide(second, pin)
    assert pin.code in message
    assert f"another person (Moderator): from “Waiting to be read” to “{label}”" in message
    assert early.person.email not in message
    assert Contribution.objects.get().state == state
    late.read()
    assert late.decide(second, pin) == ["1 decided."]


def test_what_the_first_decided_is_said_in_a_list_that_no_longer_shows_it(consultation, pin):
    other = make.contribution(to=consultation, state="pending")
    early, late = (Reader(moderator(consultation), query="?state__exact=pending") for _ in range(2))
    early.decide("publish", pin)
    about_it, count = late.decide("reject", pin, other)
    assert f"{pin.code} is not decided: it has changed since you read it" in about_it
    assert "another person (Moderator)" in about_it
    assert count == "1 decided."
    assert set(Contribution.objects.values_list("state", flat=True)) == {"published", "rejected"}


def test_what_lies_elsewhere_is_not_spoken_of_however_it_was_ticked(consultation, pin):
    reader = Reader(moderator(consultation))
    elsewhere = make.contribution(
        to=make.consultation(municipality=make.municipality(code="NO-3001")), state="pending"
    )
    reader.versions[f"version-{elsewhere.pk}"] = "1"
    assert reader.decide("publish", pin, elsewhere) == ["1 decided."]
    elsewhere.refresh_from_db()
    assert elsewhere.state == "pending"


def test_who_has_two_windows_is_told_that_it_was_themselves(consultation, pin):
    person = moderator(consultation)
    early, late = Reader(person), Reader(person)
    early.decide("publish", pin)
    (message,) = late.decide("hold", pin)
    assert "you, in another window" in message


def test_what_its_author_changed_or_erased_is_not_decided_either(consultation, pin):
    reader = Reader(moderator(consultation))
    erasure.erase(pin, by="resident", at=LATER)
    (message,) = reader.decide("publish", pin)
    assert "its author: A comment was deleted" in message
    reader.read()
    (message,) = reader.decide("publish", pin)
    assert message == f"{pin.code} has been deleted. There is nothing left to decide."


def test_only_what_stood_on_the_page_is_decided(consultation, pin):
    reader = Reader(moderator(consultation))
    unread = make.contribution(to=consultation, state="pending")
    messages = reader.decide("publish", pin, across=True)
    assert messages == ["1 was not on the page that you read, and is as it was.", "1 decided."]
    unread.refresh_from_db()
    assert unread.state == "pending"


def test_a_version_that_nobody_can_read_decides_nothing(consultation, pin):
    reader = Reader(moderator(consultation))
    for version in ("", "x", "-1", "²", "9" * 30):
        reader.versions = {f"version-{pin.pk}": version}
        assert reader.decide("publish", pin) == ["1 was not on the page that you read, and is as it was."]
    reader.versions = {f"version-{pin.pk}": "7"}
    (message,) = reader.decide("publish", pin)
    assert "it has changed since you read it" in message
    assert Contribution.objects.get().state == "pending"


def test_all_that_happened_since_is_said_in_its_order(consultation, pin):
    planner = make.user(role="planner", of=consultation.municipality)
    leaver = make.user()
    moderation.publish(pin, by=planner, at=LATER, version=1)
    moderation.hold(pin, by=leaver, at=LATER, version=2)
    with translation.override("en"):
        sentence = meanwhile(pin, version=1, reader=moderator(consultation))
    first, second = sentence.split("; ")
    assert "4 May 2026, 15:00, another person (Planner): from “Waiting to be read” to “Published”" in first
    assert "another person: from “Published” to “Waiting to be read”" in second
    with translation.override("en"):
        assert "Planner" not in meanwhile(pin, version=2, reader=moderator(consultation))


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_decides():
    consultation = make.consultation()
    people = [moderator(consultation) for _ in range(2)]
    decisions = [moderation.publish, moderation.reject]
    for _ in range(5):
        pin = make.contribution(to=consultation, state="pending")

        def decide(number, pin=pin):
            contribution = Contribution.objects.get(pk=pin.pk)
            return decisions[number](contribution, by=people[number], at=LATER, version=1, reason="")

        outcomes = at_once(2, decide)
        assert [type(outcome) for outcome in outcomes].count(VersionError) == 1
        winner = outcomes.index(None)
        pin.refresh_from_db()
        assert (pin.state, pin.version) == (["published", "rejected"][winner], 2)
        entry = AuditEntry.objects.get(action="contribution.moderated", subject_id=str(pin.pk))
        assert entry.by == people[winner].audit_name
