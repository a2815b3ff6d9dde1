"""Rules that a process remembers count only as long as they hold: whatever changes them is seen at once."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from layers.models import Layer
from mapdialog.contributions import intake, rulebooks
from mapdialog.contributions.feature import FeatureError
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.rules import NotOpenError
from mapdialog.dialogue.models import Alternative, Consultation, Question, Theme
from tests import factories as make
from tests.contributions.rulebooks import feature

pytestmark = pytest.mark.django_db
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def consultation() -> Consultation:
    """A consultation whose rules are remembered."""
    consultation = make.consultation()
    send(consultation)
    return consultation


def send(consultation, **properties):
    return intake.receive(
        feature(**{"text": f"Her er det mørkt. {uuid.uuid4()}", **properties}),
        identifier=uuid.uuid4(),
        rulebook=rulebooks.remembered(consultation.slug),
        at=make.NOON,
        token=TOKEN,
        address="198.51.100.7",
    )


def test_one_statement_takes_a_contribution_in(consultation):
    with CaptureQueriesContext(connection) as queries:
        assert send(consultation).is_new
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 1


def test_a_new_theme_is_known_and_one_of_another_name_is_not(consultation):
    consultation.themes.create(key="vei", name={"nb": "Vei"})
    assert send(consultation, theme="vei").is_new
    consultation.themes.filter(key="vei").update(key="veg")
    with pytest.raises(FeatureError):
        send(consultation, theme="vei")


def test_closing_counts_at_once_and_so_does_opening_again(consultation):
    consultation.closes_at = make.NOON - dt.timedelta(days=3)
    consultation.save()
    with pytest.raises(NotOpenError):
        send(consultation)
    Consultation.objects.filter(pk=consultation.pk).update(closes_at=None)
    assert send(consultation).is_new


def test_what_becomes_a_draft_takes_nothing(consultation):
    Consultation.objects.filter(pk=consultation.pk).update(status="draft")
    with pytest.raises(rulebooks.NoConsultationError):
        send(consultation)


def test_another_consultation_under_the_same_slug(consultation):
    Consultation.objects.filter(pk=consultation.pk).update(slug="moved")
    other = make.consultation(slug=consultation.slug)
    send(other)
    assert Contribution.objects.filter(consultation=other).count() == 1
    Consultation.objects.filter(pk=other.pk).update(slug="moved-too")
    with pytest.raises(rulebooks.NoConsultationError):
        send(other)


def test_moderation_before_publication_holds_from_the_next_contribution(consultation):
    assert send(consultation).state == Contribution.State.PUBLISHED
    Consultation.objects.filter(pk=consultation.pk).update(moderation="before")
    assert send(consultation).state == Contribution.State.PENDING


def _version(consultation: Consultation) -> int:
    return Consultation.objects.values_list("rules_version", flat=True).get(pk=consultation.pk)


def test_every_part_of_the_rules_raises_their_version(consultation):
    layer = make.layer(kind=Layer.Kind.ZONING)
    versions = {_version(consultation)}
    changes = [
        lambda: consultation.questions.create(key="q", kind="text", options=[]),
        lambda: consultation.questions.update(required=True),
        lambda: Question.objects.filter(consultation=consultation).delete(),
        lambda: consultation.alternatives.create(key="a", layer=layer),
        lambda: Alternative.objects.filter(consultation=consultation).delete(),
        lambda: Theme.objects.filter(consultation=consultation).update(name={"nb": "Mørke"}),
        lambda: (
            type(consultation.municipality)
            .objects.filter(pk=consultation.municipality_id)
            .update(metric_srid=25833)
        ),
    ]
    for number, change in enumerate(changes):
        change()
        versions.add(_version(consultation))
        assert len(versions) == number + 2


def test_a_question_that_moves_to_another_consultation_changes_both(consultation):
    question = consultation.questions.create(key="q", kind="text", options=[])
    other = make.consultation()
    before = {_version(consultation), _version(other)}
    Question.objects.filter(pk=question.pk).update(consultation=other)
    assert before.isdisjoint({_version(consultation), _version(other)})


def test_a_known_contribution_is_answered_whatever_the_rules_are_now(consultation):
    identifier, sent = uuid.uuid4(), feature()

    def again():
        return intake.receive(
            sent,
            identifier=identifier,
            rulebook=rulebooks.remembered(consultation.slug),
            at=make.NOON,
            token=TOKEN,
            address="198.51.100.7",
        )

    assert again().is_new
    Consultation.objects.filter(pk=consultation.pk).update(closes_at=make.NOON - dt.timedelta(days=3))
    assert not again().is_new


def test_an_official_tries_a_draft_whose_rules_change_meanwhile():
    draft = make.consultation(status="draft")
    planner = make.user(role="planner", of=draft.municipality)
    rulebook = rulebooks.read(draft.slug, reader=planner)
    draft.themes.create(key="vei", name={"nb": "Vei"})
    taken = intake.receive(
        feature(theme="vei"),
        identifier=uuid.uuid4(),
        rulebook=rulebook,
        at=make.NOON,
        token=TOKEN,
        address="198.51.100.7",
        reader=planner,
    )
    assert taken.is_new
