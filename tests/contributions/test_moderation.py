import datetime as dt

import pytest

from mapdialog.audit.models import AuditEntry
from mapdialog.contributions import erasure, moderation
from mapdialog.contributions.editing import VersionError
from mapdialog.contributions.models import Contribution, Submission
from mapdialog.dialogue.models import DataVersion
from tests import factories as make

pytestmark = pytest.mark.django_db
LATER = make.NOON + dt.timedelta(hours=1)


@pytest.fixture
def pin():
    return make.contribution(to=make.consultation(), state="pending")


@pytest.mark.parametrize(
    ("decide", "state"),
    [
        (moderation.publish, "published"),
        (moderation.hold, "pending"),
        (moderation.withhold, "private"),
        (moderation.reject, "rejected"),
    ],
)
def test_each_decision(pin, decide, state):
    reader = make.user()
    before = DataVersion.objects.get().number
    decide(pin, by=reader, at=LATER, version=1, reason="Lest")
    assert (pin.state, pin.version) == (state, 2)
    stored = Contribution.objects.get()
    assert (stored.state, stored.version, stored.changed_at) == (state, 2, LATER)
    entry = AuditEntry.objects.get(action="contribution.moderated")
    assert entry.by == reader.audit_name
    assert entry.detail == {"from": "pending", "to": state, "reason": "Lest"}
    assert DataVersion.objects.get().number == before + 1


def test_publishing_gives_it_a_public_place_by_the_rules_of_now():
    consultation = make.consultation(public_precision_m=100)
    pin = make.contribution(to=consultation, state="private", geom_public=None)
    moderation.publish(pin, by=make.user(), at=LATER, version=1)
    public = Contribution.objects.get().geom_public
    assert public != pin.geom
    assert public.transform(25832, clone=True).x % 100 == pytest.approx(50, abs=1e-3)


def test_withholding_takes_the_public_place_away(pin):
    moderation.withhold(pin, by=make.user(), at=LATER, version=1)
    assert Contribution.objects.get().geom_public is None


def test_an_incident_is_never_published():
    pin = make.contribution(
        to=make.consultation(), kind="observation", details={"code": "incident"}, state="private"
    )
    with pytest.raises(moderation.NotPublishableError):
        moderation.publish(pin, by=make.user(), at=LATER, version=1)
    assert Contribution.objects.get().state == "private"


def test_of_two_readers_the_second_is_refused(pin):
    moderation.publish(pin, by=make.user(), at=LATER, version=1)
    with pytest.raises(VersionError):
        moderation.reject(pin, by=make.user(), at=LATER, reason="", version=1)
    assert Contribution.objects.get().state == "published"
    assert AuditEntry.objects.filter(action="contribution.moderated").count() == 1


def test_what_is_erased_stays_so(pin):
    erasure.erase(pin, by="resident", at=LATER)
    with pytest.raises(VersionError):
        moderation.publish(pin, by=make.user(), at=LATER, version=2)
    with pytest.raises(VersionError):
        erasure.erase(pin, by="resident", at=LATER)


def test_the_senders_role_goes_with_the_last_contribution():
    consultation = make.consultation()
    sent = Submission.objects.create(
        consultation=consultation, received_at=make.NOON, sender_role="Velforening"
    )
    first, second = (make.contribution(to=consultation, submission=sent) for _ in range(2))
    erasure.erase(first, by="resident", at=LATER)
    assert Submission.objects.get().sender_role == "Velforening"
    erasure.erase(second, by="resident", at=LATER)
    assert Submission.objects.get().sender_role == ""
